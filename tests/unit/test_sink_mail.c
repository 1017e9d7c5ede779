/* test_sink_mail: what a mail says, that a page cannot forge its headers, and what a server's replies mean. */
#include "notify_fixture.h"

#include <arpa/inet.h>
#include <event2/buffer.h>
#include <event2/bufferevent.h>
#include <event2/listener.h>
#include <netinet/in.h>
#include <stdio.h>
#include <strings.h>

#include "base/cleanup.h"
#include "base/digest.h"
#include "base/mem.h"
#include "notify/message.h"
#include "base/banned.h"

/* A mail server on the loop of the test, of few words. */
struct server {
	struct fixture *f;
	struct evconnlistener *listener;
	char url[64];
	const char *refuse;	/* reply to a RCPT that contains refuse_to */
	const char *refuse_to;
	const char *data_reply;	/* after the message; NULL: 250 */
	bool hang;
	bool in_data;
	struct buf message, dialogue;
	struct bufferevent *open[8];
	unsigned open_count;
};

static void
reply(struct bufferevent *bev, const char *text)
{
	bufferevent_write(bev, text, strlen(text));
	bufferevent_write(bev, "\r\n", 2);
}

static void
take_line(struct server *s, struct bufferevent *bev, const char *line)
{
	if (s->in_data) {
		if (strcmp(line, ".") == 0) {
			s->in_data = false;
			reply(bev, s->data_reply != NULL ? s->data_reply : "250 taken");
		} else
			buf_addf(&s->message, "%s\r\n", line[0] == '.' ? line + 1 : line);
		return;
	}
	buf_addf(&s->dialogue, "%s\n", line);
	if (strncasecmp(line, "RCPT", 4) == 0 && s->refuse != NULL &&
	    strstr(line, s->refuse_to) != NULL)
		reply(bev, s->refuse);
	else if (strncasecmp(line, "DATA", 4) == 0) {
		s->in_data = true;
		reply(bev, "354 go on");
	} else
		reply(bev, strncasecmp(line, "QUIT", 4) == 0 ? "221 bye" : "250 fine");
}

static void
on_lines(struct bufferevent *bev, void *arg)
{
	char *line;

	while ((line = evbuffer_readln(bufferevent_get_input(bev), NULL, EVBUFFER_EOL_CRLF)) != NULL) {
		take_line(arg, bev, line);
		free(line);
	}
}

static void
on_connect(struct evconnlistener *l, evutil_socket_t fd, struct sockaddr *sa, int len, void *arg)
{
	struct server *s = arg;
	struct bufferevent *bev = bufferevent_socket_new(s->f->base, fd, BEV_OPT_CLOSE_ON_FREE);

	s->in_data = false;
	bufferevent_setcb(bev, on_lines, NULL, NULL, s);
	bufferevent_enable(bev, EV_READ | EV_WRITE);
	assert_true(s->open_count < 8);
	s->open[s->open_count++] = bev;
	if (!s->hang)
		reply(bev, "220 test");
}

