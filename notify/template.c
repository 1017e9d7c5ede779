#include "notify/template.h"

#include <stdlib.h>
#include <string.h>

#include "base/json.h"
#include "base/mem.h"
#include "base/unicode.h"
#include "base/banned.h"

#define CHARS_MAX 100000	/* of a field without a limit of its own */
#define OUT_MAX ((size_t)8 << 20)

enum escape { ESC_NONE, ESC_JSON, ESC_HTML, ESC_URL, ESC_SLACK, ESC_MARKDOWN };

static const struct { const char *name; enum escape escape; } filters[] = {
	{ "json", ESC_JSON }, { "html", ESC_HTML }, { "url", ESC_URL }, { "slack", ESC_SLACK },
	{ "markdown", ESC_MARKDOWN }, { "plain", ESC_NONE },
};

static const char *const field_names[] = { "title", "heading", "subject", "text", "summary", "message", "url", "source",
	"channel", "published", "language", "section", "author", "id", "type", "time", "state", "cause", "advice", "since",
	"revision", "webhook" };

/* ---- escaping ----------------------------------------------------------------------------------------------------- */

/* One character (n bytes at p) as that target wants it. */
static void
escape_one(struct buf *b, enum escape e, const char *p, size_t n)
{
	unsigned char c = (unsigned char)p[0];

	if (n > 1) {
		for (size_t i = 0; i < n; i++)
			if (e == ESC_URL)
				buf_addf(b, "%%%02X", (unsigned char)p[i]);
			else
				buf_addc(b, p[i]);
	} else if (e == ESC_JSON && (c == '"' || c == '\\')) {
		buf_addf(b, "\\%c", c);
	} else if (e == ESC_JSON && c < 0x20) {
		if (c == '\n')
			buf_adds(b, "\\n");
		else
			buf_addf(b, "\\u%04x", c);
	} else if ((e == ESC_HTML || e == ESC_SLACK) && (c == '&' || c == '<' || c == '>')) {
		buf_adds(b, c == '&' ? "&amp;" : c == '<' ? "&lt;" : "&gt;");
	} else if (e == ESC_HTML && c == '"') {
		buf_adds(b, "&quot;");
	} else if (e == ESC_URL && strchr("-._~", c) == NULL && !((c | 32) >= 'a' && (c | 32) <= 'z') &&
	    !(c >= '0' && c <= '9')) {
		buf_addf(b, "%%%02X", c);
	} else if (e == ESC_MARKDOWN && strchr("\\`*_[]<>#~|@", c) != NULL) {
		/* A mention wakes a whole room: the sign and the name are parted by nothing that is seen. */
		buf_addf(b, c == '@' ? "@\xe2\x81\xa0" : "\\%c", c);
	} else {
		buf_addc(b, (char)c);
	}
}

/* At most max characters of what comes out of the inner escape; cut between two characters of the text. */
static void
put_value(struct buf *b, const char *value, enum escape inner, enum escape outer, size_t max)
{
	struct buf one = BUF_INIT(64);
	size_t n = strlen(value), used = 0, i = 0, from, chars;

	while (i < n) {
		from = i;
		(void)utf8_next(value, n, &i);
		buf_clear(&one);
		escape_one(&one, inner, value + from, i - from);
		chars = 0;
		for (size_t k = 0; k < one.len; k++)
			chars += ((unsigned char)one.data[k] & 0xc0) != 0x80;
		if (used + chars > max - (i < n ? 1 : 0)) {
			escape_one(b, outer, "…", strlen("…"));
			break;
		}
		used += chars;
		for (size_t k = 0, next = 0; k < one.len; k = next) {
			(void)utf8_next(one.data, one.len, &next);
			escape_one(b, outer, one.data + k, next - k);
		}
	}
	buf_done(&one);
}

/* ---- fields ------------------------------------------------------------------------------------------------------- */

