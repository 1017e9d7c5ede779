/* dates_scan: a string as numbers, words and marks, in parts of bounded size. */
#include <string.h>
#include <strings.h>
#include <unicode/uchar.h>
#include "base/unicode.h"
#include "document/dates_int.h"
#include "base/banned.h"

/* Without a digit (Han numerals count) no string is a date, and most lines have none. */
bool
date_has_digit(const char *s, size_t n)
{
	for (size_t i = 0; i < n;) {
		unsigned char c = (unsigned char)s[i];
		uint32_t u;

		if (c < 0x80) {
			if (c >= '0' && c <= '9')
				return true;
			i++;
			continue;
		}
		if (c < 0xd9) {		/* U+0080..U+063F hold no digits */
			i++;
			continue;
		}
		u = utf8_next(s, n, &i);
		if (u >= 0x660 && (u_isdigit((UChar32)u) || u == 0x5e74 || u == 0x6708))
			return true;	/* U+5E74 year and U+6708 month follow Han numerals */
	}
	return false;
}

/* A language whose names are not in the table of the many: Zulu, Hausa, Yiddish. */
static bool
is_rare(const char *language)
{
	static const char numbered[][3] = { "no", "zh", "ja", "ko", "vi" };

	for (size_t i = 0; i < sizeof(numbered) / sizeof(numbered[0]); i++)
		if (strcmp(numbered[i], language) == 0)
			return false;
	return language[0] != '\0' && !date_is_major(language);
}

void
date_scan_language(struct date_scan *sc, const char *language)
{
	size_t n = 0, i;

	sc->language[0] = sc->region[0] = '\0';
	sc->rare = false;
	if (language == NULL)
		return;
	for (; n < 3 && ((language[n] | 0x20) >= 'a' && (language[n] | 0x20) <= 'z'); n++)
		sc->language[n] = (char)(language[n] | 0x20);
	sc->language[n] = '\0';
	if (n < 2 || (language[n] != '\0' && language[n] != '-' && language[n] != '_')) {
		sc->language[0] = '\0';
		return;
	}
	sc->rare = is_rare(sc->language);
	for (i = n; language[i] != '\0'; i++) {
		size_t part = strcspn(language + i + 1, "-_");

		if (part == 2) {
			sc->region[0] = (char)(language[i + 1] & ~0x20);
			sc->region[1] = (char)(language[i + 2] & ~0x20);
			sc->region[2] = '\0';
			return;
		}
		i += part;
	}
}

/* Value of a Han numeral, or -1; 10 ten, 20 twenty, 30 thirty. */
static int
han_digit(uint32_t c)
{
	static const struct {
		uint16_t c;
		int8_t value;
	} table[] = {
		{ 0x3007, 0 }, { 0x96f6, 0 }, { 0x4e00, 1 }, { 0x4e8c, 2 }, { 0x4e09, 3 },
		{ 0x56db, 4 }, { 0x4e94, 5 }, { 0x516d, 6 }, { 0x4e03, 7 }, { 0x516b, 8 },
		{ 0x4e5d, 9 }, { 0x5341, 10 }, { 0x5eff, 20 }, { 0x5345, 30 },
	};

	for (size_t i = 0; i < sizeof(table) / sizeof(table[0]); i++)
		if (table[i].c == c)
			return table[i].value;
	return -1;
}

/* A number in Han numerals that a sign of year, month or day follows; false leaves *i. */
static bool
han_number(const char *s, size_t n, size_t *i, struct date_token *t)
{
	size_t at = *i, count = 0, end = at;
	unsigned value = 0;
	bool tens = false, ones = false;
	uint32_t c = 0;

	while (at < n && count < 6) {
		int d;

		end = at;
		c = utf8_next(s, n, &at);
		d = han_digit(c);
		if (d < 0)
			break;
		if (d >= 10) {		/* 二十五 and 廿五: tens once */
			if (tens || value > 9)
				return false;
			value = d > 10 ? (unsigned)d : (value == 0 ? 10 : value * 10);
			tens = true;
		} else {
			if (tens && ones)
				return false;
			value = tens ? value + (unsigned)d : value * 10 + (unsigned)d;
			ones = tens;
		}
		count++;
	}
	if (count == 0 || (c != 0x5e74 && c != 0x6708 && c != 0x65e5 && c != 0x865f && c != 0x53f7))
		return false;
	t->kind = TOKEN_NUMBER;
	t->value = value;
	t->digits = value >= 1000 ? 4 : value >= 100 ? 3 : value >= 10 ? 2 : 1;
	*i = end;
	return true;
}

static bool
is_letter(uint32_t c)
{
	if (c < 0x80)
		return (c | 0x20) >= 'a' && (c | 0x20) <= 'z';
	return unicode_is_word(c) && !u_isdigit((UChar32)c);
}

