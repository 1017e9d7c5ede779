#include "base/url_int.h"
#include "base/banned.h"

#define Q (SET_QUERY | SET_SPECIAL_QUERY | SET_PATH | SET_USERINFO)
#define P (SET_PATH | SET_USERINFO)
#define U SET_USERINFO

/* Which sets hold a printable ASCII character; controls, DEL and non-ASCII are in all of them. */
static const unsigned char sets[128] = {
	[' '] = SET_FRAGMENT | Q, ['"'] = SET_FRAGMENT | Q, ['<'] = SET_FRAGMENT | Q,
	['>'] = SET_FRAGMENT | Q, ['`'] = SET_FRAGMENT | P, ['#'] = Q, ['\''] = SET_SPECIAL_QUERY,
	['?'] = P, ['^'] = P, ['{'] = P, ['}'] = P,
	['/'] = U, [':'] = U, [';'] = U, ['='] = U, ['@'] = U, ['['] = U, ['\\'] = U, [']'] = U,
	['|'] = U,
};

static bool
in_set(unsigned char c, enum url_set set)
{
	return c < 0x20 || c >= 0x7f || (sets[c] & set) != 0;
}

void
url_encode(struct buf *b, const char *s, size_t n, enum url_set set)
{
	static const char digit[] = "0123456789ABCDEF";
	size_t i = 0, start;
	char esc[3] = "%";

	while (i < n) {
		for (start = i; i < n && !in_set((unsigned char)s[i], set); i++)
			;
		buf_add(b, s + start, i - start);
		if (i < n) {
			esc[1] = digit[(unsigned char)s[i] >> 4];
			esc[2] = digit[s[i] & 15];
			buf_add(b, esc, 3);
			i++;
		}
	}
}

int
url_hex(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	c |= 0x20;
	return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

void
url_percent_decode(struct buf *b, const char *s, size_t n)
{
	size_t i;

	for (i = 0; i < n; i++) {
		if (s[i] == '%' && n - i > 2 && url_hex(s[i + 1]) >= 0 && url_hex(s[i + 2]) >= 0) {
			buf_addc(b, (char)(url_hex(s[i + 1]) << 4 | url_hex(s[i + 2])));
			i += 2;
		} else {
			buf_addc(b, s[i]);
		}
	}
}
