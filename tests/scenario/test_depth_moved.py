"""Documents whose own address dies while another of their names lives, and the ways in which a document may be met again."""
import time

import pytest

from conftest import article, listing, prose


def publish(origin, n, folder='/press/', dead=()):
    rows = []
    for i in range(n):
        page = article('Release number %d of the ministry' % i, prose(i), '2024-03-%02d' % (i + 1))
        origin.pages['%s%d.html' % (folder, i)] = page
        rows.append(('%s%d.html' % (folder, i), 'Release number %d of the ministry' % i, '%d March 2024' % (i + 1)))
    origin.pages['/press/'] = listing(rows[::-1])


def looks(world, n):
    for _ in range(n):
        time.sleep(1.05)
        world.once(expect=None)


def doc(world, end):
    found = [d for d in world.documents() if d['url'].endswith(end) or any(a.endswith(end) for a in d.get('aliases', []))]
    assert len(found) == 1
    return found[0]


@pytest.mark.parametrize('how', ['404', '410', 'home'])
def test_a_document_lives_on_under_another_name_and_its_address_changes(world, origin, hook, how):
    """The site was rebuilt: new addresses in the list, and the old ones die a little later."""
    publish(origin, 3)
    origin.pages['/'] = article('The ministry', ['Welcome to the ministry and to all that it has to say.'])
    world.source('site', '/press/').once()
    publish(origin, 3, '/news/2024/')
    looks(world, 1)
    assert sorted(a for d in world.documents() for a in d['aliases']) == [origin.base + '/news/2024/%d.html' % i for i in range(3)]
    for i in range(3):
        origin.pages['/press/%d.html' % i] = (302, {'Location': origin.base + '/'}, '') if how == 'home' else (int(how), {}, 'gone')
    looks(world, 5)
    assert hook.events == []
    for i in range(3):
        d = doc(world, '/press/%d.html' % i)
        assert d['url'] == origin.base + '/news/2024/%d.html' % i and d['aliases'] == [origin.base + '/press/%d.html' % i]
        assert d['state'] == 'live' and d['revision'] == 1
    # From then on it is watched there: an edit is one, and the end of the new address is the end.
    origin.pages['/news/2024/1.html'] = article('Release number 1 of the ministry', prose(1) + ['The fund pays 40 million more.'], '2024-03-02')
    looks(world, 2)
    assert [e['data']['url'] for e in hook.of('document.edited')] == [origin.base + '/news/2024/1.html']
    origin.pages['/news/2024/1.html'] = (404, {}, 'gone')
    looks(world, 6)
    assert [e['type'] for e in hook.events] == ['document.edited', 'document.removed']
    origin.pages['/press/1.html'] = article('Release number 1 of the ministry', prose(1) + ['The fund pays 40 million more.'], '2024-03-02')
    looks(world, 2)
    assert [e['type'] for e in hook.events] == ['document.edited', 'document.removed', 'document.restored']
    assert hook.events[-1]['data']['url'] == origin.base + '/press/1.html' and world.command('verify').returncode == 0


def test_another_name_that_shows_something_else_saves_nobody(world, origin, hook):
    """The print view answers with the list, the other slug with another release: the document is gone."""
    publish(origin, 3)
    world.source('site', '/press/').once()
    origin.pages['/print/1.html'] = origin.pages['/old/1.html'] = origin.pages['/press/1.html']
    origin.pages['/press/'] = listing([(p, 'Release number %d of the ministry' % i, '%d March 2024' % (i + 1)) for i, p in
                                       [(0, '/press/0.html'), (1, '/press/1.html'), (1, '/print/1.html'), (1, '/old/1.html'), (2, '/press/2.html')]])
    looks(world, 1)
    assert len(world.documents()) == 3
    origin.pages['/press/1.html'] = (410, {}, 'gone')
    origin.pages['/print/1.html'] = (302, {'Location': origin.base + '/press/'}, '')
    origin.pages['/old/1.html'] = origin.pages['/press/2.html']
    looks(world, 7)
    assert [e['type'] for e in hook.events] == ['document.removed'] and '410' in hook.events[0]['data']['cause']
    assert doc(world, '/press/1.html')['url'] == origin.base + '/press/1.html'


def test_a_removed_document_that_is_listed_elsewhere_is_restored(world, origin, hook):
    publish(origin, 3)
    world.source('site', '/press/', recheck='[1s, 2s]').once()
    page = origin.pages['/press/1.html']
    origin.pages['/press/1.html'] = (404, {}, 'gone')
    looks(world, 6)
    assert [e['type'] for e in hook.events] == ['document.removed']
    origin.pages['/news/again.html'] = page
    rows = [('/press/0.html', 'Release number 0 of the ministry', '1 March 2024'), ('/news/again.html', 'Release number 1 of the ministry', '2 March 2024'),
            ('/press/2.html', 'Release number 2 of the ministry', '3 March 2024')]
    origin.pages['/press/'] = listing(rows[::-1])
    looks(world, 3)
    assert [e['type'] for e in hook.events] == ['document.removed', 'document.restored']
    assert hook.events[1]['data']['url'] == origin.base + '/news/again.html' and len(world.documents()) == 3
