/* channels, notify, redeliver, pause, resume, release: who is told, what waits, and what was given up. */
#include <stdlib.h>
#include <string.h>
#include "base/clock.h"
#include "base/json.h"
#include "base/mem.h"
#include "cli/cli.h"
#include "base/banned.h"

#define ASK_MS 15000
#define RELEASE_MS 600000	/* thousands of documents are told of one by one */
#define TEST_MS 90000	/* a mail server may take its time */

struct channels {
	struct cli *cli;
	const struct config *config;	/* or NULL: what the archive knows must do */
	struct table *table;
	bool *seen;			/* channels of the configuration that the archive knows */
	int count;
};

/* What a channel is, and where it leads. */
static const char *
kind_of(const struct cfg_channel *ch, const char **ret_target)
{
	const struct { const char *kind, *target; } kinds[] = { { "webhook", ch->webhook },
		{ "exec", ch->exec != NULL ? ch->exec[0] : NULL }, { "file", ch->file },
		{ "feed", ch->feed }, { "mail", ch->mail_server } };

	for (size_t i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++)
		if (kinds[i].target != NULL) {
			*ret_target = kinds[i].target;
			return kinds[i].kind;
		}
	*ret_target = NULL;
	return "-";
}

static const char *
state_of(const struct store_channel *c, bool configured)
{
	return !configured ? "dropped" : c->paused ? "paused" : c->error != NULL && c->waiting > 0 ? "failing" :
	    c->dead > 0 ? "gave up" : c->waiting > c->held ? "sending" : c->held > 0 ? "holding" : c->told > 0 ? "ok" : "idle";
}

static enum style
style_of(const char *state)
{
	return strcmp(state, "ok") == 0 || strcmp(state, "sending") == 0 || strcmp(state, "holding") == 0 ? STYLE_GREEN :
	    strcmp(state, "failing") == 0 || strcmp(state, "gave up") == 0 ? STYLE_RED :
	    strcmp(state, "paused") == 0 ? STYLE_YELLOW : STYLE_DIM;
}

static void
put_time(json_t *j, const char *key, int64_t ms)
{
	char text[CLOCK_TEXT_MAX];

	if (ms > 0)
		json_put_str(j, key, clock_rfc3339(ms, true, text));
}

/* What those that are held wait for. */
static const char *
hold_words(const struct store_channel *c)
{
	static const char *const words[] = { [HOLD_NONE] = "its time", [HOLD_DIGEST] = "the digest",
		[HOLD_QUIET] = "the end of quiet hours", [HOLD_STORM] = "the end of a storm" };

	return words[c->hold];
}

static void
print_json(struct channels *all, const struct store_channel *c, const char *state, const char *kind,
    const char *target)
{
	json_t *j = json_object();

	json_put_str(j, "name", c->name);
	json_put_str(j, "kind", kind);
	json_put_str(j, "target", target);
	json_put_str(j, "state", state);
	json_put_int(j, "waiting", c->waiting);
	json_put_int(j, "dead", c->dead);
	json_put_int(j, "told", c->told);
	put_time(j, "oldest", c->oldest_ms);
	if (c->waiting > 0)
		put_time(j, "next_try", c->next_ms);
	json_put_int(j, "held", c->held);
	if (c->held > 0) {
		json_put_str(j, "held_for", hold_words(c));
		put_time(j, "held_until", c->held_until_ms);
	}
	put_time(j, "last_told", c->last_told_ms);
	put_time(j, "error_at", c->error_ms);
	json_put_str(j, "error", c->error);
	out_json(&all->cli->out, j);
}

static void
add_row(struct channels *all, const struct store_channel *c, const char *state, const char *kind)
{
	struct table *t = all->table;
	int64_t now = all->cli->now_ms;
	struct buf why = BUF_INIT(4096);
	char ago[64], when[OUT_TIME_MAX];

	table_add(t, STYLE_PLAIN, c->name);
	table_add(t, STYLE_PLAIN, kind);
	table_add(t, style_of(state), state);
	table_addf(t, c->waiting > 0 ? STYLE_PLAIN : STYLE_DIM, "%lld", (long long)c->waiting);
	table_add(t, STYLE_PLAIN, out_ago(c->oldest_ms, now, ago));
	table_addf(t, c->dead > 0 ? STYLE_RED : STYLE_DIM, "%lld", (long long)c->dead);
	table_addf(t, STYLE_PLAIN, "%lld", (long long)c->told);
	table_add(t, STYLE_PLAIN, out_ago(c->last_told_ms, now, ago));
	if (c->error != NULL)
		buf_addf(&why, "%s: %s", out_ago(c->error_ms, now, ago), c->error);
	if (c->error != NULL && c->waiting > 0 && !c->paused && c->next_ms > now)
		buf_addf(&why, "; next try %s", out_ago(c->next_ms, now, ago));
	if (c->held > 0)
		buf_addf(&why, "%s%lld held for %s, %s", why.len > 0 ? "; " : "", (long long)c->held, hold_words(c),
		    out_time(c->held_until_ms, when));
	if (!all->cli->out.tty)
		table_add(t, STYLE_PLAIN, why.len > 0 ? buf_str(&why) : "-");
	else if (why.len > 0)
		table_note(t, STYLE_YELLOW, buf_str(&why));
	buf_done(&why);
}

