#include <errno.h>
#include <limits.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/log.h"
#include "base/unicode.h"
#include "base/banned.h"

/* A line fits what a pipe takes whole (pipe(7)), so lines of several processes do not mix. */
#define LINE_MAX_BYTES PIPE_BUF
#define NUM_SLOTS 8

static atomic_int max_level = LOG_P_INFO;
static atomic_int with_prefix;

void
log_init(enum log_priority max_priority, int prefix)
{
	atomic_store(&max_level, (int)max_priority);
	atomic_store(&with_prefix, prefix);
}

int
log_enabled(enum log_priority priority)
{
	return (int)priority <= atomic_load_explicit(&max_level, memory_order_relaxed);
}

/* A line under construction: plain array, because a log line must not fail for want of memory. */
struct line {
	char text[LINE_MAX_BYTES];
	size_t len;
	bool cut;
};

/* Adds all of s or nothing; keeps room for the mark of a cut, a quote and the newline. */
static void
add(struct line *l, const char *s, size_t n)
{
	if (l->cut || n > sizeof(l->text) - 8 - l->len) {
		l->cut = true;
		return;
	}
	memcpy(l->text + l->len, s, n);
	l->len += n;
}

static bool
needs_quotes(const char *s)
{
	if (*s == '\0')
		return true;
	for (; *s != '\0'; s++)
		if (*s <= ' ' || *s >= 0x7f || *s == '"' || *s == '\\' || (*s & 0x80) != 0)
			return true;
	return false;
}

/* Controls, line separators, and the characters that turn or hide text on a terminal. */
static bool
is_hostile(uint32_t c)
{
	return c < 0x20 || (c >= 0x7f && c < 0xa0) || (c >= 0x200b && c <= 0x200f) ||
	    (c >= 0x2028 && c <= 0x202e) || (c >= 0x2060 && c <= 0x206f) || c == 0xfeff ||
	    c == 0x061c || (c >= 0xfff9 && c <= 0xfffb) || (c >= 0xe0000 && c <= 0xe0fff);
}

static void
add_escaped(struct line *l, const char *s, size_t n)
{
	size_t i = 0, start;
	uint32_t c;
	char esc[16];

	while (i < n && !l->cut) {
		start = i;
		c = utf8_next(s, n, &i);
		if (c == '"' || c == '\\')
			snprintf(esc, sizeof(esc), "\\%c", (char)c);
		else if (c == '\n')
			snprintf(esc, sizeof(esc), "\\n");
		else if (c == '\t')
			snprintf(esc, sizeof(esc), "\\t");
		else if (c == 0xfffd && i - start == 1)
			snprintf(esc, sizeof(esc), "\\x%02x", (unsigned char)s[start]);
		else if (c < 0x80 && is_hostile(c))
			snprintf(esc, sizeof(esc), "\\x%02x", (unsigned)c);
		else if (is_hostile(c))
			snprintf(esc, sizeof(esc), c > 0xffff ? "\\U%08x" : "\\u%04x", (unsigned)c);
		else {
			add(l, s + start, i - start);
			continue;
		}
		add(l, esc, strlen(esc));
	}
}

static void
add_value(struct line *l, const char *value)
{
	if (!needs_quotes(value)) {
		size_t room = sizeof(l->text) - 8 - l->len, n = strlen(value);

		add(l, value, n > room ? room : n);
		l->cut |= n > room;
		return;
	}
	add(l, "\"", 1);
	add_escaped(l, value, strlen(value));
	if (l->len > 0)
		l->text[l->len++] = '"';	/* always room: see add() */
}

static void
begin(struct line *l, enum log_priority priority)
{
	char prefix[8];

	l->len = 0;
	l->cut = false;
	if (atomic_load_explicit(&with_prefix, memory_order_relaxed)) {
		snprintf(prefix, sizeof(prefix), "<%d>", (int)priority & 7);
		add(l, prefix, strlen(prefix));
	}
}

static void
finish(struct line *l)
{
	ssize_t n;
	int saved = errno;

	if (l->cut) {
		memcpy(l->text + l->len, "...", 3);
		l->len += 3;
	}
	l->text[l->len++] = '\n';
	do
		n = write(STDERR_FILENO, l->text, l->len);
	while (n < 0 && errno == EINTR);
	errno = saved;	/* callers log between a failing call and their look at errno */
}

void
log_kv(enum log_priority priority, const char *event, ...)
{
	struct line l;
	const char *key, *value;
	va_list ap;

	if (!log_enabled(priority))
		return;
	begin(&l, priority);
	add(&l, "event=", 6);
	add_value(&l, event);
	va_start(ap, event);
	while ((key = va_arg(ap, const char *)) != NULL) {
		value = va_arg(ap, const char *);
		if (value == NULL || l.cut)
			continue;
		add(&l, " ", 1);
		add(&l, key, strlen(key));
		add(&l, "=", 1);
		if (!l.cut)
			add_value(&l, value);
	}
	va_end(ap);
	finish(&l);
}

const char *
log_num(int64_t n)
{
	static _Thread_local char slot[NUM_SLOTS][24];
	static _Thread_local unsigned turn;
	char *s = slot[turn++ % NUM_SLOTS];

	snprintf(s, sizeof(slot[0]), "%lld", (long long)n);
	return s;
}

void
log_debug(const char *fmt, ...)
{
	char text[1024];
	va_list ap;

	if (!log_enabled(LOG_P_DEBUG))
		return;
	va_start(ap, fmt);
	vsnprintf(text, sizeof(text), fmt, ap);
	va_end(ap);
	log_kv(LOG_P_DEBUG, "debug", "text", text, NULL);
}
