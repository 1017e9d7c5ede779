/*
 * cmd_add_from: many sources at once, from a list of addresses or OPML. Hosts are tried side by side, each in a process of
 * its own, the addresses of one host one after the other with its pause.
 */
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>
#include "base/cleanup.h"
#include "base/file.h"
#include "base/json.h"
#include "base/mem.h"
#include "base/unicode.h"
#include "base/url.h"
#include "cli/add.h"
#include "cli/probe.h"
#include "markup/tree.h"
#include "markup/xml.h"
#include "base/banned.h"

#define FILE_MAX_BYTES ((size_t)16 << 20)
#define SIDE_BY_SIDE 8		/* processes */

struct wish {			/* one address of the list */
	char *url, *name, *host;
	char *found, *error;	/* the best entrance, or why there is none */
	enum source_kind kind;
	size_t documents;
	bool begun, done;
};

struct wishes {
	struct wish *list;
	size_t count, cap, done;
};

struct helper {
	pid_t pid;
	int fd;			/* lines come here; -1: free */
	struct buf line;
};

static void
add_wish(struct wishes *w, const char *ref)
{
	CLEANUP(freep) char *clean = unicode_line(ref, strlen(ref));
	char *url = url_resolve(clean, clean);
	struct wish *one;

	for (size_t i = 0; url != NULL && i < w->count; i++) {
		if (w->list[i].url != NULL && strcmp(w->list[i].url, url) == 0) {
			free(url);
			return;
		}
	}
	w->list = xgrow(w->list, &w->cap, w->count + 1, sizeof(*w->list));
	one = &w->list[w->count++];
	*one = (struct wish){ .url = url };
	if (url == NULL) {
		one->url = xstrdup(clean);
		one->error = xstrdup("no http or https address");
		one->done = true;
		w->done++;
	} else {
		one->host = url_hostport(url);
	}
}

static int
read_opml(struct wishes *w, const struct buf *b, struct err *reterr)
{
	CLEANUP(xml_freep) struct xml *x = NULL;
	xmlNodePtr root;

	if (xml_parse(buf_str(b), b->len, "text/xml", &x, reterr) < 0)
		return -1;
	root = xmlDocGetRootElement(x->doc);
	for (xmlNodePtr at = root; at != NULL; at = tree_next(at, root, false)) {
		const char *url = at->type == XML_ELEMENT_NODE ? tree_attr(at, "xmlUrl") : NULL;

		if (url != NULL && *url != '\0')
			add_wish(w, url);
	}
	return 0;
}

static int
read_wishes(struct wishes *w, const char *file, struct err *reterr)
{
	struct buf b = BUF_INIT(FILE_MAX_BYTES);
	const char *p, *end;
	int rc = file_read_gz(file, &b, reterr);

	if (rc == 0 && memchr(buf_str(&b), '<', b.len < 512 ? b.len : 512) != NULL) {
		rc = read_opml(w, &b, reterr);
	} else if (rc == 0) {
		for (p = buf_str(&b); *p != '\0'; p = *end != '\0' ? end + 1 : end) {
			end = p + strcspn(p, "\r\n");
			p += strspn(p, " \t");
			if (p < end && *p != '#') {
				CLEANUP(freep) char *word = xstrndup(p, (size_t)(end - p));

				add_wish(w, word);
			}
		}
	}
	if (rc == 0 && w->count == 0)
		rc = err_set(reterr, ERR_INPUT, "%s holds no address", file);
	buf_done(&b);
	return rc;
}

/* The line names the address already. */
static const char *
without_address(const char *text, const char *url)
{
	size_t n = strlen(url);

	return strncmp(text, url, n) == 0 && text[n] == ':' && text[n + 1] == ' ' ? text + n + 2 : text;
}

