#include <curl/curl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/buf.h"
#include "base/mem.h"
#include "base/url.h"
#include "notify/mailer.h"
#include "base/banned.h"

#define CONNECT_MS 10000L
#define CONNECTIONS 8L		/* to all servers together; more wait inside libcurl */
#define REPLY_MAX 160		/* bytes kept of a server's line */

struct mailer {
	struct event_base *base;
	CURLM *multi;
	struct event *ev_timer;
};

struct mail {
	struct mailer *mailer;
	CURL *easy;
	struct curl_slist *to;
	char *message;
	size_t len, sent;
	mail_done_fn *done;
	void *arg;
	char asked[REPLY_MAX];		/* the command under way */
	char reply[REPLY_MAX];		/* last line of the server with a code of 400 or more */
	char refused[REPLY_MAX];	/* first recipient that it would not take, with its words */
	char curl_text[CURL_ERROR_SIZE];
};

struct watch {			/* a socket of libcurl's on the loop */
	struct event *ev;
};

static void
mail_free(struct mail *mail)
{
	curl_multi_remove_handle(mail->mailer->multi, mail->easy);
	curl_easy_cleanup(mail->easy);
	curl_slist_free_all(mail->to);
	free(mail->message);
	free(mail);
}

static void
describe(struct mail *mail, CURLcode rc, struct err *ret)
{
	if (rc == CURLE_OK && mail->refused[0] == '\0')
		(void)err_set(ret, ERR_NONE, "accepted");
	else if (rc == CURLE_OK)
		(void)err_set(ret, ERR_NONE, "accepted, but not for everyone: %s", mail->refused);
	else if (mail->refused[0] != '\0')
		(void)err_set(ret, ERR_TEMPORARY, "the mail server refused: %s", mail->refused);
	else if (mail->reply[0] != '\0')
		(void)err_set(ret, ERR_TEMPORARY, "the mail server said: %s", mail->reply);
	else
		(void)err_set(ret, ERR_TEMPORARY, "%s", mail->curl_text[0] != '\0' ?
		    mail->curl_text : curl_easy_strerror(rc));
}

static void
finish_transfers(struct mailer *m)
{
	struct mail *mail;
	mail_done_fn *done;
	struct err err;
	CURLMsg *msg;
	long status = 0;
	void *arg;
	int left;

	while ((msg = curl_multi_info_read(m->multi, &left)) != NULL) {
		if (msg->msg != CURLMSG_DONE)
			continue;
		curl_easy_getinfo(msg->easy_handle, CURLINFO_PRIVATE, &mail);
		curl_easy_getinfo(msg->easy_handle, CURLINFO_RESPONSE_CODE, &status);
		describe(mail, msg->data.result, &err);
		done = mail->done;
		arg = mail->arg;
		mail_free(mail);
		done(&err, status, arg);
	}
}

static void
on_socket(evutil_socket_t fd, short what, void *arg)
{
	struct mailer *m = arg;
	int action = (what & EV_READ ? CURL_CSELECT_IN : 0) | (what & EV_WRITE ? CURL_CSELECT_OUT : 0);
	int running;

	curl_multi_socket_action(m->multi, fd, action, &running);
	finish_transfers(m);
}

static void
on_timer(evutil_socket_t fd, short what, void *arg)
{
	struct mailer *m = arg;
	int running;

	curl_multi_socket_action(m->multi, CURL_SOCKET_TIMEOUT, 0, &running);
	finish_transfers(m);
}

static int
socket_changed(CURL *easy, curl_socket_t fd, int what, void *arg, void *socket_arg)
{
	struct mailer *m = arg;
	struct watch *w = socket_arg;

	if (w != NULL)
		event_free(w->ev);
	if (what == CURL_POLL_REMOVE) {
		free(w);
		return 0;
	}
	if (w == NULL) {
		w = xcalloc(1, sizeof(*w));
		curl_multi_assign(m->multi, fd, w);
	}
	w->ev = event_new(m->base, fd, EV_PERSIST | (what & CURL_POLL_IN ? EV_READ : 0) |
	    (what & CURL_POLL_OUT ? EV_WRITE : 0), on_socket, m);
	event_add(w->ev, NULL);
	return 0;
}

