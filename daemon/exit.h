#ifndef DAEMON_EXIT_H
#define DAEMON_EXIT_H
/* exit: exit codes of presswatchd(8). */
enum { EXIT_WELL = 0, EXIT_CONFIG = 1, EXIT_USAGE = 2, EXIT_FAILED = 3 };
#endif