/* In a process of its own: tries every address of one host and says a line of JSON for each. */
static void
try_host(const struct cli *cli, const struct config *config, const struct wishes *w, const char *host, FILE *out)
{
	CLEANUP(probe_freep) struct probe *p = NULL;
	struct err err = { 0 };
	bool ready = probe_new(config, &p, &err) == 0;

	for (size_t i = 0; i < w->count; i++) {
		struct probe_found found = { 0 };
		struct cfg_source src = { .name = w->list[i].url, .url = w->list[i].url };
		CLEANUP(freep) char *other = NULL, *line = NULL;
		const char *words;
		json_t *j;

		if (w->list[i].done || w->list[i].host == NULL || strcmp(w->list[i].host, host) != 0)
			continue;
		j = json_object();
		json_put_int(j, "i", (int64_t)i);
		if (!ready || probe_best(p, &src, cli->now_ms, &found, &other, &err) < 0) {
			words = diagnosis_words(found.diagnosis);
			json_put_str(j, "error", words != NULL ? words : without_address(err.text, w->list[i].url));
		} else if (found.candidates->count == 0) {
			words = diagnosis_words(found.diagnosis);
			json_put_str(j, "error", words != NULL ? words : "no list of documents was found there");
		} else {
			json_put_str(j, "url", other != NULL ? other : w->list[i].url);
			json_put_int(j, "kind", found.candidates->kind);
			json_put_int(j, "documents", (int64_t)found.candidates->count);
		}
		line = json_line(j);
		fprintf(out, "%s\n", line);
		fflush(out);
		json_decref(j);
		probe_found_done(&found);
	}
}

static int
begin(struct cli *cli, const struct config *config, struct wishes *w, size_t first, struct helper *h, struct err *reterr)
{
	const char *host = w->list[first].host;
	int fds[2];

	if (pipe2(fds, O_CLOEXEC) < 0)
		return err_set(reterr, ERR_LOCAL, "cannot make a pipe: %s", strerror(errno));
	fflush(NULL);
	if ((h->pid = fork()) < 0) {
		close(fds[0]);
		close(fds[1]);
		return err_set(reterr, ERR_LOCAL, "cannot start a process: %s", strerror(errno));
	}
	if (h->pid == 0) {
		FILE *out = fdopen(fds[1], "w");

		close(fds[0]);
		if (out != NULL)
			try_host(cli, config, w, host, out);
		_exit(0);
	}
	close(fds[1]);
	h->fd = fds[0];
	buf_init(&h->line, 1 << 20);
	for (size_t i = first; i < w->count; i++)
		w->list[i].begun |= w->list[i].host != NULL && strcmp(w->list[i].host, host) == 0;
	return 0;
}

static void
take_line(struct wishes *w, const char *line, size_t n)
{
	json_t *j = NULL;
	size_t i;

	if (json_read(line, n, &j, NULL) == 0 && (i = (size_t)json_get_int(j, "i", -1)) < w->count && !w->list[i].done) {
		w->list[i].found = xstrdup(json_get_str(j, "url"));
		w->list[i].error = xstrdup(json_get_str(j, "error"));
		w->list[i].kind = (enum source_kind)json_get_int(j, "kind", 0);
		w->list[i].documents = (size_t)json_get_int(j, "documents", 0);
		w->list[i].done = true;
		w->done++;
	}
	json_decref(j);
}

/* What a helper said; false when it is over. */
static bool
listen_to(struct wishes *w, struct helper *h)
{
	char text[4096];
	ssize_t n = read(h->fd, text, sizeof(text));
	const char *end;

	if (n > 0)
		buf_add(&h->line, text, (size_t)n);
	while ((end = memchr(buf_str(&h->line), '\n', h->line.len)) != NULL) {
		size_t len = (size_t)(end - h->line.data);

		take_line(w, h->line.data, len);
		memmove(h->line.data, end + 1, h->line.len - len - 1);
		buf_cut(&h->line, h->line.len - len - 1);
	}
	if (n > 0 || (n < 0 && errno == EINTR))
		return true;
	close(h->fd);
	h->fd = -1;
	buf_done(&h->line);
	while (waitpid(h->pid, NULL, 0) < 0 && errno == EINTR)
		;
	return false;
}

