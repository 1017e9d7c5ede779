/* Dates: the first byte picks the language, the rest is the string. Promises of document/dates.h. */
#include <stdlib.h>
#include <string.h>
#include "base/unicode.h"
#include "document/dates.h"
#include "document/dates_int.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void
check(const struct doc_date *d)
{
	struct doc_date back = { 0 };
	char iso[DATE_ISO_MAX], again[DATE_ISO_MAX];

	if (d->precision == DATE_NONE || !date_valid(d->year, d->month, d->day))
		abort();
	if (memchr(d->stated, 0, DATE_STATED_MAX) == NULL)
		abort();
	date_iso(d, iso);
	if (date_from_iso(iso, &back) < 0 || strcmp(date_iso(&back, again), iso) != 0)
		abort();
	date_sort_ms(d, 540);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const char *const languages[] = { NULL, "en", "en-US", "de", "ja", "vi", "th", "ar", "fa",
	    "zh-TW", "ko", "hu", "lv", "he", "fi", "es" };
	const char *language, *s = (const char *)data + 1;
	struct doc_date d = { .year = -1 };
	size_t begin = 0, len = 0;
	char url[512] = "https://example.org/";

	if (size == 0)
		return 0;
	language = languages[data[0] & 15];
	size--;
	if (date_find(s, size, language, &d, &begin, &len) == 0) {
		if (begin > size || len == 0 || len > size - begin)
			abort();
		check(&d);
	} else if (d.year != -1) {
		abort();
	}
	d.year = -1;
	if (date_find_yearless(s, size, language, 0, INT64_C(1700000000000), &d, &begin, &len) == 0) {
		if (begin > size || len == 0 || len > size - begin)
			abort();
		check(&d);
	}
	if (date_parse(s, size, language, &d, NULL) == 0)
		check(&d);
	if (size < sizeof(url) - 32) {
		memcpy(url + 20, s, size);
		url[20 + size] = '\0';
		if (date_from_url(url, &d) == 0)
			check(&d);
	}
	return 0;
}
