#ifndef CONFIG_CONFIG_INT_H
#define CONFIG_CONFIG_INT_H
/*
 * config_int: the table of keys and the reader behind it. A row says how a key is called, which function reads its
 * value, where the value goes, its default, range, unit and one line of help; adding a row is the whole change.
 */
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <yaml.h>
#include "base/err.h"
#include "config/config.h"

/* Limits of what an administrator's file can make us spend. */
#define CONFIG_FILE_MAX ((size_t)16 << 20)
#define CONFIG_SOURCES_MAX 100000
#define CONFIG_CHANNELS_MAX 1000
#define CONFIG_LIST_MAX 1000		/* entries of one list of texts */
#define CONFIG_SPELLINGS_MAX 1000	/* names with several spellings */
#define CONFIG_VALUES_MAX 4000000	/* all values; aliases make a small file wide */
#define CONFIG_MISTAKES_MAX 1000
#define CONFIG_REGEX_MAX 1024		/* bytes of one regular expression */
#define CONFIG_REGEX_COST 20000		/* states, repetitions multiplied out */
#define CONFIG_SECRET_MIN 24		/* bytes of a key (Standard Webhooks) */

struct config_item {			/* one value as written; text ends in NUL */
	const char *text;
	int line, column;		/* from 1 */
};

struct config_ref {			/* a channel named by a source, looked up when all is read */
	const char *name, *file;
	int line, column;
};

struct config_mark { int line, column; };

struct config_reader {
	struct config *config;
	struct config_mistakes *mistakes;
	unsigned flags;
	const char *file;		/* that is being read; owned by config */
	yaml_document_t *doc;
	size_t values;
	bool sources_seen;		/* a `sources` key or a file of sources.d */
	size_t sources_cap, channels_cap, files_cap;
	struct config_ref *refs;
	size_t refs_count, refs_cap;
	struct config_mark *source_marks;	/* of each source's name */
	size_t source_marks_cap;
};

struct config_key;

/* Reads n items into base + key->at. 0, or -1 with at least one mistake; then the field stays as it was. */
typedef int config_parse_fn(struct config_reader *r, const struct config_key *key,
    const struct config_item *items, size_t n, void *base);

struct config_word { const char *name; int value; };

struct config_key {
	const char *name;
	config_parse_fn *parse;		/* NULL: a section (keys) or a list of sections (each) */
	size_t at;			/* of the field in the struct */
	size_t count_at;		/* of its length */
	const char *def;		/* as the file would say it, lists with blanks between; NULL: none */
	int64_t min, max;		/* of numbers, in unit; of texts, in bytes */
	const char *unit;
	bool required;
	bool list;			/* a list of values; one value counts as a list of one */
	const struct config_word *words;	/* what may be said, ended by NULL */
	const struct config_key *keys;	/* of a section, whose fields stand in the same struct */
	void (*each)(struct config_reader *r, yaml_node_t *node);
	bool main;			/* each: read with CONFIG_MAIN_ONLY too */
	const char *help;
};

#define AT(type, field) offsetof(type, field)

extern const struct config_key config_main_keys[], config_network_keys[];
extern const struct config_key config_source_keys[], config_select_keys[];
extern const struct config_key config_channel_keys[], config_mail_keys[];

/* Sections of the manual page. */
struct config_table { const char *section; const struct config_key *keys; };
extern const struct config_table config_tables[];

/* Mistakes: at an item, at a node, of a file. Texts are escaped and cut. */
void config_bad(struct config_reader *r, const struct config_item *item, const struct config_key *key,
    const char *fmt, ...) __attribute__((format(printf, 4, 5)));
void config_bad_at(struct config_reader *r, const char *file, int line, int column,
    const char *fmt, ...) __attribute__((format(printf, 5, 6)));

/* read.c: a mapping against a table; every key of it, then defaults for what was not said. */
int config_read_map(struct config_reader *r, yaml_node_t *node, const char *what,
    const struct config_key *keys, void *base);
/* The same over what stands in base already: defaults that config_read_defaults() made once. */
int config_read_over(struct config_reader *r, yaml_node_t *node, const char *what,
    const struct config_key *keys, void *base);
void config_read_defaults(struct config_reader *r, const struct config_key *keys, void *base);
void config_read_each(struct config_reader *r, yaml_node_t *node, const char *key, size_t max,
    void (*each)(struct config_reader *r, yaml_node_t *node));
const char *config_nearest(const struct config_key *keys, const char *name);
/* entries.c */
/* The value of key in a map, for marks; NULL when it is not there. */
const yaml_node_t *config_value_of(struct config_reader *r, const yaml_node_t *map, const char *key);
void config_add_source(struct config_reader *r, yaml_node_t *node);
void config_add_channel(struct config_reader *r, yaml_node_t *node);
void config_add_spelling(struct config_reader *r, yaml_node_t *node);
/* A list of texts of at most max bytes each, ended by NULL; NULL after a mistake. */
char **config_read_texts(struct config_reader *r, yaml_node_t *node, const char *key, int64_t max);

/* secret.c: a key file at load. -1 with a mistake at item. */
int config_read_secret(struct config_reader *r, const char *key, const char *path, int line, bool decode,
    unsigned char **ret, size_t *ret_len);
/* secret.c: the files that a source names, each mistake at its key. */
void config_read_source_secrets(struct config_reader *r, struct cfg_source *s, const int lines[3]);
extern const char *const config_source_files[3];	/* their keys */
config_parse_fn config_source_path;
/* "whsec_" base64, or raw text; caller frees *ret. ERR_CONFIG. */
int config_secret_parse(const char *text, size_t n, unsigned char **ret, size_t *ret_len, struct err *reterr);

/* values.c and lists.c: one function a type. */
config_parse_fn config_text, config_name, config_url, config_proxy, config_path, config_timezone, config_language;
config_parse_fn config_seconds, config_millis, config_bytes, config_count, config_word, config_flag;
config_parse_fn config_mail_server, config_address;
config_parse_fn config_template;	/* judge.c */
config_parse_fn config_digest, config_quiet, config_storm;	/* of a channel: more than one field */
config_parse_fn config_selector, config_selectors, config_query;
config_parse_fn config_texts, config_ages, config_pauses, config_regexes, config_headers, config_events;
config_parse_fn config_argv, config_networks, config_addresses, config_channel_refs;

/* Checks of single values, for tests: NULL, or what is wrong. */
const char *config_regex_trouble(const char *pattern);
const char *config_network_trouble(const char *rule);
const char *config_name_trouble(const char *name);

#endif
