/* fingerprint: simhash with eight counters in a word, and the exact hash. */
#include <stdlib.h>
#include <string.h>
#include "base/cleanup.h"
#include "base/digest.h"
#include "base/unicode.h"
#include "document/fingerprint.h"
#include "document/normal.h"
#include "document/shingle_int.h"
#include "base/banned.h"

/* Byte k of spread(b) is bit k of b: eight counters of eight bits take one addition. */
static uint64_t
spread(unsigned b)
{
	/* The low seven bits by multiplication (no carries meet), the eighth by hand. */
	uint64_t low = ((b & 0x7f) * UINT64_C(0x0002040810204081)) & UINT64_C(0x0001010101010101);

	return low | ((uint64_t)(b >> 7) << 56);
}

uint64_t
fingerprint_simhash(const char *text, size_t n)
{
	CLEANUP(freep) uint64_t *hashes = NULL;
	size_t count = shingle_hashes(text, n, &hashes), i = 0;
	uint32_t ones[64] = { 0 };
	uint64_t out = 0;

	while (i < count) {
		uint64_t packed[8] = { 0 };
		size_t end = i + 255 < count ? i + 255 : count;

		for (; i < end; i++)
			for (unsigned k = 0; k < 8; k++)
				packed[k] += spread((unsigned)(hashes[i] >> (8 * k)) & 0xff);
		for (unsigned bit = 0; bit < 64; bit++)
			ones[bit] += (packed[bit / 8] >> (8 * (bit % 8))) & 0xff;
	}
	for (unsigned bit = 0; bit < 64; bit++)
		if ((size_t)ones[bit] * 2 > count)
			out |= UINT64_C(1) << bit;
	return out;
}

int
fingerprint_distance(uint64_t a, uint64_t b)
{
	return __builtin_popcountll(a ^ b);
}

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
