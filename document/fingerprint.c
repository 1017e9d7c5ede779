/* fingerprint: one hash of title and text, as they compare. */
#include <string.h>
#include "base/cleanup.h"
#include "base/digest.h"
#include "base/unicode.h"
#include "document/fingerprint.h"
#include "document/normal.h"
#include "base/banned.h"

uint64_t
fingerprint_of_plain(const char *title, const char *text)
{
	CLEANUP(freep) char *t = unicode_fold(title, strlen(title));
	CLEANUP(freep) char *b = unicode_fold(text, strlen(text));
	uint64_t h = digest_xxh64(b, strlen(b), digest_xxh64(t, strlen(t), 0));

	return h != 0 ? h : 1;
}

uint64_t
fingerprint_exact(const char *title, const char *text)
{
	CLEANUP(freep) char *t = normal_compare(title != NULL ? title : "", title != NULL ? strlen(title) : 0);
	CLEANUP(freep) char *b = normal_compare(text != NULL ? text : "", text != NULL ? strlen(text) : 0);

	return fingerprint_of_plain(t, b);
}
