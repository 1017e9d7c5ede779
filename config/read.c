/* read: a node of YAML against a table of keys; the one reader that serves all keys. */
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include "base/mem.h"
#include "config/config_int.h"
#include "base/banned.h"

#define VALUE_SHOWN 60	/* bytes of a bad value in a sentence */

static void __attribute__((format(printf, 5, 0)))
add_mistake(struct config_reader *r, const char *file, int line, int column, const char *fmt,
    va_list ap)
{
	struct config_mistakes *m = r->mistakes;
	char text[1024];

	if (m->count > CONFIG_MISTAKES_MAX)
		return;
	m->list = xgrow(m->list, &m->cap, m->count + 1, sizeof(*m->list));
	if (m->count == CONFIG_MISTAKES_MAX)
		snprintf(text, sizeof(text), "further mistakes are not listed");
	else
		vsnprintf(text, sizeof(text), fmt, ap);
	for (unsigned char *p = (unsigned char *)text; *p != '\0'; p++)
		if (*p < 0x20 || *p == 0x7f)
			*p = ' ';
	m->list[m->count++] = (struct config_mistake){ xstrdup(file), line, column, xstrdup(text) };
}

void
config_bad_at(struct config_reader *r, const char *file, int line, int column, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	add_mistake(r, file, line, column, fmt, ap);
	va_end(ap);
}

void
config_bad(struct config_reader *r, const struct config_item *item, const struct config_key *key,
    const char *fmt, ...)
{
	char why[512];
	va_list ap;
	size_t shown = strlen(item->text);

	va_start(ap, fmt);
	vsnprintf(why, sizeof(why), fmt, ap);
	va_end(ap);
	if (shown > VALUE_SHOWN)
		for (shown = VALUE_SHOWN;
		     shown > 0 && ((unsigned char)item->text[shown] & 0xc0) == 0x80; shown--)
			;
	config_bad_at(r, r->file, item->line, item->column, "%s: '%.*s%s' %s", key->name,
	    (int)shown, item->text, item->text[shown] != '\0' ? "…" : "", why);
}

/* Edits that turn a into b, for words of at most 31 bytes; more than 3 is as good as strange. */
static int
distance(const char *a, const char *b)
{
	int row[32], la = (int)strlen(a), lb = (int)strlen(b);

	if (la > 31 || lb > 31)
		return 99;
	for (int j = 0; j <= lb; j++)
		row[j] = j;
	for (int i = 1; i <= la; i++) {
		int corner = row[0];

		row[0] = i;
		for (int j = 1; j <= lb; j++) {
			int best = corner + (a[i - 1] != b[j - 1]);

			corner = row[j];
			if (row[j] + 1 < best)
				best = row[j] + 1;
			if (row[j - 1] + 1 < best)
				best = row[j - 1] + 1;
			row[j] = best;
		}
	}
	return row[lb];
}

/* The known key that was probably meant, or NULL. */
const char *
config_nearest(const struct config_key *keys, const char *name)
{
	const char *best = NULL;
	int least = 4;

	for (; keys->name != NULL; keys++) {
		int d = distance(name, keys->name);

		if (d < least && d <= 1 + (int)strlen(keys->name) / 3) {
			least = d;
			best = keys->name;
		}
	}
	return best;
}

static yaml_node_t *
node_of(struct config_reader *r, int index)
{
	return yaml_document_get_node(r->doc, index);
}

static int
line_of(const yaml_node_t *node)
{
	return (int)node->start_mark.line + 1;
}

static int
column_of(const yaml_node_t *node)
{
	return (int)node->start_mark.column + 1;
}

/* A scalar as an item; a mistake for anything else, for NUL bytes and for too many values. */
static int
item_of(struct config_reader *r, yaml_node_t *node, const char *key, struct config_item *ret)
{
	if (++r->values > CONFIG_VALUES_MAX) {
		if (r->values == CONFIG_VALUES_MAX + 1)
			config_bad_at(r, r->file, line_of(node), column_of(node),
			    "more than %d values", CONFIG_VALUES_MAX);
		return -1;
	}
	if (node->type != YAML_SCALAR_NODE) {
		config_bad_at(r, r->file, line_of(node), column_of(node),
		    "%s: wants a text, not a %s", key,
		    node->type == YAML_SEQUENCE_NODE ? "list" : "map");
		return -1;
	}
	if (memchr(node->data.scalar.value, '\0', node->data.scalar.length) != NULL) {
		config_bad_at(r, r->file, line_of(node), column_of(node), "%s: has a NUL byte",
		    key);
		return -1;
	}
	*ret = (struct config_item){ (const char *)node->data.scalar.value, line_of(node), column_of(node) };
	return 0;
}