static int
add_channel(const struct store_channel *c, void *arg)
{
	struct channels *all = arg;
	const struct cfg_channel *ch = all->config != NULL ? config_channel(all->config, c->name) : NULL;
	const char *target = NULL, *kind = ch != NULL ? kind_of(ch, &target) : "-";
	const char *state = state_of(c, ch != NULL || all->config == NULL);

	if (ch != NULL)
		all->seen[ch - all->config->channels] = true;
	all->count++;
	if (all->cli->opts.json)
		print_json(all, c, state, kind, target);
	else
		add_row(all, c, state, kind);
	return 0;
}

static int
print_dead(const struct store_dead *d, void *arg)
{
	struct channels *all = arg;
	char when[OUT_TIME_MAX];
	json_t *j;

	all->count++;
	if (all->cli->opts.json) {
		j = json_object();
		json_put_str(j, "channel", d->channel);
		json_put_int(j, "sequence", d->seq);
		json_put_str(j, "event", d->event_id);
		json_put_str(j, "type", d->type);
		json_put_str(j, "source", d->source);
		json_put_int(j, "attempts", d->attempts);
		put_time(j, "first", d->first_ms);
		put_time(j, "given_up", d->at_ms);
		json_put_str(j, "error", d->error);
		out_json(&all->cli->out, j);
		return 0;
	}
	table_addf(all->table, STYLE_PLAIN, "%lld", (long long)d->seq);
	table_add(all->table, STYLE_PLAIN, d->channel);
	table_add(all->table, STYLE_PLAIN, d->type);
	table_add(all->table, STYLE_PLAIN, d->source);
	table_add(all->table, STYLE_PLAIN, out_time(d->at_ms, when));
	table_addf(all->table, STYLE_PLAIN, "%u", d->attempts);
	if (!all->cli->out.tty)
		table_add(all->table, STYLE_PLAIN, d->error);
	else if (d->error != NULL)
		table_note(all->table, STYLE_YELLOW, d->error);
	return 0;
}

static int
list_dead(struct cli *cli)
{
	static const struct table_column columns[] = {
		{ .head = "EVENT", .right = true, .style = STYLE_DIM }, { .head = "CHANNEL", .flexible = true, .cap = 20, .style = STYLE_CYAN },
		{ .head = "KIND" }, { .head = "SOURCE", .flexible = true, .cap = 24 }, { .head = "GIVEN UP", .style = STYLE_DIM },
		{ .head = "TRIES", .right = true }, { .head = "ERROR", .flexible = true, .style = STYLE_RED },
	};
	CLEANUP(table_freep) struct table *t = table_new(columns, cli->out.tty ? 6 : 7);
	struct channels all = { .cli = cli, .table = t };
	struct err err = { 0 };

	if (store_dead_letters(cli->store, print_dead, &all, &err) < 0)
		return cli_failed(&err);
	table_print(t, &cli->out);
	return cli_found(cli, all.count, 0, "notice was given up");
}

int
cmd_channels(struct cli *cli, int argc, char **argv)
{
	static const struct table_column columns[] = {
		{ .head = "CHANNEL", .flexible = true, .style = STYLE_CYAN }, { .head = "KIND" }, { .head = "STATE" },
		{ .head = "WAITING", .right = true }, { .head = "OLDEST" }, { .head = "GIVEN UP", .right = true },
		{ .head = "TOLD", .right = true }, { .head = "LAST TOLD" }, { .head = "NOTE" },
	};
	CLEANUP(table_freep) struct table *t = table_new(columns, cli->out.tty ? 8 : 9);
	CLEANUP(config_freep) struct config *config = NULL;
	CLEANUP(freep) bool *seen = NULL;
	struct channels all = { .cli = cli, .table = t };
	struct err err = { 0 };

	if (cli->opts.dead)
		return list_dead(cli);
	/* One who may read the archive but not the configuration sees what the archive knows. */
	if (cli->config != NULL)
		(void)cli_load_config(cli, CONFIG_SKIP_SECRETS, &config);
	all.config = config;
	all.seen = seen = xcalloc(config != NULL ? config->channels_count + 1 : 1, sizeof(*seen));
	table_always_head(t);
	if (store_channels(cli->store, add_channel, &all, &err) < 0)
		return cli_failed(&err);
	for (size_t i = 0; config != NULL && i < config->channels_count; i++)
		if (!seen[i])
			add_channel(&(struct store_channel){ .name = config->channels[i].name,
			    .paused = store_channel_paused(cli->store, config->channels[i].name) }, &all);
	table_print(t, &cli->out);
	return cli_found(cli, all.count, 0, "channel is configured");
}

