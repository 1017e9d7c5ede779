#ifndef CONFIG_SOURCE_H
#define CONFIG_SOURCE_H
/*
 * source: what an administrator writes, as plain structs. Strings are owned by the config, lists end in
 * NULL, durations are seconds, sizes bytes.
 */
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum cfg_kind { CFG_KIND_AUTO = 0, CFG_KIND_LISTING, CFG_KIND_FEED, CFG_KIND_SITEMAP, CFG_KIND_PAGE };
enum cfg_event { CFG_EVENT_NEW = 1, CFG_EVENT_EDITED = 2, CFG_EVENT_REMOVED = 4, CFG_EVENT_SOURCE = 8, CFG_EVENT_ALL = 15 };

struct cfg_select {
	char *links, *title, *date, *body;	/* CSS or XPath, or NULL */
	char **remove;				/* or NULL */
};

/* What only the daemon's user may read of a source; each path may be NULL. */
struct cfg_secrets {
	char *headers_file, *cookies_file, *proxy_file;
	char *cookies;			/* lines of cookies_file that are cookies, Netscape's form; NULL: not read */
	bool read;
};

struct cfg_source {
	char *name;		/* [a-z0-9][a-z0-9._-]{0,63}; unique */
	char *was;		/* earlier name, or NULL */
	char *url;		/* serialised */
	enum cfg_kind kind;
	int line;		/* where it stands in file */
	int64_t every_s;
	bool adaptive;
	bool announce;		/* first-visit: announce */
	bool ignore_robots;
	int64_t *recheck_s;	/* ages, rising */
	size_t recheck_count;
	int64_t confirm_s;
	char *timezone;		/* IANA, or NULL */
	char *language;		/* BCP 47, or NULL */
	char **labels;
	char **include, **exclude;	/* extended regular expressions over the document URL */
	size_t include_count, exclude_count;
	struct cfg_select select;
	char **channels;	/* NULL: all */
	char **headers;		/* "Name: value"; those of headers-file too, once it is read */
	char *user_agent, *proxy;
	struct cfg_secrets *secrets;	/* NULL: none */
	char **fetch_with;	/* a program and its arguments that brings the pages, or NULL */
	const char *file;	/* where it stands */
};

struct cfg_channel {
	char *name;
	char *webhook;		/* one of webhook, exec, file, feed, mail is set */
	char **exec;
	char *file, *feed;
	unsigned feed_items;
	char *mail_server, *mail_from, *mail_user, *mail_password_file;
	char *mail_password;	/* first line of that file; NULL when none, or secrets are skipped */
	char **mail_to;
	char *secret_file;	/* webhook */
	unsigned char *secret;	/* read from secret_file; NULL when none */
	size_t secret_len;
	char **headers;
	unsigned events;	/* enum cfg_event bits */
	char *match;		/* search query, or NULL */
	int64_t *retry_s;
	size_t retry_count;
	unsigned when;		/* enum change_kind bits of document/diff.h: only such edits; 0: all */
	bool once_per_story;
	int64_t digest_every_s;	/* 0: no digest by the hour */
	int digest_minute;	/* of the day, for one a day; -1: none */
	int quiet_from, quiet_until;	/* minutes of the day; equal: none */
	char *template;		/* name of a preset or its text, or NULL: the event itself */
	char *timezone;		/* of these, IANA, or NULL: this machine's */
	char *urgent;		/* search query that waits for neither, or NULL */
	int64_t storm;		/* notices told one by one in an hour, 0: any number; -1: not said */
	const char *config_file;
	int line;
};

struct config {
	char *path;		/* main file */
	char *archive, *control, *contact;	/* control and contact may be NULL */
	unsigned workers;	/* 0: processors */
	unsigned connections, per_host;
	int64_t host_delay_ms, timeout_ms;
	size_t max_size;	/* 0: the defaults of each class */
	char **allow;		/* rules for net/guard */
	char *proxy;
	char ***spellings;	/* lists ended by NULL, as is the whole; or NULL */
	size_t spellings_count;
	struct cfg_source *sources;
	size_t sources_count;
	struct cfg_source *defaults;	/* what a source is that says nothing; others share its recheck_s; NULL: no source */
	struct cfg_channel *channels;
	size_t channels_count;
	char **files;		/* every file that was read, the main one first */
	size_t files_count;
	const struct cfg_source **by_name;	/* sources_count of them, in order of name */
};

#endif
