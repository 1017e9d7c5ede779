/* config: the files, in order; what concerns several keys, sources or files at once; and the end of it all. */
#include <dirent.h>
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include "base/digest.h"
#include "base/file.h"
#include "base/mem.h"
#include "config/config_int.h"
#include "base/banned.h"

static void
free_strings(char **list)
{
	for (size_t i = 0; list != NULL && list[i] != NULL; i++)
		free(list[i]);
	free(list);
}

static void
source_done(struct cfg_source *s, const struct cfg_source *defaults)
{
	char *const owned[] = { s->name, s->was, s->url, s->timezone, s->language, s->select.links, s->select.title,
		s->select.date, s->select.body, s->user_agent, s->proxy };

	for (size_t i = 0; i < sizeof(owned) / sizeof(owned[0]); i++)
		free(owned[i]);
	if (s->recheck_s != defaults->recheck_s)
		free(s->recheck_s);
	free_strings(s->labels);
	free_strings(s->include);
	free_strings(s->exclude);
	free_strings(s->select.remove);
	free_strings(s->channels);
	free_strings(s->headers);
	free_strings(s->fetch_with);
	if (s->secrets != NULL) {
		free(s->secrets->headers_file);
		free(s->secrets->cookies_file);
		free(s->secrets->proxy_file);
		if (s->secrets->cookies != NULL)
			explicit_bzero(s->secrets->cookies, strlen(s->secrets->cookies));
		free(s->secrets->cookies);
		free(s->secrets);
	}
}

static void
channel_done(struct cfg_channel *c)
{
	char *const owned[] = { c->name, c->webhook, c->file, c->feed, c->mail_server, c->mail_from, c->mail_user,
		c->mail_password_file, c->secret_file, c->match, c->timezone, c->urgent, c->template };

	for (size_t i = 0; i < sizeof(owned) / sizeof(owned[0]); i++)
		free(owned[i]);
	if (c->secret != NULL)
		explicit_bzero(c->secret, c->secret_len);
	free(c->secret);
	if (c->mail_password != NULL)
		explicit_bzero(c->mail_password, strlen(c->mail_password));
	free(c->mail_password);
	free(c->retry_s);
	free_strings(c->exec);
	free_strings(c->mail_to);
	free_strings(c->headers);
}

void
config_free(struct config *c)
{
	if (c == NULL)
		return;
	for (size_t i = 0; i < c->sources_count; i++)
		source_done(&c->sources[i], c->defaults);
	if (c->defaults != NULL)
		free(c->defaults->recheck_s);
	free(c->defaults);
	for (size_t i = 0; i < c->channels_count; i++)
		channel_done(&c->channels[i]);
	for (size_t i = 0; i < c->files_count; i++)
		free(c->files[i]);
	free(c->files);
	free(c->by_name);
	free(c->sources);
	free(c->channels);
	free(c->path);
	free(c->archive);
	free(c->control);
	free(c->contact);
	free(c->proxy);
	free_strings(c->allow);
	for (size_t i = 0; i < c->spellings_count; i++)
		free_strings(c->spellings[i]);
	free(c->spellings);
	free(c);
}

void
config_mistakes_done(struct config_mistakes *m)
{
	for (size_t i = 0; i < m->count; i++) {
		free(m->list[i].file);
		free(m->list[i].text);
	}
	free(m->list);
	*m = (struct config_mistakes){ 0 };
}

/* The value of key in a map, for marks; NULL when it is not there. */
static const yaml_node_t *
value_of(struct config_reader *r, const yaml_node_t *map, const char *key)
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
		if ((v = value_of(r, node, config_source_files[i])) != NULL)
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
	const yaml_node_t *name = value_of(r, node, "name");
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
		if ((v = value_of(r, node, keys[i])) == NULL)
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
		n += value_of(r, node, ways[i]) != NULL;
	if (n != 1)
		config_bad_at(r, r->file, line_of(node), (int)node->start_mark.column + 1,
		    "a channel: wants exactly one of webhook, exec, file, feed and mail");
	if ((v = value_of(r, node, "webhook")) == NULL)
		for (int i = 0; i < 2; i++) {
			const char *only = i ? "headers" : "secret-file";

			if ((v = value_of(r, node, only)) != NULL)
				config_bad_at(r, r->file, line_of(v), (int)v->start_mark.column + 1,
				    "%s: is for webhooks only", only);
		}
	if ((v = value_of(r, node, "template")) != NULL && ch->webhook == NULL && ch->exec == NULL)
		config_bad_at(r, r->file, line_of(v), (int)v->start_mark.column + 1,
		    "template: is for webhook and exec only");
	check_pace(r, node, ch);
	if (ch->mail_password_file != NULL && ch->mail_user == NULL)
		config_bad_at(r, r->file, line_of(node), 0, "password-file: wants a user");
	if (r->flags & CONFIG_SKIP_SECRETS)
		return;
	if (ch->secret_file != NULL && (v = value_of(r, node, "secret-file")) != NULL)
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

