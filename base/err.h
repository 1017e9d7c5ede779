#ifndef BASE_ERR_H
#define BASE_ERR_H
/*
 * err: an error is a class and a sentence. The class decides what the program does, the sentence
 * is for the person who reads the log.
 */

enum err_class {
	ERR_NONE = 0,
	ERR_TEMPORARY,	/* the same call may succeed later: retry with backoff */
	ERR_PERMANENT,	/* the other side said no: do not retry unchanged */
	ERR_INPUT,	/* the data is malformed */
	ERR_LIMIT,	/* a size, depth or count limit was reached */
	ERR_CONFIG,	/* the administrator must change something */
	ERR_LOCAL,	/* disk, database or system call failed here */
	ERR_CLASS_COUNT
};

#define ERR_TEXT_MAX 512

struct err {
	enum err_class class;
	char text[ERR_TEXT_MAX];	/* UTF-8, one line, cut at a character */
};

/*
 * Fill *err (which may be NULL) and return -1, so that a failing function is one line long.
 * Control characters in the sentence become blanks.
 */
int err_set(struct err *err, enum err_class class, const char *fmt, ...)
    __attribute__((format(printf, 3, 4)));
static inline __attribute__((unused)) int
err_minus_one(void)
{
	return -1;
}
#define err_set(...) (err_set(__VA_ARGS__), err_minus_one())	/* lets gcc see the -1 */

void err_clear(struct err *err);

/* "temporary", "permanent", "input", "limit", "config", "local", "none". */
const char *err_class_name(enum err_class class);

#endif