/* mark: 0, or one of the two that begin a part ('?': kept when the field has a value, '!': when it has none), or '/', its end. */
struct field { const char *name; size_t name_len; enum escape filter; size_t max, len; char mark; };

static bool
is_name(char c)
{
	return (c >= 'a' && c <= 'z') || c == '_';
}

/* A field at s[0..n), which begins with a brace. 0: none (a brace of the text); -1: one that is wrong, *ret_why says what. */
static int
field_read(const char *s, size_t n, struct field *ret, const char **ret_why)
{
	char mark = n > 1 && strchr("?!/", s[1]) != NULL ? s[1] : '\0';
	size_t name = mark != '\0' ? 2 : 1, i = name, start;
	bool known = false;

	while (i < n && is_name(s[i]))
		i++;
	if (i == name || i == n || (s[i] != '}' && (mark != '\0' || (s[i] != '|' && s[i] != ':'))))
		return 0;
	*ret = (struct field){ .name = s + name, .name_len = i - name, .filter = ESC_NONE, .max = CHARS_MAX, .mark = mark };
	for (size_t k = 0; k < sizeof(field_names) / sizeof(field_names[0]); k++)
		known = known || (strlen(field_names[k]) == i - name && strncmp(field_names[k], s + name, i - name) == 0);
	*ret_why = "there is no such field";
	if (!known)
		return -1;
	if (s[i] == '|') {
		for (start = ++i; i < n && is_name(s[i]); i++)
			;
		known = false;
		for (size_t k = 0; k < sizeof(filters) / sizeof(filters[0]); k++)
			if (strlen(filters[k].name) == i - start && strncmp(filters[k].name, s + start, i - start) == 0) {
				ret->filter = filters[k].escape;
				known = true;
			}
		*ret_why = "there is no such filter; there are json, html, url, slack, markdown and plain";
		if (!known)
			return -1;
	}
	*ret_why = "a field ends in } or in :NUMBER}";
	if (i < n && s[i] == ':') {
		ret->max = 0;
		for (start = ++i; i < n && s[i] >= '0' && s[i] <= '9' && i - start < 6; i++)
			ret->max = ret->max * 10 + (size_t)(s[i] - '0');
		if (i == start || ret->max == 0)
			return -1;
	}
	if (i == n || s[i] != '}')
		return -1;
	ret->len = i + 1;
	return 1;
}

static const char *
value_of(const struct template_opts *o, const struct field *f, char **ret_own)
{
	const struct summary *s = &o->r->summary;
	const struct { const char *name, *value; } table[] = {
		{ "title", s->title[0] != '\0' ? s->title : s->cause[0] != '\0' ? s->cause : buf_str(&o->r->subject) },
		{ "heading", render_heading(o->type) }, { "subject", buf_str(&o->r->subject) }, { "text", s->text },
		{ "message", buf_str(&o->r->text) }, { "url", s->url }, { "source", s->source }, { "channel", o->channel },
		{ "published", s->published }, { "language", s->language }, { "section", s->section },
		{ "author", s->author }, { "id", o->id }, { "type", o->type }, { "time", s->time }, { "state", s->state },
		{ "cause", s->cause }, { "advice", s->advice }, { "since", s->since }, { "webhook", o->webhook },
	};

	if (f->name_len == 8 && strncmp(f->name, "revision", 8) == 0)
		return *ret_own = s->revision > 0 ? xasprintf("%lld", (long long)s->revision) : xstrdup("");
	if (f->name_len == 7 && strncmp(f->name, "summary", 7) == 0)
		return *ret_own = render_summary(o->type, o->r);
	for (size_t i = 0; i < sizeof(table) / sizeof(table[0]); i++)
		if (strlen(table[i].name) == f->name_len && strncmp(table[i].name, f->name, f->name_len) == 0)
			return table[i].value != NULL ? table[i].value : "";
	return "";
}

