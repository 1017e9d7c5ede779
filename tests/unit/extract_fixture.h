/* extract_fixture: one page given as a string, as a document. */
#ifndef TESTS_UNIT_EXTRACT_FIXTURE_H
#define TESTS_UNIT_EXTRACT_FIXTURE_H
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <cmocka.h>
#include "extract/extract.h"

#define PAGE_URL "https://port.example/news/wall.html"
/* Six paragraphs of prose: enough for any page to have a body. */
#define PROSE_1 "<p>The ministry said on Tuesday that work on the new harbour wall will begin in spring, after " \
	"three years of planning and two public hearings.</p>"
#define PROSE_2 "<p>Engineers expect the wall to keep out storm surges of up to four metres, which have flooded " \
	"the lower town twice in the past decade.</p>"
#define PROSE_3 "<p>The cost, put at 84 million, will be shared by the state, the region and the port authority; " \
	"the last part of the money was approved last week.</p>"
#define PROSE PROSE_1 PROSE_2 PROSE_3
#define H1 "<h1>Harbour wall to be built from spring</h1>"
#define PAGE(head, body) "<!DOCTYPE html><html lang=en><head><meta charset=utf-8>" head "</head><body>" body "</body></html>"

static inline struct document *
document_of(const char *html, const struct extract_opts *opts)
{
	static const struct extract_opts plain = { .url = PAGE_URL, .content_type = "text/html" };
	struct document *doc = NULL;
	struct err err = { 0 };

	if (extract_page(html, strlen(html), opts != NULL ? opts : &plain, &doc, &err) < 0)
		fail_msg("%s", err.text);
	return doc;
}

#endif
