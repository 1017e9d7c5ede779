/* worker: the child's main(): limits, warming up, the filter, then one job after the other. */
#include <errno.h>
#include <malloc.h>
#include <signal.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/log.h"
#include "base/mem.h"
#include "worker/job.h"
#include "worker/pool.h"
#include "worker/sandbox.h"
#include "worker/worker_int.h"
#include "base/banned.h"

#define TRIM_BYTES (1u << 20)	/* after a page larger than this, memory goes back to the system */
#define KEEP_BYTES (4u << 20)	/* of scratch memory stays between pages: each page would fault it in again */
#define PROBE_BYTES (32u << 20)	/* no room for this much left: it was memory that ran out */

static _Noreturn void
die(const char *text)
{
	log_kv(LOG_P_ERR, "worker-failed", "text", text, NULL);
	_exit(WORKER_EXIT_START);
}

/*
 * abort() has two causes: memory, which is the page's fault, and an assertion, which is ours. Asking for a little
 * more tells them apart; both calls are safe in a signal handler.
 */
static void
on_abort(int sig)
{
	void *p = mmap(NULL, PROBE_BYTES, PROT_READ | PROT_WRITE,
	    MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);

	if (p == MAP_FAILED)
		_exit(WORKER_EXIT_MEMORY);
}

/* Returns 1, or 0 at the end of input between frames; dies when the pipe breaks within one. */
static int
read_all(char *p, size_t n, bool end_ok)
{
	size_t got = 0;
	ssize_t rc;

	while (got < n) {
		rc = read(WORKER_FD, p + got, n - got);
		if (rc < 0 && errno == EINTR)
			continue;
		if (rc <= 0) {
			if (rc == 0 && got == 0 && end_ok)
				return 0;
			_exit(WORKER_EXIT_START);	/* the parent is gone: nobody to tell */
		}
		got += (size_t)rc;
	}
	return 1;
}

static void
write_all(const struct buf *b)
{
	size_t sent = 0;
	ssize_t rc;

	while (sent < b->len) {
		rc = send(WORKER_FD, b->data + sent, b->len - sent, MSG_NOSIGNAL);
		if (rc < 0 && errno == EINTR)
			continue;
		if (rc < 0)
			_exit(WORKER_EXIT_START);
		sent += (size_t)rc;
	}
}

/* Everything that is loaded or computed at first use, in the forms that pages bring. */
static void
warm_up(void)
{
	static const char page[] = "<html lang=ja><head><meta charset=%s><title>A B</title></head>"
	    "<body><ul><li><a href='/1.html'>One of the releases</a> 9 Feb 2023</li>"
	    "<li><a href='/2.html'>Two of the releases</a> 8 Feb 2023</li></ul><h1>A title of it</h1>"
	    "<p>February 9, 2023</p><p>\xe3\x83\x99\xe3\x83\x88\xe3\x83\x8a\xe3\x83\xa0 and words "
	    "enough, so that a paragraph is seen.</p></body></html>";
	static const char feed[] = "<?xml version='1.0'?><rss version='2.0'><channel><title>t</title>"
	    "<item><title>i</title><link>http://192.0.2.1/1</link>"
	    "<pubDate>Thu, 09 Feb 2023 07:45:00 GMT</pubDate></item></channel></rss>";
	static const char *const type[] = { "text/html; charset=utf-8", "text/html; charset=shift_jis",
		"text/html; charset=gb18030", "text/html; charset=windows-1258", "text/html" };
	struct job j = { .kind = JOB_EXTRACT, .bytes = page, .len = sizeof(page) - 1 };
	struct job_answer a;

	j.extract.url = "http://192.0.2.1/";
	for (size_t i = 0; i < sizeof(type) / sizeof(type[0]); i++) {
		j.extract.content_type = type[i];
		job_run(&j, &a);
		job_answer_done(&a);
	}
	j.kind = JOB_DISCOVER;
	j.discover.url = "http://192.0.2.1/";
	job_run(&j, &a);
	job_answer_done(&a);
	j.bytes = feed;
	j.len = sizeof(feed) - 1;
	job_run(&j, &a);
	job_answer_done(&a);
}

/* What one job has of the pipe. */
struct serving {
	uint32_t id;
	size_t left;		/* bytes of the job's body that were not read yet */
	struct buf *out;
};

static ssize_t
read_body(void *arg, char *p, size_t n, struct err *reterr)
{
	struct serving *s = arg;

	if (n > s->left)
		n = s->left;
	read_all(p, n, false);
	s->left -= n;
	return (ssize_t)n;
}