/* ---- what the daemon is asked to do ------------------------------------------------------------------------- */

/* Asks, takes the request; *ret is the number of that name, 1 when there is none. Says nothing but a failure. */
static int
order(struct cli *cli, json_t *request, int timeout_ms, const char *number, int64_t *ret)
{
	json_t *answer = NULL;
	int rc;

	if (request == NULL)
		return cli_usage(cli, "the operand is no UTF-8");
	if ((rc = cli_ask(cli, request, timeout_ms, &answer)) != EXIT_FOUND)
		return rc;
	*ret = json_get_int(answer, number, 1);
	json_object_del(answer, "ok");
	if (cli->opts.json)
		out_json(&cli->out, json_incref(answer));
	json_decref(answer);
	return EXIT_FOUND;
}

int
cmd_notify(struct cli *cli, int argc, char **argv)
{
	int64_t took = 0;
	int rc;

	if (!cli->opts.test)
		return cli_usage(cli, "notify wants --test and the name of a channel");
	rc = order(cli, json_pack("{s:s, s:s}", "cmd", "test-channel", "channel", argv[0]), TEST_MS,
	    "took_ms", &took);
	if (rc == EXIT_FOUND && !cli->opts.json)
		out_printf(&cli->out, STYLE_GREEN, "taken by the receiver after %lld ms", (long long)took);
	return rc;
}

int
cmd_redeliver(struct cli *cli, int argc, char **argv)
{
	json_t *request;
	int64_t count = 0;
	int rc;

	if (cli->opts.dead == (argc == 1))
		return cli_usage(cli, "redeliver wants an event, or --dead");
	request = json_pack("{s:s}", "cmd", "redeliver");
	if (cli->opts.dead)
		json_object_set_new(request, "dead", json_true());
	else
		json_put_str(request, "event", argv[0]);
	json_put_str(request, "channel", cli->opts.channel);
	if ((rc = order(cli, request, ASK_MS, "count", &count)) != EXIT_FOUND)
		return rc;
	if (count == 0)
		cli_say("%s", cli->opts.dead ? "no notice was given up" :
		    "no channel had that event; --channel NAME sends it to one");
	else if (!cli->opts.json)
		out_printf(&cli->out, STYLE_GREEN, "%lld notice%s on the way again", (long long)count,
		    count == 1 ? "" : "s");
	return count > 0 ? EXIT_FOUND : EXIT_NOTHING;
}

/* The order about the source or channel that the operand, --source or --channel names; NULL: said what is missing. */
static json_t *
order_about(struct cli *cli, int argc, char **argv, const char *name)
{
	json_t *request = json_pack("{s:s}", "cmd", name);

	if (argc + (cli->opts.source != NULL) + (cli->opts.channel != NULL) != 1) {
		json_decref(request);
		return NULL;
	}
	json_put_str(request, "name", argc == 1 ? argv[0] : NULL);
	json_put_str(request, "source", cli->opts.source);
	json_put_str(request, "channel", cli->opts.channel);
	return request;
}

int
cmd_pause(struct cli *cli, int argc, char **argv)
{
	const char *name = cli->command->name;
	json_t *request = order_about(cli, argc, argv, name);
	int64_t count;
	int rc;

	if (request == NULL)
		return cli_usage(cli, "%s wants one source or channel", name);
	rc = order(cli, request, ASK_MS, "count", &count);
	if (rc == EXIT_FOUND && !cli->opts.json)
		out_printf(&cli->out, STYLE_GREEN, "%s", strcmp(name, "pause") == 0 ?
		    "paused until resume: a source is not visited, a channel keeps its notices" : "resumed");
	return rc;
}

int
cmd_release(struct cli *cli, int argc, char **argv)
{
	json_t *request = order_about(cli, argc, argv, "release");
	int64_t count = 0;
	int rc;

	if (request == NULL)
		return cli_usage(cli, "release wants one source or channel");
	if (cli->opts.all)
		json_object_set_new(request, "all", json_true());
	if ((rc = order(cli, request, RELEASE_MS, "count", &count)) != EXIT_FOUND)
		return rc;
	if (count == 0)
		cli_say("nothing was held%s", cli->opts.all ? "" : "; --all tells of what a first visit recorded, too");
	else if (!cli->opts.json)
		out_printf(&cli->out, STYLE_GREEN, "%lld notice%s on the way", (long long)count, count == 1 ? "" : "s");
	return count > 0 ? EXIT_FOUND : EXIT_NOTHING;
}
