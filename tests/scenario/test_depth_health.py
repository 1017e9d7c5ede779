"""The state of a source by what stands in place of its list, and by its own habit: one notice a change, one at recovery."""
import sqlite3
import time

import pytest

from conftest import article, listing, prose

CHALLENGE = ('<!DOCTYPE html><html><head><title>Just a moment...</title></head><body><h1>Checking your browser</h1>'
             '<script src="/cdn-cgi/challenge-platform/h/b/orchestrate/chl_page/v1"></script></body></html>')
CAPTCHA = '<html><head><title>Are you human?</title></head><body><form><div class="g-recaptcha" data-sitekey="x"></div></form></body></html>'


def publish(origin, n, last=0):
    """n releases, one a day; the newest is `last` days old."""
    rows, day = [], 86400
    for i in range(n):
        date = time.strftime('%Y-%m-%d', time.gmtime(time.time() - (last + n - 1 - i) * day))
        origin.pages['/press/%d.html' % i] = article('Release number %d of the ministry' % i, prose(i), date)
        rows.append(('/press/%d.html' % i, 'Release number %d of the ministry' % i, date))
    origin.pages['/press/'] = listing(rows[::-1])


@pytest.mark.parametrize('name,page', [('challenge', (503, {'cf-mitigated': 'challenge'}, CHALLENGE)), ('challenge-200', CHALLENGE), ('captcha', CAPTCHA)])
def test_a_challenge_page_is_told_as_such_once_and_its_end_once(world, origin, hook, name, page):
    publish(origin, 6)
    world.source('site', '/press/').once()
    good = origin.pages['/press/']
    origin.pages['/press/'] = page
    for _ in range(4):
        world.once(expect=3)
    assert [e['type'] for e in hook.events] == ['source.failing'] and hook.events[0]['data']['state'] == 'blocked'
    assert 'challenge' in hook.events[0]['data']['cause'] or 'captcha' in hook.events[0]['data']['cause']
    origin.pages['/press/'] = good
    world.once()
    world.once()
    assert [e['type'] for e in hook.events] == ['source.failing', 'source.recovered']


def test_silence_beyond_the_habit_is_told_once_and_its_end_once(world, origin, hook):
    publish(origin, 12)
    world.source('site', '/press/').once()
    world.once()
    publish(origin, 13)
    world.once()                    # learns the rhythm: a release a day
    world.once()
    assert hook.of('source.quiet') == []
    with sqlite3.connect(world.archive) as db:      # forty days pass
        db.execute('UPDATE source SET last_new_ms = last_new_ms - 40 * 86400000, watched_ms = watched_ms - 60 * 86400000')
    world.once()
    world.once()
    quiet = hook.of('source.quiet')
    assert len(quiet) == 1 and 'nothing new for 40 days' in quiet[0]['data']['cause'] and quiet[0]['data']['state'] == 'quiet'
    publish(origin, 14)
    world.once()
    assert [e['type'] for e in hook.events if e['type'].startswith('source.')] == ['source.quiet', 'source.recovered']


def test_a_page_rebuilt_to_a_stump_is_told_at_the_second_look(world, origin, hook):
    publish(origin, 16)
    world.source('site', '/press/').once()
    good = origin.pages['/press/']
    origin.pages['/press/'] = listing([('/press/15.html', 'Release number 15 of the ministry', '2024-03-01'),
                                       ('/press/14.html', 'Release number 14 of the ministry', '2024-03-01'),
                                       ('/press/13.html', 'Release number 13 of the ministry', '2024-03-01')])
    world.once()
    assert hook.events == []
    for _ in range(3):
        world.once(expect=None)
    assert [(e['type'], e['data']['state']) for e in hook.events] == [('source.failing', 'redesigned')]
    origin.pages['/press/'] = good
    world.once()
    assert [e['type'] for e in hook.events] == ['source.failing', 'source.recovered']
