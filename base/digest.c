#include <errno.h>
#include <limits.h>
#include <pthread.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <sys/random.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>
#include <xxhash.h>

#include "base/digest.h"
#include "base/mem.h"
#include "base/banned.h"

/* OpenSSL 3 looks an algorithm up by name at each use unless it was fetched once. */
static EVP_MD *sha256;
static pthread_once_t sha256_once = PTHREAD_ONCE_INIT;

static void
sha256_fetch(void)
{
	sha256 = EVP_MD_fetch(NULL, "SHA256", NULL);
}

/* It has no memory: there is no other cause in a library that was built whole. */
static _Noreturn void
give_up(const char *what)
{
	fprintf(stderr, "presswatch: %s\n", what);
	_exit(MEM_EXIT);
}

static void *
crypto_alloc(size_t n, const char *file, int line)
{
	return xmalloc(n);
}

static void *
crypto_realloc(void *p, size_t n, const char *file, int line)
{
	return xrealloc(p, n);
}

static void
crypto_free(void *p, const char *file, int line)
{
	free(p);
}

/* Before main(), because OpenSSL allows no change once it has anything. */
__attribute__((constructor)) static void
use_our_memory(void)
{
	(void)CRYPTO_set_mem_functions(crypto_alloc, crypto_realloc, crypto_free);
}

static const EVP_MD *
sha256_md(void)
{
	pthread_once(&sha256_once, sha256_fetch);
	if (sha256 == NULL)
		give_up("OpenSSL has no SHA-256");
	return sha256;
}

void
digest_sha256(const void *p, size_t n, unsigned char out[SHA256_LEN])
{
	if (EVP_Digest(p, n, out, NULL, sha256_md(), NULL) != 1)
		give_up("OpenSSL failed at SHA-256");
}

void
digest_sha256v(unsigned char out[SHA256_LEN], ...)
{
	EVP_MD_CTX *ctx = EVP_MD_CTX_new();
	const void *p;
	va_list ap;
	int ok;

	ok = ctx != NULL && EVP_DigestInit_ex(ctx, sha256_md(), NULL) == 1;
	va_start(ap, out);
	while (ok && (p = va_arg(ap, const void *)) != NULL)
		ok = EVP_DigestUpdate(ctx, p, va_arg(ap, size_t)) == 1;
	va_end(ap);
	if (!ok || EVP_DigestFinal_ex(ctx, out, NULL) != 1)
		give_up("OpenSSL failed at SHA-256");
	EVP_MD_CTX_free(ctx);
}

struct digest_run *
digest_run_begin(void)
{
	EVP_MD_CTX *ctx = EVP_MD_CTX_new();

	if (ctx == NULL || EVP_DigestInit_ex(ctx, sha256_md(), NULL) != 1)
		give_up("OpenSSL failed at SHA-256");
	return (struct digest_run *)ctx;
}

void
digest_run_add(struct digest_run *d, const void *p, size_t n)
{
	if (EVP_DigestUpdate((EVP_MD_CTX *)d, p, n) != 1)
		give_up("OpenSSL failed at SHA-256");
}

void
digest_run_end(struct digest_run *d, unsigned char out[SHA256_LEN])
{
	if (EVP_DigestFinal_ex((EVP_MD_CTX *)d, out, NULL) != 1)
		give_up("OpenSSL failed at SHA-256");
	digest_run_free(d);
}

void
digest_run_free(struct digest_run *d)
{
	EVP_MD_CTX_free((EVP_MD_CTX *)d);
}

void
digest_hmac_sha256(const void *key, size_t key_len, const void *p, size_t n,
    unsigned char out[SHA256_LEN])
{
	unsigned int len = 0;

	if (key_len > INT_MAX ||
	    HMAC(sha256_md(), key_len > 0 ? key : "", (int)key_len, p, n, out, &len) == NULL ||
	    len != SHA256_LEN)
		give_up("OpenSSL failed at HMAC");
}

char *
digest_hex(const unsigned char *p, size_t n, char *out)
{
	static const char digit[] = "0123456789abcdef";
	size_t i;

	for (i = 0; i < n; i++) {
		out[2 * i] = digit[p[i] >> 4];
		out[2 * i + 1] = digit[p[i] & 15];
	}
	out[2 * n] = '\0';
	return out;
}

static int
nibble(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	if (c >= 'a' && c <= 'f')
		return c - 'a' + 10;
	if (c >= 'A' && c <= 'F')
		return c - 'A' + 10;
	return -1;
}

int
digest_unhex(const char *s, unsigned char *out, size_t n)
{
	size_t i;

	if (strlen(s) != 2 * n)
		return -1;
	for (i = 0; i < 2 * n; i++)
		if (nibble(s[i]) < 0)
			return -1;
	for (i = 0; i < n; i++)
		out[i] = (unsigned char)(nibble(s[2 * i]) << 4 | nibble(s[2 * i + 1]));
	return 0;
}

