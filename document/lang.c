/* lang: what the letters say, what CLD2 says, what the page says; in this order of trust. */
#include <stdint.h>
#include <string.h>
#include <strings.h>
#include "base/unicode.h"
#include "document/lang.h"
#include "document/lang_cld2.h"
#include "base/banned.h"

#define SAMPLE_BYTES (32u << 10)	/* more text makes no surer */
#define SURE_LETTERS 200		/* from here on the text overrules the page */
#define SURE_FOREIGN 40			/* letters of another alphabet than Latin: sooner */
#define SCRIPT_LETTERS 3		/* kana, hangul, Thai: so many prove the language */

/* Subtags as people write them that are not the registered ones (RFC 5646, IANA registry). */
static const struct {
	const char *from, *to;
} aliases[] = {
	{ "jp", "ja" }, { "cz", "cs" }, { "gr", "el" }, { "kr", "ko" }, { "ua", "uk" },
	{ "dk", "da" }, { "cn", "zh-CN" }, { "tw", "zh-TW" }, { "vn", "vi" }, { "iw", "he" },
	{ "in", "id" }, { "ji", "yi" }, { "no", "no" }, { "tl", "fil" }, { "mo", "ro" },
	{ "sh", "sr" }, { "eng", "en" }, { "ger", "de" }, { "deu", "de" }, { "fra", "fr" },
	{ "fre", "fr" }, { "spa", "es" }, { "ita", "it" }, { "por", "pt" }, { "rus", "ru" },
	{ "jpn", "ja" }, { "zho", "zh" }, { "chi", "zh" }, { "kor", "ko" }, { "vie", "vi" },
	{ "ara", "ar" }, { "nld", "nl" }, { "dut", "nl" }, { "pol", "pl" }, { "ukr", "uk" },
	{ "swe", "sv" }, { "dan", "da" }, { "nor", "no" }, { "fin", "fi" }, { "tur", "tr" },
	{ "english", "en" }, { "deutsch", "de" }, { "german", "de" }, { "french", "fr" },
	{ "francais", "fr" }, { "spanish", "es" }, { "japanese", "ja" }, { "chinese", "zh" },
	{ "iu", "iu" },
};

/* Not languages of a text: "undetermined", "no linguistic content", placeholders. */
static const char *const no_language[] = { "und", "zxx", "mul", "mis", "xx", "xxx", "un", "auto",
    "all", "int" };

static size_t
subtag(const char *tag, size_t at)
{
	return strcspn(tag + at, "-_");	/* length of the one that begins there */
}

static int
is_alpha(const char *s, size_t n)
{
	for (size_t i = 0; i < n; i++)
		if ((s[i] | 0x20) < 'a' || (s[i] | 0x20) > 'z')
			return 0;
	return 1;
}

/* Append "-subtag" in the case of its kind: Latn, US, else lower; ignores what would not fit. */
static void
put_subtag(char out[LANG_MAX], const char *s, size_t n)
{
	size_t len = strlen(out);

	if (len + 1 + n >= LANG_MAX)
		return;
	out[len++] = '-';
	for (size_t i = 0; i < n; i++) {
		int upper = (n == 2) || (n == 4 && i == 0);
		int alpha = is_alpha(s + i, 1);

		out[len++] = alpha ? (char)(upper ? s[i] & ~0x20 : s[i] | 0x20) : s[i];
	}
	out[len] = '\0';
}

static int
set_primary(const char *s, size_t n, char out[LANG_MAX])
{
	char low[12];

	if (n < 2 || n >= sizeof(low) || !is_alpha(s, n))
		return -1;
	for (size_t i = 0; i < n; i++)
		low[i] = (char)(s[i] | 0x20);
	low[n] = '\0';
	for (size_t i = 0; i < sizeof(no_language) / sizeof(no_language[0]); i++)
		if (strcmp(low, no_language[i]) == 0)
			return -1;
	for (size_t i = 0; i < sizeof(aliases) / sizeof(aliases[0]); i++) {
		if (strcmp(low, aliases[i].from) == 0) {
			memcpy(out, aliases[i].to, strlen(aliases[i].to) + 1);
			return 0;
		}
	}
	if (n > 3)
		return -1;
	memcpy(out, low, n + 1);
	return 0;
}

char *
lang_canonical(const char *tag, char out[LANG_MAX])
{
	size_t n, at = 0;
	int script = 0, region = 0;

	out[0] = '\0';
	if (tag == NULL)
		return out;
	tag += strspn(tag, " \t\r\n\"'");
	n = strcspn(tag, "-_ ,;.:/\"'\t\r\n");
	if (set_primary(tag, n, out) < 0)
		return out;
	at = n;
	while (tag[at] == '-' || tag[at] == '_') {
		size_t len;

		at++;
		len = strcspn(tag + at, "-_ ,;.:/\"'\t\r\n");
		if (len == 1)
			break;		/* extensions and private use */
		if (len == 4 && is_alpha(tag + at, 4) && !script++)
			put_subtag(out, tag + at, 4);
		else if (((len == 2 && is_alpha(tag + at, 2)) || (len == 3 && tag[at] >= '0' &&
		    tag[at] <= '9')) && !region++ && strlen(out) <= 7)
			put_subtag(out, tag + at, len);
		at += len;
	}
	return out;
}

