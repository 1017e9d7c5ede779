/*
 * facts: what of the configuration is worth remembering, so that a plan can say what would change. Values that may hold a secret
 * (an address, a header, an argument) are remembered by their hash alone.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "base/buf.h"
#include "base/cleanup.h"
#include "base/digest.h"
#include "base/json.h"
#include "base/mem.h"
#include "config/config.h"
#include "config/config_int.h"
#include "base/banned.h"

#define PACE_MAX 512
#define FACTS_MAX ((size_t)128 << 10)	/* of one source: ages and names of channels are CONFIG_LIST_MAX each at most */

static uint64_t
mix(uint64_t h, const char *s)
{
	return s == NULL ? digest_xxh64("", 1, h) : digest_xxh64(s, strlen(s), h + 1);
}

static uint64_t
mix_list(uint64_t h, char *const *list)
{
	for (; list != NULL && *list != NULL; list++)
		h = mix(h, *list);
	return h;
}

/* ---- sources ---- */

uint64_t
config_rules_hash(const struct cfg_source *cfg)
{
	uint64_t h = (uint64_t)cfg->kind;

	h = mix(h, cfg->select.links);
	h = mix(h, cfg->select.title);
	h = mix(h, cfg->select.date);
	h = mix(h, cfg->language);
	for (size_t i = 0; i < cfg->include_count; i++)
		h = mix(h, cfg->include[i]);
	h = mix(h, "exclude");
	for (size_t i = 0; i < cfg->exclude_count; i++)
		h = mix(h, cfg->exclude[i]);
	return h;
}

uint64_t
config_rules_parts(const struct cfg_source *cfg)
{
	uint64_t select = mix(mix(mix(1, cfg->select.links), cfg->select.title), cfg->select.date), in = 1, out = 1;

	for (size_t i = 0; i < cfg->include_count; i++)
		in = mix(in, cfg->include[i]);
	for (size_t i = 0; i < cfg->exclude_count; i++)
		out = mix(out, cfg->exclude[i]);
	return (uint64_t)cfg->kind << 60 | (select & 0x7fff) << 45 | (mix(1, cfg->language) & 0x7fff) << 30 |
	    (in & 0x7fff) << 15 | (out & 0x7fff);
}

const char *
config_rules_differing(uint64_t old_parts, uint64_t new_parts, char out[64])
{
	static const struct { const char *name; uint64_t mask; } parts[] = { { "kind", UINT64_C(15) << 60 },
		{ "select", UINT64_C(0x7fff) << 45 }, { "language", UINT64_C(0x7fff) << 30 },
		{ "include", UINT64_C(0x7fff) << 15 }, { "exclude", UINT64_C(0x7fff) } };
	uint64_t other = old_parts ^ new_parts;
	size_t n = 0;

	out[0] = '\0';
	for (size_t i = 0; i < sizeof(parts) / sizeof(parts[0]); i++)
		if ((other & parts[i].mask) != 0)
			n += (size_t)snprintf(out + n, 64 - n, "%s%s", n > 0 ? ", " : "", parts[i].name);
	return out;
}

/* "90m", "7d": as the configuration would say it. */
static void
add_seconds(struct buf *b, int64_t s)
{
	static const struct { int64_t s; char letter; } units[] = { { 86400, 'd' }, { 3600, 'h' }, { 60, 'm' }, { 1, 's' } };
	size_t i = 0;

	while (units[i].s > 1 && (s == 0 || s % units[i].s != 0))
		i++;
	buf_addf(b, " %lld%c", (long long)(s / units[i].s), units[i].letter);
}

/* The name of a fact behind those before it. */
static void
begin(struct buf *b, const char *name)
{
	buf_addf(b, "%s%s", b->len > 0 ? "; " : "", name);
}

static bool
same_ages(const struct cfg_source *a, const struct cfg_source *b)
{
	return a->recheck_count == b->recheck_count && (a->recheck_count == 0 ||
	    memcmp(a->recheck_s, b->recheck_s, a->recheck_count * sizeof(*a->recheck_s)) == 0);
}

