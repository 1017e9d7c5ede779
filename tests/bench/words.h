#ifndef TESTS_BENCH_WORDS_H
#define TESTS_BENCH_WORDS_H
/*
 * words: made-up prose whose words are as frequent as those of real text: the word of rank r comes 1/r as often as the
 * first (Zipf). The same seed gives the same text, so a query can name words of a wanted frequency.
 */
#include <math.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#define WORDS_RANKS 200000u
#define WORDS_TABLE (1u << 20)

enum words_lang { WORDS_EN, WORDS_VI, WORDS_JA, WORDS_LANGS };

static inline uint64_t
words_random(uint64_t *seed)
{
	uint64_t x = *seed;	/* xorshift64* */

	x ^= x >> 12;
	x ^= x << 25;
	x ^= x >> 27;
	*seed = x;
	return x * 0x2545F4914F6CDD1DULL;
}

/* Ranks 0 .. WORDS_RANKS - 1, as often as their words come. */
static inline uint32_t
words_rank(uint64_t *seed)
{
	static uint32_t table[WORDS_TABLE];
	static int ready;

	if (!ready) {
		for (uint32_t i = 0; i < WORDS_TABLE; i++)
			table[i] = (uint32_t)pow(WORDS_RANKS, (i + 0.5) / WORDS_TABLE) - 1;
		ready = 1;
	}
	return table[words_random(seed) % WORDS_TABLE];
}

static inline size_t
words_syllables(uint32_t rank, const char *const *syllable, unsigned count, char *out)
{
	size_t n = 0;
	uint32_t r = rank + 3;

	do {
		size_t len = strlen(syllable[r % count]);

		memcpy(out + n, syllable[r % count], len);
		n += len;
		r /= count;
	} while (r > 0);
	out[n] = '\0';
	return n;
}

static inline size_t
words_kanji(uint32_t rank, char *out)
{
	uint32_t a = 0x4e00 + (rank * 7) % 2000, b = 0x4e00 + (rank / 40 * 11) % 2000;

	return (size_t)snprintf(out, 16, "%c%c%c%c%c%c", (char)(0xe0 | a >> 12), (char)(0x80 | (a >> 6 & 63)),
	    (char)(0x80 | (a & 63)), (char)(0xe0 | b >> 12), (char)(0x80 | (b >> 6 & 63)), (char)(0x80 | (b & 63)));
}

/* The word of that rank; out has room for 64 bytes. plain: Vietnamese as people type it, without marks. */
static inline size_t
words_word(enum words_lang lang, uint32_t rank, int plain, char *out)
{
	static const char *const en[] = { "ta", "re", "min", "go", "pol", "ser", "ka", "dis", "ent", "lo", "vi", "sum",
		"ber", "ac", "ti", "on", "pre", "nor", "ul", "ma", "gen", "stu", "ri", "af", "ex", "pla", "com", "de", "is" };
	static const char *const vi[] = { "việ", "nam", "hội", "thủ", "tướng", "đầu", "phá", "triể", "kinh", "tế", "nước",
		"bộ", "ngoại", "quốc", "hợp", "tác", "năm", "đồng", "ký", "kết", "sự", "ủng" };
	static const char *const vi_plain[] = { "vie", "nam", "hoi", "thu", "tuong", "dau", "pha", "trie", "kinh", "te",
		"nuoc", "bo", "ngoai", "quoc", "hop", "tac", "nam", "dong", "ky", "ket", "su", "ung" };

	if (lang == WORDS_JA)
		return words_kanji(rank, out);
	if (lang == WORDS_VI)
		return words_syllables(rank, plain ? vi_plain : vi, sizeof(vi) / sizeof(vi[0]), out);
	return words_syllables(rank, en, sizeof(en) / sizeof(en[0]), out);
}

/* About bytes of prose in paragraphs; out has room for 128 bytes more. Returns its length. */
static inline size_t
words_prose(enum words_lang lang, uint64_t seed, size_t bytes, char *out)
{
	size_t n = 0;
	unsigned count = 0;

	seed = (seed + 1) * 0x9E3779B97F4A7C15ULL;
	while (n < bytes) {
		n += words_word(lang, words_rank(&seed), 0, out + n);
		count++;
		if (count % 17 == 0) {
			const char *end = lang == WORDS_JA ? "。" : ".";

			memcpy(out + n, end, strlen(end));
			n += strlen(end);
		}
		if (count % 85 == 0) {
			memcpy(out + n, "\n\n", 2);
			n += 2;
		} else if (lang != WORDS_JA)
			out[n++] = ' ';
	}
	while (n > 0 && (out[n - 1] == ' ' || out[n - 1] == '\n'))
		n--;
	out[n] = '\0';
	return n;
}

#endif