/* The first candidates of a long list go to the parent: here they would only stand. */
static int
send_part(void *arg, struct candidates *c, struct err *reterr)
{
	struct serving *s = arg;
	struct job_answer a = { .candidates = c, .part = true };

	buf_clear(s->out);
	if (job_answer_encode(s->id, &a, s->out, reterr) < 0)
		return -1;
	write_all(s->out);
	for (size_t i = 0; i < c->count; i++)
		candidate_clear(&c->list[i]);
	c->count = 0;
	return 0;
}

/* A discovery asks for its bytes as it reads them; a page is read at once. */
static void
run_received(struct serving *s, struct job *j, unsigned cpu_s, worker_run_fn *run, struct job_answer *ret)
{
	const struct pull stream = { read_body, s };
	const struct discover_parts parts = { send_part, s };
	CLEANUP(freep) char *bytes = NULL;
	struct err err;

	if (j->kind == JOB_DISCOVER) {
		j->stream = &stream;
		j->parts = &parts;
	} else {
		bytes = xmalloc(j->len + 1);
		(void)read_body(s, bytes, j->len, &err);
		bytes[j->len] = '\0';
		j->bytes = bytes;
	}
	sandbox_cpu_limit(cpu_s);
	run(j, ret);
}

/* What nobody asked for, so that the next frame stands at the front. */
static void
drain(struct serving *s)
{
	char scrap[4096];
	struct err err;

	while (s->left > 0)
		(void)read_body(s, scrap, sizeof(scrap), &err);
}

static void
do_job(const struct job_frame *f, const char *head, unsigned cpu_s, worker_run_fn *run, struct buf *out)
{
	struct serving s = { .id = f->id, .left = f->body_len, .out = out };
	struct job_received r = { 0 };
	struct job_answer a = { 0 };
	struct err err;

	if (job_decode(head, f->head_len, NULL, f->body_len, &r, &err) < 0)
		a.err = err;
	else
		run_received(&s, &r.job, cpu_s, run, &a);
	drain(&s);
	/* Writing the answer counts too: a page must not buy a long one. */
	buf_clear(out);
	if (job_answer_encode(f->id, &a, out, &err) < 0) {
		job_answer_done(&a);
		a.err = err;
		(void)job_answer_encode(f->id, &a, out, &err);
	}
	sandbox_cpu_limit(0);
	job_answer_done(&a);
	job_received_done(&r);
	write_all(out);
}

static void
serve(unsigned cpu_s, worker_run_fn *run)
{
	struct buf out = BUF_INIT(JOB_MAX_ANSWER + JOB_FRAME_HEAD);
	char first[JOB_FRAME_HEAD], *head;
	struct job_frame f;

	while (read_all(first, sizeof(first), true)) {
		job_frame_read(first, &f);
		if (f.head_len > JOB_MAX_OPTS || f.body_len > JOB_MAX_BYTES)
			die("the parent sent a frame that is too large");
		head = xmalloc(f.head_len + 1);
		read_all(head, f.head_len, false);
		head[f.head_len] = '\0';
		do_job(&f, head, cpu_s, run, &out);
		free(head);
		if (f.body_len > TRIM_BYTES || out.len > TRIM_BYTES) {
			buf_done(&out);
			malloc_trim(0);
		}
	}
	buf_done(&out);
}

/* Digits only: the parent wrote them. */
static size_t
number(const char *s)
{
	char *end;
	unsigned long long n = strtoull(s, &end, 10);

	if (end == s || *end != '\0')
		die("--worker is for presswatch itself, not for people");
	return (size_t)n;
}

void
worker_main(int argc, char **argv)
{
	worker_main_with(argc, argv, job_run);
}

void
worker_main_with(int argc, char **argv, worker_run_fn *run)
{
	struct buf ready = BUF_INIT(1024);
	struct sigaction sa = { .sa_handler = on_abort };
	struct err err = { 0 };
	bool filtered;
	size_t cpu_s, memory;

	if (argc < 2 || strcmp(argv[1], "--worker") != 0)
		return;
	log_init(LOG_P_INFO, getenv("JOURNAL_STREAM") != NULL);
	if (argc != 4)
		die("--worker is for presswatch itself, not for people");
	cpu_s = number(argv[2]);
	memory = number(argv[3]);
	if (sandbox_limits(WORKER_FD, memory, &err) < 0)
		die(err.text);
	if (!sandbox_instrumented())
		sigaction(SIGABRT, &sa, NULL);
	(void)mallopt(M_MMAP_THRESHOLD, TRIM_BYTES);
	(void)mallopt(M_TRIM_THRESHOLD, KEEP_BYTES);
	warm_up();
	if (sandbox_seal(WORKER_FD, &filtered, &err) < 0)
		die(err.text);
	(void)ready_encode(filtered, &ready, &err);
	write_all(&ready);
	buf_done(&ready);
	serve((unsigned)cpu_s, run);
	exit(0);
}