char *
config_source_facts(const struct cfg_source *s, const struct cfg_source *defaults)
{
	struct buf b = BUF_INIT(FACTS_MAX);
	const struct cfg_source *d = defaults;

	if (d == NULL || s->every_s != d->every_s) {
		begin(&b, "every");
		add_seconds(&b, s->every_s);
	}
	if (d == NULL || s->adaptive != d->adaptive)
		buf_addf(&b, "%sadaptive %s", b.len > 0 ? "; " : "", s->adaptive ? "true" : "false");
	if (d == NULL || !same_ages(s, d)) {
		begin(&b, "recheck");
		for (size_t i = 0; i < s->recheck_count; i++)
			add_seconds(&b, s->recheck_s[i]);
		if (s->recheck_count == 0)
			buf_adds(&b, " never");
	}
	if (d == NULL || s->confirm_s != d->confirm_s) {
		begin(&b, "confirm");
		add_seconds(&b, s->confirm_s);
	}
	if (d == NULL || s->ignore_robots != d->ignore_robots)
		buf_addf(&b, "%srobots %s", b.len > 0 ? "; " : "", s->ignore_robots ? "ignore" : "obey");
	if (d == NULL || s->timezone != NULL)
		buf_addf(&b, "%stimezone %s", b.len > 0 ? "; " : "", s->timezone != NULL ? s->timezone : "not given");
	if (d == NULL || s->channels != NULL) {
		begin(&b, "channels");
		for (char **c = s->channels; c != NULL && *c != NULL; c++)
			buf_addf(&b, " %s", *c);
		if (s->channels == NULL || s->channels[0] == NULL)
			buf_adds(&b, s->channels == NULL ? " all" : " none");
	}
	return b.len > 0 ? buf_take(&b, NULL) : NULL;
}

/* ---- channels ---- */

static void
put_hash(json_t *j, const char *key, uint64_t h)
{
	char hex[17];

	snprintf(hex, sizeof(hex), "%016llx", (unsigned long long)h);
	json_put_str(j, key, hex);
}

/* "events: new, edited" as the table of keys names the bits. */
static void
put_bits(json_t *j, const char *key, unsigned bits)
{
	const struct config_key *k = config_channel_keys;
	struct buf b = BUF_INIT(PACE_MAX);

	while (strcmp(k->name, key) != 0)
		k++;
	for (const struct config_word *w = k->words; w->name != NULL; w++)
		if ((bits & (unsigned)w->value) != 0)
			buf_addf(&b, "%s%s", b.len > 0 ? ", " : "", w->name);
	if (b.len > 0)
		json_put_str(j, key, buf_str(&b));
	buf_done(&b);
}

static void
put_pace(json_t *j, const struct cfg_channel *ch)
{
	struct buf b = BUF_INIT(PACE_MAX);

	if (ch->digest_minute >= 0)
		buf_addf(&b, "digest daily %02d:%02d", ch->digest_minute / 60, ch->digest_minute % 60);
	else if (ch->digest_every_s > 0)
		buf_addf(&b, "digest every %lld min", (long long)(ch->digest_every_s / 60));
	if (ch->quiet_from != ch->quiet_until)
		buf_addf(&b, "%squiet %02d:%02d-%02d:%02d", b.len > 0 ? ", " : "", ch->quiet_from / 60, ch->quiet_from % 60,
		    ch->quiet_until / 60, ch->quiet_until % 60);
	if (b.len > 0 && ch->timezone != NULL)
		buf_addf(&b, " in %s", ch->timezone);
	if (b.len > 0)
		json_put_str(j, "pace", buf_str(&b));
	buf_done(&b);
}

static const char *
kind_of(const struct cfg_channel *ch)
{
	return ch->webhook != NULL ? "webhook" : ch->exec != NULL ? "exec" : ch->file != NULL ? "file" :
	    ch->feed != NULL ? "feed" : "mail";
}

/* The same for one file, whatever folder the program was started in. */
static uint64_t
mix_path(uint64_t h, const char *path)
{
	CLEANUP(freep) char *here = path != NULL && path[0] != '/' ? realpath(".", NULL) : NULL;
	CLEANUP(freep) char *whole = here != NULL ? xasprintf("%s/%s", here, path) : NULL;

	return mix(h, whole != NULL ? whole : path);
}

static json_t *
channel_facts(const struct cfg_channel *ch)
{
	json_t *j = json_object();
	const char *const to[] = { ch->webhook, ch->mail_server, ch->mail_from, ch->mail_user };
	uint64_t h = 1;

	for (size_t i = 0; i < sizeof(to) / sizeof(to[0]); i++)
		h = mix(h, to[i]);
	h = mix_path(mix_path(h, ch->file), ch->feed);
	h = mix_list(mix_list(mix_list(h, ch->exec), ch->mail_to), ch->headers);
	json_put_str(j, "match", ch->match);
	put_bits(j, "events", ch->events);
	put_bits(j, "when", ch->when);
	json_put_str(j, "once-per", ch->once_per_story ? "story" : "document");
	put_pace(j, ch);
	json_put_str(j, "urgent", ch->urgent);
	if (ch->storm >= 0)
		json_put_int(j, "storm", ch->storm);
	json_put_str(j, "kind", kind_of(ch));
	put_hash(j, "receiver", h);
	if (ch->template != NULL)
		put_hash(j, "template", mix(1, ch->template));
	return j;
}

json_t *
config_channels_facts(const struct config *c)
{
	json_t *all = json_object();

	for (size_t i = 0; i < c->channels_count; i++)
		json_object_set_new(all, c->channels[i].name, channel_facts(&c->channels[i]));
	return all;
}
