/* fuzz_pdf: what pdftotext might write, or someone in its place: any bytes give a document with clean text. */
#include <assert.h>
#include <string.h>

#include "base/unicode.h"
#include "extract/extract.h"

int LLVMFuzzerTestOneInput(const unsigned char *data, size_t size);

int
LLVMFuzzerTestOneInput(const unsigned char *data, size_t size)
{
	struct extract_opts opts = { .url = "http://192.0.2.1/a.pdf", .content_type = EXTRACT_PDF_WORDS,
		.title_hint = size % 2 != 0 ? "A title" : NULL };
	struct document *doc = NULL;
	struct err err;

	if (extract_page((const char *)data, size, &opts, &doc, &err) < 0)
		return 0;
	assert((doc->text == NULL) == (doc->text_state == TEXT_NONE));
	assert(doc->text == NULL || utf8_valid(doc->text, strlen(doc->text)));
	assert(doc->title == NULL || utf8_valid(doc->title, strlen(doc->title)));
	document_free(doc);
	return 0;
}
