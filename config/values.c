/* values: one function for each type of single value; what is wrong is said in words that name key and value. */
#include <ctype.h>
#include <errno.h>
#include <string.h>
#include <sys/stat.h>
#include "base/file.h"
#include "base/mem.h"
#include "base/url.h"
#include "config/config_int.h"
#include "base/banned.h"

static const char zone_folder[] = "/usr/share/zoneinfo";

/* Digits at s, at most 15 of them (no overflow whatever the unit). Returns the first other character or NULL. */
static const char *
digits(const char *s, int64_t *ret)
{
	int64_t n = 0;
	int i;

	for (i = 0; s[i] >= '0' && s[i] <= '9'; i++) {
		if (i >= 12)
			return NULL;
		n = n * 10 + (s[i] - '0');
	}
	if (i == 0)
		return NULL;
	*ret = n;
	return s + i;
}

int
config_duration_ms(const char *s, int64_t *ret_ms)
{
	static const struct { const char *unit; int64_t ms; } units[] = {
		{ "ms", 1 }, { "s", 1000 }, { "m", 60000 }, { "h", 3600000 }, { "d", 86400000 },
	};
	const char *end;
	int64_t n;

	if ((end = digits(s, &n)) == NULL)
		return -1;
	if (*end == '\0' && n == 0) {
		*ret_ms = 0;
		return 0;
	}
	for (size_t i = 0; i < sizeof(units) / sizeof(units[0]); i++)
		if (strcmp(end, units[i].unit) == 0 && n <= INT64_MAX / units[i].ms / 1000) {
			*ret_ms = n * units[i].ms;
			return 0;
		}
	return -1;
}

int
config_size(const char *s, size_t *ret_bytes)
{
	const char *end;
	int64_t n;
	int shift;

	if ((end = digits(s, &n)) == NULL)
		return -1;
	switch (*end) {
	case '\0': shift = 0; break;
	case 'K': shift = 10; break;
	case 'M': shift = 20; break;
	case 'G': shift = 30; break;
	default: return -1;
	}
	if ((*end != '\0' && end[1] != '\0') || n > (INT64_C(1) << 50) >> shift)
		return -1;
	*ret_bytes = (size_t)n << shift;
	return 0;
}

static void
set_string(void *base, const struct config_key *key, char *value)
{
	char **field = (char **)((char *)base + key->at);

	free(*field);
	*field = value;
}

/* One line without control characters, between min and max bytes. */
int
config_text(struct config_reader *r, const struct config_key *key, const struct config_item *items,
    size_t n, void *base)
{
	size_t len = strlen(items->text), max = key->max > 0 ? (size_t)key->max : 1024;

	for (size_t i = 0; i < len; i++)
		if ((unsigned char)items->text[i] < 0x20 || items->text[i] == 0x7f) {
			config_bad(r, items, key, "must be one line without control characters");
			return -1;
		}
	if (len < (size_t)(key->min > 0 ? key->min : 1) || len > max) {
		config_bad(r, items, key, "must have 1 to %zu bytes", max);
		return -1;
	}
	set_string(base, key, xstrdup(items->text));
	return 0;
}

const char *
config_name_trouble(const char *name)
{
	size_t len = strlen(name);

	if (len == 0 || len > 64)
		return "must have 1 to 64 characters";
	if (!(name[0] >= 'a' && name[0] <= 'z') && !(name[0] >= '0' && name[0] <= '9'))
		return "must begin with a-z or 0-9";
	if (strspn(name, "abcdefghijklmnopqrstuvwxyz0123456789._-") != len)
		return "may have a-z, 0-9, '.', '_' and '-' only";
	return NULL;
}

int
config_name(struct config_reader *r, const struct config_key *key, const struct config_item *items,
    size_t n, void *base)
{
	const char *trouble = config_name_trouble(items->text);

	if (trouble != NULL) {
		config_bad(r, items, key, "%s", trouble);
		return -1;
	}
	set_string(base, key, xstrdup(items->text));
	return 0;
}

/* Parse by the URL standard; schemes are separated by blanks. Keeps the serialised form. */
static int
read_url(struct config_reader *r, const struct config_key *key, const struct config_item *item,
    const char *const *schemes, const char *wanted, void *base)
{
	CLEANUP(url_freep) struct url *u = NULL;
	struct err err = { 0 };

	if (url_parse(item->text, strlen(item->text), NULL, &u, &err) < 0) {
		config_bad(r, item, key, "is no address: %s", err.text);
		return -1;
	}
	for (; *schemes != NULL; schemes++)
		if (strcmp(u->scheme, *schemes) == 0)
			break;
	if (*schemes == NULL || u->host == NULL || u->host[0] == '\0') {
		config_bad(r, item, key, "must be an address that begins with %s", wanted);
		return -1;
	}
	if (strlen(u->href) > URL_MAX) {
		config_bad(r, item, key, "is longer than %d bytes", URL_MAX);
		return -1;
	}
	set_string(base, key, xstrdup(u->href));
	return 0;
}

