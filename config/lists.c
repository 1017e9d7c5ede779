/* lists: one function for each type of list; every bad entry is reported, none stops the others. */
#include <arpa/inet.h>
#include <stdio.h>
#include <string.h>
#include "base/mem.h"
#include "base/pattern.h"
#include "config/config_int.h"
#include "base/banned.h"

static void
free_strings(char **list)
{
	for (size_t i = 0; list != NULL && list[i] != NULL; i++)
		free(list[i]);
	free(list);
}

/* Reads every item with the function of a single value and keeps the list only when all are good. */
static int
read_strings(struct config_reader *r, const struct config_key *key, const struct config_item *items,
    size_t n, config_parse_fn *one, void *base)
{
	char ***field = (char ***)((char *)base + key->at);
	struct config_key single = *key;
	char **list = xcalloc(n + 1, sizeof(*list));
	bool bad = false;

	single.at = 0;
	for (size_t i = 0; i < n; i++)
		if (one(r, &single, &items[i], 1, &list[i]) < 0)
			bad = true;
	if (bad) {
		for (size_t i = 0; i < n; i++)
			free(list[i]);
		free(list);
		return -1;
	}
	free_strings(*field);
	*field = list;
	return 0;
}

int
config_texts(struct config_reader *r, const struct config_key *key, const struct config_item *items,
    size_t n, void *base)
{
	return read_strings(r, key, items, n, config_text, base);
}

void
config_add_spelling(struct config_reader *r, yaml_node_t *node)
{
	struct config *c = r->config;
	char **list = config_read_texts(r, node, "spellings", 200);

	if (list == NULL)
		return;
	if (list[0] == NULL || list[1] == NULL || c->spellings_count >= CONFIG_SPELLINGS_MAX) {
		config_bad_at(r, r->file, (int)node->start_mark.line + 1, (int)node->start_mark.column + 1,
		    list[0] == NULL || list[1] == NULL ? "spellings: one way to write a name is no choice" :
		    "spellings: more than %d names", CONFIG_SPELLINGS_MAX);
		free_strings(list);
		return;
	}
	c->spellings = xrealloc(c->spellings, (c->spellings_count + 2) * sizeof(*c->spellings));
	c->spellings[c->spellings_count++] = list;
	c->spellings[c->spellings_count] = NULL;
}

int
config_addresses(struct config_reader *r, const struct config_key *key,
    const struct config_item *items, size_t n, void *base)
{
	return read_strings(r, key, items, n, config_address, base);
}

/* Names of channels: kept, and looked up when all files are read. */
int
config_channel_refs(struct config_reader *r, const struct config_key *key,
    const struct config_item *items, size_t n, void *base)
{
	char **list;

	if (read_strings(r, key, items, n, config_name, base) < 0)
		return -1;
	list = *(char ***)((char *)base + key->at);
	for (size_t i = 0; i < n; i++) {
		r->refs = xgrow(r->refs, &r->refs_cap, r->refs_count + 1, sizeof(*r->refs));
		r->refs[r->refs_count++] = (struct config_ref){ list[i], r->file, items[i].line, items[i].column };
	}
	return 0;
}

/* "Name: value" as RFC 9110 5.1 and 5.5 have it, so that no line of ours can hold another one. */
static int
read_header(struct config_reader *r, const struct config_key *key, const struct config_item *items,
    size_t n, void *base)
{
	static const char token[] = "!#$%&'*+-.^_`|~0123456789"
	    "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ";
	size_t name = strspn(items->text, token);

	if (name == 0 || items->text[name] != ':') {
		config_bad(r, items, key, "must be \"Name: value\"");
		return -1;
	}
	return config_text(r, key, items, n, base);
}

int
config_headers(struct config_reader *r, const struct config_key *key,
    const struct config_item *items, size_t n, void *base)
{
	return read_strings(r, key, items, n, read_header, base);
}

/* A program and its arguments, run without a shell. */
int
config_argv(struct config_reader *r, const struct config_key *key, const struct config_item *items,
    size_t n, void *base)
{
	if (n == 0 || items[0].text[0] != '/') {
		if (n > 0)
			config_bad(r, &items[0], key,
			    "must begin with the absolute path of a program");
		else
			config_bad(r, &items[0], key, "names no program");
		return -1;
	}
	return read_strings(r, key, items, n, config_text, base);
}

/* What is wrong with a rule for private addresses, or NULL: "10.1.2.0/24", "[::1]:8080", "10.0.0.1". */
const char *
config_network_trouble(const char *rule)
{
	unsigned char addr[16];
	char host[64];
	const char *tail = NULL, *open = rule[0] == '[' ? strchr(rule, ']') : NULL;
	size_t len = strcspn(rule, "/");
	int bits, used = 0;
	unsigned number, max;

	if (open != NULL) {
		rule++;
		len = (size_t)(open - rule);
		tail = open + 1;
	} else if (rule[len] == '/') {
		tail = rule + len;
	} else if (strchr(rule, '.') != NULL && strchr(rule, ':') != NULL && strchr(rule, ':') == strrchr(rule, ':')) {
		tail = strchr(rule, ':');
		len = (size_t)(tail - rule);
	}
	if (len == 0 || len >= sizeof(host))
		return "is no network (wanted: 10.1.2.0/24, 127.0.0.2:8080, [::1]:8080)";
	snprintf(host, sizeof(host), "%.*s", (int)len, rule);
	bits = inet_pton(AF_INET, host, addr) == 1 ? 32 : inet_pton(AF_INET6, host, addr) == 1 ? 128 : 0;
	if (bits == 0)
		return "is no network (wanted: 10.1.2.0/24, 127.0.0.2:8080, [::1]:8080)";
	if (tail == NULL || *tail == '\0')
		return NULL;
	max = tail[0] == '/' ? (unsigned)bits : 65535;
	if ((tail[0] != '/' && tail[0] != ':') || tail[1] < '0' || tail[1] > '9' ||
	    sscanf(tail + 1, "%5u%n", &number, &used) != 1 || tail[1 + used] != '\0')
		return "ends in neither /bits nor :port";
	return number > max || (tail[0] == ':' && number == 0) ?
		   "has bits or a port that cannot be" :
		   NULL;
}

