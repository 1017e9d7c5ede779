/* identity: what the text of a page depends on besides its bytes, as one short string that the archive keeps. */
#include "extract/extract.h"

#include "base/buf.h"
#include "base/digest.h"
#include "base/mem.h"
#include "base/banned.h"

#define RULES_MAX (1u << 20)

char *
extract_identity(const struct extract_opts *o)
{
	const char *const rules[] = { o->select_body, o->select_title, o->select_date };
	struct buf b = BUF_INIT(RULES_MAX);
	bool any = o->select_remove_count > 0;
	char *name;

	for (size_t i = 0; i < sizeof(rules) / sizeof(rules[0]); i++)
		any = any || rules[i] != NULL;
	if (!any)
		return xasprintf("%d", DOCUMENT_EXTRACTOR_VERSION);
	for (size_t i = 0; i < sizeof(rules) / sizeof(rules[0]); i++)
		buf_addf(&b, "%s\n", rules[i] != NULL ? rules[i] : "");
	for (size_t i = 0; i < o->select_remove_count; i++)
		buf_addf(&b, "%s\n", o->select_remove[i]);
	name = xasprintf("%d:%08x", DOCUMENT_EXTRACTOR_VERSION,
	    (unsigned)(digest_xxh64(b.data, b.len, 0) & 0xffffffff));
	buf_done(&b);
	return name;
}

char *
extract_identity_pdf(const char *identity, const char *reader)
{
	return xasprintf("%s;pdf%d-%s", identity, EXTRACT_PDF_VERSION, reader);
}
