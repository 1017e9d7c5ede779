#include "daemon/wire.h"

#include <string.h>

#include "base/digest.h"
#include "base/mem.h"
#include "document/diff.h"
#include "notify/template.h"
#include "base/banned.h"

#define STORM_PEOPLE 50	/* notices an hour that a person reads one by one, where the configuration says nothing */

/* The words under `when:` are these bits. */
_Static_assert(CHANGE_TITLE == 1 << 0 && CHANGE_NUMBER == 1 << 2 && CHANGE_NEGATION == 1 << 5 &&
    CHANGE_DATE_ONLY == 1 << 7 && CHANGE_ATTACHMENT == 1 << 9, "config/keys_channel.c has other bits");

static void
make_routes(const struct plan *p, const struct cfg_source *src, struct store_routes *ret)
{
	const struct config *c = p->config;
	struct store_route *list = xcalloc(c->channels_count + 1, sizeof(*list));
	size_t n = 0;

	for (size_t i = 0; i < c->channels_count; i++) {
		const struct cfg_channel *ch = &c->channels[i];

		if (config_hears(src, ch))
			list[n++] = (struct store_route){ .channel = ch->name,
				.kinds = store_kinds_of(ch->events & CFG_EVENT_NEW, ch->events & CFG_EVENT_EDITED,
				    ch->events & CFG_EVENT_REMOVED, ch->events & CFG_EVENT_SOURCE), .match = ch->match,
				.once_per_story = ch->once_per_story, .when = ch->when,
				.pace = &p->paces[i] };
	}
	ret->list = list;
	ret->count = n;
}

/* Most sources have no rules of their own and share one string. */
static char *
extractor_name(const struct plan *p, const struct plan_source *ps)
{
	struct extract_opts opts;
	char *name;

	plan_extract_opts(ps, &opts);
	name = extract_identity(&opts);
	if (strcmp(name, p->extractor) != 0)
		return name;
	free(name);
	return p->extractor;
}

static void
make_paces(struct plan *p)
{
	const struct config *c = p->config;

	p->paces = xcalloc(c->channels_count + 1, sizeof(*p->paces));
	for (size_t i = 0; i < c->channels_count; i++) {
		const struct cfg_channel *ch = &c->channels[i];
		bool people = ch->mail_server != NULL || ch->template != NULL;

		p->paces[i] = (struct store_pace){ .digest = ch->digest_minute >= 0 ? DIGEST_DAILY :
		    ch->digest_every_s > 0 ? DIGEST_EVERY : DIGEST_NONE,
			.digest_every_ms = ch->digest_every_s * 1000, .digest_minute = ch->digest_minute,
			.quiet_from = ch->quiet_from, .quiet_until = ch->quiet_until,
			.zone = ch->timezone, .urgent = ch->urgent, .people = people,
			.storm = ch->storm >= 0 ? (unsigned)ch->storm : people ? STORM_PEOPLE : 0 };
	}
}

static int
make_guard(struct plan *p, struct err *reterr)
{
	p->guard = guard_new();
	for (char **rule = p->config->allow; rule != NULL && *rule != NULL; rule++)
		if (guard_allow(p->guard, *rule, reterr) < 0)
			return -1;
	return 0;
}

int
plan_new(struct config *config, struct plan **ret, struct err *reterr)
{
	struct plan *p = xcalloc(1, sizeof(*p));

	p->refs = 1;
	p->config = config;
	if (make_guard(p, reterr) < 0) {
		plan_unref(p);
		return -1;
	}
	if (config->contact != NULL)
		p->user_agent = xasprintf("presswatch/" PRESSWATCH_VERSION " (+%s)", config->contact);
	else
		p->user_agent = xstrdup("presswatch/" PRESSWATCH_VERSION);
	p->extractor = extract_identity(&(struct extract_opts){ .url = NULL });
	make_paces(p);
	make_routes(p, &(struct cfg_source){ .channels = NULL }, &p->to_all);
	p->sources = xcalloc(config->sources_count + 1, sizeof(*p->sources));
	for (size_t i = 0; i < config->sources_count; i++) {
		struct plan_source *ps = &p->sources[i];
		ps->cfg = &config->sources[i];
		if (ps->cfg->channels != NULL)
			make_routes(p, ps->cfg, &ps->routes);
		else
			ps->routes = p->to_all;
		ps->extractor = extractor_name(p, ps);
	}
	*ret = p;
	return 0;
}

struct plan *
plan_ref(struct plan *p)
{
	p->refs++;
	return p;
}

