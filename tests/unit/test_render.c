/* test_render: programs of others as bounded children: a user's command as the page, pdftotext as a reader. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/clock.h"
#include "base/mem.h"
#include "fetchers/pdf.h"
#include "fetchers/render.h"
#include "net/command.h"
#include "base/banned.h"

static struct event_base *base;
static char folder[] = "/tmp/presswatch-render-XXXXXX";
static const char *const sh_env[] = { "PATH=/usr/bin:/bin", NULL };

struct seen {
	bool told;
	enum command_end end;
	int status;
	char *out;
	size_t len;
	char why[ERR_TEXT_MAX];
};

static void
on_done(struct command_answer *a, void *arg)
{
	struct seen *s = arg;

	assert_false(s->told);
	s->told = true;
	s->end = a->end;
	s->status = a->status;
	command_why(a, s->why, sizeof(s->why));
	s->out = buf_take(&a->out, &s->len);
}

static void
wait_for(const bool *told)
{
	int64_t until = clock_mono_ms() + 30000;

	while (!*told) {
		assert_true(clock_mono_ms() < until);
		event_base_loop(base, EVLOOP_ONCE);
	}
}

static struct command_opts
shell(const char *script)
{
	static const char *argv[4];

	argv[0] = "/bin/sh";
	argv[1] = "-c";
	argv[2] = script;
	return (struct command_opts){ .argv = argv, .env = sh_env, .timeout_ms = 10000, .max_out = 1 << 20 };
}

static void
run(const struct command_opts *o, struct seen *ret)
{
	struct command_set *set = command_set_new(base, 2);

	*ret = (struct seen){ 0 };
	command_start(set, o, on_done, ret);
	assert_false(ret->told);	/* never from within */
	wait_for(&ret->told);
	command_set_free(set);
}

static void
what_becomes_of_a_command(void **state)
{
	static const struct {
		const char *script;
		unsigned timeout_ms;
		enum command_end end;
		const char *why, *out;
	} cases[] = {
		{ "printf page", 9000, COMMAND_EXITED, "/bin/sh ended with exit status 0", "page" },
		{ "echo a; echo one >&2; echo '  ' >&2; exit 7", 9000, COMMAND_EXITED,
		    "/bin/sh ended with exit status 7: one", "a\n" },
		{ "kill -ABRT $$", 9000, COMMAND_KILLED, "/bin/sh was ended by SIGABRT", "" },
		{ "echo half; exec sleep 60", 300, COMMAND_LATE, "/bin/sh took over 1 s and was ended", "half\n" },
		{ "cat; echo; cat /dev/fd/9 2>/dev/null || echo closed", 9000, COMMAND_EXITED, "/bin/sh ended with exit status 0",
		    "\nclosed\n" },
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct command_opts o = shell(cases[i].script);
		struct seen s;

		o.timeout_ms = cases[i].timeout_ms;
		run(&o, &s);
		assert_int_equal(s.end, cases[i].end);
		assert_string_equal(s.why, cases[i].why);
		assert_string_equal(s.out != NULL ? s.out : "", cases[i].out);
		free(s.out);
	}
}

static void
a_program_that_is_not_there_is_named(void **state)
{
	static const char *const argv[] = { "/nonexistent/program", NULL };
	struct command_opts o = { .argv = argv, .env = sh_env, .timeout_ms = 1000, .max_out = 10 };
	struct seen s;

	run(&o, &s);
	assert_int_equal(s.end, COMMAND_NOT_RUN);
	assert_string_equal(s.why, "cannot run /nonexistent/program: No such file or directory");
	free(s.out);
}

static void
output_over_the_limit_ends_it_and_the_beginning_is_kept(void **state)
{
	struct command_opts o = shell("exec yes");
	struct seen s;

	o.max_out = 100000;
	run(&o, &s);
	assert_int_equal(s.end, COMMAND_LONG);
	assert_int_equal(s.len, 100000);
	free(s.out);
}

static void
a_large_input_and_a_large_output_pass_each_other(void **state)
{
	struct command_opts o = shell("exec cat");
	CLEANUP(freep) char *in = xmalloc(3 << 20);
	struct seen s;

	for (size_t i = 0; i < 3 << 20; i++)
		in[i] = (char)(i * 7 + i / 251);
	o.in = in;
	o.in_len = 3 << 20;
	o.max_out = 4 << 20;
	run(&o, &s);
	assert_int_equal(s.end, COMMAND_EXITED);
	assert_int_equal(s.len, 3 << 20);
	assert_memory_equal(s.out, in, 3 << 20);
	free(s.out);
}

