#ifndef BASE_DIGEST_H
#define BASE_DIGEST_H
/* digest: hashes, codes and identifiers, over OpenSSL's EVP and xxHash. */
#include <stddef.h>
#include <stdint.h>

#define SHA256_LEN 32
#define SHA256_HEX 65	/* with NUL */
#define UUID_TEXT 37	/* with NUL */

void digest_sha256(const void *p, size_t n, unsigned char out[SHA256_LEN]);
/* SHA-256 over several pieces: pairs (pointer, size_t), ended by NULL. */
void digest_sha256v(unsigned char out[SHA256_LEN], ...) __attribute__((sentinel));
/* The same of bytes that come one after the other. digest_run_end() and digest_run_free() free it; NULL is fine for the latter. */
struct digest_run;
struct digest_run *digest_run_begin(void);
void digest_run_add(struct digest_run *d, const void *p, size_t n);
void digest_run_end(struct digest_run *d, unsigned char out[SHA256_LEN]);
void digest_run_free(struct digest_run *d);
void digest_hmac_sha256(const void *key, size_t key_len, const void *p, size_t n,
    unsigned char out[SHA256_LEN]);
char *digest_hex(const unsigned char *p, size_t n, char *out /* 2 n + 1 */);
/* Returns 0, or -1 when s is not exactly n bytes in hex. */
int digest_unhex(const char *s, unsigned char *out, size_t n);
uint64_t digest_xxh64(const void *p, size_t n, uint64_t seed);
/* Caller frees. */
char *digest_base64(const void *p, size_t n);
/* Caller frees *ret; -1 on bad input. White space is skipped, padding is optional. */
int digest_unbase64(const char *s, unsigned char **ret, size_t *ret_len);
/* From the system's generator; ends the process when there is none. */
void digest_random(void *p, size_t n);
uint64_t digest_random_below(uint64_t n);
/* RFC 9562 version 7: time-ordered; two of one process never compare backwards. */
char *digest_uuid7(int64_t now_ms, char out[UUID_TEXT]);

#endif
