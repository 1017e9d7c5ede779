#ifndef BASE_JSON_H
#define BASE_JSON_H
/*
 * json: the few calls around jansson that every room would write again. Objects keep the order in
 * which keys were set; json_line() of equal objects gives equal bytes.
 */
#include <stddef.h>
#include <stdint.h>
#include <jansson.h>
#include "base/err.h"

/* Parse one value; depth and size are bounded by jansson (2048 levels). ERR_INPUT names line and column. */
int json_read(const char *s, size_t n, json_t **ret, struct err *reterr);
/* Compact, one line, no newline at the end, UTF-8 as is. Caller frees. */
char *json_line(const json_t *j);
/* Set key unless value is NULL (or the list empty): unknown fields are absent, never guessed. */
void json_put_str(json_t *obj, const char *key, const char *value);
void json_put_int(json_t *obj, const char *key, int64_t value);
void json_put_strs(json_t *obj, const char *key, char *const *values, size_t n);
/* NULL or def when absent or of another type; borrowed. */
const char *json_get_str(const json_t *obj, const char *key);
int64_t json_get_int(const json_t *obj, const char *key, int64_t def);

#endif
