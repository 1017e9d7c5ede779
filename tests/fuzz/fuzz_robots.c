/* fuzz_robots: the first line is the path, the rest robots.txt. Asking must be repeatable and must end. */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include "base/mem.h"
#include "fetchers/robots.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	const uint8_t *eol = size > 0 ? memchr(data, '\n', size) : NULL;
	size_t n = eol != NULL ? (size_t)(eol - data) : 0;
	CLEANUP(freep) char *path = xstrndup((const char *)data, n);
	CLEANUP(robots_freep) struct robots *r = robots_parse((const char *)data + n, size - n);
	static const char *const agents[] = { "presswatch", "*", "presswatch/0.1 (+https://a.example)", "" };
	const char *const *maps;

	for (size_t i = 0; i < sizeof(agents) / sizeof(agents[0]); i++) {
		if (robots_allows(r, agents[i], path) != robots_allows(r, agents[i], path))
			abort();
		if (robots_crawl_delay(r, agents[i]) < 0 && robots_crawl_delay(r, agents[i]) != -1)
			abort();
	}
	for (size_t i = robots_sitemaps(r, &maps); i > 0; i--)
		if (maps[i - 1] == NULL || *maps[i - 1] == '\0')
			abort();
	return 0;
}
