#ifndef CLI_ADD_H
#define CLI_ADD_H
/* add: new sources, one by one or from a list. */
#include "cli/cli.h"
#include "discover/discover.h"

/* A name from an address: host without www., then the path's words. Caller frees. */
char *add_name(const char *href);
/* Writes sources.d/NAME.yaml and reads the whole configuration again; a file that makes a mistake is taken away. An exit code. */
int add_write(struct cli *cli, const char *name, const char *url, enum source_kind kind);
/* Asks the daemon to read what was written. */
void add_reload(struct cli *cli, const struct config *config);
/* Every address of a file: a list, one a line, or OPML. An exit code. */
int add_from(struct cli *cli, const struct config *config, const char *file);

#endif