static int
read_network(struct config_reader *r, const struct config_key *key, const struct config_item *items,
    size_t n, void *base)
{
	const char *trouble = config_network_trouble(items->text);

	if (trouble != NULL) {
		config_bad(r, items, key, "%s", trouble);
		return -1;
	}
	return config_text(r, key, items, n, base);
}

int
config_networks(struct config_reader *r, const struct config_key *key,
    const struct config_item *items, size_t n, void *base)
{
	return read_strings(r, key, items, n, read_network, base);
}

/* Durations in seconds; rising: each longer than the one before. */
static int
read_durations(struct config_reader *r, const struct config_key *key,
    const struct config_item *items, size_t n, bool rising, void *base)
{
	int64_t *list = xcalloc(n + 1, sizeof(*list)),
		**field = (int64_t **)((char *)base + key->at);
	struct config_key single = *key;
	bool bad = n > 64;

	if (bad)
		config_bad(r, &items[64], key, "has more than 64 entries");
	single.at = 0;
	for (size_t i = 0; i < n && i < 64; i++) {
		if (config_seconds(r, &single, &items[i], 1, &list[i]) < 0) {
			bad = true;
		} else if (rising && i > 0 && list[i] <= list[i - 1]) {
			config_bad(r, &items[i], key, "must be longer than the age before it");
			bad = true;
		}
	}
	if (bad) {
		free(list);
		return -1;
	}
	*field = list;
	*(size_t *)((char *)base + key->count_at) = n;
	return 0;
}

int
config_ages(struct config_reader *r, const struct config_key *key, const struct config_item *items,
    size_t n, void *base)
{
	return read_durations(r, key, items, n, true, base);
}

int
config_pauses(struct config_reader *r, const struct config_key *key,
    const struct config_item *items, size_t n, void *base)
{
	return read_durations(r, key, items, n, false, base);
}

/* The interval at s ("{2,5}" after the brace): its largest count, 0 when it is none. *ret_end is after '}'. */
static unsigned
interval(const char *s, const char **ret_end)
{
	unsigned low = 0, high = 0, used = 0;

	for (; *s >= '0' && *s <= '9' && used < 6; s++, used++)
		low = low * 10 + (unsigned)(*s - '0');
	if (*s == ',')
		for (s++, used = 0; *s >= '0' && *s <= '9' && used < 6; s++, used++)
			high = high * 10 + (unsigned)(*s - '0');
	if (*s != '}')
		return 0;
	*ret_end = s + 1;
	return (high > low ? high : low) + 1;
}

/* After the '[' of a bracket expression: its end. */
static const char *
bracket(const char *s)
{
	if (*s == '^')
		s++;
	if (*s == ']')
		s++;
	while (*s != '\0' && *s != ']')
		s++;
	return *s == ']' ? s + 1 : s;
}

/*
 * regcomp() multiplies repetitions out: ((a{255}){255}){255} takes gigabytes. Counts the atoms it would make,
 * and refuses before it is asked. NULL when it is small enough.
 */
const char *
config_regex_trouble(const char *pattern)
{
	double size[64] = { 0 }, atom = 0;	/* of each open group; of the last atom */
	int depth = 0;

	if (strlen(pattern) > CONFIG_REGEX_MAX)
		return "is longer than 1024 bytes";
	for (const char *s = pattern; *s != '\0';) {
		const char *next = s + 1;
		unsigned times = 0;

		if (*s == '(') {
			if (++depth >= (int)(sizeof(size) / sizeof(size[0])))
				return "has groups more than 63 deep";
			size[depth] = 0;
			s = next;
			continue;
		}
		if (*s == '{' && (times = interval(next, &next)) > 0) {
			size[depth] += atom * (times - 1);
			atom *= times;
		} else if (*s == '*' || *s == '+' || *s == '?') {
			size[depth] += atom;	/* glibc copies the atom of a plus */
			atom *= 2;
		} else if (*s == ')' && depth > 0) {
			atom = size[depth--] + 1;
			size[depth] += atom;
		} else {
			if (*s == '\\' && s[1] != '\0')
				next = s + 2;
			else if (*s == '[')
				next = bracket(next);
			atom = 1;
			size[depth] += 1;
		}
		if (size[depth] > CONFIG_REGEX_COST)
			return "repeats too much: it would become too big";
		s = next;
	}
	return NULL;
}

/* Extended regular expressions, kept as text; a bad one is explained by the library's own words. */
int
config_regexes(struct config_reader *r, const struct config_key *key,
    const struct config_item *items, size_t n, void *base)
{
	bool good = true;
	char why[128];

	for (size_t i = 0; i < n; i++) {
		const char *trouble = config_regex_trouble(items[i].text);

		if (trouble != NULL)
			config_bad(r, &items[i], key, "%s", trouble);
		else if (pattern_compiled(items[i].text, why, sizeof(why)) == NULL)
			config_bad(r, &items[i], key, "is no regular expression: %s", why);
		else
			continue;
		good = false;
	}
	if (!good || config_texts(r, key, items, n, base) < 0)
		return -1;
	*(size_t *)((char *)base + key->count_at) = n;
	return 0;
}
