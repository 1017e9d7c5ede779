#ifndef BASE_PATTERN_H
#define BASE_PATTERN_H
/*
 * pattern: POSIX extended regular expressions, compiled when they are asked and kept while they are in use: one takes ten
 * kilobytes and more, and sources by the thousand share a few. Of one thread.
 */
#include <regex.h>
#include <stdbool.h>
#include <stddef.h>

/* NULL, with the library's words in why (if not NULL), for what is no expression. Good until the next call. */
const regex_t *pattern_compiled(const char *text, char *why, size_t why_size);
/* Does one of list match s? What is no expression matches nothing. */
bool pattern_any(char *const *list, size_t n, const char *s);

#endif
