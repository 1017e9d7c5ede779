/* keys_source: the table of one source. */
#include "config/config_int.h"
#include "base/banned.h"

#define SRC(field) AT(struct cfg_source, field)
#define SECRET(field) AT(struct cfg_secrets, field)

static const struct config_word kinds[] = {
	{ "auto", CFG_KIND_AUTO }, { "listing", CFG_KIND_LISTING }, { "feed", CFG_KIND_FEED },
	{ "sitemap", CFG_KIND_SITEMAP }, { "page", CFG_KIND_PAGE }, { NULL, 0 },
};
static const struct config_word first_visits[] = { { "quiet", 0 }, { "announce", 1 }, { NULL, 0 } };
static const struct config_word robots[] = { { "obey", 0 }, { "ignore", 1 }, { NULL, 0 } };

const struct config_key config_select_keys[] = {
	{ .name = "links", .parse = config_selector, .at = SRC(select.links), .max = 2000,
	  .help = "the links of a listing" },
	{ .name = "title", .parse = config_selector, .at = SRC(select.title), .max = 2000,
	  .help = "the title, in a row of the listing and on the document's page" },
	{ .name = "date", .parse = config_selector, .at = SRC(select.date), .max = 2000,
	  .help = "the date, in a row of the listing and on the document's page" },
	{ .name = "body", .parse = config_selector, .at = SRC(select.body), .max = 2000,
	  .help = "the element that holds the document's text" },
	{ .name = "remove", .parse = config_selectors, .at = SRC(select.remove), .max = 2000, .list = true,
	  .help = "elements of the page that are no text" },
	{ .name = NULL }
};

const struct config_key config_source_keys[] = {
	{ .name = "name", .parse = config_name, .at = SRC(name), .required = true,
	  .help = "what the source is called; it keeps its history under this name" },
	{ .name = "url", .parse = config_url, .at = SRC(url), .required = true,
	  .help = "page, feed or sitemap to watch" },
	{ .name = "was", .parse = config_name, .at = SRC(was), .help = "earlier name, whose history is taken over" },
	{ .name = "kind", .parse = config_word, .at = SRC(kind), .def = "auto", .words = kinds,
	  .help = "what stands at the address: auto, listing, feed, sitemap or page" },
	{ .name = "every", .parse = config_seconds, .at = SRC(every_s), .def = "15m", .min = 1, .max = 30 * 86400,
	  .unit = "seconds", .help = "longest pause between two visits" },
	{ .name = "adaptive", .parse = config_flag, .at = SRC(adaptive), .def = "false",
	  .help = "learn when to look sooner" },
	{ .name = "first-visit", .parse = config_flag, .at = SRC(announce), .def = "quiet", .words = first_visits,
	  .help = "quiet: record what stands there already; announce: tell of it too" },
	{ .name = "recheck", .parse = config_ages, .at = SRC(recheck_s), .count_at = SRC(recheck_count), .list = true,
	  .def = "10m 1h 6h 1d 3d 7d 30d 60d", .min = 1, .max = 3650 * INT64_C(86400), .unit = "seconds",
	  .help = "ages at which a document is looked at again; the last gap repeats; []: never" },
	{ .name = "confirm", .parse = config_seconds, .at = SRC(confirm_s), .def = "2m", .min = 0, .max = 86400,
	  .unit = "seconds", .help = "an edit alerts when a second look this much later agrees; 0s: at once" },
	{ .name = "robots", .parse = config_flag, .at = SRC(ignore_robots), .def = "obey", .words = robots,
	  .help = "obey or ignore robots.txt; ignoring is logged" },
	{ .name = "timezone", .parse = config_timezone, .at = SRC(timezone),
	  .help = "zone of dates that state none" },
	{ .name = "language", .parse = config_language, .at = SRC(language),
	  .help = "language of the source, for dates that can be read two ways" },
	{ .name = "labels", .parse = config_texts, .at = SRC(labels), .max = 64, .list = true,
	  .help = "words to filter by" },
	{ .name = "include", .parse = config_regexes, .at = SRC(include), .count_at = SRC(include_count),
	  .max = CONFIG_REGEX_MAX, .list = true,
	  .help = "regular expressions; only document addresses that match one are read" },
	{ .name = "exclude", .parse = config_regexes, .at = SRC(exclude), .count_at = SRC(exclude_count),
	  .max = CONFIG_REGEX_MAX, .list = true,
	  .help = "regular expressions; document addresses that match one are left alone" },
	{ .name = "select", .keys = config_select_keys, .help = "where things stand on the pages, when guessing fails" },
	{ .name = "channels", .parse = config_channel_refs, .at = SRC(channels), .list = true,
	  .help = "who is told; all channels when not given" },
	{ .name = "headers", .parse = config_headers, .at = SRC(headers), .max = 4000, .list = true,
	  .help = "further request headers, \"Name: value\"" },
	{ .name = "user-agent", .parse = config_text, .at = SRC(user_agent), .max = 400,
	  .help = "User-Agent for this source" },
	{ .name = "proxy", .parse = config_proxy, .at = SRC(proxy), .help = "proxy for this source" },
	{ .name = "headers-file", .parse = config_source_path, .at = SECRET(headers_file),
	  .help = "file with further request headers, one a line; not readable by everyone" },
	{ .name = "cookies-file", .parse = config_source_path, .at = SECRET(cookies_file),
	  .help = "file with cookies in Netscape's form, sent to the domains they name; not readable by everyone" },
	{ .name = "proxy-file", .parse = config_source_path, .at = SECRET(proxy_file),
	  .help = "file whose first line is the proxy for this source; not readable by everyone" },
	{ .name = "fetch-with", .parse = config_argv, .at = SRC(fetch_with), .list = true, .max = 4096,
	  .help = "a program (absolute path) and its arguments that prints the page whose address is its last argument" },
	{ .name = NULL }
};
