#include "fetchers/pdf.h"

#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <utlist.h>

#include "base/cleanup.h"
#include "base/mem.h"
#include "net/command.h"
#include "base/banned.h"

struct pdf {
	struct command_set *set;
	struct pdf_job *jobs;
};

struct pdf_job {
	struct pdf_job *prev, *next;
	struct pdf *pdf;
	struct command *command;
	pdf_done_fn *done;
	void *arg;
	const char *bytes;
	size_t len;
};

struct pdf *
pdf_new(struct event_base *base)
{
	struct pdf *p = xcalloc(1, sizeof(*p));

	p->set = command_set_new(base, PDF_AT_ONCE);
	return p;
}

void
pdf_free(struct pdf *p)
{
	if (p == NULL)
		return;
	while (p->jobs != NULL)
		pdf_cancel(p->jobs);
	command_set_free(p->set);
	free(p);
}

bool
pdf_is(const char *bytes, size_t len)
{
	return len > 5 && memcmp(bytes, "%PDF-", 5) == 0;
}

/* The trailer stands in the clear, or in the dictionary of a cross-reference stream, which does too. */
static bool
encrypted(const struct pdf_job *j)
{
	return memmem(j->bytes, j->len, "/Encrypt", 8) != NULL;
}

static void
judge(const struct pdf_job *j, const struct command_answer *a, struct err *ret)
{
	char why[ERR_TEXT_MAX];

	*ret = (struct err){ 0 };
	if ((a->end == COMMAND_EXITED && a->status == 0) || a->end == COMMAND_LONG)
		return;
	if (a->end == COMMAND_EXITED && encrypted(j))
		(void)err_set(ret, ERR_INPUT, "encrypted PDF");
	else if (a->end == COMMAND_EXITED)
		(void)err_set(ret, ERR_INPUT, "damaged PDF (pdftotext ended with exit status %d)", a->status);
	else {
		command_why(a, why, sizeof(why));
		(void)err_set(ret, a->end == COMMAND_NOT_RUN ? ERR_TEMPORARY : ERR_LIMIT, "%s", why);
	}
}

static void
on_done(struct command_answer *a, void *arg)
{
	struct pdf_job *j = arg;
	struct err err;

	judge(j, a, &err);
	DL_DELETE(j->pdf->jobs, j);
	j->done(&a->out, &err, j->arg);
	free(j);
}

static void
on_missing(struct command_answer *a, void *arg)
{
	struct pdf_job *j = arg;
	struct err err = { 0 };

	(void)err_set(&err, ERR_CONFIG, "pdftotext is not installed");
	DL_DELETE(j->pdf->jobs, j);
	j->done(&a->out, &err, j->arg);
	free(j);
}

struct pdf_job *
pdf_start(struct pdf *p, const char *bytes, size_t len, pdf_done_fn *done, void *arg)
{
	static const struct confine limits = { .cpu_s = PDF_CPU_S, .memory_bytes = PDF_MEMORY, .files = 64,
		.sealed = true };
	CLEANUP(freep) char *program = command_find("pdftotext");
	const char *const argv[] = { program != NULL ? program : "/pdftotext", "-enc", "UTF-8", "-bbox-layout", "-q", "-",
		"-", NULL };
	static const char *const env[] = { "PATH=/usr/bin:/bin", "LC_ALL=C.UTF-8", NULL };
	const struct command_opts opts = { .argv = argv, .env = env, .in = bytes, .in_len = len,
		.max_out = PDF_MAX_OUT, .timeout_ms = PDF_WALL_MS, .sweep = true, .confine = &limits };
	struct pdf_job *j = xcalloc(1, sizeof(*j));

	*j = (struct pdf_job){ .pdf = p, .done = done, .arg = arg, .bytes = bytes, .len = len };
	DL_APPEND(p->jobs, j);
	j->command = command_start(p->set, &opts, program != NULL ? on_done : on_missing, j);
	return j;
}

void
pdf_cancel(struct pdf_job *j)
{
	DL_DELETE(j->pdf->jobs, j);
	command_cancel(j->command);
	free(j);
}

char *
pdf_reader(void)
{
	CLEANUP(freep) char *program = command_find("pdftotext");
	struct stat st;

	if (program == NULL || stat(program, &st) < 0)
		return xstrdup("none");
	return xasprintf("%llx-%llx", (unsigned long long)st.st_size, (unsigned long long)st.st_mtime);
}
