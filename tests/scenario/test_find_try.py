"""try and add: what kind of source it is, what would be taken, what stands in the way, and the best entrance."""
import fcntl, json, os, pty, select, struct, termios, time

import pytest

from conftest import BIN, article, listing, prose, rss


def on_terminal(world, *args, answer=None):
    """What a person sees who runs the command, and its exit; answer is typed at the question."""
    pid, fd = pty.fork()
    if pid == 0:
        os.environ.update(TERM='xterm', NO_COLOR='1')
        os.execv(os.path.join(BIN, 'presswatch'), ['presswatch', '--config', world.conf, *args])
    fcntl.ioctl(fd, termios.TIOCSWINSZ, struct.pack('HHHH', 40, 100, 0, 0))
    seen, end = b'', time.time() + 120
    while time.time() < end:
        if not select.select([fd], [], [], 0.2)[0]:
            continue
        try:
            more = os.read(fd, 65536)
        except OSError:	# the other side hung up
            break
        if not more:
            break
        seen += more
        if answer is not None and b'[Y/n]' in seen:
            os.write(fd, answer.encode() + b'\n')
            answer = None
    os.close(fd)
    return seen.decode('utf-8', 'replace').replace('\r\n', '\n'), os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])


def written(world, name):
    path = os.path.join(os.path.dirname(world.conf), 'sources.d', name + '.yaml')
    return open(path).read() if os.path.exists(path) else None


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


def test_add_on_a_terminal_shows_what_it_found_and_asks(world, origin):
    publish(origin)
    world.write()
    for answer, code, said in (('n', 1, 'not added'), ('y', 0, 'written: ')):
        text, rc = on_terminal(world, 'add', '--name', 'harbours', origin.base + '/press/', answer=answer)
        assert rc == code and said in text, text
        assert 'a listing with 12 documents' in text and '2024-03-12  Minister opens harbour number 11' in text and '… and 2 more' in text
        assert prose(11)[0] in text.replace('\n', ' '), 'the first document as it would be kept'
        assert "Add it as source 'harbours' (listing %s/press/)? [Y/n]" % origin.base in text
        assert (written(world, 'harbours') is not None) == (answer == 'y')
    assert written(world, 'harbours') == 'name: harbours\nurl: "%s/press/"\nkind: listing\n' % origin.base
    text, rc = on_terminal(world, 'add', '--name', 'harbours', origin.base + '/press/')
    assert rc == 3 and 'there is a source' in text and '[Y/n]' not in text


def test_add_writes_the_kind_that_it_found(world, origin):
    publish(origin)
    origin.pages['/one'] = article('Standing order on harbours', prose(1) + prose(2))
    origin.pages['/map.xml'] = '<urlset>%s</urlset>' % ''.join('<url><loc>%s/press/%d.html</loc><lastmod>2024-03-%02d</lastmod></url>' % (origin.base, i, i + 1) for i in range(12))
    world.write()
    for path, kind in (('/one', 'page'), ('/map.xml', 'sitemap'), ('/feed.xml', 'feed')):
        if kind == 'feed':
            origin.pages['/feed.xml'] = rss([('g%d' % i, origin.base + '/press/%d.html' % i, 'Minister opens harbour number %d' % i, 'Fri, %02d Mar 2024 10:00:00 GMT' % (i + 1), 'x') for i in range(12)])
        assert kind != 'page' or '--kind page' in world.command('add', '--yes', origin.base + path, expect=1).stderr
        r = world.command('add', '--yes', '--name', kind, *(['--kind', 'page'] if kind == 'page' else []), origin.base + path)
        assert 'kind: %s\n' % kind in written(world, kind) and origin.base + path in written(world, kind)
        assert prose(1 if kind == 'page' else 11)[0] in r.stdout.replace('\n', ' ') or kind == 'sitemap'


def test_add_from_a_list_on_a_terminal_shows_how_far_it_is(world, origin, tmp_path):
    publish(origin)
    origin.pages['/other/'] = listing([('/other/%d' % i, 'Council hears petition number %d' % i, '%d May 2024' % (i + 1)) for i in range(9)])
    path = tmp_path / 'list'
    path.write_text('\n'.join(origin.base + p for p in ('/press/', '/missing', '/other/')))
    world.write()
    text, rc = on_terminal(world, 'add', '--from', str(path))
    assert rc == 3 and 'tried [' in text and '] 3/3' in text and '[Y/n]' not in text
    last = text.split('\r')[-1]
    assert last.count('added   ') == 2 and 'listing with 12 documents' in last and 'listing with 9 documents' in last
    assert 'failed  %s/missing: status 404' % origin.base in last and '2 of 3 added' in last