static void
what_is_left_running_ends_when_it_is_to_be_swept(void **state)
{
	struct command_opts o = shell("sleep 60 & echo $!");
	struct seen s;
	pid_t left;

	o.sweep = true;
	run(&o, &s);
	assert_int_equal(s.end, COMMAND_EXITED);
	left = (pid_t)strtol(s.out, NULL, 10);
	assert_true(left > 1);
	for (int i = 0; i < 100 && kill(left, 0) == 0; i++) {
		CLEANUP(freep) char *path = xasprintf("/proc/%d/stat", (int)left);
		CLEANUP(fclosep) FILE *f = fopen(path, "re");
		char line[200] = "";

		if (f == NULL || fgets(line, sizeof(line), f) == NULL || strstr(line, ") Z ") != NULL)
			break;
		assert_true(i < 99);
		usleep(20000);
	}
	free(s.out);
}

static void
a_cancelled_command_is_not_told_and_waiting_ones_get_its_place(void **state)
{
	struct command_set *set = command_set_new(base, 1);
	struct command_opts slow = shell("exec sleep 60"), quick;
	struct seen a = { 0 }, b = { 0 }, c = { 0 };
	struct command *first = command_start(set, &slow, on_done, &a), *second;

	quick = shell("echo b");
	second = command_start(set, &quick, on_done, &b);
	quick = shell("echo c");
	command_start(set, &quick, on_done, &c);
	event_base_loop(base, EVLOOP_ONCE | EVLOOP_NONBLOCK);
	command_cancel(second);
	command_cancel(first);
	wait_for(&c.told);
	assert_string_equal(c.out, "c\n");
	assert_false(a.told || b.told);
	free(c.out);
	command_set_free(set);
}

static void
the_limits_of_a_confined_program_hold(void **state)
{
	static const struct { const char *script; struct confine limits; const char *out; } cases[] = {
		{ "ulimit -t; ulimit -c; ulimit -n", { .cpu_s = 3, .files = 40 }, "3\n0\n40\n" },
		{ "ulimit -v", { .memory_bytes = 512 << 20 }, "524288\n" },
		{ "(echo x > made) 2>&1 | tail -c 1 | wc -l; ls made 2>&1 | wc -l", { .sealed = true }, "1\n1\n" },
		{ "rm keep 2>&1; mv keep other 2>&1; chmod 777 keep 2>&1; test -e keep && echo there", { .sealed = true }, NULL },
		{ "kill -0 $PPID || echo no", { .sealed = true }, "no\n" },
		{ "exec setsid true 2>&1 || echo x; echo y", { .sealed = true }, NULL },
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		CLEANUP(freep) char *script = xasprintf("cd %s; %s", folder, cases[i].script);
		CLEANUP(freep) char *keep = xasprintf("%s/keep", folder), *made = xasprintf("%s/made", folder);
		struct command_opts o = shell(script);
		struct seen s;
		struct stat st;

		close(open(keep, O_CREAT | O_WRONLY | O_CLOEXEC, 0600));
		o.confine = &cases[i].limits;
		run(&o, &s);
		if (cases[i].out != NULL)
			assert_string_equal(s.out, cases[i].out);
		assert_int_equal(stat(keep, &st), 0);
		assert_int_equal(st.st_mode & 0777, 0600);
		assert_int_equal(stat(made, &st), -1);
		free(s.out);
	}
}

static void
a_program_that_burns_its_time_is_ended_by_the_kernel(void **state)
{
	struct command_opts o = shell("while :; do :; done");
	struct confine limits = { .cpu_s = 1, .sealed = true };
	struct seen s;

	o.confine = &limits;
	run(&o, &s);
	assert_int_equal(s.end, COMMAND_KILLED);
	assert_true(s.status == SIGXCPU || s.status == SIGKILL);
	free(s.out);
}

/* ---- the page ---------------------------------------------------------------------------------------------------- */

struct page {
	bool told;
	struct err err;
	long status;
	char *url, *type, *body;
};

static void
on_page(struct http_answer *a, void *arg)
{
	struct page *p = arg;

	p->told = true;
	p->err = a->err;
	p->status = a->status;
	p->url = xstrdup(a->url);
	p->type = xstrdup(a->content_type);
	p->body = buf_take(&a->body, NULL);
}

