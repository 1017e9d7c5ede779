/*
 * Whatever bytes come over the control socket: each whole line gets one line of JSON with "ok", nothing else happens to the
 * loop, and the archive behind it stays as it is.
 */
#include <event2/buffer.h>
#include <event2/bufferevent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include "base/json.h"
#include "base/log.h"
#include "base/mem.h"
#include "daemon/control_int.h"
#include "daemon/deliver.h"
#include "daemon/intake.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static struct daemon d;
static char folder[64], config_path[128], archive[128], socket_path[128];

static void
write_config(void)
{
	FILE *out;

	if ((out = fopen(config_path, "w")) == NULL)
		abort();
	fprintf(out, "archive: %s\ncontact: a@example.org\nsources:\n  - {name: site, url: \"https://www.alpha.example/\"}\n"
	    "channels:\n  - {name: desk, file: /dev/null}\n", archive);
	if (fclose(out) != 0)
		abort();
}

static void
set_up(void)
{
	struct http_opts http;
	struct fetcher_opts fetcher;
	struct pool_opts pool = { .workers = 1 };
	struct config_mistakes mistakes = { 0 };
	struct config *config = NULL;
	struct store *s = NULL;
	struct err err = { 0 };

	log_init(LOG_P_ERR, 0);
	snprintf(folder, sizeof(folder), "/dev/shm/presswatch-fuzz-XXXXXX");
	if (mkdtemp(folder) == NULL)
		abort();
	snprintf(config_path, sizeof(config_path), "%s/presswatch.yaml", folder);
	snprintf(archive, sizeof(archive), "%s/archive.db", folder);
	snprintf(socket_path, sizeof(socket_path), "%s/control.sock", folder);
	write_config();
	http_global_init();
	d.config_path = config_path;
	d.base = event_base_new();
	if (config_load(config_path, &config, &mistakes) < 0 || plan_new(config, &d.plan, &err) < 0 ||
	    store_open(archive, STORE_WRITE, NULL, &s, &err) < 0 || plan_sync(d.plan, s, &err) < 0 ||
	    writer_start(d.base, s, &d.writer, &err) < 0)
		abort();
	plan_http_opts(d.plan, &http);
	plan_fetcher_opts(d.plan, &fetcher);
	if (http_new(d.base, &http, &d.http, &err) < 0 || fetcher_new(d.base, d.http, &fetcher, &d.fetcher, &err) < 0 ||
	    pool_new(d.base, &pool, &d.pool, &err) < 0 || notify_new(d.base, d.http, &d.notify, &err) < 0)
		abort();
	d.intake = intake_new(&d);
	d.deliver = deliver_new(&d);
	if (control_new(&d, socket_path, &d.control, &err) < 0)
		abort();
}

static void
read_answers(struct evbuffer *in, unsigned asked)
{
	unsigned answers = 0;
	size_t len;
	char *line;

	while ((line = evbuffer_readln(in, &len, EVBUFFER_EOL_LF)) != NULL) {
		json_t *j = NULL;

		if (json_read(line, len, &j, NULL) < 0 || !json_is_boolean(json_object_get(j, "ok")))
			abort();
		json_decref(j);
		free(line);
		answers++;
	}
	if (evbuffer_get_length(in) > 0 || answers > asked)
		abort();
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct bufferevent *pair[2];
	unsigned asked = 0;

	if (d.base == NULL)
		set_up();
	for (size_t i = 0; i < size; i++)
		asked += data[i] == '\n';
	if (memmem(data, size, "reload", 6) != NULL || memmem(data, size, "poll", 4) != NULL || bufferevent_pair_new(d.base, 0, pair) < 0)
		return 0;	/* these two are at work on the network and on files */
	control_serve(d.control, pair[0]);
	bufferevent_enable(pair[1], EV_READ | EV_WRITE);
	bufferevent_write(pair[1], data, size);
	do
		event_base_loop(d.base, EVLOOP_NONBLOCK);
	while (writer_waiting(d.writer) > 0 || notify_in_flight(d.notify) > 0);
	event_base_loop(d.base, EVLOOP_NONBLOCK);
	read_answers(bufferevent_get_input(pair[1]), asked);
	bufferevent_free(pair[1]);
	event_base_loop(d.base, EVLOOP_NONBLOCK);
	return 0;
}