static bool
is_han(uint32_t c)
{
	return (c >= 0x2e80 && c <= 0x2fdf) || (c >= 0x3005 && c <= 0x3007) ||
	    (c >= 0x3400 && c <= 0x9fff) || (c >= 0xf900 && c <= 0xfaff) || c >= 0x20000;
}

static bool
is_thai(uint32_t c)
{
	return c >= 0xe00 && c <= 0xe7f;
}

static void
scan_number(const char *s, size_t n, size_t *i, struct date_token *t)
{
	unsigned digits = 0;
	uint64_t value = 0;

	while (*i < n) {
		size_t at = *i;
		uint32_t c = utf8_next(s, n, &at);
		int d = c < 0x80 ? (c >= '0' && c <= '9' ? (int)c - '0' : -1) :
		    u_charDigitValue((UChar32)c);

		if (d < 0)
			break;
		if (++digits <= 18)
			value = value * 10 + (unsigned)d;
		*i = at;
	}
	t->kind = TOKEN_NUMBER;
	t->value = value;
	t->digits = digits > 18 ? 255 : (uint8_t)digits;
}

/* Letters that belong together; Thai abbreviations ("ก.พ.") with their full stops. */
static void
scan_word(const char *s, size_t n, size_t *i, struct date_token *t)
{
	size_t letters = 1;

	while (*i < n) {
		size_t at = *i;
		uint32_t c = utf8_next(s, n, &at);

		if (c == '.' && is_thai(t->mark) && letters <= 3) {
			letters = 0;
			*i = at;
			continue;
		}
		if ((!is_letter(c) && c != 0x200c && c != 0x200d) || is_han(c))
			break;
		letters++;
		*i = at;
	}
}

static bool
next_token(const char *s, size_t n, size_t *i, struct date_token *t)
{
	memset(t, 0, sizeof(*t));
	while (*i < n) {
		size_t at = *i;
		uint32_t c = utf8_next(s, n, &at);

		if (!(c < 0x80 ? c <= ' ' : unicode_is_space(c) || c == 0x200e || c == 0x200f)) {
			t->begin = *i;
			t->mark = c;
			*i = at;
			break;
		}
		t->spaced |= c != 0x200e && c != 0x200f;	/* these only turn the direction */
		*i = at;
	}
	t->kind = TOKEN_END;
	if (t->mark == 0 && *i >= n) {
		t->begin = n;
		return false;
	}
	if (t->mark < 0x80 ? t->mark >= '0' && t->mark <= '9' : u_isdigit((UChar32)t->mark)) {
		*i = t->begin;
		scan_number(s, n, i, t);
	} else if (is_han(t->mark)) {
		size_t at = t->begin;

		t->kind = TOKEN_WORD;
		if (han_digit(t->mark) >= 0 && han_number(s, n, &at, t))
			*i = at;
	} else if (is_letter(t->mark)) {
		t->kind = TOKEN_WORD;
		scan_word(s, n, i, t);
	} else {
		t->kind = TOKEN_MARK;
	}
	t->len = (uint32_t)(*i - t->begin);
	return true;
}

size_t
date_scan_part(struct date_scan *sc, size_t from)
{
	size_t at = from, max = sizeof(sc->tokens) / sizeof(sc->tokens[0]) - 1;

	sc->count = 0;
	while (sc->count < max && next_token(sc->s, sc->n, &at, &sc->tokens[sc->count]))
		sc->count++;
	memset(&sc->tokens[sc->count], 0, sizeof(sc->tokens[0]));
	sc->tokens[sc->count].begin = at;
	sc->whole = from == 0 && at >= sc->n;
	if (sc->count < max)
		return sc->n;
	return sc->tokens[sc->count - DATE_AHEAD - DATE_BACK].begin;
}

bool
date_is_word(const struct date_scan *sc, size_t i, const char *word)
{
	const struct date_token *t = date_at(sc, i);

	return t->kind == TOKEN_WORD && strlen(word) == t->len &&
	    strncasecmp(sc->s + t->begin, word, t->len) == 0;
}

bool
date_is_any(const struct date_scan *sc, size_t i, const char *const *list)
{
	for (; *list != NULL; list++)
		if (date_is_word(sc, i, *list))
			return true;
	return false;
}

bool
date_is_mark(const struct date_scan *sc, size_t i, const char *marks)
{
	const struct date_token *t = date_at(sc, i);

	return t->kind == TOKEN_MARK && t->mark < 0x80 && t->mark != 0 &&
	    strchr(marks, (int)t->mark) != NULL;
}

bool
date_is_number(const struct date_scan *sc, size_t i, unsigned min_digits, unsigned max_digits)
{
	const struct date_token *t = date_at(sc, i);

	return t->kind == TOKEN_NUMBER && t->digits >= min_digits && t->digits <= max_digits;
}