static void
begin(struct fixture *f, struct server *s)
{
	struct sockaddr_in sin = { .sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
	socklen_t len = sizeof(sin);

	fixture_begin(f);
	memset(s, 0, sizeof(*s));
	s->f = f;
	buf_init(&s->message, 1 << 20);
	buf_init(&s->dialogue, 1 << 20);
	s->listener = evconnlistener_new_bind(f->base, on_connect, s, LEV_OPT_CLOSE_ON_FREE |
	    LEV_OPT_CLOSE_ON_EXEC, 16, (struct sockaddr *)&sin, sizeof(sin));
	assert_non_null(s->listener);
	getsockname(evconnlistener_get_fd(s->listener), (struct sockaddr *)&sin, &len);
	snprintf(s->url, sizeof(s->url), "smtp://127.0.0.1:%u", ntohs(sin.sin_port));
}

static void
end(struct fixture *f, struct server *s)
{
	notify_free(f->notify);
	f->notify = NULL;
	for (unsigned i = 0; i < s->open_count; i++)
		bufferevent_free(s->open[i]);
	evconnlistener_free(s->listener);
	buf_done(&s->message);
	buf_done(&s->dialogue);
	fixture_end(f);
}

static const char *const two[] = { "desk@example.org", "night@example.org", NULL };

static struct sink_opts
sink(const struct server *s)
{
	return (struct sink_opts){ .name = "mail", .kind = SINK_MAIL, .mail_server = s->url,
		.mail_from = "presswatch@example.org", .mail_to = two };
}

static void
a_mail_reaches_every_recipient_with_the_events_id(void **state)
{
	struct fixture f;
	struct server s;
	struct sink_opts o;

	begin(&f, &s);
	o = sink(&s);
	fixture_expect(&f, &o, ERR_NONE, "accepted");
	assert_non_null(strstr(s.dialogue.data, "MAIL FROM:<presswatch@example.org>"));
	assert_non_null(strstr(s.dialogue.data, "RCPT TO:<desk@example.org>"));
	assert_non_null(strstr(s.dialogue.data, "RCPT TO:<night@example.org>"));
	assert_non_null(strstr(s.message.data, "\r\nMessage-ID: <018f-1@presswatch>\r\n"));
	assert_non_null(strstr(s.message.data, "\r\nTo: <desk@example.org>,\r\n <night@example.org>\r\n"));
	assert_non_null(strstr(s.message.data, "\r\nFrom: presswatch <presswatch@example.org>\r\n"));
	assert_non_null(strstr(s.message.data, "One [-line-]{+paragraph+}."));
	assert_non_null(strstr(s.message.data, "https://www.example.org/a?b"));
	end(&f, &s);
}

static void
what_the_server_says_is_the_reason(void **state)
{
	static const struct { const char *refuse, *to, *data, *text; enum err_class class; } cases[] = {
		{ "550 no such user", "night@", NULL, "night@example.org>: 550 no such user", ERR_NONE },
		{ "450 later please", "@example.org", NULL, "450 later please", ERR_TEMPORARY },
		{ NULL, NULL, "554 spam", "554 spam", ERR_PERMANENT },	/* this message, whoever asks again */
		{ NULL, NULL, "452 disk full", "452 disk full", ERR_TEMPORARY },
	};
	struct fixture f;
	struct server s;
	struct sink_opts o;

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		begin(&f, &s);
		o = sink(&s);
		s.refuse = cases[i].refuse;
		s.refuse_to = cases[i].to;
		s.data_reply = cases[i].data;
		fixture_expect(&f, &o, cases[i].class, cases[i].text);
		end(&f, &s);
	}
}

static void
a_server_that_hangs_or_is_not_there_is_tried_later(void **state)
{
	struct fixture f;
	struct server s;
	struct sink_opts o;

	begin(&f, &s);
	o = sink(&s);
	o.timeout_ms = 300;
	s.hang = true;
	fixture_expect(&f, &o, ERR_TEMPORARY, "");
	o.mail_server = "smtp://127.0.0.1:1";
	fixture_expect(&f, &o, ERR_TEMPORARY, "onnect");
	o.mail_server = "file:///etc/passwd";
	fixture_expect(&f, &o, ERR_TEMPORARY, "no mail server");
	o.timeout_ms = 0;
	o.mail_server = s.url;
	fixture_send(&f, &o);	/* under way when all ends */
	event_base_loop(f.base, EVLOOP_NONBLOCK);
	end(&f, &s);
}

static int
try_render(const char *from, const char *const *to, const char *root, const char *type, const char *body,
    struct buf *b, struct err *reterr)
{
	return message_render(&(struct message_opts){ .channel = "desk", .from = from, .to = to,
	    .event_id = "018f-1", .type = type, .root = root, .body = body, .body_len = strlen(body),
	    .now_ms = 1675928700000 }, b, reterr);
}

static void
render_after(const char *root, const char *body, const char *type, struct buf *b)
{
	static const char *const one[] = { "desk@example.org", NULL };
	struct err err = { 0 };

	buf_init(b, MESSAGE_MAX);
	if (try_render("presswatch@example.org", one, root, type, body, b, &err) < 0)
		fail_msg("%s", err.text);
}

