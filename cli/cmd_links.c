/* links: candidates from a saved listing, feed or sitemap, JSON lines in page order. */
#include <stdlib.h>
#include <string.h>
#include "base/file.h"
#include "base/url.h"
#include "cli/cli.h"
#include "discover/diagnosis.h"
#include "worker/pool.h"
#include "base/banned.h"

#define PAGE_MAX ((size_t)64 << 20)

/* What the page says beyond its documents, for people. */
static void
say_more(const struct candidates *c)
{
	cli_say("read as a %s with %zu documents%s%s", source_kind_name(c->kind), c->count, c->cut ? ", more were cut" : "",
	    c->truncated ? "; it ends in the middle" : "");
	for (size_t i = 0; i < c->more_count; i++)
		cli_say("%s: %s", c->kind == KIND_SITEMAP ? "further file" : "next page", c->more[i]);
	for (size_t i = 0; i < c->feeds_count; i++)
		cli_say("feed: %s", c->feeds[i]);
	if (c->hub != NULL)
		cli_say("WebSub hub: %s", c->hub);
	if (c->guids_doubtful)
		cli_say("the ids of its items are empty or repeated: addresses alone name them");
}

static int
discover_file(struct cli *cli, const struct buf *bytes, const char *url, enum source_kind kind)
{
	const struct cli_opts *o = &cli->opts;
	struct job job = { .kind = JOB_DISCOVER, .bytes = buf_str(bytes), .len = bytes->len };
	struct job_answer answer = { 0 };
	struct err err = { 0 };
	int rc = EXIT_FOUND;

	job.discover = (struct discover_opts){.url = url,
	    .content_type = o->content_type,
	    .kind = kind,
	    .select_links = o->select_links,
	    .select_title = o->select_title,
	    .select_date = o->select_date,
	    .now_ms = cli->now_ms};
	if (pool_run_one(&job, &answer, &err) < 0) {
		rc = cli_failed(&err);
	} else if (answer.err.class != ERR_NONE || answer.candidates == NULL) {
		cli_say("%s", answer.err.text);
		rc = EXIT_FAILED;
	} else {
		for (size_t i = 0; i < answer.candidates->count; i++)
			out_json(&cli->out,
			    candidate_to_line(&answer.candidates->list[i], o->explain));
		if (o->explain)
			say_more(answer.candidates);
		if (answer.candidates->count == 0) {
			rc = EXIT_NOTHING;
			if (diagnosis_words(answer.why) != NULL)
				cli_say("%s: %s", diagnosis_words(answer.why), diagnosis_advice(answer.why));
		}
	}
	job_answer_done(&answer);
	return rc;
}

int
cmd_links(struct cli *cli, int argc, char **argv)
{
	CLEANUP(url_freep) struct url *url = NULL;
	struct buf bytes = BUF_INIT(PAGE_MAX);
	enum source_kind kind = KIND_AUTO;
	struct err err = { 0 };
	int rc;

	if (cli->opts.url == NULL)
		return cli_usage(cli, "links wants --url, the address that the file came from");
	if (url_parse(cli->opts.url, strlen(cli->opts.url), NULL, &url, &err) < 0 ||
	    !url_is_http(url->href))
		return cli_usage(cli, "'%s' is no http or https address", cli->opts.url);
	if (cli->opts.kind != NULL && source_kind_parse(cli->opts.kind, &kind) < 0)
		return cli_usage(cli, "there is no kind '%s' (auto, listing, feed, sitemap, page)",
		    cli->opts.kind);
	if (file_read_gz(argv[0], &bytes, &err) < 0)
		rc = cli_failed(&err);
	else
		rc = discover_file(cli, &bytes, url->href, kind);
	buf_done(&bytes);
	return rc;
}
