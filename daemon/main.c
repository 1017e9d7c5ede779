/* presswatchd: watches press-release sources. See presswatchd(8). */
#include <getopt.h>
#include <malloc.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/log.h"
#include "config/config.h"
#include "daemon/daemon.h"
#include "daemon/exit.h"
#include "markup/select.h"
#include "net/http.h"
#include "notify/template.h"
#include "store/store.h"
#include "worker/pool.h"
#include "base/banned.h"

static const char usage_text[] =
    "usage: presswatchd [--config FILE] [--check] [--once] [--verbose] [--version]\n"
    "  --config FILE  configuration (" CONFIG_DEFAULT_PATH ")\n"
    "  --check        print every mistake of the configuration and exit 1 if there is one\n"
    "  --once         visit every source once, deliver what waits, and exit: 0 all well, 3 something failed\n"
    "  --verbose      log what is looked at and unchanged, too\n";

/*
 * Bodies of answers go back to the system when they are freed: else glibc moves its threshold up with the first, and keeps
 * and copies the others in its heap.
 */
static void
tame_malloc(void)
{
	(void)mallopt(M_MMAP_THRESHOLD, 512 << 10);
	(void)mallopt(M_TRIM_THRESHOLD, 1 << 20);
}

int
main(int argc, char **argv)
{
	static const struct option options[] = {
		{ "config", required_argument, NULL, 'c' },
		{ "check", no_argument, NULL, 'n' },
		{ "once", no_argument, NULL, 'o' },
		{ "verbose", no_argument, NULL, 'v' },
		{ "version", no_argument, NULL, 'V' },
		{ "help", no_argument, NULL, 'h' },
		{ NULL, 0, NULL, 0 },
	};
	struct daemon_opts opts = { .config_path = CONFIG_DEFAULT_PATH };
	bool check = false, verbose = false;
	int c;

	worker_main(argc, argv);
	while ((c = getopt_long(argc, argv, "c:novVh", options, NULL)) != -1) {
		switch (c) {
		case 'c': opts.config_path = optarg; break;
		case 'n': check = true; break;
		case 'o': opts.once = true; break;
		case 'v': verbose = true; break;
		case 'V': printf("presswatchd " PRESSWATCH_VERSION "\n"); return EXIT_WELL;
		case 'h': fputs(usage_text, stdout); return EXIT_WELL;
		default: fputs(usage_text, stderr); return EXIT_USAGE;
		}
	}
	if (optind < argc) {
		fprintf(stderr, "presswatchd: unexpected operand '%s'\n%s", argv[optind], usage_text);
		return EXIT_USAGE;
	}
	config_judge_with(select_check, store_query_check, template_judge);
	log_init(verbose ? LOG_P_DEBUG : LOG_P_INFO, getenv("JOURNAL_STREAM") != NULL);
	if (check)
		return daemon_check(opts.config_path);
	tame_malloc();
	http_global_init();
	return daemon_run(&opts);
}
