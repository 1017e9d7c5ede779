/* fingerprint: one hash of title and text, as they compare. */
#include <string.h>
#include "base/cleanup.h"
#include "base/digest.h"
#include "base/unicode.h"
#include "document/fingerprint.h"
#include "document/normal.h"
#include "base/banned.h"

static char *
folded_form(const char *s)
{
	CLEANUP(freep) char *plain = normal_compare(s != NULL ? s : "", s != NULL ? strlen(s) : 0);

	return unicode_fold(plain, strlen(plain));
}

uint64_t
fingerprint_exact(const char *title, const char *text)
{
	CLEANUP(freep) char *t = folded_form(title);
	CLEANUP(freep) char *b = folded_form(text);
	uint64_t h = digest_xxh64(b, strlen(b), digest_xxh64(t, strlen(t), 0));

	return h != 0 ? h : 1;
}