static void
a_command_answers_as_a_server_would(void **state)
{
	static const struct { const char *script, *type, *body; enum err_class class; } cases[] = {
		{ "echo \"$1 $PRESSWATCH_URL\"", "text/html; charset=utf-8",
		    "http://192.0.2.1/?a=$(id) http://192.0.2.1/?a=$(id)\n", ERR_NONE },
		{ "printf '<meta charset=latin1>\\351'", "text/html", "<meta charset=latin1>\351", ERR_NONE },
		{ "echo; echo; exit 0", NULL, NULL, ERR_TEMPORARY },
		{ "echo page; exit 1", NULL, NULL, ERR_TEMPORARY },
	};
	struct renderer *r = renderer_new(base);

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		const char *const argv[] = { "/bin/sh", "-c", cases[i].script, "sh", NULL };
		struct page p = { 0 };

		render_start(r, argv, "http://192.0.2.1/?a=$(id)", on_page, &p);
		wait_for(&p.told);
		assert_int_equal(p.err.class, cases[i].class);
		assert_int_equal(p.status, cases[i].class == ERR_NONE ? 200 : 0);
		assert_string_equal(p.url, "http://192.0.2.1/?a=$(id)");
		if (cases[i].class == ERR_NONE) {
			assert_string_equal(p.type, cases[i].type);
			assert_string_equal(p.body, cases[i].body);
		}
		free(p.url);
		free(p.type);
		free(p.body);
	}
	renderer_free(r);
}

/* ---- pdftotext --------------------------------------------------------------------------------------------------- */

struct words {
	bool told;
	struct err err;
	char *text;
};

static void
on_words(struct buf *words, const struct err *err, void *arg)
{
	struct words *w = arg;

	w->told = true;
	w->err = *err;
	w->text = buf_take(words, NULL);
}

static void
a_pdf_that_cannot_be_read_says_why(void **state)
{
	static const struct { const char *script, *pdf, *why; enum err_class class; } cases[] = {
		{ "exit 1", "%PDF-1.4 x", "damaged PDF", ERR_INPUT },
		{ "exit 1", "%PDF-1.4 trailer<</Encrypt 5 0 R>>", "encrypted PDF", ERR_INPUT },
		{ "exit 3", "%PDF-1.4 trailer<</Encrypt 5 0 R>>", "encrypted PDF", ERR_INPUT },
		{ "echo '<doc>'", "%PDF-1.4 trailer<</Encrypt 5 0 R>>", "", ERR_NONE },
		{ NULL, "%PDF-1.4 x", "pdftotext is not installed", ERR_CONFIG },
	};
	CLEANUP(freep) char *program = xasprintf("%s/pdftotext", folder), *old = xstrdup(getenv("PATH"));
	struct pdf *pdf = pdf_new(base);

	setenv("PATH", folder, 1);
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct words w = { 0 };
		CLEANUP(freep) char *reader = NULL;

		unlink(program);
		if (cases[i].script != NULL) {
			FILE *f = fopen(program, "we");

			assert_non_null(f);
			fprintf(f, "#!/bin/sh\n%s\n", cases[i].script);
			fclose(f);
			chmod(program, 0755);
		}
		reader = pdf_reader();
		assert_int_equal(strcmp(reader, "none") == 0, cases[i].script == NULL);
		pdf_start(pdf, cases[i].pdf, strlen(cases[i].pdf), on_words, &w);
		wait_for(&w.told);
		assert_int_equal(w.err.class, cases[i].class);
		assert_non_null(strstr(w.err.text, cases[i].why));
		free(w.text);
	}
	setenv("PATH", old != NULL ? old : "/usr/bin:/bin", 1);
	unlink(program);
	pdf_free(pdf);
}

static int
begin(void **state)
{
	base = event_base_new();
	return mkdtemp(folder) != NULL && base != NULL ? 0 : -1;
}

static int
end(void **state)
{
	CLEANUP(freep) char *keep = xasprintf("%s/keep", folder);

	unlink(keep);
	event_base_free(base);
	return rmdir(folder);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_becomes_of_a_command),
		cmocka_unit_test(a_program_that_is_not_there_is_named),
		cmocka_unit_test(output_over_the_limit_ends_it_and_the_beginning_is_kept),
		cmocka_unit_test(a_large_input_and_a_large_output_pass_each_other),
		cmocka_unit_test(what_is_left_running_ends_when_it_is_to_be_swept),
		cmocka_unit_test(a_cancelled_command_is_not_told_and_waiting_ones_get_its_place),
		cmocka_unit_test(the_limits_of_a_confined_program_hold),
		cmocka_unit_test(a_program_that_burns_its_time_is_ended_by_the_kernel),
		cmocka_unit_test(a_command_answers_as_a_server_would),
		cmocka_unit_test(a_pdf_that_cannot_be_read_says_why),
	};

	return cmocka_run_group_tests(tests, begin, end);
}