static int
timer_changed(CURLM *multi, long ms, void *arg)
{
	struct mailer *m = arg;
	struct timeval tv = { .tv_sec = ms / 1000, .tv_usec = (suseconds_t)(ms % 1000) * 1000 };

	if (ms < 0)
		evtimer_del(m->ev_timer);
	else
		evtimer_add(m->ev_timer, &tv);
	return 0;
}

struct mailer *
mailer_new(struct event_base *base)
{
	struct mailer *m = xcalloc(1, sizeof(*m));

	m->base = base;
	m->ev_timer = evtimer_new(base, on_timer, m);
	m->multi = curl_multi_init();
	if (m->multi == NULL) {
		event_free(m->ev_timer);
		free(m);
		return NULL;
	}
	curl_multi_setopt(m->multi, CURLMOPT_SOCKETFUNCTION, socket_changed);
	curl_multi_setopt(m->multi, CURLMOPT_SOCKETDATA, m);
	curl_multi_setopt(m->multi, CURLMOPT_TIMERFUNCTION, timer_changed);
	curl_multi_setopt(m->multi, CURLMOPT_TIMERDATA, m);
	curl_multi_setopt(m->multi, CURLMOPT_MAX_TOTAL_CONNECTIONS, CONNECTIONS);
	return m;
}

void
mailer_free(struct mailer *m)
{
	if (m == NULL)
		return;
	curl_multi_cleanup(m->multi);
	event_free(m->ev_timer);
	free(m);
}

static size_t
read_message(char *p, size_t size, size_t n, void *arg)
{
	struct mail *mail = arg;
	size_t room = size * n, left = mail->len - mail->sent;

	if (left > room)
		left = room;
	memcpy(p, mail->message + mail->sent, left);
	mail->sent += left;
	return left;
}

static void
keep(char out[REPLY_MAX], const char *p, size_t n)
{
	while (n > 0 && (p[n - 1] == '\r' || p[n - 1] == '\n'))
		n--;
	snprintf(out, REPLY_MAX, "%.*s", n < REPLY_MAX ? (int)n : REPLY_MAX - 1, p);
}

/*
 * The dialogue with the server tells what libcurl's error codes do not: whom it refused, and in which words.
 */
static int
on_dialogue(CURL *easy, curl_infotype type, char *p, size_t n, void *arg)
{
	struct mail *mail = arg;

	if (type == CURLINFO_HEADER_OUT) {
		keep(mail->asked, p, n);
	} else if (type == CURLINFO_HEADER_IN && n >= 3 && (p[0] == '4' || p[0] == '5')) {
		keep(mail->reply, p, n);
		if (strncasecmp(mail->asked, "RCPT TO:", 8) == 0 && mail->refused[0] == '\0')
			snprintf(mail->refused, sizeof(mail->refused), "%.60s: %.90s",
			    mail->asked + 8, mail->reply);
	}
	return 0;
}

static bool
is_loopback(const char *server)
{
	CLEANUP(freep) char *host = url_host(server);

	return host != NULL && (strncmp(host, "127.", 4) == 0 || strcmp(host, "localhost") == 0 ||
	    strcmp(host, "[::1]") == 0);
}

/*
 * A password goes over verified TLS only. Without one, TLS is taken when the server offers it, as mail servers do
 * among themselves; unverified TLS is better than none. On loopback there is nobody to hide from.
 */