static bool
is_null(const yaml_node_t *node)
{
	const char *s = (const char *)node->data.scalar.value;

	return node->type == YAML_SCALAR_NODE &&
	       node->data.scalar.style == YAML_PLAIN_SCALAR_STYLE &&
	       (s[0] == '\0' || strcmp(s, "~") == 0 || strcmp(s, "null") == 0);
}

static int
read_list(struct config_reader *r, yaml_node_t *node, const struct config_key *key, void *base)
{
	const yaml_node_item_t *first = node->data.sequence.items.start;
	size_t n = (size_t)(node->data.sequence.items.top - first);
	struct config_item *items;
	bool bad = false;
	int rc = -1;

	if (n > CONFIG_LIST_MAX) {
		config_bad_at(r, r->file, line_of(node), column_of(node),
		    "%s: has more than %d entries", key->name, CONFIG_LIST_MAX);
		return -1;
	}
	items = xcalloc(n + 1, sizeof(*items));
	for (size_t i = 0; i < n; i++)
		if (item_of(r, node_of(r, first[i]), key->name, &items[i]) < 0)
			bad = true;
	items[n] = (struct config_item){ "", line_of(node), column_of(node) };	/* where an empty list stands */
	if (!bad)
		rc = key->parse(r, key, items, n, base);
	free(items);
	return rc;
}

char **
config_read_texts(struct config_reader *r, yaml_node_t *node, const char *key, int64_t max)
{
	const struct config_key row = { .name = key, .parse = config_texts, .list = true, .max = max };
	char **list = NULL;

	if (node->type == YAML_SEQUENCE_NODE)
		return read_list(r, node, &row, &list) < 0 ? NULL : list;
	config_bad_at(r, r->file, line_of(node), column_of(node), "%s: wants a list of texts", key);
	return NULL;
}

/* One value, with the function that the table names. */
static int
read_value(struct config_reader *r, yaml_node_t *node, const struct config_key *key, void *base)
{
	struct config_item item;

	if (is_null(node)) {
		config_bad_at(r, r->file, line_of(node), column_of(node), "%s: has no value",
		    key->name);
		return -1;
	}
	if (key->list && node->type == YAML_SEQUENCE_NODE)
		return read_list(r, node, key, base);
	if (item_of(r, node, key->name, &item) < 0)
		return -1;
	return key->parse(r, key, &item, 1, base);
}

static void
read_default_list(struct config_reader *r, const struct config_key *key, void *base)
{
	struct config_item items[32] = { { NULL, 0, 0 } };
	char words[256], *save = NULL;
	size_t n = 0;

	snprintf(words, sizeof(words), "%s", key->def);
	for (char *w = strtok_r(words, " ", &save); w != NULL && n < 32; w = strtok_r(NULL, " ", &save))
		items[n++].text = w;
	key->parse(r, key, items, n, base);
}

/* What the file did not say: the table's own words through the same functions. */
static void
read_default(struct config_reader *r, const struct config_key *key, void *base)
{
	const struct config_item item = { .text = key->def };

	if (key->def == NULL)
		return;
	if (key->list)
		read_default_list(r, key, base);
	else
		key->parse(r, key, &item, 1, base);
}

static void
read_defaults(struct config_reader *r, const struct config_key *keys, uint64_t seen, void *base)
{
	for (size_t i = 0; keys[i].name != NULL; i++) {
		if (seen >> i & 1)
			continue;
		if (keys[i].keys != NULL)
			read_defaults(r, keys[i].keys, 0, base);
		else
			read_default(r, &keys[i], base);
	}
}