static void
render(const char *body, const char *type, struct buf *b)
{
	render_after(NULL, body, type, b);
}

/* Every line ends in CRLF, none is over 78 bytes, all is ASCII; the headers are those we write. */
static void
expect_wellformed(const struct buf *b)
{
	static const char *const known[] = { "Date:", "From:", "To:", "Subject:", "Message-ID:", "References:",
		"In-Reply-To:", "Auto-Submitted:", "X-Presswatch-Event:", "X-Presswatch-Source:",
		"X-Presswatch-Address:", "List-Id:", "Precedence:", "X-Auto-Response-Suppress:",
		"MIME-Version:", "Content-Type:", "Content-Transfer-Encoding:" };
	const char *p = b->data, *nl;
	bool in_head = true;

	while ((nl = strchr(p, '\n')) != NULL) {
		assert_true(nl > p && nl[-1] == '\r');
		if (in_head && nl == p + 1)
			in_head = false;
		assert_true(nl - p <= 79);
		for (const char *c = p; c < nl - 1; c++)
			assert_true((*c >= ' ' && *c < 0x7f) || *c == '\t');
		if (in_head && *p != ' ') {
			bool ours = false;

			for (size_t i = 0; i < sizeof(known) / sizeof(known[0]); i++)
				ours = ours || strncmp(p, known[i], strlen(known[i])) == 0;
			if (!ours)
				fail_msg("header %.60s", p);
		}
		p = nl + 1;
	}
	assert_int_equal(*p, '\0');
	assert_false(in_head);
}

static void
a_page_can_neither_forge_a_header_nor_break_a_line(void **state)
{
	static const char *const bodies[] = {
		"{\"data\":{\"title\":\"a\\r\\nBcc: all@example.org\\r\\n\\r\\nbody\",\"source\":\"x\\r\\nX-A: b\"}}",
		"{\"data\":{\"title\":\"=?UTF-8?B?Zm9v?=\",\"url\":\"http://x/\\r\\n.\\r\\nQUIT\"}}",
		"{\"data\":{\"title\":\"\\u202e\\u0000\\u0085\\u2028x\",\"text\":\"a\\r\\n.\\r\\nb\\r.\\rc\"}}",
		"{\"data\":{\"title\":\"\\u5916\\u52d9\\u7701\\u5831\\u9053\\u5b98\\u4f1a\\u898b\\u8a18\\u9332\\u5916"
		"\\u52d9\\u7701\\u5831\\u9053\\u5b98\\u4f1a\\u898b\\u8a18\\u9332\\u5916\\u52d9\\u7701\"}}",
		"{\"data\":{\"text\":\"From here = there \\t \\n\\n.\\n..\\n trailing blanks   \\nend \"}}",
		"{\"data\":null}", "[]", "not json", "",
	};
	struct buf b;

	for (size_t i = 0; i < sizeof(bodies) / sizeof(bodies[0]); i++) {
		render(bodies[i], "document.new", &b);
		expect_wellformed(&b);
		assert_null(strstr(b.data, "\r\nBcc:"));
		assert_null(strstr(b.data, "\r\nX-A:"));
		buf_done(&b);
	}
	render("{}", "strange\r\nX-B: c", &b);
	expect_wellformed(&b);
	buf_done(&b);
}

static void
a_subject_says_what_happened_where(void **state)
{
	static const struct { const char *type, *body, *subject; } cases[] = {
		{ "document.new", "{\"data\":{\"source\":\"s\",\"title\":\"A visit\"}}", "[s] A visit" },
		{ "document.edited", "{\"data\":{\"source\":\"s\",\"title\":\"A visit\"}}", "[s] Edited: A visit" },
		{ "document.removed", "{\"data\":{\"source\":\"s\",\"url\":\"http://x/\"}}", "[s] Removed: http://x/" },
		{ "source.failing", "{\"data\":{\"source\":\"s\",\"cause\":\"status 500\"}}", "[s] Source fails: status 500" },
		{ "source.new-kind", "{\"data\":{\"source\":\"s\"}}", "[s] source.new-kind:" },
	};
	CLEANUP(freep) char *want = NULL;
	struct buf b;

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		free(want);
		want = xasprintf("\r\nSubject: %s\r\n", cases[i].subject);
		render(cases[i].body, cases[i].type, &b);
		if (strstr(b.data, want) == NULL)
			fail_msg("%s not in %s", want, b.data);
		buf_done(&b);
	}
}

