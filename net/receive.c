/*
 * receive: headers as they come in, counted and judged. Framing that two readers could understand
 * differently is refused (RFC 9112 6.3), since half a page must never look like a whole one.
 */
#include "net/http_int.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include "base/clock.h"
#include "base/digest.h"
#include "base/mem.h"
#include "base/banned.h"

#define JOINED_MAX 8192		/* several Link headers become one */
#define COOKIES_MAX 4096

enum header {
	H_CACHE_CONTROL, H_CF_MITIGATED, H_CONTENT_ENCODING, H_CONTENT_LENGTH, H_CONTENT_TYPE, H_DATE, H_ETAG,
	H_LAST_MODIFIED, H_LINK, H_LOCATION, H_RETRY_AFTER, H_SET_COOKIE, H_TRANSFER_ENCODING, H_COUNT
};

static const struct {
	const char *name;
	size_t len;
} header_name[H_COUNT] = {
#define NAME(s) { s, sizeof(s) - 1 }
	[H_CACHE_CONTROL] = NAME("cache-control"),
	[H_CF_MITIGATED] = NAME("cf-mitigated"),
	[H_CONTENT_ENCODING] = NAME("content-encoding"),
	[H_CONTENT_LENGTH] = NAME("content-length"),
	[H_CONTENT_TYPE] = NAME("content-type"),
	[H_DATE] = NAME("date"),
	[H_ETAG] = NAME("etag"),
	[H_LAST_MODIFIED] = NAME("last-modified"),
	[H_LINK] = NAME("link"),
	[H_LOCATION] = NAME("location"),
	[H_RETRY_AFTER] = NAME("retry-after"),
	[H_SET_COOKIE] = NAME("set-cookie"),
	[H_TRANSFER_ENCODING] = NAME("transfer-encoding"),
#undef NAME
};

static bool
is_redirect(long status)
{
	return status == 301 || status == 302 || status == 303 || status == 307 || status == 308;
}

void
receive_reset(struct http_transfer *t)
{
	struct http_answer *a = &t->answer;

	free(a->etag);
	free(a->last_modified);
	free(a->content_type);
	free(a->location);
	free(a->link);
	free(a->cf_mitigated);
	a->etag = a->last_modified = a->content_type = a->location = a->link = a->cf_mitigated = NULL;
	a->retry_after_ms = a->max_age_s = -1;
	a->date_ms = 0;
	a->close_delimited = false;
	digest_run_free(a->hash);
	a->hash = NULL;
	a->hashed = 0;
	free(t->encoding);
	t->encoding = NULL;
	inflate_free(t->inflate);
	t->inflate = NULL;
	buf_done(&t->rest);
	t->rest_at = 0;
	t->undone = false;
	t->content_length = -1;
	t->hop_wire = 0;
	t->chunked = t->head_done = t->http2 = t->discard = t->stopped = t->redirect = false;
}

static void
set_once(char **field, const char *v, size_t n)
{
	if (*field == NULL)
		*field = xstrndup(v, n);
}

/* A validator goes back into our requests, so it must fit there and carry no control character. */
static void
set_validator(char **field, const char *v, size_t n)
{
	if (*field != NULL || n == 0 || n > HTTP_MAX_VALIDATOR)
		return;
	for (size_t i = 0; i < n; i++)
		if (((unsigned char)v[i] < 0x20 && v[i] != '\t') || v[i] == 0x7f)
			return;
	*field = xstrndup(v, n);
}

static void
join(char **field, const char *v, size_t n)
{
	char *old = *field;

	if (old == NULL)
		*field = xstrndup(v, n);
	else if (strlen(old) + n + 2 <= JOINED_MAX) {
		*field = xasprintf("%s, %.*s", old, (int)n, v);
		free(old);
	}
}

/* One number, or the same number several times with commas (RFC 9110 8.6). */
static int
content_length(struct http_transfer *t, const char *v, size_t n)
{
	size_t i = 0;

	do {
		int64_t len = 0;
		size_t digits = 0;

		while (i < n && (v[i] == ' ' || v[i] == '\t' || v[i] == ','))
			i++;
		for (; i < n && v[i] >= '0' && v[i] <= '9'; i++, digits++)
			if (digits < 18)
				len = len * 10 + (v[i] - '0');
		while (i < n && (v[i] == ' ' || v[i] == '\t'))
			i++;
		if (digits == 0 || digits > 18 || (i < n && v[i] != ','))
			return err_set(&t->answer.err, ERR_TEMPORARY,
			    "malformed answer: Content-Length is \"%.*s\"", (int)(n < 40 ? n : 40), v);
		if (t->content_length >= 0 && t->content_length != len)
			return err_set(&t->answer.err, ERR_TEMPORARY,
			    "malformed answer: two different values of Content-Length");
		t->content_length = len;
	} while (i < n);
	return 0;
}

