/* mem: what has no memory ends with status 3 and a line, libraries' allocations too; one that passes by costs nothing. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>
#include <cmocka.h>
#include <curl/curl.h>
#include <openssl/crypto.h>
#include <unicode/ustring.h>

#include "base/hash.h"
#include "base/json.h"
#include "base/mem.h"
#include "base/unicode.h"
#include "net/http.h"
#include "base/banned.h"

#define PASSED 40

#if defined(__SANITIZE_ADDRESS__)
#define SANITIZED 1		/* they end a program that asks for too much before it can answer */
#else
#define SANITIZED 0
#endif

struct entry {
	int key;
	UT_hash_handle hh;
};

static struct entry entries[20000];

/* The status of a child that runs fn, and what it said on stderr. */
static int
in_child(void (*fn)(void), char said[256])
{
	int pair[2], status;
	ssize_t n;
	pid_t pid;

	assert_int_equal(pipe(pair), 0);
	pid = fork();
	assert_true(pid >= 0);
	if (pid == 0) {
		dup2(pair[1], STDERR_FILENO);
		fn();
		_exit(PASSED);
	}
	close(pair[1]);
	n = read(pair[0], said, 255);
	said[n > 0 ? n : 0] = '\0';
	close(pair[0]);
	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_true(WIFEXITED(status));
	return WEXITSTATUS(status);
}

/* No more addresses than there are now, and all of them taken. */
static void
use_up(size_t step)
{
	struct rlimit limit = { 0, RLIM_INFINITY };
	unsigned long pages = 0;
	FILE *f = fopen("/proc/self/statm", "re");

	if (f == NULL || fscanf(f, "%lu", &pages) != 1)
		_exit(43);
	fclose(f);
	limit.rlim_cur = pages * (rlim_t)sysconf(_SC_PAGESIZE);
	setrlimit(RLIMIT_AS, &limit);
	for (; step > 0; step /= 2)
		while (malloc(step) != NULL)
			;
}

static void ask_malloc(void) { use_up(1 << 16); free(xmalloc(1 << 20)); }
static void ask_calloc(void) { use_up(1 << 16); free(xcalloc(1 << 10, 1 << 10)); }
static void ask_string(void) { use_up(1 << 16); free(xasprintf("%1000000d", 1)); }

static void
ask_realloc(void)
{
	char *p = xmalloc(16);

	use_up(1 << 16);
	free(xrealloc(p, 1 << 20));
}

static void
ask_json(void)
{
	json_t *list = json_array();

	free(json_line(list));
	use_up(1 << 16);
	for (int i = 0; i < 1 << 20; i++)
		json_array_append_new(list, json_integer(i));
}

static void
ask_hash(void)
{
	struct entry *table = NULL;

	use_up(1 << 16);
	for (int i = 0; i < 20000; i++) {
		entries[i].key = i;
		HASH_ADD_INT(table, key, &entries[i]);
	}
}

static void
ask_loop(void)
{
	use_up(1 << 16);
	for (;;)
		(void)event_base_new();
}

static void
ask_curl(void)
{
	use_up(1 << 16);
	for (;;)
		(void)curl_easy_init();
}

static void
ask_crypto(void)
{
	use_up(1 << 16);
	for (;;)
		(void)OPENSSL_malloc(1000);
}

static void
what_has_no_memory_ends_in_order(void **state)
{
	static const struct { const char *what; void (*ask)(void); } asks[] = {
		{ "malloc", ask_malloc }, { "calloc", ask_calloc }, { "realloc", ask_realloc },
		{ "string", ask_string }, { "jansson", ask_json }, { "uthash", ask_hash },
		{ "libevent", ask_loop }, { "OpenSSL", ask_crypto },
		{ "libcurl", ask_curl },
	};
	char said[256];

	if (SANITIZED)
		skip();
	http_global_init();
	for (size_t i = 0; i < sizeof(asks) / sizeof(asks[0]); i++) {
		int status = in_child(asks[i].ask, said);

		if (status != MEM_EXIT || strstr(said, "presswatch: out of memory\n") == NULL)
			fail_msg("%s: status %d, said '%s'", asks[i].what, status, said);
	}
}

static void ask_too_many(void) { free(xreallocarray(NULL, SIZE_MAX / 2, 4)); }
static void ask_too_long(void) { free(xmemdup("", SIZE_MAX)); }

static void
sizes_that_overflow_are_out_of_memory(void **state)
{
	char said[256];

	assert_int_equal(in_child(ask_too_many, said), MEM_EXIT);
	assert_int_equal(in_child(ask_too_long, said), MEM_EXIT);
}

static void
the_reserve_serves_once(void)
{
	if (mem_reserve())
		_exit(41);
	use_up(1 << 20);
	free(xmalloc(64 << 10));
	if (!mem_reserve() || mem_reserve())
		_exit(42);
}

static void
an_allocation_that_fails_is_met_with_the_reserve(void **state)
{
	char said[256];

	if (SANITIZED)
		skip();
	assert_int_equal(in_child(the_reserve_serves_once, said), PASSED);
}

static void
nothing_is_something(void **state)
{
	size_t cap = 0;
	int *list;
	char *p;

	p = xmalloc(0);
	assert_non_null(p);
	p = xrealloc(p, 0);
	assert_non_null(p);
	free(p);
	p = xcalloc(0, 8);
	assert_non_null(p);
	free(p);
	assert_null(xstrdup(NULL));
	assert_null(xstrndup(NULL, 3));
	p = xstrndup("abcdef", 3);
	assert_string_equal(p, "abc");
	free(p);
	list = xgrow(NULL, &cap, 0, sizeof(*list));
	assert_non_null(list);
	assert_int_equal(cap, 8);
	list = xgrow(list, &cap, 9, sizeof(*list));
	assert_int_equal(cap, 16);
	free(list);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_has_no_memory_ends_in_order),
		cmocka_unit_test(sizes_that_overflow_are_out_of_memory),
		cmocka_unit_test(an_allocation_that_fails_is_met_with_the_reserve),
		cmocka_unit_test(nothing_is_something),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