static void
set_security(CURL *easy, const struct mail_opts *o)
{
	bool local = is_loopback(o->server), smtps = strncasecmp(o->server, "smtps:", 6) == 0;

	if (smtps || (o->user != NULL && !local)) {
		curl_easy_setopt(easy, CURLOPT_USE_SSL, (long)CURLUSESSL_ALL);
	} else if (!local) {
		curl_easy_setopt(easy, CURLOPT_USE_SSL, (long)CURLUSESSL_TRY);
		curl_easy_setopt(easy, CURLOPT_SSL_VERIFYPEER, 0L);
		curl_easy_setopt(easy, CURLOPT_SSL_VERIFYHOST, 0L);
	}
	if (o->user != NULL) {
		curl_easy_setopt(easy, CURLOPT_USERNAME, o->user);
		curl_easy_setopt(easy, CURLOPT_PASSWORD, o->password != NULL ? o->password : "");
	}
}

static void
set_options(struct mail *mail, const struct mail_opts *o)
{
	CURL *easy = mail->easy;

	curl_easy_setopt(easy, CURLOPT_URL, o->server);
	curl_easy_setopt(easy, CURLOPT_PROTOCOLS_STR, "smtp,smtps");
	curl_easy_setopt(easy, CURLOPT_PROXY, "");
	curl_easy_setopt(easy, CURLOPT_NOSIGNAL, 1L);
	curl_easy_setopt(easy, CURLOPT_CONNECTTIMEOUT_MS, CONNECT_MS);
	curl_easy_setopt(easy, CURLOPT_TIMEOUT_MS, (long)o->timeout_ms);
	curl_easy_setopt(easy, CURLOPT_UPLOAD, 1L);
	curl_easy_setopt(easy, CURLOPT_READFUNCTION, read_message);
	curl_easy_setopt(easy, CURLOPT_READDATA, mail);
	curl_easy_setopt(easy, CURLOPT_INFILESIZE_LARGE, (curl_off_t)mail->len);
	curl_easy_setopt(easy, CURLOPT_MAIL_FROM, o->from);
	curl_easy_setopt(easy, CURLOPT_MAIL_RCPT, mail->to);
	/* One mailbox that is gone must not silence the others; describe() names it. */
	curl_easy_setopt(easy, CURLOPT_MAIL_RCPT_ALLLOWFAILS, 1L);
	curl_easy_setopt(easy, CURLOPT_PRIVATE, mail);
	curl_easy_setopt(easy, CURLOPT_ERRORBUFFER, mail->curl_text);
	curl_easy_setopt(easy, CURLOPT_VERBOSE, 1L);
	curl_easy_setopt(easy, CURLOPT_DEBUGFUNCTION, on_dialogue);
	curl_easy_setopt(easy, CURLOPT_DEBUGDATA, mail);
	set_security(easy, o);
}

struct mail *
mailer_send(struct mailer *m, const struct mail_opts *o, const char *message, size_t len,
    mail_done_fn *done, void *arg, struct err *reterr)
{
	struct mail *mail;
	size_t i;

	if (strncasecmp(o->server, "smtp://", 7) != 0 && strncasecmp(o->server, "smtps://", 8) != 0) {
		(void)err_set(reterr, ERR_CONFIG, "\"%s\" is no mail server of the form smtp://host:25",
		    o->server);
		return NULL;
	}
	mail = xcalloc(1, sizeof(*mail));
	mail->mailer = m;
	mail->message = xmemdup(message, len);
	mail->len = len;
	mail->done = done;
	mail->arg = arg;
	for (i = 0; o->to[i] != NULL; i++)
		mail->to = curl_slist_append(mail->to, o->to[i]);
	mail->easy = curl_easy_init();
	if (mail->easy != NULL)
		set_options(mail, o);
	if (mail->easy == NULL || curl_multi_add_handle(m->multi, mail->easy) != CURLM_OK) {
		mail_free(mail);
		(void)err_set(reterr, ERR_LOCAL, "libcurl could not start");
		return NULL;
	}
	return mail;
}

void
mailer_cancel(struct mail *mail)
{
	mail_free(mail);
}