/* Where the part that begins behind a mark ends: the bytes before {/name}, or n when it has no end. */
static size_t
part_len(const char *s, size_t n, const struct field *part)
{
	struct field f;
	const char *why;

	for (size_t i = 0; i < n; i++)
		if (s[i] == '{' && field_read(s + i, n - i, &f, &why) > 0 && f.mark == '/' && f.name_len == part->name_len &&
		    memcmp(f.name, part->name, f.name_len) == 0)
			return i;
	return n;
}

static void
expand(struct buf *b, const char *s, size_t n, const struct template_opts *o, enum escape outer)
{
	struct field f;
	const char *why;

	for (size_t i = 0; i < n;) {
		CLEANUP(freep) char *own = NULL;
		const char *value;

		if (s[i] != '{' || field_read(s + i, n - i, &f, &why) <= 0) {
			buf_addc(b, s[i++]);
			continue;
		}
		i += f.len;
		if (f.mark == '/')
			continue;
		value = value_of(o, &f, &own);
		if (f.mark != '\0') {
			if ((f.mark == '?') != (value[strspn(value, " \t\n")] != '\0'))
				i += part_len(s + i, n - i, &f);
			continue;
		}
		/* The address of the webhook is the administrator's own. */
		put_value(b, value, f.filter, f.name_len == 7 && strncmp(f.name, "webhook", 7) == 0 ? ESC_NONE : outer, f.max);
	}
}

/* ---- the whole ---------------------------------------------------------------------------------------------------- */

struct parts { const char *method, *url, *type, *body; size_t method_len, url_len, type_len; };

/* The lines on top, when the first is one of them. */
static void
split(const char *text, struct parts *ret)
{
	const char *p = text, *end;

	*ret = (struct parts){ .body = text };
	for (;;) {
		size_t n = strcspn(p, "\n");

		end = p + n;
		if (strncmp(p, "method: ", 8) == 0)
			ret->method = p + 8, ret->method_len = n - 8;
		else if (strncmp(p, "url: ", 5) == 0)
			ret->url = p + 5, ret->url_len = n - 5;
		else if (strncmp(p, "content-type: ", 14) == 0)
			ret->type = p + 14, ret->type_len = n - 14;
		else
			break;
		p = *end == '\n' ? end + 1 : end;
	}
	if (p != text && *p == '\n')
		ret->body = p + 1;
	else if (p != text)
		ret->body = p;
}

static enum escape
escape_of(const char *type)
{
	return strstr(type, "json") != NULL ? ESC_JSON : strstr(type, "html") != NULL ? ESC_HTML :
	    strstr(type, "urlencoded") != NULL ? ESC_URL : ESC_NONE;
}

void
template_render(const char *text, const struct template_opts *o, struct template_out *ret)
{
	struct buf url = BUF_INIT(1 << 16), body = BUF_INIT(OUT_MAX);
	struct parts p;

	split(text, &p);
	ret->method = p.method != NULL ? xstrndup(p.method, p.method_len) : xstrdup("POST");
	ret->content_type = p.type != NULL ? xstrndup(p.type, p.type_len) : xstrdup("application/json");
	if (p.url != NULL)
		expand(&url, p.url, p.url_len, o, ESC_URL);
	else
		buf_adds(&url, o->webhook != NULL ? o->webhook : "");
	expand(&body, p.body, strlen(p.body), o, escape_of(ret->content_type));
	ret->url = xstrdup(buf_str(&url));
	buf_done(&url);
	ret->body_len = body.len;
	ret->body = xstrdup(buf_str(&body));
	buf_done(&body);
}

void
template_out_done(struct template_out *out)
{
	free(out->method);
	free(out->url);
	free(out->content_type);
	free(out->body);
	*out = (struct template_out){ 0 };
}

#define PARTS_MAX 8		/* one in another */