int
config_url(struct config_reader *r, const struct config_key *key, const struct config_item *items,
    size_t n, void *base)
{
	static const char *const http[] = { "http", "https", NULL };

	return read_url(r, key, items, http, "http:// or https://", base);
}

int
config_proxy(struct config_reader *r, const struct config_key *key, const struct config_item *items,
    size_t n, void *base)
{
	static const char *const proxy[] = { "http", "https", "socks5", "socks5h", NULL };

	return read_url(r, key, items, proxy, "http://, https://, socks5:// or socks5h://", base);
}

int
config_mail_server(struct config_reader *r, const struct config_key *key,
    const struct config_item *items, size_t n, void *base)
{
	static const char *const smtp[] = { "smtp", "smtps", NULL };

	return read_url(r, key, items, smtp, "smtp:// or smtps://", base);
}

/* A mail address as SMTP's envelope wants it: no blanks, no brackets, one '@' with something on both sides. */
int
config_address(struct config_reader *r, const struct config_key *key,
    const struct config_item *items, size_t n, void *base)
{
	const char *s = items->text, *at = strchr(s, '@');

	if (at == NULL || at == s || at[1] == '\0' || strchr(at + 1, '@') != NULL ||
	    strlen(s) > 254 || strpbrk(s, " \t\r\n<>,;\"\\()") != NULL) {
		config_bad(r, items, key, "is no mail address");
		return -1;
	}
	for (; *s != '\0'; s++)
		if ((unsigned char)*s < 0x20 || *s == 0x7f) {
			config_bad(r, items, key, "is no mail address");
			return -1;
		}
	set_string(base, key, xstrdup(items->text));
	return 0;
}

/* A path; a relative one starts at the folder of the file in which it stands. */
int
config_path(struct config_reader *r, const struct config_key *key, const struct config_item *items,
    size_t n, void *base)
{
	CLEANUP(freep) char *path = NULL;
	size_t max = key->max > 0 ? (size_t)key->max : 4000;

	if (items->text[0] == '\0' || strpbrk(items->text, "\r\n") != NULL) {
		config_bad(r, items, key, "is no path");
		return -1;
	}
	path = file_beside(r->file, items->text);
	if (strlen(path) > max) {
		config_bad(r, items, key, "is longer than %zu bytes", max);
		return -1;
	}
	set_string(base, key, path);
	path = NULL;
	return 0;
}

/* An IANA name: looked up where the system keeps its zones, or taken as it is where it keeps none. */
int
config_timezone(struct config_reader *r, const struct config_key *key,
    const struct config_item *items, size_t n, void *base)
{
	CLEANUP(freep) char *path = NULL;
	const char *s = items->text;
	struct stat st;
	bool shape = isalpha((unsigned char)s[0]) && strlen(s) < 64 && strstr(s, "..") == NULL;

	for (const char *p = s; shape && *p != '\0'; p++)
		shape = isalnum((unsigned char)*p) || strchr("_+-/", *p) != NULL;
	if (shape && stat(zone_folder, &st) == 0) {
		path = xasprintf("%s/%s", zone_folder, s);
		shape = stat(path, &st) == 0 && S_ISREG(st.st_mode);
	}
	if (!shape) {
		config_bad(r, items, key,
		    "is no time zone that this system knows (wanted: Asia/Tokyo)");
		return -1;
	}
	set_string(base, key, xstrdup(s));
	return 0;
}

/* The shape of BCP 47: subtags of 1 to 8 letters and digits, the first of 2 to 8 letters. */
int
config_language(struct config_reader *r, const struct config_key *key,
    const struct config_item *items, size_t n, void *base)
{
	const char *s = items->text;
	size_t sub = 0, first = 0;
	bool good = strlen(s) < 36;

	for (const char *p = s; good; p++) {
		if (*p == '-' || *p == '\0') {
			good = sub >= 1 && sub <= 8 && (first > 0 || sub >= 2);
			first += sub;
			sub = 0;
			if (*p == '\0')
				break;
		} else {
			good =
			    isalpha((unsigned char)*p) || (first > 0 && isdigit((unsigned char)*p));
			sub++;
		}
	}
	if (!good) {
		config_bad(r, items, key, "is no language tag (wanted: en, pt-BR, zh-Hant)");
		return -1;
	}
	set_string(base, key, xstrdup(s));
	return 0;
}

