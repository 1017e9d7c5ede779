/*
 * texture: what the letters of a block are like: words that begin with capitals, short words, quotes, a day or
 * an hour, an address. Menus and teasers are full of capitals, comments of hours, paragraphs of short words.
 */
#include <string.h>
#include "extract/extract_int.h"
#include "base/banned.h"

#define LOOKED_AT 2000		/* bytes of a block: the rest is alike */
#define SHORT_WORD 3

static bool
is_digit(char c)
{
	return c >= '0' && c <= '9';
}

static bool
is_letter(unsigned char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c >= 0xc2;
}

/* Capitals of ASCII, Latin-1, Greek and Cyrillic; of others none are known. */
static bool
is_capital(const unsigned char *s, size_t n)
{
	if (s[0] < 0x80)
		return s[0] >= 'A' && s[0] <= 'Z';
	if (n < 2)
		return false;
	if (s[0] == 0xc3)
		return s[1] >= 0x80 && s[1] <= 0x9e;
	return (s[0] == 0xce && s[1] >= 0x91 && s[1] <= 0xa9) || (s[0] == 0xd0 && s[1] >= 0x80 && s[1] <= 0xaf);
}

/* "12:05", "2004-12-27", "27.12.2004", "2004年": a digit stands at s[0] and none before it. */
static uint8_t
time_at(const char *s, size_t n)
{
	size_t d = 0, e;

	while (d < n && d < 5 && is_digit(s[d]))
		d++;
	if (d + 1 >= n)
		return 0;
	if ((d == 1 || d == 2) && s[d] == ':' && d + 2 < n && is_digit(s[d + 1]) && is_digit(s[d + 2]))
		return TEXTURE_HOUR;
	if (d == 4 && n > 6 && memcmp(s + 4, "\xe5\xb9\xb4", 3) == 0)
		return TEXTURE_DAY;
	if ((s[d] != '-' && s[d] != '.' && s[d] != '/') || (d != 4 && d != 2 && d != 1))
		return 0;
	for (e = d + 1; e < n && is_digit(s[e]); e++)
		continue;
	if (e == d + 1 || e > d + 3 || e + 1 >= n || s[e] != s[d] || !is_digit(s[e + 1]))
		return 0;
	return TEXTURE_DAY;
}

static uint8_t
sign_at(const char *s, size_t n)
{
	static const struct { const char *sign; uint8_t len, bit; } signs[] = {
		{ "\"", 1, TEXTURE_QUOTE }, { "“", 3, TEXTURE_QUOTE }, { "„", 3, TEXTURE_QUOTE },
		{ "«", 2, TEXTURE_QUOTE }, { "「", 3, TEXTURE_QUOTE }, { "»", 2, TEXTURE_QUOTE },
		{ "http", 4, TEXTURE_ADDRESS }, { "www.", 4, TEXTURE_ADDRESS }, { "@", 1, TEXTURE_ADDRESS },
		{ "?", 1, TEXTURE_ASKS }, { "？", 3, TEXTURE_ASKS }, { "!", 1, TEXTURE_ASKS }, { "！", 3, TEXTURE_ASKS },
		{ "|", 1, TEXTURE_BAR }, { "·", 2, TEXTURE_BAR }, { "•", 3, TEXTURE_BAR }, { "$", 1, TEXTURE_MONEY },
		{ "€", 3, TEXTURE_MONEY }, { "£", 2, TEXTURE_MONEY }, { "¥", 2, TEXTURE_MONEY },
	};

	for (size_t i = 0; i < sizeof(signs) / sizeof(signs[0]); i++) {
		if (signs[i].sign[0] == s[0] && n >= signs[i].len && memcmp(s, signs[i].sign, signs[i].len) == 0)
			return signs[i].bit;
	}
	return 0;
}

/* May one of sign_at() begin here? Most bytes of a text do not; of those with longer signs the second tells. */
static bool
may_be_sign(const unsigned char *s, size_t n)
{
	switch (s[0]) {
	case '"': case '@': case '?': case '!': case '|': case '$': return true;
	case 'h': return n > 1 && s[1] == 't';
	case 'w': return n > 1 && s[1] == 'w';
	case 0xc2: return true;
	case 0xe2: return n > 1 && (s[1] == 0x80 || s[1] == 0x82);
	case 0xe3: return n > 1 && s[1] == 0x80;
	case 0xef: return n > 1 && s[1] == 0xbc;
	default: return false;
	}
}

void
texture_of(const char *s, size_t n, struct texture *ret)
{
	unsigned words = 0, capitals = 0, shorts = 0, unspaced = 0;
	size_t word = 0;

	memset(ret, 0, sizeof(*ret));
	if (n > LOOKED_AT)
		n = LOOKED_AT;
	for (size_t i = 0; i < n; i++) {
		unsigned char c = (unsigned char)s[i];
		bool letter;

		if (word > 0 && c >= 'a' && c <= 'z' && c != 'h' && c != 'w') {
			word++;		/* most bytes of most texts */
			continue;
		}
		letter = is_letter(c) || (word > 0 && c >= 0x80);
		if (letter && word++ == 0) {
			words++;
			capitals += is_capital((const unsigned char *)s + i, n - i);
		}
		if (word > 0 && !letter) {
			shorts += word <= SHORT_WORD;
			word = 0;
		}
		unspaced += c >= 0xe3 && c <= 0xe9;
		if (may_be_sign((const unsigned char *)s + i, n - i))
			ret->bits |= sign_at(s + i, n - i);
		else if (is_digit(c) && (i == 0 || !is_digit(s[i - 1])))
			ret->bits |= time_at(s + i, n - i);
	}
	shorts += word > 0 && word <= SHORT_WORD;
	ret->capitals = words > 0 ? (uint8_t)(100 * capitals / words) : 0;
	ret->shorts = words > 0 ? (uint8_t)(100 * shorts / words) : 0;
	ret->unspaced = n > 0 ? (uint8_t)(300 * unspaced / n > 100 ? 100 : 300 * unspaced / n) : 0;
}
