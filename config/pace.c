/* pace: the keys of a channel that say when it is told. */
#include <stdio.h>
#include <string.h>
#include "config/config_int.h"
#include "base/banned.h"

/* "08:00" at s; *ret_end behind it. -1: no time of day. */
static int
minute_of_day(const char *s, const char **ret_end)
{
	int hour = 0, minute = 0, digits = 0;

	for (; *s >= '0' && *s <= '9' && digits < 2; s++, digits++)
		hour = hour * 10 + (*s - '0');
	if (digits == 0 || *s != ':' || hour > 23)
		return -1;
	for (s++, digits = 0; *s >= '0' && *s <= '9' && digits < 2; s++, digits++)
		minute = minute * 10 + (*s - '0');
	if (digits != 2 || minute > 59)
		return -1;
	*ret_end = s;
	return hour * 60 + minute;
}

/* "1h": at each full hour; "daily 08:00". */
int
config_digest(struct config_reader *r, const struct config_key *key, const struct config_item *items, size_t n,
    void *base)
{
	struct cfg_channel *ch = base;
	const char *end = "";
	int64_t ms;
	int minute;

	if (strncmp(items->text, "daily ", 6) == 0) {
		minute = minute_of_day(items->text + 6 + strspn(items->text + 6, " "), &end);
		if (minute >= 0 && *end == '\0') {
			ch->digest_minute = minute;
			return 0;
		}
	} else if (config_duration_ms(items->text, &ms) == 0 && ms % 60000 == 0) {
		if (ms / 1000 >= key->min && ms / 1000 <= key->max) {
			ch->digest_every_s = ms / 1000;
			return 0;
		}
		config_bad(r, items, key, "must be 5m to 24h");
		return -1;
	}
	config_bad(r, items, key, "is no pace of a digest (wanted: 1h, or daily 08:00)");
	return -1;
}

int
config_quiet(struct config_reader *r, const struct config_key *key, const struct config_item *items, size_t n,
    void *base)
{
	struct cfg_channel *ch = base;
	const char *s = items->text;
	int from = minute_of_day(s, &s), until = -1;

	if (from >= 0 && *s == '-')
		until = minute_of_day(s + 1, &s);
	if (until < 0 || *s != '\0') {
		config_bad(r, items, key, "are no quiet hours (wanted: 22:00-07:00)");
		return -1;
	}
	if (from == until) {
		config_bad(r, items, key, "begin when they end");
		return -1;
	}
	ch->quiet_from = from;
	ch->quiet_until = until;
	return 0;
}

int
config_storm(struct config_reader *r, const struct config_key *key, const struct config_item *items, size_t n,
    void *base)
{
	struct cfg_channel *ch = base;
	struct config_key count = *key;
	unsigned number = 0;

	count.at = 0;
	if (config_count(r, &count, items, n, &number) < 0)
		return -1;
	ch->storm = number;
	return 0;
}
