#include <inttypes.h>
#include <string.h>

#include "base/clock.h"
#include "base/digest.h"
#include "base/mem.h"
#include "base/unicode.h"
#include "notify/message.h"
#include "notify/render.h"
#include "base/banned.h"

#define LINE_BYTES 76		/* RFC 2045 6.7, 6.8; RFC 5322 wants 78 and less */
#define WORD_BYTES 42		/* UTF-8 bytes in one encoded word: 75 characters with its frame */
#define PLAIN_HEADER 60		/* an ASCII value up to this stays as it is */

bool
message_address_ok(const char *address)
{
	const char *at = strrchr(address, '@');

	if (at == NULL || at == address || at[1] == '\0' || strlen(address) > 254)
		return false;
	for (const char *p = address; *p != '\0'; p++)
		if (*p <= ' ' || *p >= 0x7f || strchr("<>()[],;:\\\"", *p) != NULL)
			return false;
	return strchr(address, '@') == at;
}

static bool
is_plain(const char *s)
{
	if (strlen(s) > PLAIN_HEADER || strstr(s, "=?") != NULL)
		return false;
	for (; *s != '\0'; s++)
		if ((unsigned char)*s < ' ' || (unsigned char)*s >= 0x7f)
			return false;
	return true;
}

void
message_encode_header(struct buf *b, const char *text)
{
	CLEANUP(freep) char *line = unicode_line(text, strlen(text));
	size_t left = strlen(line), n;
	const char *p = line, *sep = "";
	char *word;

	if (is_plain(line)) {
		buf_adds(b, line);
		return;
	}
	while (left > 0) {
		n = utf8_cut(p, left, WORD_BYTES);	/* never within a character: RFC 2047 5 */
		word = digest_base64(p, n);
		buf_addf(b, "%s=?UTF-8?B?%s?=", sep, word);
		free(word);
		sep = "\r\n ";
		p += n;
		left -= n;
	}
}

/* Only what may stand in a Message-ID; ours are UUIDs, but this is a border. */
static void
add_id(struct buf *b, const char *id)
{
	for (; *id != '\0'; id++)
		if ((*id >= '0' && *id <= '9') || (*id >= 'a' && *id <= 'z') ||
		    (*id >= 'A' && *id <= 'Z') || *id == '-' || *id == '.')
			buf_addc(b, *id);
	buf_adds(b, "@presswatch");
}

/* RFC 2919: by it a reader's rules sort. A channel's name is letters, digits, ".", "_" and "-". */
static void
add_list(struct buf *b, const char *channel, const char *from)
{
	buf_addf(b, "List-Id: presswatch %.64s\r\n <%.64s.presswatch.%s>\r\n", channel, channel,
	    strrchr(from, '@') + 1);
	/* RFC 3834, and what servers of before and beside it go by: no answer of a machine is wanted. */
	buf_adds(b, "Auto-Submitted: auto-generated\r\nPrecedence: bulk\r\n"
	    "X-Auto-Response-Suppress: All\r\n");
}

static void
add_headers(struct buf *b, const struct message_opts *o, const struct rendered *r)
{
	char date[CLOCK_TEXT_MAX];
	size_t i;

	/* RFC 5322 3.3 wants a numeric zone where HTTP writes GMT. */
	clock_http(o->now_ms, date);
	buf_addf(b, "Date: %.*s+0000\r\n", (int)(strlen(date) - strlen("GMT")), date);
	buf_addf(b, "From: presswatch <%s>\r\n", o->from);
	for (i = 0; o->to[i] != NULL; i++)
		buf_addf(b, "%s<%s>", i == 0 ? "To: " : ",\r\n ", o->to[i]);
	buf_adds(b, "\r\nSubject: ");
	message_encode_header(b, buf_str(&r->subject));
	buf_adds(b, "\r\nMessage-ID: <");
	add_id(b, o->event_id);
	buf_adds(b, ">\r\n");
	if (o->root != NULL && strcmp(o->root, o->event_id) != 0) {
		buf_adds(b, "In-Reply-To: <");
		add_id(b, o->root);
		buf_adds(b, ">\r\nReferences: <");
		add_id(b, o->root);
		buf_adds(b, ">\r\n");
	}
	add_list(b, o->channel, o->from);
	buf_adds(b, "X-Presswatch-Event: ");
	message_encode_header(b, o->type);
	buf_adds(b, "\r\nX-Presswatch-Source: ");
	message_encode_header(b, r->source);
	if (r->summary.url[0] != '\0') {
		buf_adds(b, "\r\nX-Presswatch-Address: ");
		message_encode_header(b, r->summary.url);
	}
	buf_adds(b, "\r\nMIME-Version: 1.0\r\nContent-Type: text/plain; charset=utf-8\r\n");
}

static void
add_base64(struct buf *b, const char *p, size_t n)
{
	CLEANUP(freep) char *code = digest_base64(p, n);
	size_t left = strlen(code), line;

	for (const char *c = code; left > 0; c += line, left -= line) {
		line = left < LINE_BYTES ? left : LINE_BYTES;
		buf_add(b, c, line);
		buf_adds(b, "\r\n");
	}
}

/* Quoted-printable (RFC 2045 6.7): what is mostly ASCII stays readable. p has LF lines. */
static void
add_quoted(struct buf *b, const char *p, size_t n)
{
	size_t column = 0, width;

	for (size_t i = 0; i < n; i++) {
		unsigned char c = (unsigned char)p[i];
		bool at_end = i + 1 == n || p[i + 1] == '\n';
		bool plain = (c > ' ' && c < 0x7f && c != '=') || ((c == ' ' || c == '\t') && !at_end);

		if (c == '\n') {
			buf_adds(b, "\r\n");
			column = 0;
			continue;
		}
		width = plain ? 1 : 3;
		if (column + width > LINE_BYTES - 1) {
			buf_adds(b, "=\r\n");
			column = 0;
		}
		if (plain)
			buf_addc(b, (char)c);
		else
			buf_addf(b, "=%02X", c);
		column += width;
	}
	buf_adds(b, "\r\n");
}

static void
add_text(struct buf *b, const char *p, size_t n)
{
	size_t high = 0;

	for (size_t i = 0; i < n; i++)
		high += (unsigned char)p[i] >= 0x7f;
	if (high > n / 6) {
		buf_adds(b, "Content-Transfer-Encoding: base64\r\n\r\n");
		add_base64(b, p, n);
	} else {
		buf_adds(b, "Content-Transfer-Encoding: quoted-printable\r\n\r\n");
		add_quoted(b, p, n);
	}
}

int
message_render(const struct message_opts *o, struct buf *b, struct err *reterr)
{
	struct rendered r;
	size_t i;

	if (o->from == NULL || !message_address_ok(o->from))
		return err_set(reterr, ERR_CONFIG, "\"%s\" is no mail address", o->from != NULL ? o->from : "");
	if (o->to == NULL || o->to[0] == NULL)
		return err_set(reterr, ERR_CONFIG, "the channel names nobody to mail to");
	for (i = 0; o->to[i] != NULL; i++)
		if (!message_address_ok(o->to[i]))
			return err_set(reterr, ERR_CONFIG, "\"%s\" is no mail address", o->to[i]);
	render_event(o->event_id, o->type, o->body, o->body_len, &r);
	add_headers(b, o, &r);
	add_text(b, buf_str(&r.text), r.text.len);
	rendered_done(&r);
	if (b->full)
		return err_set(reterr, ERR_LIMIT, "the mail is over %zu bytes", b->max);
	return 0;
}