uint64_t
digest_xxh64(const void *p, size_t n, uint64_t seed)
{
	return XXH64(p, n, seed);
}

char *
digest_base64(const void *p, size_t n)
{
	static const char digit[] =
	    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
	const unsigned char *in = p;
	char *out, *o;
	uint32_t v;
	size_t i;

	o = out = xmalloc(n / 3 * 4 + 5);
	for (i = 0; i + 3 <= n; i += 3) {
		v = (uint32_t)in[i] << 16 | (uint32_t)in[i + 1] << 8 | in[i + 2];
		*o++ = digit[v >> 18];
		*o++ = digit[v >> 12 & 63];
		*o++ = digit[v >> 6 & 63];
		*o++ = digit[v & 63];
	}
	if (i < n) {
		v = (uint32_t)in[i] << 16 | (i + 1 < n ? (uint32_t)in[i + 1] << 8 : 0);
		*o++ = digit[v >> 18];
		*o++ = digit[v >> 12 & 63];
		*o++ = i + 1 < n ? digit[v >> 6 & 63] : '=';
		*o++ = '=';
	}
	*o = '\0';
	return out;
}

static int
sextet(char c)
{
	if (c >= 'A' && c <= 'Z')
		return c - 'A';
	if (c >= 'a' && c <= 'z')
		return c - 'a' + 26;
	if (c >= '0' && c <= '9')
		return c - '0' + 52;
	return c == '+' ? 62 : c == '/' ? 63 : -1;
}

int
digest_unbase64(const char *s, unsigned char **ret, size_t *ret_len)
{
	unsigned char *out = xmalloc(strlen(s) / 4 * 3 + 4);
	size_t len = 0, digits = 0, pads = 0;
	uint32_t v = 0;

	for (; *s != '\0'; s++) {
		if (strchr(" \t\r\n\f", *s) != NULL)
			continue;
		if (*s == '=') {
			pads++;
			continue;
		}
		if (sextet(*s) < 0 || pads > 0)
			goto bad;
		v = v << 6 | (uint32_t)sextet(*s);
		if (++digits % 4 == 0) {
			out[len++] = (unsigned char)(v >> 16);
			out[len++] = (unsigned char)(v >> 8);
			out[len++] = (unsigned char)v;
		}
	}
	if (digits % 4 == 1 || (pads > 0 && (digits + pads) % 4 != 0) || pads > 2)
		goto bad;
	if (digits % 4 == 2)
		out[len++] = (unsigned char)(v >> 4);
	if (digits % 4 == 3) {
		out[len++] = (unsigned char)(v >> 10);
		out[len++] = (unsigned char)(v >> 2);
	}
	out[len] = '\0';
	*ret = out;
	*ret_len = len;
	return 0;
bad:
	free(out);
	return -1;
}

void
digest_random(void *p, size_t n)
{
	unsigned char *out = p;
	ssize_t got;

	while (n > 0) {
		got = getrandom(out, n, 0);
		if (got < 0 && errno == EINTR)
			continue;
		if (got <= 0)
			give_up("the system gives no random bytes");
		out += got;
		n -= (size_t)got;
	}
}

uint64_t
digest_random_below(uint64_t n)
{
	uint64_t v, rest;

	if (n < 2)
		return 0;
	rest = -n % n;	/* 2^64 mod n: values below it would favour small results */
	do
		digest_random(&v, sizeof(v));
	while (v < rest);
	return v % n;
}

/*
 * The 12 bits after the milliseconds are a counter (RFC 9562 6.2, method 1): it begins at random in
 * the lower half and goes up while the clock stands still or steps back.
 */
char *
digest_uuid7(int64_t now_ms, char out[UUID_TEXT])
{
	static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
	static int64_t last_ms = -1;
	static unsigned counter;
	unsigned char b[18];	/* two more than the identifier, for a start of the counter */
	char hex[33];
	int i;

	digest_random(b, sizeof(b));
	if (now_ms < 0)
		now_ms = 0;
	pthread_mutex_lock(&lock);
	if (now_ms > last_ms) {
		last_ms = now_ms;
		counter = ((unsigned)b[16] << 8 | b[17]) & 0x7ff;
	} else if (++counter > 0xfff) {
		last_ms++;
		counter = 0;
	}
	for (i = 0; i < 6; i++)
		b[i] = (unsigned char)(last_ms >> (40 - 8 * i));
	b[6] = (unsigned char)(0x70 | counter >> 8);
	b[7] = (unsigned char)counter;
	pthread_mutex_unlock(&lock);
	b[8] = (unsigned char)(0x80 | (b[8] & 0x3f));
	digest_hex(b, 16, hex);
	snprintf(out, UUID_TEXT, "%.8s-%.4s-%.4s-%.4s-%.12s", hex, hex + 8, hex + 12, hex + 16,
	    hex + 20);
	return out;
}
