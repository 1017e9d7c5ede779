/* sources: the health of each source. */
#include <string.h>
#include "base/clock.h"
#include "base/json.h"
#include "cli/cli.h"
#include "discover/candidate.h"
#include "base/banned.h"

struct sources { struct cli *cli; struct table *table; int count; };

static void
put_time(json_t *j, const char *key, int64_t ms)
{
	char text[CLOCK_TEXT_MAX];

	if (ms > 0)
		json_put_str(j, key, clock_rfc3339(ms, true, text));
}

static int
print_json(const struct store_source *s, void *arg)
{
	struct sources *all = arg;
	json_t *j = json_object(), *labels = NULL;

	all->count++;
	json_put_str(j, "name", s->name);
	json_put_str(j, "url", s->url);
	json_put_str(j, "kind", source_kind_name((enum source_kind)s->kind));
	json_put_str(j, "state", store_state_name(s->state));
	put_time(j, "since", s->state_since_ms);
	json_put_str(j, "cause", s->cause);
	json_put_int(j, "documents", s->documents);
	json_put_int(j, "visits", s->visits);
	json_put_int(j, "failures", s->failures);
	put_time(j, "last_visit", s->last_visit_ms);
	put_time(j, "last_good", s->last_good_ms);
	put_time(j, "last_new", s->last_new_ms);
	put_time(j, "next_visit", s->next_visit_ms);
	json_object_set_new(j, "configured", json_boolean(s->configured));
	if (s->labels != NULL && json_read(s->labels, strlen(s->labels), &labels, NULL) == 0)
		json_object_set_new(j, "labels", labels);
	out_json(&all->cli->out, j);
	return 0;
}

static enum style
style_of(const struct store_source *s)
{
	switch (s->state) {
	case STATE_OK:
		return STYLE_GREEN;
	case STATE_NEW:
	case STATE_ENDED:
		return STYLE_DIM;
	case STATE_QUIET:
		return STYLE_YELLOW;
	default:
		return STYLE_RED;
	}
}

static int
add_row(const struct store_source *s, void *arg)
{
	struct sources *all = arg;
	char ago[64];
	int64_t now = all->cli->now_ms;

	all->count++;
	table_add(all->table, STYLE_PLAIN, s->name);
	table_add(all->table, style_of(s),
	    s->configured ? store_state_name(s->state) : "not configured");
	table_addf(all->table, STYLE_PLAIN, "%lld", (long long)s->documents);
	table_add(all->table, STYLE_PLAIN, out_ago(s->last_visit_ms, now, ago));
	table_add(all->table, STYLE_PLAIN, out_ago(s->last_new_ms, now, ago));
	table_add(all->table, STYLE_PLAIN, s->next_visit_ms > 0 && s->next_visit_ms <= now ? "due" :
	    out_ago(s->next_visit_ms, now, ago));
	table_add(all->table, STYLE_PLAIN, s->cause != NULL ? s->cause : s->url);
	return 0;
}

int
cmd_sources(struct cli *cli, int argc, char **argv)
{
	static const struct table_column columns[] = {
		{ .head = "SOURCE", .flexible = true, .style = STYLE_CYAN }, { .head = "STATE" },
		{ .head = "DOCUMENTS", .right = true }, { .head = "VISITED" }, { .head = "LAST NEW" },
		{ .head = "NEXT" }, { .head = "CAUSE OR ADDRESS", .flexible = true, .style = STYLE_DIM },
	};
	CLEANUP(table_freep) struct table *t = table_new(columns, 7);
	struct sources all = { cli, t, 0 };
	struct err err = { 0 };

	if (store_sources(cli->store, cli->opts.json ? print_json : add_row, &all, &err) < 0)
		return cli_failed(&err);
	table_print(t, &cli->out);
	return all.count > 0 ? EXIT_FOUND : EXIT_NOTHING;
}