static void
long_and_foreign_headers_are_encoded_word_by_word(void **state)
{
	static const char title[] = "Bộ trưởng Ngoại giao 林芳正 tiếp Phó Thủ tướng, và nhiều chữ nữa cho đủ dài";
	struct buf b = BUF_INIT(4096), back = BUF_INIT(4096);

	message_encode_header(&b, title);
	for (const char *p = b.data; (p = strstr(p, "=?UTF-8?B?")) != NULL; p += 10) {
		CLEANUP(freep) char *code = xstrndup(p + 10, strcspn(p + 10, "?"));
		CLEANUP(freep) unsigned char *raw = NULL;
		size_t n;

		assert_true(strlen(code) + 12 <= 75);
		assert_int_equal(digest_unbase64(code, &raw, &n), 0);
		buf_add(&back, raw, n);
	}
	assert_string_equal(back.data, title);
	buf_done(&b);
	buf_done(&back);
}

static void
a_mail_answers_the_first_one_about_the_same_thing(void **state)
{
	struct buf first, later;

	render("{\"data\":{\"id\":\"7\",\"title\":\"One\"}}", "document.new", &first);
	render_after("018f-0\r\nBcc: x", "{\"data\":{\"id\":\"7\",\"title\":\"Two\"}}", "document.edited", &later);
	assert_null(strstr(first.data, "References:"));
	assert_null(strstr(first.data, "In-Reply-To:"));
	assert_non_null(strstr(later.data, "\r\nIn-Reply-To: <018f-0Bccx@presswatch>\r\n"));
	assert_non_null(strstr(later.data, "\r\nReferences: <018f-0Bccx@presswatch>\r\n"));
	buf_done(&first);
	render_after("018f-1", "{\"data\":{\"id\":\"7\"}}", "document.new", &first);	/* its own answer: none */
	assert_null(strstr(first.data, "In-Reply-To:"));
	buf_done(&first);
	buf_done(&later);
}

static void
addresses_that_an_smtp_command_would_misread_are_refused(void **state)
{
	static const struct { const char *address; bool ok; } cases[] = {
		{ "desk@example.org", true }, { "a.b+c@x.org", true }, { "a@localhost", true },
		{ "desk", false }, { "@x", false }, { "a@", false }, { "a@b@c", false }, { "", false },
		{ "a@b\r\nRCPT TO:<c@d>", false }, { "a b@c", false }, { "<a@b>", false },
		{ "a@b>", false }, { "a@b,c@d", false }, { "\xc3\xa9@b", false },
	};
	static const char *const none[] = { NULL };
	struct buf b = BUF_INIT(MESSAGE_MAX);
	struct err err = { 0 };

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
		if (message_address_ok(cases[i].address) != cases[i].ok)
			fail_msg("%s", cases[i].address);
	assert_int_equal(try_render("a@b", none, NULL, "t", "{}", &b, &err), -1);
	assert_int_equal(err.class, ERR_CONFIG);
	assert_int_equal(try_render("a\r\n@b", two, NULL, "t", "{}", &b, &err), -1);
	buf_done(&b);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_mail_reaches_every_recipient_with_the_events_id),
		cmocka_unit_test(what_the_server_says_is_the_reason),
		cmocka_unit_test(a_server_that_hangs_or_is_not_there_is_tried_later),
		cmocka_unit_test(a_page_can_neither_forge_a_header_nor_break_a_line),
		cmocka_unit_test(a_subject_says_what_happened_where),
		cmocka_unit_test(long_and_foreign_headers_are_encoded_word_by_word),
		cmocka_unit_test(a_mail_answers_the_first_one_about_the_same_thing),
		cmocka_unit_test(addresses_that_an_smtp_command_would_misread_are_refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
