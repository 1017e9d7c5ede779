/* fuzz_select: a selector is refused or becomes an XPath that ends. The text up to a NUL byte is the selector. */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include "base/mem.h"
#include "markup/html.h"
#include "markup/select.h"
#include "base/banned.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const char page[] = "<div id=a class='b c'><ul><li><a href='/x.pdf' title=y>1</a><li>2</ul><p>3</div>";
	CLEANUP(freep) char *selector = xmemdup(data, size);
	CLEANUP(select_freep) struct select *s = NULL;
	CLEANUP(html_freep) struct html *h = NULL;
	CLEANUP(freep) xmlNodePtr *nodes = NULL;
	struct err err = { 0 };

	if (select_compile(selector, &s, &err) < 0) {
		if (s != NULL || (err.class != ERR_CONFIG))
			abort();
		return 0;
	}
	if (html_parse(page, sizeof(page) - 1, NULL, "http://127.0.0.1/", &h, NULL) == 0)
		(void)select_all(s, h->doc, NULL, 1000, &nodes, &err);
	return 0;
}
