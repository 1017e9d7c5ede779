/* keys_channel: the table of one channel. */
#include "config/config_int.h"
#include "base/banned.h"

#define CH(field) AT(struct cfg_channel, field)

static const struct config_word events[] = {
	{ "new", CFG_EVENT_NEW }, { "edited", CFG_EVENT_EDITED }, { "removed", CFG_EVENT_REMOVED },
	{ "source", CFG_EVENT_SOURCE }, { NULL, 0 },
};
/* The bits of enum change_kind (document/diff.h), which daemon/wire.c holds against these. */
static const struct config_word changes[] = {
	{ "title", 1 << 0 }, { "body", 1 << 1 }, { "number", 1 << 2 }, { "date", 1 << 3 }, { "name", 1 << 4 },
	{ "negation", 1 << 5 }, { "quotation", 1 << 6 }, { "date-only", 1 << 7 }, { "form-only", 1 << 8 },
	{ "attachment", 1 << 9 }, { NULL, 0 },
};
static const struct config_word once_per[] = { { "document", 0 }, { "story", 1 }, { NULL, 0 } };

const struct config_key config_mail_keys[] = {
	{ .name = "to", .parse = config_addresses, .at = CH(mail_to), .list = true, .required = true,
	  .help = "receivers" },
	{ .name = "from", .parse = config_address, .at = CH(mail_from), .required = true, .help = "sender" },
	{ .name = "server", .parse = config_mail_server, .at = CH(mail_server), .required = true,
	  .help = "smtp://host:port or smtps://host:port" },
	{ .name = "user", .parse = config_text, .at = CH(mail_user), .max = 256, .help = "name to log in with" },
	{ .name = "password-file", .parse = config_path, .at = CH(mail_password_file),
	  .help = "file with the password, not readable by everyone" },
	{ .name = NULL }
};

const struct config_key config_channel_keys[] = {
	{ .name = "name", .parse = config_name, .at = CH(name), .required = true, .help = "what the channel is called" },
	{ .name = "webhook", .parse = config_url, .at = CH(webhook),
	  .help = "address that events are posted to, by Standard Webhooks" },
	{ .name = "exec", .parse = config_argv, .at = CH(exec), .list = true, .max = 4096,
	  .help = "program and arguments; the event comes on its standard input" },
	{ .name = "file", .parse = config_path, .at = CH(file), .help = "file that events are appended to, JSON lines" },
	{ .name = "feed", .parse = config_path, .at = CH(feed),
	  .help = "file that holds the newest events as a feed; Atom and JSON Feed side by side" },
	{ .name = "feed-items", .parse = config_count, .at = CH(feed_items), .def = "100", .min = 1, .max = 1000,
	  .unit = "events", .help = "how many events a feed keeps" },
	{ .name = "mail", .keys = config_mail_keys, .help = "mail over SMTP" },
	{ .name = "secret-file", .parse = config_path, .at = CH(secret_file),
	  .help = "file with the key that signs webhooks: whsec_ and base64, or text of 24 bytes and more" },
	{ .name = "headers", .parse = config_headers, .at = CH(headers), .max = 4000, .list = true,
	  .help = "further headers of the webhook, \"Name: value\"" },
	{ .name = "events", .parse = config_events, .at = CH(events), .list = true, .words = events,
	  .def = "new edited removed source", .help = "which events: new, edited, removed, source" },
	{ .name = "when", .parse = config_events, .at = CH(when), .list = true, .words = changes,
	  .help = "only edits that changed one of these: title, body, number, date, name, negation, quotation, date-only, "
	  "form-only, attachment" },
	{ .name = "match", .parse = config_query, .at = CH(match), .max = 2000,
	  .help = "a search query; only matching documents are told" },
	{ .name = "retry", .parse = config_pauses, .at = CH(retry_s), .count_at = CH(retry_count), .list = true,
	  .def = "5s 5m 30m 2h 5h 10h 14h 20h 24h", .min = 1, .max = 7 * 86400, .unit = "seconds",
	  .help = "pauses after a failed delivery; after the last one it is a dead letter" },
	{ .name = "once-per", .parse = config_flag, .at = CH(once_per_story), .def = "document", .words = once_per,
	  .help = "document, or story: exact copies on other sites are told once" },
	{ .name = "template", .parse = config_template, .at = CH(template), .max = 64 << 10,
	  .help = "what is sent in place of the event: slack, mattermost, discord, matrix, ntfy, teams, telegram, a file, or text" },
	{ .name = "digest", .parse = config_digest, .at = 0, .min = 5 * 60, .max = 86400, .unit = "seconds",
	  .help = "one message for all notices of that time: 1h, or daily 08:00" },
	{ .name = "quiet", .parse = config_quiet, .at = 0,
	  .help = "hours in which nothing is told, only held: 22:00-07:00" },
	{ .name = "timezone", .parse = config_timezone, .at = CH(timezone),
	  .help = "zone of digest and quiet; this machine's when not given" },
	{ .name = "urgent", .parse = config_query, .at = CH(urgent), .max = 2000,
	  .help = "a search query; matching documents wait neither for a digest nor for the end of quiet" },
	{ .name = "storm", .parse = config_storm, .at = CH(storm), .min = 0, .max = 100000, .unit = "notices",
	  .help = "more notices in an hour are told in one; 0: never; 50 for mail and templates, 0 for others when not given" },
	{ .name = NULL }
};
