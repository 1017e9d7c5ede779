/* Hosts (WHATWG URL 3): domains by UTS 46 over ICU, IPv4 in all its spellings. */
#include <ctype.h>
#include <pthread.h>
#include <stdint.h>
#include <string.h>
#include <strings.h>
#include <unicode/uidna.h>

#include "base/cleanup.h"
#include "base/mem.h"
#include "base/unicode.h"
#include "base/url_int.h"
#include "base/banned.h"

#define HOST_BYTES_MAX 4096	/* longest host for IDNA, whose work grows faster than its input */

/* Forbidden host code points, and those that only a domain forbids (controls, '%', DEL). */
static const char forbidden_host[] = "\t\n\r #/:<>?@[\\]^|";

static bool
is_forbidden(unsigned char c, bool domain)
{
	if (c == '\0')
		return true;
	if (domain && (c < 0x20 || c == '%' || c == 0x7f))
		return true;
	return strchr(forbidden_host, c) != NULL;
}

static UIDNA *idna;
static pthread_once_t idna_once = PTHREAD_ONCE_INIT;

static void
idna_open(void)
{
	UErrorCode status = U_ZERO_ERROR;

	idna = uidna_openUTS46(UIDNA_CHECK_BIDI | UIDNA_CHECK_CONTEXTJ |
	    UIDNA_NONTRANSITIONAL_TO_ASCII | UIDNA_NONTRANSITIONAL_TO_UNICODE, &status);
	if (U_FAILURE(status))
		idna = NULL;
}

/* Compatibility ideographs whose mapping UTS 46 held back until Unicode 16 (Corrigendum 4). */
static uint32_t
held_back_ideograph(uint32_t c)
{
	switch (c) {
	case 0x2f868:
		return 0x36fc;
	case 0x2f874:
		return 0x5f33;
	case 0x2f91f:
		return 0x43ab;
	case 0x2f95f:
		return 0x7aee;
	case 0x2f9bf:
		return 0x45d7;
	default:
		return 0;
	}
}

/*
 * Characters whose mapping changed in UTS 46 after the Unicode of our ICU (15.1 and 16): the
 * capital sharp s maps to the small one, two letters gained lower case, some format characters are
 * ignored, and dot leaders may not stand for label separators.
 */
static int
map_newer(struct buf *b, const char *s, size_t n)
{
	size_t i = 0, start;
	uint32_t c;

	while (i < n) {
		start = i;
		c = utf8_next(s, n, &i);
		if (c == 0x1e9e)
			utf8_put(b, 0xdf);
		else if (c == 0x4c0)
			utf8_put(b, 0x4cf);
		else if (c == 0x2183)
			utf8_put(b, 0x2184);
		else if (c >= 0x2f868 && held_back_ideograph(c) != 0)
			utf8_put(b, held_back_ideograph(c));
		else if (c == 0x180e || (c >= 0x206a && c <= 0x206f))
			continue;
		else if (c == 0xfffd || c == 0x2024 || c == 0x2025 || c == 0x2026)
			return -1;
		else
			buf_add(b, s + start, i - start);
	}
	return 0;
}

/* The limits of DNS on lengths, hyphens and empty labels are not the parser's business. */
#define IDNA_TOLERATED (UIDNA_ERROR_EMPTY_LABEL | UIDNA_ERROR_LABEL_TOO_LONG | \
	UIDNA_ERROR_DOMAIN_NAME_TOO_LONG | UIDNA_ERROR_LEADING_HYPHEN | \
	UIDNA_ERROR_TRAILING_HYPHEN | UIDNA_ERROR_HYPHEN_3_4)

static int
idna_to_ascii(struct buf *b, const char *s, size_t n, struct err *reterr)
{
	UIDNAInfo info = UIDNA_INFO_INITIALIZER;
	UErrorCode status = U_ZERO_ERROR;
	CLEANUP(freep) char *out = NULL;
	struct buf mapped = BUF_INIT(HOST_BYTES_MAX);
	int32_t cap, len;

	pthread_once(&idna_once, idna_open);
	if (idna == NULL)
		return err_set(reterr, ERR_INPUT, "host name: ICU has no IDNA data");
	if (n > HOST_BYTES_MAX)
		return err_set(reterr, ERR_INPUT, "host name of %zu bytes", n);
	if (map_newer(&mapped, s, n) < 0) {
		buf_done(&mapped);
		return err_set(reterr, ERR_INPUT, "host name has a character that none may have");
	}
	cap = HOST_BYTES_MAX * 4;
	out = xmalloc((size_t)cap);
	len = uidna_nameToASCII_UTF8(idna, buf_str(&mapped), (int32_t)mapped.len, out, cap, &info,
	    &status);
	buf_done(&mapped);
	if (U_FAILURE(status) || len > cap || (info.errors & ~(uint32_t)IDNA_TOLERATED) != 0)
		return err_set(reterr, ERR_INPUT, "host name is no valid international name");
	return buf_add(b, out, (size_t)len);
}

