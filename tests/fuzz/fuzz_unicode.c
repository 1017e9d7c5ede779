/* Any bytes against the promises of unicode.h: what comes out is valid and stays as it is. */
#include <assert.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/unicode.h"
#include "base/banned.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

struct seen {
	const char *text;
	size_t end;
};

static int
check_word(const char *word, size_t len, size_t offset, void *arg)
{
	struct seen *seen = arg;

	assert(word == seen->text + offset && offset >= seen->end && len > 0);
	seen->end = offset + len;
	return 0;
}

static void
check_stable(char *(*fn)(const char *s, size_t n), const char *s, size_t n)
{
	CLEANUP(freep) char *once = fn(s, n);
	CLEANUP(freep) char *twice = fn(once, strlen(once));

	assert(utf8_valid(once, strlen(once)));
	assert(strcmp(once, twice) == 0);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	CLEANUP(freep) char *clean = unicode_clean((const char *)data, size);
	CLEANUP(freep) char *line = unicode_line((const char *)data, size);
	CLEANUP(freep) char *nfc = unicode_nfc(clean, strlen(clean));
	CLEANUP(freep) char *fold = unicode_fold(clean, strlen(clean));
	struct seen seen = { (const char *)data, 0 };
	const char *s;

	check_stable(unicode_clean, (const char *)data, size);
	check_stable(unicode_line, (const char *)data, size);
	assert(strcmp(nfc, clean) == 0);
	for (s = clean; *s != '\0'; s++)
		assert((unsigned char)*s >= 0x20 || *s == '\n' || *s == '\t');
	assert(strstr(line, "  ") == NULL && line[strcspn(line, "\n\t\r")] == '\0');
	assert(utf8_valid(fold, strlen(fold)));
	unicode_words((const char *)data, size, check_word, &seen);
	assert(seen.end <= size);
	assert(utf8_cut((const char *)data, size, 7) <= 7);
	assert(utf8_count((const char *)data, size) <= size);
	assert(utf8_width((const char *)data, size) >= 0);
	return 0;
}
