/* IPv6 addresses of URLs (WHATWG URL 3.5); inet_pton() has other ideas of zones and IPv4 tails. */
#include <ctype.h>
#include <stdint.h>

#include "base/url_int.h"
#include "base/banned.h"

#define PIECES 8

/* "1.2.3.4" at the end of an address: two pieces. Returns 0 or -1. */
static int
ipv4_tail(const char *s, size_t n, uint16_t piece[2])
{
	size_t i = 0;
	int part, value, digits;

	for (part = 0; part < 4; part++) {
		if (part > 0 && (i >= n || s[i++] != '.'))
			return -1;
		value = 0;
		for (digits = 0; i < n && isdigit((unsigned char)s[i]); i++, digits++) {
			if (digits > 0 && value == 0)
				return -1;	/* no leading zeros */
			value = value * 10 + s[i] - '0';
			if (value > 255)
				return -1;
		}
		if (digits == 0)
			return -1;
		piece[part / 2] = (uint16_t)(piece[part / 2] << 8 | value);
	}
	return i == n ? 0 : -1;
}

/* Moves the pieces behind "::" to the end. Returns -1 when the count does not fit. */
static int
spread(uint16_t piece[PIECES], int have, int gap)
{
	int i, moved = have - gap;

	if (gap < 0)
		return have == PIECES ? 0 : -1;
	for (i = 0; i < moved; i++)
		piece[PIECES - 1 - i] = piece[have - 1 - i];
	for (i = gap; i < PIECES - moved; i++)
		piece[i] = 0;
	return 0;
}

static int
read_pieces(const char *s, size_t n, uint16_t piece[PIECES])
{
	size_t i = 0, start;
	int have = 0, gap = -1;

	if (n > 0 && s[0] == ':') {
		if (n < 2 || s[1] != ':')
			return -1;
		i = 2;
		gap = 0;
	}
	while (i < n) {
		if (have == PIECES)
			return -1;
		if (s[i] == ':') {	/* the second of "::" */
			if (gap >= 0)
				return -1;
			i++;
			gap = have;
			continue;
		}
		piece[have] = 0;
		for (start = i; i < n && i - start < 4 && url_hex(s[i]) >= 0; i++)
			piece[have] = (uint16_t)(piece[have] << 4 | url_hex(s[i]));
		if (i < n && s[i] == '.') {
			if (i == start || have > PIECES - 2)
				return -1;
			piece[have] = 0;
			piece[have + 1] = 0;
			if (ipv4_tail(s + start, n - start, piece + have) < 0)
				return -1;
			have += 2;
			break;
		}
		have++;
		if (i < n && (s[i++] != ':' || i == n))
			return -1;
	}
	return spread(piece, have, gap);
}

/* The first longest run of two or more zero pieces; its length is 0 when there is none. */
static int
longest_zeros(const uint16_t piece[PIECES], int *ret_len)
{
	int i, run, best = -1;

	*ret_len = 1;
	for (i = 0; i < PIECES; i += run + 1) {
		for (run = 0; i + run < PIECES && piece[i + run] == 0; run++)
			;
		if (run > *ret_len) {
			*ret_len = run;
			best = i;
		}
	}
	return best;
}

int
url_ipv6_parse(struct buf *b, const char *s, size_t n)
{
	uint16_t piece[PIECES] = { 0 };
	int i, zeros, len;

	if (read_pieces(s, n, piece) < 0)
		return -1;
	zeros = longest_zeros(piece, &len);
	buf_addc(b, '[');
	for (i = 0; i < PIECES; i++) {
		if (i == zeros) {
			buf_adds(b, i == 0 ? "::" : ":");
			i += len - 1;
			continue;
		}
		buf_addf(b, i < PIECES - 1 ? "%x:" : "%x", piece[i]);
	}
	return buf_addc(b, ']');
}
