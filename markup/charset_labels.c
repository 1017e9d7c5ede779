/* charset_labels: the labels of the WHATWG Encoding standard, and ICU's names of their decoders. */
#include <string.h>
#include <strings.h>
#include "markup/charset.h"
#include "markup/charset_int.h"
#include "base/banned.h"

static const struct encoding {
	const char *name;	/* as the standard writes it */
	const char *icu;	/* superset that the standard's decoder corresponds to */
	bool multibyte;
	const char *labels;	/* lower case, parted by blanks */
} encodings[] = {
	{ "UTF-8", "UTF-8", false,
	    "unicode-1-1-utf-8 unicode11utf8 unicode20utf8 utf-8 utf8 x-unicode20utf8" },
	{ "IBM866", "ibm-866", false, "866 cp866 csibm866 ibm866" },
	{ "ISO-8859-2", "ISO-8859-2", false,
	    "csisolatin2 iso-8859-2 iso-ir-101 iso8859-2 iso88592 iso_8859-2 iso_8859-2:1987 l2 latin2" },
	{ "ISO-8859-3", "ISO-8859-3", false,
	    "csisolatin3 iso-8859-3 iso-ir-109 iso8859-3 iso88593 iso_8859-3 iso_8859-3:1988 l3 latin3" },
	{ "ISO-8859-4", "ISO-8859-4", false,
	    "csisolatin4 iso-8859-4 iso-ir-110 iso8859-4 iso88594 iso_8859-4 iso_8859-4:1988 l4 latin4" },
	{ "ISO-8859-5", "ISO-8859-5", false,
	    "csisolatincyrillic cyrillic iso-8859-5 iso-ir-144 iso8859-5 iso88595 iso_8859-5 "
	    "iso_8859-5:1988" },
	{ "ISO-8859-6", "ISO-8859-6", false,
	    "arabic asmo-708 csiso88596e csiso88596i csisolatinarabic ecma-114 iso-8859-6 iso-8859-6-e "
	    "iso-8859-6-i iso-ir-127 iso8859-6 iso88596 iso_8859-6 iso_8859-6:1987" },
	{ "ISO-8859-7", "ISO-8859-7", false,
	    "csisolatingreek ecma-118 elot_928 greek greek8 iso-8859-7 iso-ir-126 iso8859-7 iso88597 "
	    "iso_8859-7 iso_8859-7:1987 sun_eu_greek" },
	{ "ISO-8859-8", "ISO-8859-8", false,
	    "csiso88598e csisolatinhebrew hebrew iso-8859-8 iso-8859-8-e iso-ir-138 iso8859-8 iso88598 "
	    "iso_8859-8 iso_8859-8:1988 visual" },
	{ "ISO-8859-8-I", "ISO-8859-8", false, "csiso88598i iso-8859-8-i logical" },
	{ "ISO-8859-10", "ISO-8859-10", false,
	    "csisolatin6 iso-8859-10 iso-ir-157 iso8859-10 iso885910 l6 latin6" },
	{ "ISO-8859-13", "ISO-8859-13", false, "iso-8859-13 iso8859-13 iso885913" },
	{ "ISO-8859-14", "ISO-8859-14", false, "iso-8859-14 iso8859-14 iso885914" },
	{ "ISO-8859-15", "ISO-8859-15", false,
	    "csisolatin9 iso-8859-15 iso8859-15 iso885915 iso_8859-15 l9" },
	/* ICU has no ISO-8859-16; for Romanian letters windows-1250 is the nearest it has. */
	{ "ISO-8859-16", "windows-1250", false, "iso-8859-16" },
	{ "KOI8-R", "KOI8-R", false, "cskoi8r koi koi8 koi8-r koi8_r" },
	{ "KOI8-U", "KOI8-U", false, "koi8-ru koi8-u" },
	{ "macintosh", "macintosh", false, "csmacintosh mac macintosh x-mac-roman" },
	{ "windows-874", "windows-874", false,
	    "dos-874 iso-8859-11 iso8859-11 iso885911 tis-620 windows-874" },
	{ "windows-1250", "windows-1250", false, "cp1250 windows-1250 x-cp1250" },
	{ "windows-1251", "windows-1251", false, "cp1251 windows-1251 x-cp1251" },
	{ "windows-1252", "windows-1252", false,
	    "ansi_x3.4-1968 ascii cp1252 cp819 csisolatin1 ibm819 iso-8859-1 iso-ir-100 iso8859-1 "
	    "iso88591 iso_8859-1 iso_8859-1:1987 l1 latin1 us-ascii windows-1252 x-cp1252" },
	{ "windows-1253", "windows-1253", false, "cp1253 windows-1253 x-cp1253" },
	{ "windows-1254", "windows-1254", false,
	    "cp1254 csisolatin5 iso-8859-9 iso-ir-148 iso8859-9 iso88599 iso_8859-9 iso_8859-9:1989 l5 "
	    "latin5 windows-1254 x-cp1254" },
	{ "windows-1255", "windows-1255", false, "cp1255 windows-1255 x-cp1255" },
	{ "windows-1256", "windows-1256", false, "cp1256 windows-1256 x-cp1256" },
	{ "windows-1257", "windows-1257", false, "cp1257 windows-1257 x-cp1257" },
	{ "windows-1258", "windows-1258", false, "cp1258 windows-1258 x-cp1258" },
	{ "x-mac-cyrillic", "x-mac-cyrillic", false, "x-mac-cyrillic x-mac-ukrainian" },
	{ "GBK", "gb18030", true,
	    "chinese csgb2312 csiso58gb231280 gb2312 gb_2312 gb_2312-80 gbk iso-ir-58 x-gbk" },
	{ "gb18030", "gb18030", true, "gb18030" },
	{ "Big5", "Big5-HKSCS", true, "big5 big5-hkscs cn-big5 csbig5 x-x-big5" },
	{ "EUC-JP", "EUC-JP", true, "cseucpkdfmtjapanese euc-jp x-euc-jp" },
	/* JIS7 also knows the half-width kana that mail programs put there. */
	{ "ISO-2022-JP", "JIS7", true, "csiso2022jp iso-2022-jp" },
	{ "Shift_JIS", "windows-31j", true,
	    "csshiftjis ms932 ms_kanji shift-jis shift_jis sjis windows-31j x-sjis" },
	{ "EUC-KR", "windows-949", true,
	    "cseuckr csksc56011987 euc-kr iso-ir-149 korean ks_c_5601-1987 ks_c_5601-1989 ksc5601 "
	    "ksc_5601 windows-949" },
	{ "UTF-16BE", "UTF-16BE", false, "unicodefffe utf-16be" },
	{ "UTF-16LE", "UTF-16LE", false,
	    "csunicode iso-10646-ucs-2 ucs-2 unicode unicodefeff utf-16 utf-16le" },
	/* The standard's "replacement" and "x-user-defined" protect browsers; we read the bytes. */
	{ "windows-1252", "windows-1252", false, "x-user-defined" },
	{ "UTF-8", "UTF-8", false, "hz-gb-2312 iso-2022-cn iso-2022-cn-ext iso-2022-kr replacement "
	    "csiso2022kr" },
};

