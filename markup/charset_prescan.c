/* charset_prescan: "prescan a byte stream to determine its encoding" of the HTML standard, 13.2.3.2. */
#include <ctype.h>
#include <string.h>
#include <strings.h>
#include "markup/charset.h"
#include "markup/charset_int.h"
#include "base/banned.h"

#define PRESCAN_BYTES 1024
#define ATTR_TEXT_MAX 256	/* of a name or value; what is longer names no charset */

struct scan {
	const char *p;
	size_t n, at;
};

struct attr {
	char name[ATTR_TEXT_MAX];
	char value[ATTR_TEXT_MAX];
};

static bool
is_blank(char c)
{
	return c == ' ' || c == '\t' || c == '\n' || c == '\f' || c == '\r';
}

static void
put(char out[ATTR_TEXT_MAX], size_t *len, char c)
{
	if (*len < ATTR_TEXT_MAX - 1)
		out[(*len)++] = (char)tolower((unsigned char)c);
	out[*len] = '\0';
}

static void
read_value(struct scan *s, char out[ATTR_TEXT_MAX])
{
	size_t len = 0;
	char quote;

	while (s->at < s->n && is_blank(s->p[s->at]))
		s->at++;
	if (s->at >= s->n || s->p[s->at] == '>')
		return;
	quote = s->p[s->at];
	if (quote == '"' || quote == '\'') {
		for (s->at++; s->at < s->n && s->p[s->at] != quote; s->at++)
			put(out, &len, s->p[s->at]);
		if (s->at < s->n)
			s->at++;
		return;
	}
	for (; s->at < s->n && !is_blank(s->p[s->at]) && s->p[s->at] != '>'; s->at++)
		put(out, &len, s->p[s->at]);
}

/* "Get an attribute" of the standard; false at the end of the tag. */
static bool
next_attr(struct scan *s, struct attr *a)
{
	size_t len = 0;
	char c;

	a->name[0] = a->value[0] = '\0';
	while (s->at < s->n && (is_blank(s->p[s->at]) || s->p[s->at] == '/'))
		s->at++;
	if (s->at >= s->n || s->p[s->at] == '>')
		return false;
	for (; s->at < s->n; s->at++) {
		c = s->p[s->at];
		if ((c == '=' && len > 0) || is_blank(c) || c == '/' || c == '>')
			break;
		put(a->name, &len, c);
	}
	if (s->at < s->n && (s->p[s->at] == '/' || s->p[s->at] == '>'))
		return true;
	while (s->at < s->n && is_blank(s->p[s->at]))
		s->at++;
	if (s->at < s->n && s->p[s->at] == '=') {
		s->at++;
		read_value(s, a->value);
	}
	return true;
}

/* "Extract a character encoding from a meta element" of the standard. */
static const char *
charset_in_content(const char *s)
{
	const char *p = s, *end;

	while ((p = strstr(p, "charset")) != NULL) {
		p += strlen("charset");
		p += strspn(p, " \t\n\f\r");
		if (*p != '=')
			continue;
		p++;
		p += strspn(p, " \t\n\f\r");
		if (*p == '"' || *p == '\'') {
			end = strchr(p + 1, *p);
			return end != NULL ? charset_by_label(p + 1, (size_t)(end - p - 1)) : NULL;
		}
		return charset_by_label(p, strcspn(p, " \t\n\f\r;"));
	}
	return NULL;
}

/* One meta element, s->at behind its name; its encoding or NULL. */
static const char *
read_meta(struct scan *s)
{
	bool pragma = false, saw_content = false, saw_charset = false, saw_equiv = false;
	const char *from_content = NULL, *from_charset = NULL, *found;
	struct attr a;

	while (next_attr(s, &a)) {
		if (strcmp(a.name, "http-equiv") == 0 && !saw_equiv) {
			saw_equiv = true;
			pragma = strcmp(a.value, "content-type") == 0;
		} else if (strcmp(a.name, "content") == 0 && !saw_content) {
			from_content = charset_in_content(a.value);
			saw_content = from_content != NULL;
		} else if (strcmp(a.name, "charset") == 0 && !saw_charset) {
			saw_charset = true;
			from_charset = charset_by_label(a.value, strlen(a.value));
		}
	}
	if (s->at >= s->n)
		return NULL;	/* the element is not closed within what may be read */
	found = saw_charset ? from_charset : pragma ? from_content : NULL;
	if (found != NULL && strncmp(found, "UTF-16", 6) == 0)
		found = "UTF-8";	/* it was read as ASCII, so it cannot be UTF-16 */
	return found;
}

static bool
begins(const struct scan *s, const char *word)
{
	size_t len = strlen(word);

	return s->n - s->at >= len && strncasecmp(s->p + s->at, word, len) == 0;
}

static void
skip_comment(struct scan *s)
{
	const char *end;

	/* "<!-->" is a whole comment */
	end = memmem(s->p + s->at + 2, s->n - s->at - 2, "-->", 3);
	s->at = end != NULL ? (size_t)(end - s->p) + 3 : s->n;
}

static void
skip_to(struct scan *s, char c)
{
	const char *end = memchr(s->p + s->at, c, s->n - s->at);

	s->at = end != NULL ? (size_t)(end - s->p) + 1 : s->n;
}

const char *
charset_prescan_all(const char *p, size_t n)
{
	struct scan s = { p, n, 0 };
	const char *found;
	struct attr a;

	while (s.at < s.n) {
		const char *lt = memchr(p + s.at, '<', n - s.at);

		if (lt == NULL)
			return NULL;
		s.at = (size_t)(lt - p);
		if (begins(&s, "<!--")) {
			skip_comment(&s);
		} else if (begins(&s, "<meta") && s.at + 5 < n &&
		    (is_blank(p[s.at + 5]) || p[s.at + 5] == '/')) {
			s.at += 5;
			if ((found = read_meta(&s)) != NULL)
				return found;
		} else if (s.at + 1 < n && (isalpha((unsigned char)p[s.at + 1]) ||
		    (p[s.at + 1] == '/' && s.at + 2 < n && isalpha((unsigned char)p[s.at + 2])))) {
			while (s.at < n && !is_blank(p[s.at]) && p[s.at] != '>')
				s.at++;
			while (next_attr(&s, &a))
				;
		} else if (begins(&s, "<!") || begins(&s, "</") || begins(&s, "<?")) {
			skip_to(&s, '>');
		} else {
			s.at++;
		}
	}
	return NULL;
}

const char *
charset_prescan(const char *p, size_t n)
{
	return charset_prescan_all(p, n < PRESCAN_BYTES ? n : PRESCAN_BYTES);
}

char *
charset_of_content_type(const char *content_type, char out[64])
{
	const char *p = content_type;
	size_t len;

	while (p != NULL && (p = strchr(p, ';')) != NULL) {
		p++;
		p += strspn(p, " \t");
		if (strncasecmp(p, "charset", 7) != 0)
			continue;
		p += 7;
		p += strspn(p, " \t");
		if (*p != '=')
			continue;
		p++;
		p += strspn(p, " \t\"'");
		len = strcspn(p, " \t\"';,");
		if (len == 0 || len >= 64)
			return NULL;
		memcpy(out, p, len);
		out[len] = '\0';
		return out;
	}
	return NULL;
}
