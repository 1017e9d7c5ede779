/* keys: the table of the main file; docs/presswatch.yaml.5 is held against these tables by a test. */
#include "config/config_int.h"
#include "base/banned.h"

const struct config_key config_network_keys[] = {
	{ .name = "connections", .parse = config_count, .at = AT(struct config, connections), .def = "256", .min = 1,
	  .max = 4096, .unit = "connections", .help = "requests in flight, all hosts together" },
	{ .name = "per-host", .parse = config_count, .at = AT(struct config, per_host), .def = "2", .min = 1, .max = 64,
	  .unit = "connections", .help = "requests in flight to one host" },
	{ .name = "host-delay", .parse = config_millis, .at = AT(struct config, host_delay_ms), .def = "1s", .min = 0,
	  .max = 3600000, .unit = "milliseconds", .help = "pause between two requests to one host" },
	{ .name = "timeout", .parse = config_millis, .at = AT(struct config, timeout_ms), .def = "60s", .min = 1000,
	  .max = 3600000, .unit = "milliseconds", .help = "a whole transfer, over all redirects" },
	{ .name = "max-size", .parse = config_bytes, .at = AT(struct config, max_size), .min = 64 << 10,
	  .max = 1 << 30, .unit = "bytes",
	  .help = "largest answer after decompression; 32M when not given, 64M for sitemaps" },
	{ .name = "allow", .parse = config_networks, .at = AT(struct config, allow), .list = true,
	  .help = "private networks, or address and port, that may be visited" },
	{ .name = "proxy", .parse = config_proxy, .at = AT(struct config, proxy),
	  .help = "address of a proxy for all sources" },
	{ .name = NULL }
};

const struct config_key config_main_keys[] = {
	{ .name = "archive", .parse = config_path, .at = AT(struct config, archive),
	  .help = "the archive; $STATE_DIRECTORY/archive.db when not given" },
	{ .name = "control", .parse = config_path, .at = AT(struct config, control), .max = 107,
	  .help = "control socket; $RUNTIME_DIRECTORY/control.sock when not given" },
	{ .name = "contact", .parse = config_text, .at = AT(struct config, contact), .max = 200,
	  .help = "mail or web address that goes into the User-Agent" },
	{ .name = "workers", .parse = config_count, .at = AT(struct config, workers), .def = "0", .min = 0, .max = 256,
	  .unit = "processes", .help = "processes that parse; 0: one for each processor" },
	{ .name = "spellings", .each = config_add_spelling, .main = true,
	  .help = "lists of ways to write one name, beside the shipped ones; a query with one finds all" },
	{ .name = "network", .keys = config_network_keys, .help = "limits and manners of all requests" },
	{ .name = "sources", .each = config_add_source, .help = "what is watched" },
	{ .name = "channels", .each = config_add_channel, .help = "who is told" },
	{ .name = NULL }
};

const struct config_table config_tables[] = {
	{ "presswatch.yaml", config_main_keys },
	{ "network", config_network_keys },
	{ "sources", config_source_keys },
	{ "select", config_select_keys },
	{ "channels", config_channel_keys },
	{ "mail", config_mail_keys },
	{ NULL, NULL }
};