void
plan_unref(struct plan *p)
{
	if (p == NULL || --p->refs > 0)
		return;
	for (size_t i = 0; p->sources != NULL && i < p->config->sources_count; i++) {
		if (p->sources[i].routes.list != p->to_all.list)
			free((void *)p->sources[i].routes.list);
		if (p->sources[i].extractor != p->extractor)
			free(p->sources[i].extractor);
	}
	free((void *)p->to_all.list);
	free(p->paces);
	free(p->extractor);
	free(p->sources);
	guard_free(p->guard);
	free(p->user_agent);
	config_free(p->config);
	free(p);
}

const struct plan_source *
plan_find(const struct plan *p, const char *name)
{
	const struct cfg_source *cfg = config_source(p->config, name);

	return cfg == NULL ? NULL : &p->sources[cfg - p->config->sources];
}

void
plan_http_opts(const struct plan *p, struct http_opts *ret)
{
	*ret = (struct http_opts){ .user_agent = p->user_agent, .connections = p->config->connections,
		.guard = p->guard, .proxy = p->config->proxy };
}

void
plan_fetcher_opts(const struct plan *p, struct fetcher_opts *ret)
{
	const struct config *c = p->config;

	*ret = (struct fetcher_opts){ .product = "presswatch", .connections = c->connections,
		.per_host = c->per_host, .host_delay_ms = (unsigned)c->host_delay_ms,
		.timeout_ms = (unsigned)c->timeout_ms, .max_decoded = c->max_size };
}

const struct store_pace *
plan_pace(const struct plan *p, const char *channel)
{
	const struct cfg_channel *ch = config_channel(p->config, channel);

	return ch == NULL ? NULL : &p->paces[ch - p->config->channels];
}

void
plan_sink(const struct cfg_channel *ch, struct sink_opts *ret)
{
	*ret = (struct sink_opts){
		.name = ch->name,
		.kind = ch->webhook != NULL ? SINK_WEBHOOK : ch->exec != NULL ? SINK_EXEC :
		    ch->file != NULL ? SINK_FILE : ch->feed != NULL ? SINK_FEED : SINK_MAIL,
		.url = ch->webhook,
		.secret = ch->secret,
		.secret_len = ch->secret_len,
		.headers = (const char *const *)ch->headers,
		.argv = (const char *const *)ch->exec,
		.path = ch->file != NULL ? ch->file : ch->feed,
		.feed_items = ch->feed_items,
		.template = template_text(ch->template),
		.mail_server = ch->mail_server,
		.mail_from = ch->mail_from,
		.mail_to = (const char *const *)ch->mail_to,
		.mail_user = ch->mail_user,
		.mail_password = ch->mail_password,
	};
}

void
plan_extract_opts(const struct plan_source *ps, struct extract_opts *ret)
{
	const struct cfg_select *sel = &ps->cfg->select;

	*ret = (struct extract_opts){ .select_body = sel->body, .select_title = sel->title,
		.select_date = sel->date, .select_remove = (const char *const *)sel->remove,
		.language_hint = ps->cfg->language };
	while (sel->remove != NULL && sel->remove[ret->select_remove_count] != NULL)
		ret->select_remove_count++;
	/* With `links`, title and date are for the row of the listing, not for the page. */
	if (sel->links != NULL)
		ret->select_title = ret->select_date = NULL;
}

void
plan_discover_opts(const struct plan_source *ps, struct discover_opts *ret)
{
	static const enum source_kind kinds[] = { [CFG_KIND_AUTO] = KIND_AUTO,
		[CFG_KIND_LISTING] = KIND_LISTING, [CFG_KIND_FEED] = KIND_FEED,
		[CFG_KIND_SITEMAP] = KIND_SITEMAP, [CFG_KIND_PAGE] = KIND_PAGE };
	const struct cfg_source *cfg = ps->cfg;

	*ret = (struct discover_opts){ .kind = kinds[cfg->kind], .select_links = cfg->select.links,
		.language = cfg->language, .include = cfg->include, .include_count = cfg->include_count,
		.exclude = cfg->exclude, .exclude_count = cfg->exclude_count };
	if (cfg->select.links != NULL) {
		ret->select_title = cfg->select.title;
		ret->select_date = cfg->select.date;
	}
}

int
plan_sync(const struct plan *p, struct store *s, struct err *reterr)
{
	size_t n = p->config->sources_count;
	struct store_source_def *defs = xcalloc(n + 1, sizeof(*defs));
	int rc;

	for (size_t i = 0; i < n; i++) {
		const struct cfg_source *cfg = &p->config->sources[i];
		size_t labels = 0;

		while (cfg->labels != NULL && cfg->labels[labels] != NULL)
			labels++;
		defs[i] = (struct store_source_def){ .name = cfg->name, .was = cfg->was, .url = cfg->url,
			.labels = (const char *const *)cfg->labels, .labels_count = labels };
	}
	rc = store_sources_sync(s, defs, n, reterr);
	free(defs);
	return rc;
}
