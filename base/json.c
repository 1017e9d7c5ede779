#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "base/json.h"
#include "base/mem.h"
#include "base/unicode.h"
#include "base/cleanup.h"
#include "base/banned.h"

/*
 * jansson answers a failed allocation with NULL, and most of its callers hand that on to the next call, which takes a value
 * without the field for success. With our allocator it has no such answer. Before main(): values do not outlive the change.
 */
__attribute__((constructor)) static void
use_our_memory(void)
{
	json_set_alloc_funcs(xmalloc, free);
}

int
json_read(const char *s, size_t n, json_t **ret, struct err *reterr)
{
	json_error_t e;
	json_t *j;

	j = json_loadb(s, n, JSON_DECODE_ANY, &e);
	if (j == NULL)
		return err_set(reterr, ERR_INPUT, "JSON line %d column %d: %s", e.line, e.column,
		    e.text);
	*ret = j;
	return 0;
}

char *
json_line(const json_t *j)
{
	char *s = json_dumps(j, JSON_COMPACT | JSON_ENCODE_ANY | JSON_REAL_PRECISION(17));

	assert(s != NULL);	/* strings were checked when they were put in */
	return s;
}

/* jansson refuses malformed UTF-8; losing a bad byte is better than losing the whole value. */
static json_t *
string_of(const char *value)
{
	CLEANUP(freep) char *clean = NULL;
	json_t *j = json_string(value);

	if (j == NULL) {
		clean = unicode_clean(value, strlen(value));
		j = json_string(clean);
	}
	assert(j != NULL);
	return j;
}

void
json_put_str(json_t *obj, const char *key, const char *value)
{
	if (value != NULL)
		json_object_set_new(obj, key, string_of(value));
}

void
json_put_int(json_t *obj, const char *key, int64_t value)
{
	json_object_set_new(obj, key, json_integer(value));
}

void
json_put_strs(json_t *obj, const char *key, char *const *values, size_t n)
{
	json_t *list;
	size_t i;

	if (n == 0)
		return;
	list = json_array();
	for (i = 0; i < n; i++)
		if (values[i] != NULL)
			json_array_append_new(list, string_of(values[i]));
	json_object_set_new(obj, key, list);
}

const char *
json_get_str(const json_t *obj, const char *key)
{
	return json_string_value(json_object_get(obj, key));
}

int64_t
json_get_int(const json_t *obj, const char *key, int64_t def)
{
	const json_t *j = json_object_get(obj, key);

	return json_is_integer(j) ? (int64_t)json_integer_value(j) : def;
}
