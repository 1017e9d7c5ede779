"""No gap: a window that moved on by more than its length is told once, and what slipped through is fetched from the next pages."""
import time

import pytest

from conftest import article, listing, prose, rss


def row(i):
    return '/press/%d.html' % i, 'Release number %d of the ministry' % i, '%d %s 2024' % (i % 28 + 1, ('March', 'April')[i // 28 % 2])


def publish(origin, n, size=5, pages=12, pinned=()):
    """n releases, newest first, on pages of `size` that link to the next one; the first also shows what is pinned."""
    for i in range(n):
        origin.pages.setdefault(row(i)[0], article(row(i)[1], prose(i)))
    order = [i for i in range(n)][::-1]
    for k in range(pages):
        rows = [row(i) for i in (pinned if k == 0 else ())] + [row(i) for i in order[k * size:(k + 1) * size] if i not in pinned]
        if not rows:
            break
        more = '<p><a rel="next" href="/press/?page=%d">Older</a></p>' % (k + 1) if (k + 1) * size < n else ''
        origin.pages['/press/' if k == 0 else '/press/?page=%d' % k] = listing(rows).replace('</main>', more + '</main>')


def told(hook):
    return sorted(int(e['data']['title'].split()[2]) for e in hook.of('document.new'))


@pytest.mark.parametrize('pinned', [(), (0,), (0, 1)])
def test_what_slipped_through_is_fetched_until_the_known_is_met(world, origin, hook, pinned):
    publish(origin, 10, pinned=pinned)
    world.source('site', '/press/').once()
    publish(origin, 33, pinned=pinned)
    world.once()
    world.once()
    assert told(hook) == list(range(10, 33))
    assert len(hook.of('source.gap')) == 1 and len(hook.events) == 24
    assert len(origin.asked('/press/?page=4')) == 1 and not origin.asked('/press/?page=6')


def test_a_window_that_moved_within_its_length_is_no_gap(world, origin, hook):
    for n in (8, 12, 13, 16, 16, 20):
        publish(origin, n, pinned=(0,))
        world.source('site', '/press/').once()
    assert hook.of('source.gap') == [] and told(hook) == list(range(8, 20))
    assert not origin.asked('/press/?page=1')


def test_at_most_ten_further_pages_are_read(world, origin, hook):
    publish(origin, 5)
    world.source('site', '/press/').once()
    publish(origin, 120, pages=24)
    world.once()
    assert len(hook.of('source.gap')) == 1
    assert [k for k in range(1, 24) if origin.asked('/press/?page=%d' % k)] == list(range(1, 11))
    assert told(hook) == list(range(120 - 55, 120))


def test_a_gap_survives_a_restart(world, origin, hook):
    publish(origin, 10)
    world.source('site', '/press/').once()
    publish(origin, 33)
    good = origin.pages['/press/?page=2']

    def slow(handler):
        time.sleep(3)
        return good
    origin.pages['/press/?page=2'] = slow
    world.start()
    end = time.time() + 20
    while not origin.asked('/press/?page=1') and time.time() < end:
        time.sleep(0.05)
    time.sleep(0.8)
    world.kill()
    origin.pages['/press/?page=2'] = good
    world.once()
    assert told(hook) == list(range(10, 33))


def test_a_feed_reads_its_next_page_too(world, origin, hook):
    def feed(first, last, more=None):
        items = [('id-%d' % i, origin.base + row(i)[0], row(i)[1], 'Fri, 01 Mar 2024 10:%02d:00 GMT' % i, 'short') for i in range(last - 1, first - 1, -1)]
        link = '<atom:link xmlns:atom="http://www.w3.org/2005/Atom" rel="next" href="%s"/>' % (origin.base + more) if more else ''
        return rss(items).replace('<channel>', '<channel>' + link)
    publish(origin, 40)
    origin.pages['/feed.xml'] = feed(0, 8)
    world.source('feed', '/feed.xml').once()
    origin.pages['/feed.xml'], origin.pages['/feed2.xml'] = feed(16, 24, '/feed2.xml'), feed(6, 16)
    world.once()
    assert told(hook) == list(range(8, 24)) and len(hook.of('source.gap')) == 1


def test_audit_names_what_the_archive_does_not_have(world, origin, hook):
    publish(origin, 12)
    world.source('site', '/press/').once()
    assert world.command('audit', 'site', expect=1).stdout.count('/press/') == 7       # the first visit saw one page of three
    publish(origin, 13)
    world.once()
    found = world.lines('audit', '--json', 'site', expect=1)
    assert {f['url'] for f in found} == {origin.base + row(i)[0] for i in range(7)}
    publish(origin, 5, pages=1)
    origin.pages['/press/'] = listing([row(i) for i in (12, 11, 10)])
    world.command('audit', 'site', expect=0)
