/* Identity: under which key two addresses are one document, and which address is no document. */
#include <ctype.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/mem.h"
#include "base/url_int.h"
#include "base/banned.h"

#define KEY_MAX ((size_t)8 << 20)	/* url_parse() bounds what comes in */
#define SID_MIN 16			/* hex digits that make a "sid" a session, no section */

enum rule { ALWAYS, IF_HEX };

/*
 * Parameters that say from where or in which session a reader came and never what is shown. A '*'
 * at the end stands for any rest. Names are compared without case.
 */
static const struct {
	const char *name;
	enum rule rule;
} tracking[] = {
	{ "utm_*", ALWAYS }, { "mtm_*", ALWAYS }, { "fbclid", ALWAYS }, { "gclid", ALWAYS },
	{ "dclid", ALWAYS }, { "gbraid", ALWAYS }, { "wbraid", ALWAYS }, { "msclkid", ALWAYS },
	{ "yclid", ALWAYS }, { "twclid", ALWAYS }, { "mc_cid", ALWAYS }, { "mc_eid", ALWAYS },
	{ "mkt_tok", ALWAYS }, { "hsa_*", ALWAYS }, { "vero_*", ALWAYS }, { "igshid", ALWAYS },
	{ "_branch_*", ALWAYS }, { "jsessionid", ALWAYS }, { "phpsessid", ALWAYS },
	{ "cfid", ALWAYS }, { "cftoken", ALWAYS }, { "sid", IF_HEX },
};

static bool
is_unreserved(unsigned char c)
{
	return isalnum(c) || c == '-' || c == '.' || c == '_' || c == '~';
}

/* Adds s[0..n) with escapes of unreserved characters decoded and the others in upper case. */
static void
add_normal(struct buf *b, const char *s, size_t n)
{
	const char *percent;
	char esc[3] = "%";
	unsigned char c;

	while (n > 0) {
		percent = memchr(s, '%', n);
		if (percent == NULL)
			percent = s + n;
		buf_add(b, s, (size_t)(percent - s));
		n -= (size_t)(percent - s);
		s = percent;
		if (n == 0)
			break;
		if (n < 3 || url_hex(s[1]) < 0 || url_hex(s[2]) < 0) {
			/* As it stands it could form an escape with what gets decoded behind it. */
			buf_adds(b, "%25");
			s++;
			n--;
			continue;
		}
		c = (unsigned char)(url_hex(s[1]) << 4 | url_hex(s[2]));
		esc[1] = (char)toupper((unsigned char)s[1]);
		esc[2] = (char)toupper((unsigned char)s[2]);
		if (is_unreserved(c))
			buf_addc(b, (char)c);
		else
			buf_add(b, esc, 3);
		s += 3;
		n -= 3;
	}
}

static bool
is_long_hex(const char *s, size_t n)
{
	size_t i;

	for (i = 0; i < n; i++)
		if (url_hex(s[i]) < 0)
			return false;
	return n >= SID_MIN;
}

static bool
name_matches(const char *rule, const char *name, size_t n)
{
	size_t len = strlen(rule);

	if (rule[len - 1] == '*')
		return n >= len - 1 && strncasecmp(rule, name, len - 1) == 0;
	return n == len && strncasecmp(rule, name, n) == 0;
}

/* param is "name=value" or "name", escapes already normal. */
static bool
is_tracking(const char *param, size_t n)
{
	const char *eq = memchr(param, '=', n);
	size_t name = eq != NULL ? (size_t)(eq - param) : n, i;

	for (i = 0; i < sizeof(tracking) / sizeof(tracking[0]); i++)
		if (name_matches(tracking[i].name, param, name))
			return tracking[i].rule == ALWAYS ||
			    (eq != NULL && is_long_hex(eq + 1, n - name - 1));
	return false;
}

/* Adds "?query" without tracking and empty parameters, or nothing when none is left. */
static void
add_query(struct buf *b, const char *query)
{
	size_t at, n;
	char sep = '?';

	for (; *query != '\0'; query += n + (query[n] == '&')) {
		n = strcspn(query, "&");
		at = b->len;
		buf_addc(b, sep);
		add_normal(b, query, n);
		if (n == 0 || is_tracking(b->data + at + 1, b->len - at - 1))
			buf_cut(b, at);
		else
			sep = '&';
	}
}

/* A session in the parameters of the segment that semicolon stands in. */
static bool
is_session(const char *path, const char *semicolon)
{
	static const char name[] = ";jsessionid=";
	const char *segment = memrchr(path, '/', (size_t)(semicolon - path));

	if (strncasecmp(semicolon, name, sizeof(name) - 1) != 0)
		return false;
	/* Alone, ".." would mean another path than "..;jsessionid=1". */
	segment = segment != NULL ? segment + 1 : path;
	return url_path_dots(segment, (size_t)(semicolon - segment)) == 0;
}

