/*
 * The bytes are a configuration: the whole of it (first byte even) or a file of sources.d. Promises of config.h: a
 * configuration without mistakes, or none and at least one mistake; every mistake has a file and a sentence.
 */
#include <fcntl.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include "config/config.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static const char main_text[] = "sources: []\nchannels: [{name: desk, file: /x}]\n";
static char folder[64], main_path[128], extra_path[128];

static void
clean_up(void)
{
	char path[128];

	unlink(main_path);
	unlink(extra_path);
	snprintf(path, sizeof(path), "%s/sources.d", folder);
	rmdir(path);
	rmdir(folder);
}

static void
set_up(void)
{
	char path[128];

	snprintf(folder, sizeof(folder), "/tmp/presswatch-fuzz-XXXXXX");
	if (mkdtemp(folder) == NULL)
		abort();
	snprintf(main_path, sizeof(main_path), "%s/presswatch.yaml", folder);
	snprintf(path, sizeof(path), "%s/sources.d", folder);
	mkdir(path, 0700);
	snprintf(extra_path, sizeof(extra_path), "%s/sources.d/a.yaml", folder);
	atexit(clean_up);
}

static void
put(const char *path, const void *p, size_t n)
{
	int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC, 0600);

	if (fd < 0 || write(fd, p, n) != (ssize_t)n)
		abort();
	close(fd);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct config_mistakes m = { 0 };
	struct config *c = NULL;

	if (size == 0 || size > (1 << 16))
		return 0;
	if (folder[0] == '\0')
		set_up();
	if (data[0] & 1) {
		put(main_path, main_text, sizeof(main_text) - 1);
		put(extra_path, data + 1, size - 1);
	} else {
		put(main_path, data + 1, size - 1);
		unlink(extra_path);
	}
	if (config_load(main_path, &c, &m) < 0) {
		if (c != NULL || m.count == 0)
			abort();
	} else if (c == NULL || m.count != 0 || c->archive == NULL) {
		abort();
	}
	for (size_t i = 0; i < m.count; i++)
		if (m.list[i].file == NULL || m.list[i].text == NULL || m.list[i].text[0] == '\0')
			abort();
	for (size_t i = 0; c != NULL && i < c->sources_count; i++)
		if (c->sources[i].name == NULL || c->sources[i].url == NULL ||
		    config_source(c, c->sources[i].name) != &c->sources[i])
			abort();
	config_free(c);
	config_mistakes_done(&m);
	return 0;
}
