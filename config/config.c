/* config: the files, in order; what concerns several sources or files at once. */
#include <dirent.h>
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include "base/file.h"
#include "base/mem.h"
#include "config/config_int.h"
#include "base/banned.h"

/* A file of sources.d: a list of sources, one source, or a map with `sources`. */
static void
read_sources_file(struct config_reader *r, yaml_node_t *root)
{
	static const struct config_key only_sources[] = {
		{ .name = "sources", .each = config_add_source }, { .name = NULL }
	};

	if (root->type == YAML_SEQUENCE_NODE)
		config_read_each(r, root, "sources", CONFIG_SOURCES_MAX, config_add_source);
	else if (config_value_of(r, root, "url") != NULL || config_value_of(r, root, "name") != NULL)
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