/* A file of sources.d: a list of sources, one source, or a map with `sources`. */
static void
read_sources_file(struct config_reader *r, yaml_node_t *root)
{
	static const struct config_key only_sources[] = {
		{ .name = "sources", .each = config_add_source }, { .name = NULL }
	};

	if (root->type == YAML_SEQUENCE_NODE)
		config_read_each(r, root, "sources", CONFIG_SOURCES_MAX, config_add_source);
	else if (value_of(r, root, "url") != NULL || value_of(r, root, "name") != NULL)
		config_add_source(r, root);
	else
		config_read_map(r, root, "a file of sources", only_sources, r->config);
	r->sources_seen = true;
}

static void
syntax_mistake(struct config_reader *r, const yaml_parser_t *p)
{
	size_t line = p->problem_mark.line + 1, column = p->problem_mark.column + 1;

	if (p->error == YAML_MEMORY_ERROR)
		config_bad_at(r, r->file, 0, 0, "too big for YAML");
	else if (p->error == YAML_READER_ERROR)
		config_bad_at(r, r->file, (int)p->mark.line + 1, (int)p->mark.column + 1,
		    "no valid UTF-8: %s (byte %zu)", p->problem, p->problem_offset);
	else
		config_bad_at(r, r->file, (int)line, (int)column, "no YAML: %s%s%s", p->problem,
		    p->context != NULL ? ", " : "", p->context != NULL ? p->context : "");
}

static void
read_document(struct config_reader *r, yaml_parser_t *parser, bool main_file)
{
	yaml_document_t doc, more;
	yaml_node_t *root;

	if (!yaml_parser_load(parser, &doc)) {
		syntax_mistake(r, parser);
		return;
	}
	r->doc = &doc;
	root = yaml_document_get_root_node(&doc);
	if (root == NULL) {
		if (main_file)
			config_bad_at(r, r->file, 0, 0, "the file is empty");
	} else if (main_file) {
		config_read_map(r, root, "presswatch.yaml", config_main_keys, r->config);
	} else {
		read_sources_file(r, root);
	}
	r->doc = NULL;
	yaml_document_delete(&doc);
	if (root == NULL)
		return;
	if (!yaml_parser_load(parser, &more)) {
		syntax_mistake(r, parser);
		return;
	}
	if (yaml_document_get_root_node(&more) != NULL)
		config_bad_at(r, r->file, (int)more.start_mark.line + 1, 1,
		    "a second document begins: only one is read");
	yaml_document_delete(&more);
}

static void
read_file(struct config_reader *r, const char *path, bool main_file)
{
	struct config *c = r->config;
	struct buf b = BUF_INIT(CONFIG_FILE_MAX);
	yaml_parser_t parser;
	struct err err = { 0 };

	c->files = xgrow(c->files, &r->files_cap, c->files_count + 1, sizeof(*c->files));
	r->file = c->files[c->files_count++] = xstrdup(path);
	if (file_read(path, &b, &err) < 0) {
		config_bad_at(r, r->file, 0, 0, "%s", err.text);
		buf_done(&b);
		return;
	}
	if (yaml_parser_initialize(&parser)) {
		yaml_parser_set_input_string(&parser, (const unsigned char *)buf_str(&b), b.len);
		read_document(r, &parser, main_file);
		yaml_parser_delete(&parser);
	} else {
		config_bad_at(r, r->file, 0, 0, "out of memory");
	}
	buf_done(&b);
}

static int
is_yaml(const struct dirent *d)
{
	size_t n = strlen(d->d_name);

	return d->d_name[0] != '.' && n > 5 && strcmp(d->d_name + n - 5, ".yaml") == 0;
}

static int
by_bytes(const struct dirent **a, const struct dirent **b)
{
	return strcmp((*a)->d_name, (*b)->d_name);
}

static void
read_sources_folder(struct config_reader *r, const char *main_path)
{
	CLEANUP(freep) char *folder = file_beside(main_path, "sources.d");
	struct dirent **list = NULL;
	int n = scandir(folder, &list, is_yaml, by_bytes);

	if (n < 0 && errno != ENOENT)
		config_bad_at(r, folder, 0, 0, "cannot read the folder: %s", strerror(errno));
	for (int i = 0; i < n; i++) {
		CLEANUP(freep) char *path = xasprintf("%s/%s", folder, list[i]->d_name);

		read_file(r, path, false);
		free(list[i]);
	}
	free(list);
}

/* In order of name; equal names in order of appearance, so that the second one is the mistake. */
static int
by_name(const void *a, const void *b)
{
	const struct cfg_source *x = *(const struct cfg_source *const *)a,
				*y = *(const struct cfg_source *const *)b;
	int d = strcmp(x->name != NULL ? x->name : "", y->name != NULL ? y->name : "");

	return d != 0 ? d : x < y ? -1 : x > y;
}

