/* utf8_*: decoding and cutting, with nothing of ICU: text is mostly ASCII and must pass fast. */
#include <string.h>

#include "base/unicode.h"
#include "base/unicode_int.h"
#include "base/banned.h"

#define HIGH_BITS UINT64_C(0x8080808080808080)

/* Bytes at the front of s that are ASCII, eight at a time. */
size_t
utf8_ascii_run(const char *s, size_t n)
{
	size_t i = 0;
	uint64_t a, b;

	for (; n - i >= 16; i += 16) {
		memcpy(&a, s + i, 8);
		memcpy(&b, s + i + 8, 8);
		if (((a | b) & HIGH_BITS) != 0)
			break;
	}
	while (i < n && (unsigned char)s[i] < 0x80)
		i++;
	return i;
}

/* The first continuation byte has a narrower range after E0, ED, F0 and F4. */
size_t
utf8_length_any(const char *p, size_t n)
{
	const unsigned char *s = (const unsigned char *)p;
	unsigned char lo = 0x80, hi = 0xbf;
	size_t len, i;

	if (s[0] < 0x80)
		return 1;
	if (s[0] < 0xc2 || s[0] > 0xf4)
		return 0;
	len = s[0] < 0xe0 ? 2 : s[0] < 0xf0 ? 3 : 4;
	if (n < len)
		return 0;
	if (s[0] == 0xe0)
		lo = 0xa0;
	else if (s[0] == 0xed)
		hi = 0x9f;
	else if (s[0] == 0xf0)
		lo = 0x90;
	else if (s[0] == 0xf4)
		hi = 0x8f;
	if (s[1] < lo || s[1] > hi)
		return 0;
	for (i = 2; i < len; i++)
		if ((s[i] & 0xc0) != 0x80)
			return 0;
	return len;
}

bool
utf8_valid(const char *s, size_t n)
{
	size_t i = 0, len;

	while (i < n) {
		if ((unsigned char)s[i] < 0x80) {
			i += utf8_ascii_run(s + i, n - i);
			continue;
		}
		len = utf8_length(s + i, n - i);
		if (len == 0)
			return false;
		i += len;
	}
	return true;
}

uint32_t
utf8_next(const char *s, size_t n, size_t *i)
{
	const unsigned char *p = (const unsigned char *)s + *i;

	if (p[0] < 0x80) {
		++*i;
		return p[0];
	}
	switch (utf8_length(s + *i, n - *i)) {
	case 2:
		*i += 2;
		return (uint32_t)(p[0] & 0x1f) << 6 | (p[1] & 0x3f);
	case 3:
		*i += 3;
		return (uint32_t)(p[0] & 0x0f) << 12 | (uint32_t)(p[1] & 0x3f) << 6 | (p[2] & 0x3f);
	case 4:
		*i += 4;
		return (uint32_t)(p[0] & 0x07) << 18 | (uint32_t)(p[1] & 0x3f) << 12 |
		    (uint32_t)(p[2] & 0x3f) << 6 | (p[3] & 0x3f);
	default:
		++*i;
		return 0xfffd;
	}
}

void
utf8_put(struct buf *b, uint32_t c)
{
	char s[4];

	if (c > 0x10ffff || (c >= 0xd800 && c <= 0xdfff))
		c = 0xfffd;
	if (c < 0x80) {
		buf_addc(b, (char)c);
	} else if (c < 0x800) {
		s[0] = (char)(0xc0 | c >> 6);
		s[1] = (char)(0x80 | (c & 0x3f));
		buf_add(b, s, 2);
	} else if (c < 0x10000) {
		s[0] = (char)(0xe0 | c >> 12);
		s[1] = (char)(0x80 | (c >> 6 & 0x3f));
		s[2] = (char)(0x80 | (c & 0x3f));
		buf_add(b, s, 3);
	} else {
		s[0] = (char)(0xf0 | c >> 18);
		s[1] = (char)(0x80 | (c >> 12 & 0x3f));
		s[2] = (char)(0x80 | (c >> 6 & 0x3f));
		s[3] = (char)(0x80 | (c & 0x3f));
		buf_add(b, s, 4);
	}
}

size_t
utf8_count(const char *s, size_t n)
{
	size_t i = 0, count = 0, run;

	while (i < n) {
		if ((unsigned char)s[i] < 0x80) {
			run = utf8_ascii_run(s + i, n - i);
			i += run;
			count += run;
		} else {
			utf8_next(s, n, &i);
			count++;
		}
	}
	return count;
}

/* Steps back over an unfinished character only; malformed bytes elsewhere are the caller's. */
size_t
utf8_cut(const char *s, size_t n, size_t max)
{
	size_t len = n < max ? n : max, back;
	unsigned char c;

	for (back = 1; back <= 3 && back <= len; back++) {
		c = (unsigned char)s[len - back];
		if (c < 0x80)
			break;
		if (c >= 0xc0) {
			if ((c >= 0xf0 ? 4u : c >= 0xe0 ? 3u : 2u) > back)
				len -= back;
			break;
		}
	}
	return len;
}

size_t
utf8_cut_chars(const char *s, size_t n, size_t max_chars)
{
	size_t i = 0;

	if (max_chars >= n)
		return n;
	for (; max_chars > 0 && i < n; max_chars--)
		utf8_next(s, n, &i);
	return i;
}