/* Seconds or a date; -1 when neither. */
static int64_t
retry_after(const char *v)
{
	int64_t at_ms, wait_ms;
	char *end;
	long long s;

	if (*v >= '0' && *v <= '9') {
		errno = 0;
		s = strtoll(v, &end, 10);
		if (errno != 0 || s > 366 * 86400LL)
			s = 366 * 86400LL;
		return *end == '\0' ? s * 1000 : -1;
	}
	if (clock_parse_http(v, &at_ms) < 0)
		return -1;
	wait_ms = at_ms - clock_wall_ms();
	return wait_ms > 0 ? wait_ms : 0;
}

static int64_t
max_age(const char *v)
{
	const char *p = strcasestr(v, "max-age=");
	long long s;

	if (p == NULL || (p > v && p[-1] != ' ' && p[-1] != ','))	/* not s-maxage and kin */
		return -1;
	p += strlen("max-age=");
	if (*p < '0' || *p > '9')
		return -1;
	errno = 0;
	s = strtoll(p, NULL, 10);
	return errno != 0 || s > INT32_MAX ? INT32_MAX : s;
}

/*
 * Some sites redirect to themselves until a cookie comes back. It is kept from hop to hop of one request on
 * one host, and forgotten with it.
 */
static void
add_cookie(struct http_transfer *t, const char *v, size_t n)
{
	const char *end = memchr(v, ';', n), *equals;
	struct buf all = BUF_INIT(COOKIES_MAX);

	if (end != NULL)
		n = (size_t)(end - v);
	equals = memchr(v, '=', n);
	if (equals == NULL || equals == v)
		return;
	for (size_t i = 0; i < n; i++)
		if ((unsigned char)v[i] < 0x20 || v[i] == 0x7f)
			return;
	for (const char *p = t->cookies; p != NULL && *p != '\0';) {	/* the others */
		size_t len = strcspn(p, ";"), skip = p[len] == ';' ? 2 : 0;

		if (strncmp(p, v, (size_t)(equals - v) + 1) != 0) {
			buf_add(&all, p, len);
			buf_adds(&all, "; ");
		}
		p += len + skip;
	}
	buf_add(&all, v, n);
	if (!all.full) {
		free(t->cookies);
		t->cookies = buf_take(&all, NULL);
	}
	buf_done(&all);
}

static int
take_header(struct http_transfer *t, enum header which, const char *v, size_t n)
{
	struct http_answer *a = &t->answer;
	char text[256];		/* for those that are parsed here */

	snprintf(text, sizeof(text), "%.*s", (int)(n < sizeof(text) ? n : sizeof(text) - 1), v);
	switch (which) {
	case H_CACHE_CONTROL:
		if (a->max_age_s < 0)
			a->max_age_s = max_age(text);
		break;
	case H_DATE:
		if (clock_parse_http(text, &a->date_ms) < 0)
			a->date_ms = 0;
		break;
	case H_RETRY_AFTER:
		a->retry_after_ms = retry_after(text);
		break;
	case H_CONTENT_ENCODING:
		join(&t->encoding, v, n);
		break;
	case H_CONTENT_LENGTH:
		return content_length(t, v, n);
	case H_TRANSFER_ENCODING:
		if (t->chunked || strcasecmp(text, "chunked") != 0)
			return err_set(&a->err, ERR_TEMPORARY,
			    "malformed answer: Transfer-Encoding is \"%.40s\"", text);
		t->chunked = true;
		break;
	case H_CONTENT_TYPE:
		set_once(&a->content_type, v, n);
		break;
	case H_CF_MITIGATED:
		set_once(&a->cf_mitigated, v, n);
		break;
	case H_LOCATION:
		set_once(&a->location, v, n);
		break;
	case H_LINK:
		join(&a->link, v, n);
		break;
	case H_ETAG:
		set_validator(&a->etag, v, n);
		break;
	case H_LAST_MODIFIED:
		set_validator(&a->last_modified, v, n);
		break;
	case H_SET_COOKIE:
		if (is_redirect(a->status))
			add_cookie(t, v, n);
		break;
	case H_COUNT:
		break;
	}
	return 0;
}

