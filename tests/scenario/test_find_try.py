"""try and add: what kind of source it is, what would be taken, what stands in the way, and the best entrance."""
import json, os

import pytest

from conftest import article, listing, prose, rss


def publish(origin, n=12):
    for i in range(n):
        origin.pages['/press/%d.html' % i] = article('Minister opens harbour number %d' % i, prose(i), '2024-03-%02d' % (i + 1))
    origin.pages['/press/'] = (200, {'ETag': '"abc"', 'Content-Type': 'text/html'}, listing(
        [('/press/%d.html' % i, 'Minister opens harbour number %d' % i, '%d March 2024' % (i + 1)) for i in range(n)]))


def test_try_shows_the_newest_ten_the_first_whole_and_its_manners(world, origin):
    publish(origin)
    world.write()
    text = world.command('try', origin.base + '/press/').stdout
    assert 'a listing with 12 documents' in text and 'allows it' in text and 'ETag "abc"' in text and 'utf-8' in text.lower()
    rows = [line for line in text.splitlines() if line.startswith('2024-03-') and 'Minister' in line]
    assert len(rows) == 10 and rows[0].startswith('2024-03-12') and '… and 2 more' in text
    assert prose(11)[0] in text.replace('\n', ' ')
    j = world.lines('try', '--json', origin.base + '/press/')[0]
    assert j['kind'] == 'listing' and j['etag'] == '"abc"' and j['robots'] == 'allowed' and j['charset'].lower() == 'utf-8'
    assert len(j['candidates']) == 12 and j['document']['title'] == 'Minister opens harbour number 11'


@pytest.mark.parametrize('page, words', [
    ('<html><body><script src="/cdn-cgi/challenge-platform/x.js"></script></body></html>', 'challenge page'),
    ('<html><head><title>News</title></head><body><div id="root"></div><script src="app.js"></script></body></html>', 'JavaScript'),
    ('<html><head><title>Sign in</title></head><body><form><input name="u"><input type="password" name="p"></form></body></html>', 'login'),
    ('<html><head><title>Page not found</title></head><body><p>We could not find it.</p></body></html>', 'not found'),
    ('<html><head><title>News</title></head><body><h1>News</h1><p>There are no releases in this section at the moment.</p></body></html>', 'no list of documents'),
], ids=['challenge', 'javascript', 'login', 'soft 404', 'empty'])
def test_a_page_without_a_list_gets_a_diagnosis(world, origin, page, words):
    origin.pages['/x'] = page
    world.write()
    r = world.command('try', origin.base + '/x', expect=None)
    assert words in r.stdout + r.stderr
    r = world.command('add', '--yes', origin.base + '/x', expect=None)
    assert r.returncode in (1, 3) and words in r.stdout + r.stderr
    assert os.listdir(os.path.dirname(world.conf)).count('sources.d') == 0 or not os.listdir(os.path.join(os.path.dirname(world.conf), 'sources.d'))


def test_add_chooses_the_feed_that_shows_more_and_not_one_of_something_else(world, origin):
    publish(origin, 5)
    items = [('g%d' % i, origin.base + '/press/%d.html' % i, 'Minister opens harbour number %d' % i, 'Fri, %02d Mar 2024 10:00:00 GMT' % (i + 1), 'x') for i in range(20)]
    origin.pages['/feed.xml'] = rss(items)
    origin.pages['/comments.xml'] = rss([('c%d' % i, origin.base + '/c/%d' % i, 'Comment %d' % i, items[i][3], 'x') for i in range(20)] * 2)
    page = origin.pages['/press/'][2].replace('</head>', '<link rel="alternate" type="application/rss+xml" href="/comments.xml">'
                                             '<link rel="alternate" type="application/rss+xml" href="/feed.xml"></head>')
    origin.pages['/press/'] = page
    world.write()
    r = world.command('add', '--yes', '--name', 'harbours', origin.base + '/press/')
    assert 'better entrance' in r.stderr
    written = open(os.path.join(os.path.dirname(world.conf), 'sources.d', 'harbours.yaml')).read()
    assert origin.base + '/feed.xml' in written


def test_add_finds_a_feed_in_the_usual_place_and_keeps_a_listing_that_is_better(world, origin):
    publish(origin, 8)
    origin.pages['/press/feed/'] = rss([('g%d' % i, origin.base + '/press/%d.html' % i, 'Minister opens harbour number %d' % i,
                                         'Fri, %02d Mar 2024 10:00:00 GMT' % (i + 1), 'x') for i in range(8)])
    world.write()
    assert '/press/feed/' in world.command('add', '--yes', '--name', 'one', origin.base + '/press/').stderr
    origin.pages['/press/feed/'] = rss([('g1', origin.base + '/press/1.html', 'T', 'Fri, 01 Mar 2024 10:00:00 GMT', 'x')])
    world.command('add', '--yes', '--name', 'two', origin.base + '/press/')
    assert '"%s/press/"' % origin.base in open(os.path.join(os.path.dirname(world.conf), 'sources.d', 'two.yaml')).read()


@pytest.mark.parametrize('opml', [False, True])
def test_add_from_a_list_adds_what_can_be_read_and_says_why_the_rest_cannot(world, origin, tmp_path, opml):
    publish(origin, 5)
    origin.pages['/a.xml'] = rss([('g%d' % i, origin.base + '/press/%d.html' % i, 'T %d' % i, 'Fri, 01 Mar 2024 10:00:00 GMT', 'x') for i in range(4)])
    origin.pages['/empty'] = '<html><head><title>News</title></head><body><p>None.</p></body></html>'
    urls = [origin.base + '/a.xml', origin.base + '/press/', origin.base + '/missing', origin.base + '/empty', origin.base + '/a.xml', 'nonsense']
    path = tmp_path / 'list'
    path.write_text('<opml version="2.0"><body><outline text="x">%s</outline></body></opml>' % ''.join('<outline xmlUrl="%s" text="t"/>' % u for u in urls) if opml
                    else '# my sources\n' + '\n'.join(urls) + '\n')
    world.write()
    r = world.command('add', '--json', '--from', str(path), expect=3)
    rows = {j['url']: j for j in map(json.loads, r.stdout.splitlines())}
    assert len(rows) == 5 and rows[origin.base + '/a.xml']['kind'] == 'feed' and rows[origin.base + '/press/']['kind'] in ('listing', 'feed')
    assert '404' in rows[origin.base + '/missing']['error'] and 'no list' in rows[origin.base + '/empty']['error'] and 'no http' in rows['nonsense']['error']
    assert len(os.listdir(os.path.join(os.path.dirname(world.conf), 'sources.d'))) == 2
    r = world.command('add', '--from', str(path), expect=3)
    assert '0 of 5 added' in r.stdout and 'watches it already' in r.stdout