struct letters {
	size_t all, kana, han, hangul, thai, foreign;	/* foreign: no Latin letters */
};

static void
count_letters(const char *s, size_t n, struct letters *ret)
{
	memset(ret, 0, sizeof(*ret));
	for (size_t i = 0; i < n;) {
		uint32_t c;

		if ((unsigned char)s[i] < 0x80) {
			ret->all += is_alpha(s + i, 1) ? 1 : 0;
			i++;
			continue;
		}
		c = utf8_next(s, n, &i);
		if ((c >= 0x3041 && c <= 0x30fa) || (c >= 0xff66 && c <= 0xff9d))
			ret->kana++;
		else if ((c >= 0x3400 && c <= 0x9fff) || (c >= 0xf900 && c <= 0xfaff) || c >= 0x20000)
			ret->han++;
		else if ((c >= 0xac00 && c <= 0xd7a3) || (c >= 0x1100 && c <= 0x11ff))
			ret->hangul++;
		else if (c >= 0xe00 && c <= 0xe7f)
			ret->thai++;
		else if (c < 0xaa || !unicode_is_word(c))
			continue;
		ret->foreign += c >= 0x370 && !(c >= 0x1e00 && c < 0x1f00);
		ret->all++;
	}
}

/* Languages that their letters prove; NULL when the letters serve several. */
static const char *
by_letters(const struct letters *l)
{
	if (l->hangul >= SCRIPT_LETTERS && l->hangul * 3 >= l->all)
		return "ko";
	if (l->thai >= SCRIPT_LETTERS && l->thai * 2 >= l->all)
		return "th";
	/* A Chinese text quotes a Japanese name at most; Japanese needs kana for every sentence. */
	if (l->kana >= SCRIPT_LETTERS && (l->kana + l->han) * 3 >= l->all && l->kana * 8 >= l->han)
		return "ja";
	if (l->han >= SCRIPT_LETTERS && l->han * 2 >= l->all && l->kana * 20 < l->han)
		return "zh";
	return NULL;
}

static char *
detect(const char *text, size_t n, const char *hint, char out[LANG_MAX], bool *ret_reliable,
    struct letters *ret_letters)
{
	char code[3][16] = { "" };
	int percent[3] = { 0 };
	const char *sure;

	n = utf8_cut(text, n, SAMPLE_BYTES);
	count_letters(text, n, ret_letters);
	*ret_reliable = true;
	sure = by_letters(ret_letters);
	if (sure != NULL) {
		memcpy(out, sure, strlen(sure) + 1);
		return out;
	}
	out[0] = '\0';
	*ret_reliable = lang_cld2(text, n, hint, code, percent) != 0 && percent[0] >= 50;
	if (*ret_reliable)
		lang_canonical(code[0], out);
	*ret_reliable = out[0] != '\0';
	return out;
}

/* Written forms of one language, or languages that CLD2 cannot tell apart in a press text. */
static const char groups[][5][4] = {
	{ "no", "nb", "nn" },
	{ "id", "ms" },
	{ "sr", "hr", "bs", "cnr" },
};

static bool
in_group(size_t group, const char *tag)
{
	size_t n = subtag(tag, 0);

	for (size_t i = 0; i < 5; i++)
		if (groups[group][i][0] != '\0' && strlen(groups[group][i]) == n &&
		    strncmp(groups[group][i], tag, n) == 0)
			return true;
	return false;
}

static bool
same_primary(const char *a, const char *b)
{
	size_t na = subtag(a, 0);

	if (na == subtag(b, 0) && strncmp(a, b, na) == 0)
		return true;
	for (size_t i = 0; i < sizeof(groups) / sizeof(groups[0]); i++)
		if (in_group(i, a) && in_group(i, b))
			return true;
	return false;
}

char *
lang_decide(const char *declared, const char *text, size_t n, char out[LANG_MAX])
{
	bool agreed;

	return lang_weigh(declared, text, n, out, &agreed);
}

char *
lang_weigh(const char *declared, const char *text, size_t n, char out[LANG_MAX], bool *ret_agreed)
{
	char page[LANG_MAX], found[LANG_MAX];
	struct letters letters;
	bool reliable;

	lang_canonical(declared, page);
	detect(text != NULL ? text : "", text != NULL ? n : 0, page[0] != '\0' ? page : NULL, found,
	    &reliable, &letters);
	*ret_agreed = reliable && page[0] != '\0' && same_primary(page, found);
	if (!reliable || *ret_agreed)
		memcpy(out, page, LANG_MAX);
	else if (page[0] == '\0' || letters.all >= SURE_LETTERS || by_letters(&letters) != NULL ||
	    (letters.foreign >= SURE_FOREIGN && letters.foreign * 2 > letters.all))
		memcpy(out, found, LANG_MAX);
	else
		memcpy(out, page, LANG_MAX);
	return out;
}
