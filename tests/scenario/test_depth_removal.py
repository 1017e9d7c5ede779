"""Removal and return: told once each, the last text kept, and nothing of the sort for walls, errors and whole sites."""
import time

import pytest

from conftest import article, listing, prose

ERROR = article('Page not available', ['We are sorry. What you asked for cannot be found on this site at the moment. Please use the search box above or '
                                       'go back to the list of all releases to find what you need.'])


def publish(origin, n):
    rows = []
    for i in range(n):
        origin.pages['/press/%d.html' % i] = article('Release number %d of the ministry' % i, prose(i), '2024-03-%02d' % (i + 1))
        rows.append(('/press/%d.html' % i, 'Release number %d of the ministry' % i, '%d March 2024' % (i + 1)))
    origin.pages['/press/'] = listing(rows[::-1])


def looks(world, n):
    for _ in range(n):
        time.sleep(1.05)
        world.once(expect=None)


def state(world, i):
    return [d['state'] for d in world.documents() if d['url'].endswith('/%d.html' % i)]


def missing(kind, origin):
    """What the origin does with an address that it does not serve any more."""
    if kind == 'home':
        return 302, {'Location': origin.base + '/'}, ''
    if kind == 'list':
        return 301, {'Location': origin.base + '/press/'}, ''
    if kind == 'soft':
        return ERROR
    return int(kind), {}, 'gone'


@pytest.mark.parametrize('kind', ['404', '410', 'home', 'list', 'soft'])
def test_a_document_taken_away_is_told_once_and_once_more_when_it_is_back(world, origin, hook, kind):
    publish(origin, 4)
    origin.pages['/'] = article('The ministry', ['Welcome to the ministry and to all that it has to say.'])
    if kind == 'soft':      # a site that says 200 to everything
        origin.pages = Everything(origin.pages)
    world.source('site', '/press/').once()
    page, text = origin.pages['/press/2.html'], [d['text'] for d in world.documents() if d['url'].endswith('/2.html')]
    origin.pages['/press/2.html'] = missing(kind, origin)
    looks(world, 2)
    assert hook.events == [] and state(world, 2) == ['live']
    looks(world, 4)
    assert [e['type'] for e in hook.events] == ['document.removed']
    event = hook.events[0]['data']
    assert event['state'] == 'removed' and event['url'].endswith('/2.html') and event['text'] == text[0] and event['cause']
    assert state(world, 2) == ['removed'] and [d['text'] for d in world.documents() if d['url'].endswith('/2.html')] == text
    origin.pages['/press/2.html'] = page
    looks(world, 3)
    assert [e['type'] for e in hook.events] == ['document.removed', 'document.restored']
    assert hook.events[1]['data']['state'] == 'live' and state(world, 2) == ['live']
    assert all(d['revision'] == 1 for d in world.documents())


class Everything(dict):
    def get(self, key, default=None):
        return dict.get(self, key, ERROR)


def log_in(origin):
    return article('Log in', ['Please log in with your name and your password to go on to the page that you asked for.'],
                   extra='<form><input name=u><input type="password" name=p></form>')


@pytest.mark.parametrize('kind', ['401', '403', '500', '503', '429', 'robots', 'login', 'flaky'])
def test_a_wall_or_an_error_is_no_removal(world, origin, hook, kind):
    publish(origin, 4)
    world.source('site', '/press/').once()
    page = origin.pages['/press/2.html']
    if kind == 'robots':
        origin.pages['/robots.txt'] = (200, {'Content-Type': 'text/plain'}, 'User-agent: *\nDisallow: /press/2.html\n')
    elif kind == 'login':
        origin.pages['/press/2.html'] = log_in(origin)
    elif kind != 'flaky':
        origin.pages['/press/2.html'] = (int(kind), {}, 'no')
    for k in range(5):
        if kind == 'flaky':
            origin.pages['/press/2.html'] = (404, {}, 'no') if k % 3 < 2 else page
        looks(world, 1)
    assert hook.events == [] and state(world, 2) == ['live']


def test_a_site_that_loses_everything_at_once_is_given_a_day(world, origin, hook):
    publish(origin, 12)
    world.source('site', '/press/').once()
    for i in range(12):
        origin.pages['/press/%d.html' % i] = (404, {}, 'gone')
    looks(world, 5)
    assert hook.of('document.removed') == [] and all(d['state'] == 'live' for d in world.documents())


def test_nothing_is_removed_while_the_source_itself_fails(world, origin, hook):
    publish(origin, 3)
    world.source('site', '/press/').once()
    good = dict(origin.pages)
    origin.pages['/press/'] = (503, {}, 'later')
    origin.pages['/press/1.html'] = (404, {}, 'gone')
    looks(world, 6)
    assert hook.of('document.removed') == []
    origin.pages['/press/'] = good['/press/']
    looks(world, 5)
    assert len(hook.of('document.removed')) == 1
