/*
 * fuzz_extract: any bytes become a document or a refusal, whatever the options. First byte picks the options, the
 * rest is the page. Promises of extract.h: never temporary, no document on failure, text valid or absent.
 */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include "base/unicode.h"
#include "extract/extract.h"
#include "base/banned.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const char *const type[] = { NULL, "text/html", "text/plain", "text/html; charset=shift_jis" };
	static const char *const remove[] = { ".share", "//aside" };
	CLEANUP(document_freep) struct document *doc = NULL;
	struct err err = { 0 };

	if (size == 0)
		return 0;
	struct extract_opts opts = { .url = "http://127.0.0.1/2023/02/09/a", .content_type = type[data[0] & 3],
	    .select_body = data[0] & 4 ? "#text, article" : NULL, .select_title = data[0] & 8 ? "h2" : NULL,
	    .select_date = data[0] & 16 ? ".date" : NULL, .select_remove = remove,
	    .select_remove_count = data[0] & 32 ? 2 : 0, .title_hint = data[0] & 64 ? "A title" : NULL,
	    .now_ms = data[0] & 128 ? 1700000000000 : 0 };

	if (extract_page((const char *)data + 1, size - 1, &opts, &doc, &err) < 0) {
		if (err.class == ERR_TEMPORARY || err.class == ERR_NONE || doc != NULL)
			abort();
		return 0;
	}
	if (doc == NULL || (doc->text == NULL) != (doc->text_state == TEXT_NONE))
		abort();
	if (doc->text != NULL && !utf8_valid(doc->text, strlen(doc->text)))
		abort();
	if (doc->title != NULL && (!utf8_valid(doc->title, strlen(doc->title)) || strchr(doc->title, '\n') != NULL))
		abort();
	if (doc->text_state == TEXT_NONE && doc->trouble == NULL)
		abort();
	return 0;
}
