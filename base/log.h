#ifndef BASE_LOG_H
#define BASE_LOG_H
/*
 * log: one event, one line, "key=value" with quotes where a value needs them. Priorities are
 * syslog's; under the journal the line begins with "<N>" (sd-daemon(3)). Lines go to stderr with one
 * write(2) each, so that lines of several processes do not mix. Values are escaped: no control
 * character of a hostile page reaches the terminal or the journal.
 */
#include <stdint.h>

enum log_priority {
	LOG_P_ERR = 3,
	LOG_P_WARNING = 4,
	LOG_P_NOTICE = 5,
	LOG_P_INFO = 6,
	LOG_P_DEBUG = 7,
};

/* Lines above max_priority are dropped; prefix: write "<N>" first (set when $JOURNAL_STREAM is). */
void log_init(enum log_priority max_priority, int prefix);
int log_enabled(enum log_priority priority);

/*
 * log_kv(LOG_P_WARNING, "fetch-failed", "source", name, "url", url, NULL): event=fetch-failed first,
 * then the pairs. A pair whose value is NULL is left out. Keys are [a-z_]+.
 */
void log_kv(enum log_priority priority, const char *event, ...) __attribute__((sentinel));

/* A number as a value for log_kv: log_num(300) in one expression; up to 8 live at once a thread. */
const char *log_num(int64_t n);

/* A sentence for a developer; dropped unless debug is on. */
void log_debug(const char *fmt, ...) __attribute__((format(printf, 1, 2)));

#endif