/* The IPv4 number parser: decimal, 0x hex or 0 octal. -1: no number; saturates far over 2^32. */
static int64_t
ipv4_number(const char *s, size_t n)
{
	int64_t v = 0;
	int base = 10, d;
	size_t i = 0;

	if (n == 0)
		return -1;
	if (n >= 2 && s[0] == '0' && (s[1] | 0x20) == 'x') {
		base = 16;
		i = 2;
	} else if (n >= 2 && s[0] == '0') {
		base = 8;
		i = 1;
	}
	for (; i < n; i++) {
		d = url_hex(s[i]);
		if (d < 0 || d >= base)
			return -1;
		if (v < INT64_C(1) << 40)
			v = v * base + d;
	}
	return v;
}

static bool
all_digits(const char *s, size_t n)
{
	size_t i;

	for (i = 0; i < n; i++)
		if (!isdigit((unsigned char)s[i]))
			return false;
	return n > 0;
}

/* Start of the last label; a dot at the end, if something stands before it, does not count. */
static const char *
last_label(const char *s, size_t n, size_t *ret_len)
{
	const char *dot;

	if (n > 1 && s[n - 1] == '.')
		n--;
	dot = memrchr(s, '.', n);
	if (dot == NULL) {
		*ret_len = n;
		return s;
	}
	*ret_len = (size_t)(s + n - dot - 1);
	return dot + 1;
}

static bool
ends_in_number(const char *s, size_t n)
{
	size_t len;
	const char *label;

	if (n == 0 || (url_hex(s[n - 1]) < 0 && s[n - 1] != '.' && s[n - 1] != 'x'))
		return false;
	label = last_label(s, n, &len);
	if (len == 0)
		return false;
	return all_digits(label, len) || ipv4_number(label, len) >= 0;
}

static int
ipv4_parse(struct buf *b, const char *s, size_t n, struct err *reterr)
{
	int64_t number[4], address = 0;
	const char *dot, *end;
	int parts = 0, i;

	if (n > 1 && s[n - 1] == '.')
		n--;
	for (end = s + n; s <= end; s = dot + 1) {
		dot = memchr(s, '.', (size_t)(end - s));
		if (dot == NULL)
			dot = end;
		if (parts == 4 || (number[parts] = ipv4_number(s, (size_t)(dot - s))) < 0)
			return err_set(reterr, ERR_INPUT, "malformed IPv4 address");
		parts++;
	}
	for (i = 0; i < parts - 1; i++) {
		if (number[i] > 255)
			return err_set(reterr, ERR_INPUT, "part of an IPv4 address is over 255");
		address |= number[i] << (8 * (3 - i));
	}
	if (number[parts - 1] >= INT64_C(1) << (8 * (5 - parts)))
		return err_set(reterr, ERR_INPUT, "IPv4 address is too large");
	address |= number[parts - 1];
	return buf_addf(b, "%d.%d.%d.%d", (int)(address >> 24 & 255), (int)(address >> 16 & 255),
	    (int)(address >> 8 & 255), (int)(address & 255));
}

/* Domain to ASCII for names that are ASCII already: lower case and no more. */
static int
add_ascii_domain(struct buf *b, const char *s, size_t n, struct err *reterr)
{
	size_t i, at = b->len;

	for (i = 0; i < n; i++)
		if (is_forbidden((unsigned char)s[i], true))
			return err_set(reterr, ERR_INPUT, "host name has a forbidden character");
	buf_add(b, s, n);
	for (i = at; i < b->len; i++)
		b->data[i] = (char)tolower((unsigned char)b->data[i]);
	return 0;
}

static int
add_domain(struct buf *b, const char *s, size_t n, struct err *reterr)
{
	struct buf ascii = BUF_INIT(HOST_BYTES_MAX * 4);
	size_t i;
	int rc;

	for (i = 0; i < n && (unsigned char)s[i] < 0x80; i++)
		;
	if (i == n)
		return add_ascii_domain(b, s, n, reterr);
	rc = idna_to_ascii(&ascii, s, n, reterr);
	if (rc == 0)
		rc = add_ascii_domain(b, buf_str(&ascii), ascii.len, reterr);
	buf_done(&ascii);
	return rc;
}

static int
opaque_host(struct buf *b, const char *s, size_t n, struct err *reterr)
{
	size_t i;

	for (i = 0; i < n; i++)
		if (is_forbidden((unsigned char)s[i], false))
			return err_set(reterr, ERR_INPUT, "host has a forbidden character");
	url_encode(b, s, n, SET_C0);
	return 0;
}

int
url_host_parse(struct buf *b, const char *s, size_t n, bool special, struct err *reterr)
{
	CLEANUP(freep) char *decoded = NULL;
	struct buf raw = BUF_INIT(n);
	size_t at = b->len;

	if (n > 0 && s[0] == '[') {
		if (s[n - 1] != ']' || url_ipv6_parse(b, s + 1, n - 2) < 0)
			return err_set(reterr, ERR_INPUT, "malformed IPv6 address");
		return 0;
	}
	if (!special)
		return opaque_host(b, s, n, reterr);
	if (memchr(s, '%', n) != NULL) {
		url_percent_decode(&raw, s, n);
		n = raw.len;
		s = decoded = buf_take(&raw, NULL);
	}
	if (add_domain(b, s, n, reterr) < 0)
		return -1;
	if (b->len == at)
		return err_set(reterr, ERR_INPUT, "empty host");
	if (ends_in_number(b->data + at, b->len - at)) {
		CLEANUP(freep) char *digits = xstrndup(b->data + at, b->len - at);

		buf_cut(b, at);
		return ipv4_parse(b, digits, strlen(digits), reterr);
	}
	return 0;
}
