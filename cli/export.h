#ifndef CLI_EXPORT_H
#define CLI_EXPORT_H
/* export: one writer for each format; begin and end frame the whole, write takes one document. */
#include "cli/cli.h"

struct export {
	struct cli *cli;
	struct out out;		/* of the file; plain */
	int64_t done, all;	/* documents; all 0: not known */
	void *state;		/* of the writer */
};

struct export_format {
	const char *name;
	bool newest_first;	/* by store_list, not store_walk */
	unsigned limit;		/* when none is given; 0: all */
	void (*begin)(struct export *x);	/* or NULL */
	void (*write)(struct export *x, const struct store_doc *d);
	void (*end)(struct export *x);		/* or NULL */
};

extern const struct export_format export_jsonl, export_csv, export_markdown, export_atom, export_warc;

#endif
