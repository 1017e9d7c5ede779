/* explain: each way in which a transfer ends has words that name the host and the cause, and the right class. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>
#include "net/http_int.h"
#include "base/banned.h"

#define URL "https://press.example.org:8443/a"

static const struct {
	CURLcode rc;
	struct http_transfer t;
	enum err_class class;
	const char *text;
} cases[] = {
	{ CURLE_COULDNT_RESOLVE_HOST, { .url = (char *)URL }, ERR_TEMPORARY, "could not resolve host press.example.org" },
	{ CURLE_COULDNT_RESOLVE_PROXY, { .url = (char *)URL, .proxy = (char *)"http://me:secret@proxy.example:3128" }, ERR_TEMPORARY,
	  "could not resolve proxy proxy.example:3128" },
	{ CURLE_COULDNT_RESOLVE_PROXY, { .url = (char *)URL, .proxy = (char *)"proxy.example" }, ERR_TEMPORARY,
	  "could not resolve proxy proxy.example" },
	{ CURLE_COULDNT_CONNECT, { .url = (char *)URL, .refused = "10.0.0.1:8443" }, ERR_CONFIG,
	  "press.example.org has the private address 10.0.0.1; allow it under network: allow" },
	{ CURLE_COULDNT_CONNECT, { .url = (char *)"http://10.0.0.1/", .refused = "10.0.0.1:80" }, ERR_CONFIG,
	  "10.0.0.1 is a private address; allow it under network: allow" },
	{ CURLE_ABORTED_BY_CALLBACK, { .url = (char *)"http://[::1]/", .refused = "[::1]:80" }, ERR_CONFIG,
	  "::1 is a private address; allow it under network: allow" },
	{ CURLE_COULDNT_CONNECT, { .url = (char *)URL, .socket_errno = EMFILE }, ERR_LOCAL, "no socket for press.example.org: " },
	{ CURLE_COULDNT_CONNECT, { .url = (char *)URL, .answer = { .address = "192.0.2.1:8443" } }, ERR_TEMPORARY,
	  "could not connect to 192.0.2.1:8443" },
	{ CURLE_OPERATION_TIMEDOUT, { .url = (char *)URL, .connect_ms = 10000 }, ERR_TEMPORARY,
	  "could not resolve host press.example.org within 10 s" },
	{ CURLE_OPERATION_TIMEDOUT, { .url = (char *)URL, .connect_ms = 9001, .resolved = true }, ERR_TEMPORARY,
	  "could not connect to press.example.org within 10 s" },
	{ CURLE_OPERATION_TIMEDOUT, { .url = (char *)URL, .asked_ms = 1 }, ERR_TEMPORARY, "press.example.org took too long" },
	{ CURLE_PEER_FAILED_VERIFICATION, { .url = (char *)URL, .error = "SSL certificate problem: certificate has expired" },
	  ERR_TEMPORARY, "TLS with press.example.org failed: certificate has expired" },
	{ CURLE_SSL_CONNECT_ERROR, { .url = (char *)URL }, ERR_TEMPORARY, "TLS with press.example.org failed: no reason given" },
	{ CURLE_SSL_CIPHER, { .url = (char *)URL, .error = "SSL: no cipher" }, ERR_TEMPORARY,
	  "TLS with press.example.org failed: no cipher" },
	{ CURLE_SSL_CACERT_BADFILE, { .url = (char *)URL, .error = "no file" }, ERR_LOCAL,
	  "the list of certificate authorities cannot be read: no file" },
	{ CURLE_GOT_NOTHING, { .url = (char *)URL }, ERR_TEMPORARY, "press.example.org closed the connection without an answer" },
	{ CURLE_PARTIAL_FILE, { .url = (char *)URL, .error = "7 bytes missing" }, ERR_TEMPORARY,
	  "the answer of press.example.org was cut: 7 bytes missing" },
	{ CURLE_OUT_OF_MEMORY, { .url = (char *)URL, .asked_ms = 1 }, ERR_LIMIT, "a header of press.example.org is too long" },
	{ CURLE_OUT_OF_MEMORY, { .url = (char *)URL }, ERR_LOCAL, "no memory or thread to look up press.example.org" },
	{ CURLE_WEIRD_SERVER_REPLY, { .url = (char *)URL, .error = "odd" }, ERR_TEMPORARY,
	  "press.example.org did not answer in HTTP: odd" },
	{ CURLE_URL_MALFORMAT, { .url = (char *)"nonsense", .error = "odd" }, ERR_INPUT, "libcurl does not accept the address: odd" },
	{ CURLE_RECV_ERROR, { .url = (char *)URL, .error = "odd" }, ERR_TEMPORARY, "the connection to press.example.org was lost: odd" },
	{ CURLE_TOO_MANY_REDIRECTS, { .url = (char *)URL, .error = "odd" }, ERR_TEMPORARY, "press.example.org: odd" },
};

static void
every_end_has_words(void **state)
{
	CURL *easy = curl_easy_init();

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct http_transfer t = cases[i].t;
		struct err err = { 0 };

		t.easy = easy;
		explain(&t, cases[i].rc, &err);
		if (err.class != cases[i].class || strncmp(err.text, cases[i].text, strlen(cases[i].text)) != 0)
			fail_msg("%d: class %d: %s; want %s", cases[i].rc, err.class, err.text, cases[i].text);
		assert_null(strstr(err.text, "secret"));
	}
	curl_easy_cleanup(easy);
}

int
main(void)
{
	const struct CMUnitTest tests[] = { cmocka_unit_test(every_end_has_words) };

	return cmocka_run_group_tests(tests, NULL, NULL);
}