void
config_read_each(struct config_reader *r, yaml_node_t *node, const char *key, size_t max,
    void (*each)(struct config_reader *r, yaml_node_t *node))
{
	const yaml_node_item_t *first = node->data.sequence.items.start;
	size_t n;

	if (is_null(node))
		return;
	if (node->type != YAML_SEQUENCE_NODE) {
		config_bad_at(r, r->file, line_of(node), column_of(node), "%s: wants a list", key);
		return;
	}
	n = (size_t)(node->data.sequence.items.top - first);
	if (n > max) {
		config_bad_at(r, r->file, line_of(node), column_of(node),
		    "%s: has more than %zu entries", key, max);
		return;
	}
	for (size_t i = 0; i < n; i++)
		each(r, node_of(r, first[i]));
}

static void
unknown_key(struct config_reader *r, const struct config_item *name, const char *what,
    const struct config_key *keys)
{
	const char *near = config_nearest(keys, name->text);

	if (near != NULL)
		config_bad_at(r, r->file, name->line, name->column,
		    "unknown key '%.60s' in %s; did you mean '%s'?", name->text, what, near);
	else
		config_bad_at(r, r->file, name->line, name->column, "unknown key '%.60s' in %s",
		    name->text, what);
}

/* One pair of a map. Returns its row, or -1 when it has none or was said before. */
static int
read_pair(struct config_reader *r, const yaml_node_pair_t *pair, const char *what,
    const struct config_key *keys, int seen_line[64], void *base)
{
	yaml_node_t *value = node_of(r, pair->value);
	struct config_item name;
	int i;

	if (item_of(r, node_of(r, pair->key), what, &name) < 0)
		return -1;
	for (i = 0; keys[i].name != NULL && strcmp(keys[i].name, name.text) != 0; i++)
		;
	if (keys[i].name == NULL) {
		unknown_key(r, &name, what, keys);
		return -1;
	}
	if (seen_line[i] != 0) {
		config_bad_at(r, r->file, name.line, name.column,
		    "%s: stands twice (also in line %d)", name.text, seen_line[i]);
		return -1;
	}
	seen_line[i] = name.line;
	if (keys[i].each != NULL) {
		if (!(r->flags & CONFIG_MAIN_ONLY) || keys[i].main)
			config_read_each(r, value, keys[i].name, CONFIG_SOURCES_MAX, keys[i].each);
		if (keys[i].each == config_add_source)
			r->sources_seen = true;
	} else if (keys[i].keys != NULL) {
		config_read_map(r, value, keys[i].name, keys[i].keys, base);
	} else {
		read_value(r, value, &keys[i], base);
	}
	return i;
}

/* Of the keys that stand there sets *ret_seen, bit by bit. */
static int
read_pairs(struct config_reader *r, yaml_node_t *node, const char *what, const struct config_key *keys, uint64_t *ret_seen,
    void *base)
{
	int seen_line[64] = { 0 }, i;
	uint64_t seen = 0;

	if (node->type != YAML_MAPPING_NODE) {
		config_bad_at(r, r->file, line_of(node), column_of(node),
		    "%s: wants a map of keys and values", what);
		return -1;
	}
	for (const yaml_node_pair_t *p = node->data.mapping.pairs.start;
	     p < node->data.mapping.pairs.top; p++)
		if ((i = read_pair(r, p, what, keys, seen_line, base)) >= 0)
			seen |= UINT64_C(1) << i;
	for (i = 0; keys[i].name != NULL; i++)
		if (keys[i].required && !(seen >> i & 1))
			config_bad_at(r, r->file, line_of(node), column_of(node),
			    "%s: '%s' is missing", what, keys[i].name);
	*ret_seen = seen;
	return 0;
}

int
config_read_map(struct config_reader *r, yaml_node_t *node, const char *what,
    const struct config_key *keys, void *base)
{
	size_t before = r->mistakes->count;
	uint64_t seen;

	if (read_pairs(r, node, what, keys, &seen, base) < 0)
		return -1;
	read_defaults(r, keys, seen, base);
	return r->mistakes->count > before ? -1 : 0;
}

int
config_read_over(struct config_reader *r, yaml_node_t *node, const char *what,
    const struct config_key *keys, void *base)
{
	size_t before = r->mistakes->count;
	uint64_t seen;

	return read_pairs(r, node, what, keys, &seen, base) < 0 || r->mistakes->count > before ? -1 : 0;
}

void
config_read_defaults(struct config_reader *r, const struct config_key *keys, void *base)
{
	read_defaults(r, keys, 0, base);
}