/* What is to be done with the body is known once the headers are. */
static int
head_done(struct http_transfer *t)
{
	struct http_answer *a = &t->answer;
	enum inflate_kind kind;

	t->head_done = true;
	if (t->chunked && t->content_length >= 0)
		return err_set(&a->err, ERR_TEMPORARY,
		    "malformed answer: both Content-Length and Transfer-Encoding");
	if (is_redirect(a->status) && a->location != NULL && t->max_redirects >= 0) {
		t->redirect = t->discard = true;
		return 0;
	}
	if (t->ignore_body) {
		t->discard = true;
		return 0;
	}
	if (t->head_only) {
		t->stopped = true;
		return -1;
	}
	if (a->status == 206)
		return err_set(&a->err, ERR_TEMPORARY, "a part was sent although the whole was asked for");
	/* Feeds and sitemaps may be larger than pages; whoever asks often does not know yet which it is. */
	if (a->content_type != NULL && strncasecmp(a->content_type, "text/html", strlen("text/html")) == 0 &&
	    t->max_wire > HTTP_MAX_WIRE)
		t->max_wire = HTTP_MAX_WIRE;
	if (!t->cut_body && t->content_length > (int64_t)t->max_wire)
		return err_set(&a->err, ERR_LIMIT, "the answer has %lld bytes, over the limit of %zu",
		    (long long)t->content_length, t->max_wire);
	if (inflate_kind_of(t->encoding, &kind, &a->err) < 0)
		return -1;
	if (kind != INFLATE_NONE)
		t->inflate = inflate_new(kind, HTTP_MAX_RATIO, HTTP_RATIO_FROM);
	else if (t->content_length > 0 && t->content_length < (1 << 20) &&
	    (size_t)t->content_length <= t->max_decoded)
		buf_reserve(&a->body, (size_t)t->content_length);
	return 0;
}

static void
status_line(struct http_transfer *t, const char *p, size_t n)
{
	const char *sp = memchr(p, ' ', n);
	long status = 0;

	receive_reset(t);
	t->http2 = n > 6 && p[5] == '2';
	if (sp != NULL && sp + 3 < p + n)
		for (int i = 1; i <= 3 && sp[i] >= '0' && sp[i] <= '9'; i++)
			status = status * 10 + (sp[i] - '0');
	t->answer.status = status;
}

static void
first_byte(struct http_transfer *t)
{
	t->first_ms = clock_mono_ms();
	t->speed_s = 0;
	if (t->answer.first_byte_ms == 0)
		t->answer.first_byte_ms = t->first_ms - t->start_ms;
}

size_t
receive_header(char *p, size_t size, size_t count, void *arg)
{
	struct http_transfer *t = arg;
	size_t n = size * count, len = n, name;

	if (t->first_ms == 0)
		first_byte(t);
	t->bytes += n;
	if ((t->header_bytes += n) > HTTP_MAX_HEADERS) {
		err_set(&t->answer.err, ERR_LIMIT, "headers are over %u bytes", HTTP_MAX_HEADERS);
		return 0;
	}
	while (len > 0 && (p[len - 1] == '\n' || p[len - 1] == '\r' || p[len - 1] == ' ' || p[len - 1] == '\t'))
		len--;
	if (t->head_done)
		return n;	/* trailers say nothing to us */
	if (len == 0)
		return t->answer.status < 200 || head_done(t) == 0 ? n : 0;
	if (len >= 5 && memcmp(p, "HTTP/", 5) == 0) {
		status_line(t, p, len);
		return n;
	}
	for (int i = 0; i < H_COUNT; i++) {
		name = header_name[i].len;
		if (len <= name || p[name] != ':' || strncasecmp(p, header_name[i].name, name) != 0)
			continue;
		for (name++; name < len && (p[name] == ' ' || p[name] == '\t'); name++)
			;
		if (take_header(t, (enum header)i, p + name, len - name) < 0)
			return 0;
		break;
	}
	return n;
}