static int
compare_name(const void *name, const void *element)
{
	const struct cfg_source *s = *(const struct cfg_source *const *)element;

	return strcmp(name, s->name != NULL ? s->name : "");
}

const struct cfg_source *
config_source(const struct config *c, const char *name)
{
	const struct cfg_source **found;

	if (c->sources_count == 0)
		return NULL;
	found = bsearch(name, c->by_name, c->sources_count, sizeof(*c->by_name), compare_name);
	return found != NULL ? *found : NULL;
}

const struct cfg_channel *
config_channel(const struct config *c, const char *name)
{
	for (size_t i = 0; i < c->channels_count; i++)
		if (c->channels[i].name != NULL && strcmp(c->channels[i].name, name) == 0)
			return &c->channels[i];
	return NULL;
}

bool
config_hears(const struct cfg_source *src, const struct cfg_channel *ch)
{
	if (src->channels == NULL)
		return true;
	for (char **name = src->channels; *name != NULL; name++)
		if (strcmp(*name, ch->name) == 0)
			return true;
	return false;
}

static void
check_source_names(struct config_reader *r)
{
	struct config *c = r->config;

	c->by_name = xcalloc(c->sources_count + 1, sizeof(*c->by_name));
	for (size_t i = 0; i < c->sources_count; i++)
		c->by_name[i] = &c->sources[i];
	qsort(c->by_name, c->sources_count, sizeof(*c->by_name), by_name);
	for (size_t i = 1; i < c->sources_count; i++) {
		const struct cfg_source *a = c->by_name[i - 1], *b = c->by_name[i];
		const struct config_mark *first = &r->source_marks[a - c->sources];
		const struct config_mark *second = &r->source_marks[b - c->sources];

		if (a->name != NULL && b->name != NULL && strcmp(a->name, b->name) == 0)
			config_bad_at(r, b->file, second->line, second->column,
			    "name: '%s' is taken by another source at %s:%d:%d", b->name, a->file, first->line,
			    first->column);
	}
	for (size_t i = 0; i < c->sources_count; i++) {
		const struct cfg_source *s = &c->sources[i], *other;

		if (s->was != NULL && (other = config_source(c, s->was)) != NULL)
			config_bad_at(r, s->file, s->line, 0,
			    "was: '%s' is still a source, at %s:%d", s->was, other->file,
			    other->line);
	}
}

static void
check_channel_names(struct config_reader *r)
{
	const struct config *c = r->config;

	for (size_t i = 1; i < c->channels_count; i++) {
		const struct cfg_channel *b = &c->channels[i],
					 *a = b->name ? config_channel(c, b->name) : b;

		if (a != b)
			config_bad_at(r, b->config_file, b->line, 0,
			    "name: '%s' is taken by another channel at %s:%d", b->name,
			    a->config_file, a->line);
	}
	for (size_t i = 0; i < r->refs_count; i++)
		if (config_channel(c, r->refs[i].name) == NULL)
			config_bad_at(r, r->refs[i].file, r->refs[i].line, r->refs[i].column,
			    "channels: there is no channel '%s'", r->refs[i].name);
}

/* The first folder of systemd's $STATE_DIRECTORY or $RUNTIME_DIRECTORY (both may be lists with colons), else packaged. */
static char *
default_path(const char *variable, const char *packaged, const char *name)
{
	const char *dir = getenv(variable);

	if (dir == NULL || dir[0] != '/')
		return xasprintf("%s/%s", packaged, name);
	return xasprintf("%.*s/%s", (int)strcspn(dir, ":"), dir, name);
}

char *
config_default_archive(void)
{
	return default_path("STATE_DIRECTORY", "/var/lib/presswatch", "archive.db");
}

int
config_load_flags(const char *path, unsigned flags, struct config **ret,
    struct config_mistakes *mistakes)
{
	CLEANUP(config_freep) struct config *c = xcalloc(1, sizeof(*c));
	struct config_reader r = { .config = c, .mistakes = mistakes, .flags = flags };
	size_t before = mistakes->count;

	c->path = xstrdup(path);
	read_file(&r, path, true);
	if (!(flags & CONFIG_MAIN_ONLY))
		read_sources_folder(&r, path);
	if (!r.sources_seen && mistakes->count == before &&
	    !(flags & (CONFIG_MAIN_ONLY | CONFIG_MAY_BE_EMPTY)))
		config_bad_at(&r, c->files[0], 0, 0, "there are no sources, here or in sources.d");
	check_source_names(&r);
	check_channel_names(&r);
	if (c->archive == NULL)
		c->archive = config_default_archive();
	if (c->control == NULL)
		c->control = default_path("RUNTIME_DIRECTORY", "/run/presswatch", "control.sock");
	free(r.refs);
	free(r.source_marks);
	if (mistakes->count > before)
		return -1;
	*ret = c;
	c = NULL;
	return 0;
}

int
config_load(const char *path, struct config **ret, struct config_mistakes *mistakes)
{
	return config_load_flags(path, 0, ret, mistakes);
}