static int
try_all(struct cli *cli, const struct config *config, struct wishes *w, struct err *reterr)
{
	struct helper helpers[SIDE_BY_SIDE];
	struct pollfd fds[SIDE_BY_SIDE];
	size_t next = 0, running = 0;

	for (size_t k = 0; k < SIDE_BY_SIDE; k++)
		helpers[k].fd = -1;
	for (;;) {
		for (size_t k = 0; k < SIDE_BY_SIDE; k++) {
			while (next < w->count && (w->list[next].begun || w->list[next].done))
				next++;
			if (helpers[k].fd >= 0 || next == w->count)
				continue;
			if (begin(cli, config, w, next, &helpers[k], reterr) < 0)
				return -1;
			running++;
		}
		if (running == 0)
			break;
		for (size_t k = 0; k < SIDE_BY_SIDE; k++)
			fds[k] = (struct pollfd){ .fd = helpers[k].fd, .events = POLLIN };
		if (poll(fds, SIDE_BY_SIDE, -1) < 0 && errno != EINTR)
			return err_set(reterr, ERR_LOCAL, "cannot wait: %s", strerror(errno));
		for (size_t k = 0; k < SIDE_BY_SIDE; k++)
			if (helpers[k].fd >= 0 && fds[k].revents != 0 && !listen_to(w, &helpers[k]))
				running--;
		cli_progress((int64_t)w->done, (int64_t)w->count, (char *)"tried");
	}
	cli_progress_end();
	return 0;
}

/* A name that neither the configuration nor the list has yet. */
static char *
free_name(const struct config *config, const struct wishes *w, const char *url)
{
	char *name = add_name(url);

	for (int n = 2;; n++) {
		bool taken = config_source(config, name) != NULL;
		char *next;

		for (size_t i = 0; i < w->count && !taken; i++)
			taken = w->list[i].name != NULL && strcmp(w->list[i].name, name) == 0;
		if (!taken)
			return name;
		next = add_name(url);
		free(name);
		name = xasprintf("%.55s-%d", next, n);
		free(next);
	}
}

static bool
is_watched(const struct config *config, const char *url)
{
	for (size_t i = 0; i < config->sources_count; i++)
		if (strcmp(config->sources[i].url, url) == 0)
			return true;
	return false;
}

static void
report(struct cli *cli, const struct wish *one)
{
	json_t *j;

	if (!cli->opts.json) {
		if (one->error != NULL)
			out_printf(&cli->out, STYLE_RED, "failed  %s: %s", one->url, one->error);
		else
			out_printf(&cli->out, STYLE_GREEN, "added   %s: %s, %s with %zu documents", one->name, one->found,
			    source_kind_name(one->kind), one->documents);
		return;
	}
	j = json_object();
	json_put_str(j, "url", one->url);
	json_put_str(j, "name", one->error == NULL ? one->name : NULL);
	json_put_str(j, "entrance", one->found);
	json_put_str(j, "kind", one->error == NULL ? source_kind_name(one->kind) : NULL);
	json_put_str(j, "error", one->error);
	out_json(&cli->out, j);
}

static void
add_found(struct cli *cli, const struct config *config, struct wishes *w, size_t *ret_added)
{
	for (size_t i = 0; i < w->count; i++) {
		struct wish *one = &w->list[i];

		if (!one->done)
			one->error = xstrdup("the process that tried it ended");
		if (one->error == NULL && (is_watched(config, one->found) || is_watched(config, one->url)))
			one->error = xstrdup("a source watches it already");
		if (one->error == NULL) {
			one->name = free_name(config, w, one->found);
			if (add_write(cli, one->name, one->found, one->kind) == EXIT_FOUND)
				(*ret_added)++;
			else
				one->error = xstrdup("its file could not be written");
		}
		report(cli, one);
	}
}

int
add_from(struct cli *cli, const struct config *config, const char *file)
{
	struct wishes w = { 0 };
	struct err err = { 0 };
	size_t added = 0;
	int rc;

	if (read_wishes(&w, file, &err) < 0 || try_all(cli, config, &w, &err) < 0) {
		rc = cli_failed(&err);
	} else {
		add_found(cli, config, &w, &added);
		if (added > 0)
			add_reload(cli, config);
		if (!cli->opts.json)
			out_printf(&cli->out, STYLE_BOLD, "%zu of %zu added", added, w.count);
		rc = added == w.count ? EXIT_FOUND : EXIT_FAILED;
	}
	for (size_t i = 0; i < w.count; i++) {
		free(w.list[i].url);
		free(w.list[i].name);
		free(w.list[i].host);
		free(w.list[i].found);
		free(w.list[i].error);
	}
	free(w.list);
	return rc;
}