/* Adds path without ";jsessionid=..." of Java servers. */
static void
add_path(struct buf *b, const char *path)
{
	const char *semicolon, *from = path;

	for (semicolon = strchr(path, ';'); semicolon != NULL; semicolon = strchr(semicolon, ';')) {
		if (!is_session(path, semicolon)) {
			semicolon++;
			continue;
		}
		add_normal(b, from, (size_t)(semicolon - from));
		semicolon += 1 + strcspn(semicolon + 1, ";/");
		from = semicolon;
	}
	add_normal(b, from, strlen(from));
}

char *
url_key(const char *href)
{
	CLEANUP(url_freep) struct url *u = url_parse_http(href);
	struct buf b = BUF_INIT(KEY_MAX);

	if (u == NULL)
		return NULL;
	buf_reserve(&b, strlen(u->href));
	buf_adds(&b, u->host);
	if (u->port >= 0)
		buf_addf(&b, ":%d", u->port);
	add_path(&b, u->path);
	if (u->query != NULL)
		add_query(&b, u->query);
	if (url_is_item(href))
		buf_adds(&b, strstr(href, URL_ITEM_MARK));
	return buf_take(&b, NULL);
}

bool
url_is_item(const char *href)
{
	return strstr(href, URL_ITEM_MARK) != NULL;
}

/* "index.html", "default.aspx" and their kin, which a server shows for the folder itself. */
static bool
is_index_name(const char *s, size_t n)
{
	static const char *const stem[] = { "index", "default", "home", "main", "welcome" };
	static const char *const ending[] = { "", ".htm", ".html", ".shtml", ".php", ".asp",
		".aspx", ".jsp", ".do", ".cgi", ".xhtml", ".jspx" };
	size_t i, k, len;

	for (i = 0; i < sizeof(stem) / sizeof(stem[0]); i++) {
		len = strlen(stem[i]);
		if (n < len || strncasecmp(s, stem[i], len) != 0)
			continue;
		for (k = 0; k < sizeof(ending) / sizeof(ending[0]); k++)
			if (n - len == strlen(ending[k]) &&
			    strncasecmp(s + len, ending[k], n - len) == 0)
				return true;
	}
	return false;
}

/* "en", "vi-VN", "zh_cn", "eng", "english": the entrance for readers of one language. */
static bool
is_language_name(const char *s, size_t n)
{
	static const char *const word[] = { "eng", "vie", "vnm", "jpn", "kor", "chi", "chn", "chs",
		"cht", "zho", "fra", "fre", "deu", "ger", "spa", "esp", "rus", "ara", "ind", "tha",
		"por", "ita", "english", "vietnamese", "japanese", "korean", "chinese", "french", "german",
		"spanish", "russian", "arabic", "zh-hans", "zh-hant" };
	size_t i;

	if (n >= 2 && isalpha((unsigned char)s[0]) && isalpha((unsigned char)s[1]) &&
	    (n == 2 || (n == 5 && (s[2] == '-' || s[2] == '_') && isalpha((unsigned char)s[3]) &&
	    isalpha((unsigned char)s[4]))))
		return true;
	for (i = 0; i < sizeof(word) / sizeof(word[0]); i++)
		if (n == strlen(word[i]) && strncasecmp(s, word[i], n) == 0)
			return true;
	return false;
}

/* A query that chooses a language and nothing else. */
static bool
is_language_query(const char *s)
{
	static const char *const name[] = { "lang", "language", "locale", "hl", "l" };
	size_t n = strcspn(s, "="), i;

	if (s[n] != '=' || strchr(s, '&') != NULL ||
	    !is_language_name(s + n + 1, strlen(s + n + 1)))
		return false;
	for (i = 0; i < sizeof(name) / sizeof(name[0]); i++)
		if (n == strlen(name[i]) && strncasecmp(s, name[i], n) == 0)
			return true;
	return false;
}

/* At most two entrances ("/us/en/") and an index file. path and query as url_key() leaves them. */
static bool
is_home_path(const char *path)
{
	int entrances = 0;
	size_t n;

	while (*path == '/')
		path++;
	for (; *path != '\0'; path += n) {
		n = strcspn(path, "/");
		if (path[n] == '\0' && is_index_name(path, n))
			return true;
		if (!is_language_name(path, n) || ++entrances > 2)
			return false;
		while (path[n] == '/')
			n++;
	}
	return true;
}

bool
url_is_home(const char *href)
{
	CLEANUP(freep) char *key = url_key(href);
	char *path, *query;

	if (key == NULL)
		return false;
	path = strchr(key, '/');
	query = strchr(key, '?');
	if (query != NULL && !is_language_query(query + 1))
		return false;
	if (query != NULL)
		*query = '\0';
	return path != NULL && is_home_path(path);
}
