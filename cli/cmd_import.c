/*
 * import: documents of an export, once more into an archive, and pages that others saved; what is known is left alone. Lines of
 * JSON are read here, WARC files and manifests in import_pages.c.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include "base/clock.h"
#include "base/json.h"
#include "base/mem.h"
#include "cli/cli.h"
#include "cli/doc.h"
#include "cli/import.h"
#include "base/banned.h"

#define BATCH 500	/* documents in a commit */
#define INDEX_STEP 200
#define COMPLAINTS_MAX 20

void
import_complain(struct import *im, const char *text)
{
	if (im->bad++ < COMPLAINTS_MAX)
		cli_say("%s:%lld: %s", im->path, (long long)im->line, text);
}

static int
commit(struct import *im, struct err *err)
{
	if (im->open == 0)
		return 0;
	im->open = 0;
	return store_commit(im->store, err);
}

int
import_document(struct import *im, const struct store_doc *d, const struct document *doc, const struct store_import_raw *raw,
    bool again, int *ret, struct err *err)
{
	enum store_imported what;

	if (ret != NULL)
		*ret = -1;
	if (im->open == 0 && store_begin(im->store, err) < 0)
		return -1;
	im->open++;
	if (store_import(im->store, d, doc, raw, &what, err) < 0) {
		if (err->class != ERR_INPUT)
			return -1;
		import_complain(im, err->text);
		return 0;
	}
	if (what == IMPORT_REVISION)
		im->revisions++;
	else if (!again)
		*(what == IMPORT_NEW ? &im->fresh : what == IMPORT_KNOWN ? &im->known : &im->aliases) += 1;
	if (ret != NULL)
		*ret = (int)what;
	return im->open >= BATCH ? commit(im, err) : 0;
}

/* One line. -1 only when the archive fails. */
static int
take_line(struct import *im, const char *line, size_t n, struct err *err)
{
	CLEANUP(store_doc_freep) struct store_doc *d = NULL;
	struct document view;
	json_t *j = NULL;

	if (strspn(line, " \t\r\n") >= n)
		return 0;
	if (json_read(line, n, &j, err) < 0) {
		import_complain(im, err->text);
		return 0;
	}
	d = store_doc_of_json(j, im->cli->now_ms);
	json_decref(j);
	if (d->url == NULL || d->source == NULL) {
		import_complain(im, "no document of an export: it has no url or no source");
		return 0;
	}
	view = doc_view(d);
	return import_document(im, d, &view, &(struct store_import_raw){ .raw = NULL }, false, NULL, err);
}

/* A WARC file begins so, or is gzip, which no export of lines is. */
static bool
is_warc(const char *path)
{
	unsigned char head[5] = { 0 };
	FILE *f = fopen(path, "re");
	size_t n = f != NULL ? fread(head, 1, sizeof(head), f) : 0;

	if (f != NULL)
		fclose(f);
	return n == sizeof(head) && (memcmp(head, "WARC/", 5) == 0 || (head[0] == 0x1f && head[1] == 0x8b));
}

static int
take_file(struct import *im, const char *path, struct err *err)
{
	bool std = strcmp(path, "-") == 0;
	FILE *f = std ? stdin : fopen(path, "re");
	char *line = NULL;
	size_t room = 0;
	ssize_t n;
	int rc = 0;

	im->path = std ? "(standard input)" : path;
	im->line = 0;
	if (!std && f != NULL && is_warc(path)) {
		fclose(f);
		return import_warc(im, path, err);
	}
	if (f == NULL)
		return err_set(err, ERR_LOCAL, "cannot read %s: %s", path, strerror(errno));
	while (rc == 0 && (n = getline(&line, &room, f)) > 0) {
		im->line++;
		im->done_bytes += n;
		rc = take_line(im, line, (size_t)n, err);
		cli_progress(im->done_bytes, im->all_bytes, (void *)"import");
	}
	if (rc == 0 && ferror(f))
		rc = err_set(err, ERR_LOCAL, "cannot read %s: %s", path, strerror(errno));
	free(line);
	if (!std)
		fclose(f);
	return rc;
}

static int
take_all(struct import *im, int argc, char **argv, struct err *err)
{
	struct stat st;
	int rc = 0;

	for (int i = 0; i < argc; i++)
		im->all_bytes += stat(argv[i], &st) == 0 ? (int64_t)st.st_size : 0;
	if (im->cli->opts.manifest != NULL)
		rc = import_manifest(im, im->cli->opts.manifest, err);
	for (int i = 0; i < argc && rc == 0; i++)
		rc = take_file(im, argv[i], err);
	if (rc < 0) {
		store_rollback(im->store);
		return -1;
	}
	if (commit(im, err) < 0)
		return -1;
	while ((rc = store_index_step(im->store, INDEX_STEP, err)) > 0)
		;
	return rc;
}

static void
print_sum(const struct import *im)
{
	struct cli *cli = im->cli;

	json_t *j;

	if (cli->opts.json) {
		j = json_pack("{s:I, s:I, s:I, s:I}", "new", (json_int_t)im->fresh, "known", (json_int_t)im->known, "aliases",
		    (json_int_t)im->aliases, "bad", (json_int_t)im->bad);
		if (im->revisions > 0)
			json_put_int(j, "revisions", im->revisions);
		out_json(&cli->out, j);
		return;
	}
	out_printf(&cli->out, STYLE_PLAIN, "%lld new, %lld known already, %lld other names of documents",
	    (long long)im->fresh, (long long)im->known, (long long)im->aliases);
	if (im->revisions > 0)
		out_printf(&cli->out, STYLE_PLAIN, "%lld later revisions of them", (long long)im->revisions);
	if (im->bad > COMPLAINTS_MAX)
		cli_say("%lld more lines could not be used", (long long)(im->bad - COMPLAINTS_MAX));
}

int
cmd_import(struct cli *cli, int argc, char **argv)
{
	struct import im = { .cli = cli };
	CLEANUP(freep) char *path = NULL;
	struct err err = { 0 };
	int rc;

	if ((argc > 0) == (cli->opts.manifest != NULL))
		return cli_usage(cli, "import wants files, or --manifest FILE");
	if ((rc = cli_archive_path(cli, &path)) != 0)
		return rc;
	if (store_open(path, STORE_WRITE, NULL, &im.store, &err) < 0)
		return cli_failed(&err);
	rc = take_all(&im, argc, argv, &err);
	cli_progress_end();
	pages_free(im.pages);
	store_close(im.store);
	if (rc < 0)
		return cli_failed(&err);
	print_sum(&im);
	return im.bad > 0 ? EXIT_FAILED : im.fresh + im.known + im.aliases > 0 ? EXIT_FOUND : EXIT_NOTHING;
}
