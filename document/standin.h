#ifndef DOCUMENT_STANDIN_H
#define DOCUMENT_STANDIN_H
/*
 * standin: does a page under status 200 stand in for the one that was asked for: "not found", maintenance, log-in, challenge,
 * error? Pure. One word of it never decides: the page must also be short and share hardly anything with what we have.
 */
#include <stdbool.h>
#include <stddef.h>

enum standin {
	STANDIN_NO,		/* an edit like any other */
	STANDIN_ODD,		/* shrunk to a stump under another title */
	STANDIN_OTHER,		/* another document under the same address */
	STANDIN_YES,		/* says itself that it is no document */
};

/*
 * Title and text that came, beside those that we have (texts may not be NULL, titles may). *ret_why is a phrase for the log,
 * static; NULL with STANDIN_NO.
 */
enum standin standin_judge(const char *old_title, const char *old_text, const char *title, const char *text,
    const char **ret_why);

/* What a short page says of itself, as a static phrase ("maintenance"), or NULL. */
const char *standin_says(const char *title, const char *text);

#endif
