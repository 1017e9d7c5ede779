/* test_notify: secrets, signatures, and that answers come once and later. */
#include "notify_fixture.h"

#include <signal.h>

#include "base/cleanup.h"
#include "base/digest.h"
#include "base/banned.h"

static void
a_signature_is_that_of_the_standard(void **state)
{
	/* The example of the Standard Webhooks libraries, computed by another implementation. */
	static const char body[] = "{\"test\": 2432232314}";
	CLEANUP(freep) unsigned char *key = NULL;
	CLEANUP(freep) char *sig = NULL;
	struct err err;
	size_t len;

	assert_int_equal(notify_secret_parse("whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw\n", &key, &len,
	    &err), 0);
	assert_int_equal(len, 24);
	sig = notify_signature(key, len, "msg_p5jXN8AQM9LWM0D4loKWxJek", 1614265330, body, strlen(body));
	assert_string_equal(sig, "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=");
}

static void
a_secret_is_base64_or_long_enough_text(void **state)
{
	static const struct { const char *text; int rc; size_t len; } cases[] = {
		{ "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw", 0, 24 },
		{ "  whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw \r\n", 0, 24 },
		{ "correct horse battery staple", 0, 28 },
		{ "exactly-twenty-four-byte", 0, 24 },
		{ "too short", -1, 0 },
		{ "", -1, 0 },
		{ "whsec_c2hvcnQ=", -1, 0 },
		{ "whsec_not base64 at all, though long enough!!", -1, 0 },
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		CLEANUP(freep) unsigned char *key = NULL;
		struct err err = { 0 };
		size_t len = 0;

		if (notify_secret_parse(cases[i].text, &key, &len, &err) != cases[i].rc)
			fail_msg("%s: %s", cases[i].text, err.text);
		assert_int_equal(len, cases[i].len);
		assert_int_equal(err.class, cases[i].rc == 0 ? ERR_NONE : ERR_CONFIG);
	}
}

static void
answers_come_once_and_later(void **state)
{
	struct sink_opts o = { .name = "f", .kind = SINK_FILE, .path = "/dev/null" };
	struct fixture f;

	fixture_begin(&f);
	for (int i = 0; i < 5; i++)
		fixture_send(&f, &o);
	assert_int_equal(notify_in_flight(f.notify), 5);
	fixture_run(&f, 5);
	assert_int_equal(notify_in_flight(f.notify), 0);
	for (int i = 0; i < 5; i++) {
		assert_int_equal(f.answer[i].class, ERR_NONE);
		assert_int_equal(f.answer[i].retry_after_ms, -1);
	}
	fixture_end(&f);
}

static void
free_in_answer(const struct notify_answer *answer, void *arg)
{
	struct fixture *f = arg;

	notify_free(f->notify);
	f->notify = NULL;
	event_base_loopbreak(f->base);
}

static void
everything_may_be_freed_within_an_answer(void **state)
{
	static const char *const argv[] = { "/bin/sleep", "30", NULL };
	struct sink_opts file = { .name = "f", .kind = SINK_FILE, .path = "/dev/null" };
	struct sink_opts exec = { .name = "e", .kind = SINK_EXEC, .argv = argv };
	struct notice notice = { .id = "1", .type = "document.new", .body = "{}", .body_len = 2, .attempt = 1 };
	struct fixture f;

	fixture_begin(&f);
	for (int i = 0; i < 20; i++)	/* more than run at once */
		fixture_send(&f, &exec);
	notify_send(f.notify, &file, &notice, free_in_answer, &f);
	event_base_dispatch(f.base);
	assert_null(f.notify);
	assert_int_equal(f.count, 0);
	fixture_end(&f);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_signature_is_that_of_the_standard),
		cmocka_unit_test(a_secret_is_base64_or_long_enough_text),
		cmocka_unit_test(answers_come_once_and_later),
		cmocka_unit_test(everything_may_be_freed_within_an_answer),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
