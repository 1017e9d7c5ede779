/* entries: one source and one channel of a file, and what their keys owe each other. */
#include <string.h>
#include "base/mem.h"
#include "config/config_int.h"
#include "base/banned.h"

const yaml_node_t *
config_value_of(struct config_reader *r, const yaml_node_t *map, const char *key)
{
	if (map->type != YAML_MAPPING_NODE)
		return NULL;
	for (const yaml_node_pair_t *p = map->data.mapping.pairs.start; p < map->data.mapping.pairs.top; p++) {
		const yaml_node_t *k = yaml_document_get_node(r->doc, p->key);

		if (k->type == YAML_SCALAR_NODE &&
		    strcmp((const char *)k->data.scalar.value, key) == 0)
			return yaml_document_get_node(r->doc, p->value);
	}
	return NULL;
}

static int
line_of(const yaml_node_t *node)
{
	return (int)node->start_mark.line + 1;
}

static void
check_source(struct config_reader *r, const yaml_node_t *node, struct cfg_source *s)
{
	const yaml_node_t *v;
	int lines[3] = { 0 };

	if (s->secrets == NULL)
		return;
	for (size_t i = 0; i < 3; i++)
		if ((v = config_value_of(r, node, config_source_files[i])) != NULL)
			lines[i] = line_of(v);
	if (s->proxy != NULL && s->secrets->proxy_file != NULL)
		config_bad_at(r, r->file, lines[2], 0, "proxy-file: stands beside proxy; one of them is wanted");
	else if (!(r->flags & CONFIG_SKIP_SECRETS))
		config_read_source_secrets(r, s, lines);
}

void
config_add_source(struct config_reader *r, yaml_node_t *node)
{
	struct config *c = r->config;
	const yaml_node_t *name = config_value_of(r, node, "name");
	struct cfg_source *s;

	if (c->sources_count >= CONFIG_SOURCES_MAX || r->values > CONFIG_VALUES_MAX) {
		if (c->sources_count == CONFIG_SOURCES_MAX)
			config_bad_at(r, r->file, line_of(node), 0, "more than %d sources",
			    CONFIG_SOURCES_MAX);
		return;
	}
	c->sources = xgrow(c->sources, &r->sources_cap, c->sources_count + 1, sizeof(*c->sources));
	r->source_marks = xgrow(r->source_marks, &r->source_marks_cap, c->sources_count + 1,
	    sizeof(*r->source_marks));
	if (name == NULL)
		name = node;
	r->source_marks[c->sources_count] =
	    (struct config_mark){ line_of(name), (int)name->start_mark.column + 1 };
	s = &c->sources[c->sources_count++];
	if (c->defaults == NULL) {
		c->defaults = xcalloc(1, sizeof(*c->defaults));
		config_read_defaults(r, config_source_keys, c->defaults);
	}
	*s = *c->defaults;
	s->file = r->file;
	s->line = line_of(node);
	if (config_read_over(r, node, "a source", config_source_keys, s) == 0)
		check_source(r, node, s);
}

/* A file and a feed are read when their reader likes: they have no pace of their own. */
static void
check_pace(struct config_reader *r, const yaml_node_t *node, struct cfg_channel *ch)
{
	static const char *const keys[] = { "digest", "quiet", "storm", "urgent", "timezone" };
	bool waits = ch->digest_every_s > 0 || ch->digest_minute >= 0 || ch->quiet_from != ch->quiet_until;
	const yaml_node_t *v;

	for (size_t i = 0; i < sizeof(keys) / sizeof(keys[0]); i++) {
		if ((v = config_value_of(r, node, keys[i])) == NULL)
			continue;
		if (ch->file != NULL || ch->feed != NULL)
			config_bad_at(r, r->file, line_of(v), (int)v->start_mark.column + 1,
			    "%s: is for webhook, exec and mail only", keys[i]);
		else if (i >= 3 && !waits)
			config_bad_at(r, r->file, line_of(v), (int)v->start_mark.column + 1,
			    "%s: wants digest or quiet beside it", keys[i]);
	}
}

/* What one channel's keys owe each other. */
static void
check_channel(struct config_reader *r, const yaml_node_t *node, struct cfg_channel *ch)
{
	static const char *const ways[] = { "webhook", "exec", "file", "feed", "mail" };
	const yaml_node_t *v;
	size_t password_len;
	int n = 0;

	for (size_t i = 0; i < sizeof(ways) / sizeof(ways[0]); i++)
		n += config_value_of(r, node, ways[i]) != NULL;
	if (n != 1)
		config_bad_at(r, r->file, line_of(node), (int)node->start_mark.column + 1,
		    "a channel: wants exactly one of webhook, exec, file, feed and mail");
	if ((v = config_value_of(r, node, "webhook")) == NULL)
		for (int i = 0; i < 2; i++) {
			const char *only = i ? "headers" : "secret-file";

			if ((v = config_value_of(r, node, only)) != NULL)
				config_bad_at(r, r->file, line_of(v), (int)v->start_mark.column + 1,
				    "%s: is for webhooks only", only);
		}
	if ((v = config_value_of(r, node, "template")) != NULL && ch->webhook == NULL && ch->exec == NULL)
		config_bad_at(r, r->file, line_of(v), (int)v->start_mark.column + 1,
		    "template: is for webhook and exec only");
	check_pace(r, node, ch);
	if (ch->mail_password_file != NULL && ch->mail_user == NULL)
		config_bad_at(r, r->file, line_of(node), 0, "password-file: wants a user");
	if (r->flags & CONFIG_SKIP_SECRETS)
		return;
	if (ch->secret_file != NULL && (v = config_value_of(r, node, "secret-file")) != NULL)
		config_read_secret(r, "secret-file", ch->secret_file, line_of(v), true, &ch->secret,
		    &ch->secret_len);
	if (ch->mail_password_file != NULL)
		config_read_secret(r, "password-file", ch->mail_password_file, line_of(node), false,
		    (unsigned char **)&ch->mail_password, &password_len);
}

void
config_add_channel(struct config_reader *r, yaml_node_t *node)
{
	struct config *c = r->config;
	struct cfg_channel *ch;

	if (c->channels_count >= CONFIG_CHANNELS_MAX) {
		if (c->channels_count++ == CONFIG_CHANNELS_MAX)
			config_bad_at(r, r->file, line_of(node), 0, "more than %d channels",
			    CONFIG_CHANNELS_MAX);
		c->channels_count = CONFIG_CHANNELS_MAX;
		return;
	}
	c->channels =
	    xgrow(c->channels, &r->channels_cap, c->channels_count + 1, sizeof(*c->channels));
	ch = &c->channels[c->channels_count++];
	*ch = (struct cfg_channel){ .config_file = r->file, .line = line_of(node), .digest_minute = -1, .storm = -1 };
	if (config_read_map(r, node, "a channel", config_channel_keys, ch) == 0)
		check_channel(r, node, ch);
}