#define ENCODINGS (sizeof(encodings) / sizeof(encodings[0]))

static bool
has_label(const char *labels, const char *label, size_t n)
{
	const char *p = labels;
	size_t len;

	while (*p != '\0') {
		len = strcspn(p, " ");
		if (len == n && strncasecmp(p, label, n) == 0)
			return true;
		p += len;
		p += strspn(p, " ");
	}
	return false;
}

const char *
charset_by_label(const char *label, size_t n)
{
	static const char blanks[] = " \t\n\f\r";

	while (n > 0 && memchr(blanks, *label, sizeof(blanks) - 1) != NULL)
		label++, n--;
	while (n > 0 && memchr(blanks, label[n - 1], sizeof(blanks) - 1) != NULL)
		n--;
	if (n == 0 || n > 40)
		return NULL;
	for (size_t i = 0; i < ENCODINGS; i++) {
		if (has_label(encodings[i].labels, label, n))
			return encodings[i].name;
	}
	return NULL;
}

static const struct encoding *
by_name(const char *name)
{
	for (size_t i = 0; i < ENCODINGS; i++) {
		if (strcasecmp(encodings[i].name, name) == 0)
			return &encodings[i];
	}
	return NULL;
}

const char *
charset_icu_name(const char *name)
{
	const struct encoding *e = by_name(name);

	return e != NULL ? e->icu : name;
}

bool
charset_is_multibyte(const char *name)
{
	const struct encoding *e = by_name(name);

	return e != NULL && e->multibyte;
}