static int
read_duration(struct config_reader *r, const struct config_key *key, const struct config_item *item,
    int64_t unit_ms, int64_t *ret)
{
	int64_t ms;

	if (config_duration_ms(item->text, &ms) < 0) {
		config_bad(r, item, key, "is no duration (wanted: 30s, 15m, 6h or 7d)");
		return -1;
	}
	if (ms % unit_ms != 0 || ms / unit_ms < key->min || (key->max > 0 && ms / unit_ms > key->max)) {
		config_bad(r, item, key, "must be %lld to %lld %s", (long long)key->min,
		    (long long)key->max, key->unit);
		return -1;
	}
	*ret = ms / unit_ms;
	return 0;
}

int
config_seconds(struct config_reader *r, const struct config_key *key,
    const struct config_item *items, size_t n, void *base)
{
	return read_duration(r, key, items, 1000, (int64_t *)((char *)base + key->at));
}

int
config_millis(struct config_reader *r, const struct config_key *key,
    const struct config_item *items, size_t n, void *base)
{
	return read_duration(r, key, items, 1, (int64_t *)((char *)base + key->at));
}

int
config_bytes(struct config_reader *r, const struct config_key *key, const struct config_item *items,
    size_t n, void *base)
{
	size_t bytes;

	if (config_size(items->text, &bytes) < 0) {
		config_bad(r, items, key, "is no size (wanted: 512K, 16M or 1G)");
		return -1;
	}
	if (bytes < (size_t)key->min || bytes > (size_t)key->max) {
		config_bad(r, items, key, "must be %lld to %lld %s", (long long)key->min,
		    (long long)key->max, key->unit);
		return -1;
	}
	*(size_t *)((char *)base + key->at) = bytes;
	return 0;
}

int
config_count(struct config_reader *r, const struct config_key *key, const struct config_item *items,
    size_t n, void *base)
{
	const char *end;
	int64_t number;

	if ((end = digits(items->text, &number)) == NULL || *end != '\0' || number < key->min || number > key->max) {
		config_bad(r, items, key, "must be a number from %lld to %lld", (long long)key->min,
		    (long long)key->max);
		return -1;
	}
	*(unsigned *)((char *)base + key->at) = (unsigned)number;
	return 0;
}

static const struct config_word *
find_word(struct config_reader *r, const struct config_key *key, const struct config_item *item,
    const struct config_word *words)
{
	char wanted[160] = "";
	size_t used = 0;

	for (const struct config_word *w = words; w->name != NULL; w++)
		if (strcmp(w->name, item->text) == 0)
			return w;
	for (const struct config_word *w = words; w->name != NULL && used < sizeof(wanted); w++)
		used += (size_t)snprintf(wanted + used, sizeof(wanted) - used, "%s%s", used ? ", " : "", w->name);
	config_bad(r, item, key, "must be one of %s", wanted);
	return NULL;
}

int
config_word(struct config_reader *r, const struct config_key *key, const struct config_item *items,
    size_t n, void *base)
{
	const struct config_word *w = find_word(r, key, items, key->words);

	if (w == NULL)
		return -1;
	*(int *)((char *)base + key->at) = w->value;
	return 0;
}

static const struct config_word flag_words[] = {
	{ "true", 1 }, { "false", 0 }, { "yes", 1 }, { "no", 0 }, { "on", 1 }, { "off", 0 }, { NULL, 0 },
};

/* A bool, said by the words of the key (quiet, announce) or by true and false. */
int
config_flag(struct config_reader *r, const struct config_key *key, const struct config_item *items,
    size_t n, void *base)
{
	const struct config_word *w =
	    find_word(r, key, items, key->words != NULL ? key->words : flag_words);

	if (w == NULL)
		return -1;
	*(bool *)((char *)base + key->at) = w->value != 0;
	return 0;
}

/* A set of words as bits. */
int
config_events(struct config_reader *r, const struct config_key *key,
    const struct config_item *items, size_t n, void *base)
{
	unsigned bits = 0;
	bool bad = n == 0;

	if (n == 0)
		config_bad(r, &items[0], key, "is empty");
	for (size_t i = 0; i < n; i++) {
		const struct config_word *w = find_word(r, key, &items[i], key->words);

		if (w == NULL)
			bad = true;
		else
			bits |= (unsigned)w->value;
	}
	if (bad)
		return -1;
	*(unsigned *)((char *)base + key->at) = bits;
	return 0;
}