/* Fields that are none, and parts without a beginning or an end. */
static int
check_fields(const char *text, struct err *reterr)
{
	struct field f = { 0 }, open[PARTS_MAX];
	size_t line = 1, column = 1, depth = 0;
	const char *why = NULL;
	int rc;

	for (const char *p = text; *p != '\0'; p++, column++) {
		rc = *p == '{' ? field_read(p, strlen(p), &f, &why) : 0;
		if (rc > 0 && (f.mark == '?' || f.mark == '!')) {
			why = depth == PARTS_MAX ? "too many parts in parts" : "this part has no end: {/NAME} with its name";
			rc = depth == PARTS_MAX || part_len(p + f.len, strlen(p + f.len), &f) == strlen(p + f.len) ? -1 : 1;
			if (rc > 0)
				open[depth++] = f;
		} else if (rc > 0 && f.mark == '/') {
			why = "this ends a part that is not the last one begun";
			rc = depth == 0 || open[depth - 1].name_len != f.name_len ||
			    memcmp(open[depth - 1].name, f.name, f.name_len) != 0 ? -1 : 1;
			depth -= depth > 0;
		}
		if (rc < 0)
			return err_set(reterr, ERR_INPUT, "template, line %zu, column %zu: %s", line, column, why);
		if (*p == '\n') {
			line++;
			column = 0;
		}
	}
	return 0;
}

/* With a document of which all is known and with one of which next to nothing is: both must make what the content type says. */
int
template_check(const char *text, struct err *reterr)
{
	static const char *const samples[] = {
		"{\"data\":{\"title\":\"A \\\"title\\\"\",\"url\":\"https://example.org/\"}}",
		"{\"time\":\"2023-02-09T07:45:00Z\",\"data\":{\"title\":\"A \\\"title\\\"\",\"url\":\"https://example.org/\",\"source\":\"s\","
		"\"published\":\"2023-02-09\",\"language\":\"en\",\"section\":\"S\",\"author\":\"A\",\"text\":\"T \\\"t\\\"\",\"revision\":2,"
		"\"state\":\"failing\",\"cause\":\"c\",\"advice\":\"a\",\"since\":\"2023-02-09T07:45:00Z\"}}",
	};
	struct template_opts o = { .channel = "c", .id = "1", .type = "document.edited", .webhook = "https://example.org/" };
	int rc = check_fields(text, reterr);

	for (size_t i = 0; rc == 0 && i < sizeof(samples) / sizeof(samples[0]); i++) {
		struct template_out out;
		struct rendered r;
		struct err err = { 0 };
		json_t *j = NULL;

		render_event(o.id, o.type, samples[i], strlen(samples[i]), &r);
		o.r = &r;
		template_render(text, &o, &out);
		if (escape_of(out.content_type) == ESC_JSON && json_read(out.body, out.body_len, &j, &err) < 0)
			rc = err_set(reterr, ERR_INPUT, "the template makes no JSON%s: %s", i > 0 ? "" :
			    " when fields are empty", err.text);
		json_decref(j);
		template_out_done(&out);
		rendered_done(&r);
	}
	return rc;
}

/* A word alone is meant as a name. */
static bool
is_word(const char *value)
{
	return value[strspn(value, "abcdefghijklmnopqrstuvwxyz0123456789_-")] == '\0';
}

int
template_judge(const char *value, struct err *reterr)
{
	struct buf names = BUF_INIT(1024);
	const char *name;
	int rc;

	if (!is_word(value) || template_preset(value) != NULL) {
		buf_done(&names);
		return template_check(template_text(value), reterr);
	}
	for (size_t i = 0; (name = template_preset_name(i)) != NULL; i++)
		buf_addf(&names, "%s%s", i > 0 ? ", " : "", name);
	rc = err_set(reterr, ERR_INPUT, "is no template of ours; there are %s (a file begins with / or ./)",
	    buf_str(&names));
	buf_done(&names);
	return rc;
}

const char *
template_text(const char *value)
{
	const char *preset = value != NULL ? template_preset(value) : NULL;

	return preset != NULL ? preset : value;
}
