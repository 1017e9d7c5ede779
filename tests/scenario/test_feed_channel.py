"""A feed as a channel: whole at every moment, the newest events first, each once."""
import json, os, threading, time, xml.etree.ElementTree as ET

from conftest import article, listing, prose, wait_until

NS = {'a': 'http://www.w3.org/2005/Atom'}


def publish(origin, n, title='Notice %d & others > none at all'):
    rows = []
    for i in range(n):
        t = (title % i).replace('&', '&amp;').replace('<', '&lt;')
        origin.pages['/press/%d.html' % i] = article(t, prose(i), '2024-05-%02d' % (i + 1))
        rows.append(('/press/%d.html' % i, t, '%d May 2024' % (i + 1)))
    origin.pages['/press/'] = listing(rows[::-1])


def is_atom(path):
    """The rules of RFC 4287 that a validator asks for. Returns (id, title, link) of the entries."""
    feed = ET.parse(path).getroot()
    assert feed.tag == '{%s}feed' % NS['a']
    for node in [feed] + feed.findall('a:entry', NS):
        assert len(node.findall('a:id', NS)) == 1 and node.find('a:id', NS).text.startswith('urn:')
        assert len(node.findall('a:title', NS)) == 1 and len(node.findall('a:updated', NS)) == 1
        time.strptime(node.find('a:updated', NS).text[:19], '%Y-%m-%dT%H:%M:%S')
    assert feed.findall('a:author', NS)
    entries = [(e.find('a:id', NS).text, e.find('a:title', NS).text, e.find('a:link', NS).get('href')) for e in feed.findall('a:entry', NS)]
    assert len({e[0] for e in entries}) == len(entries)
    return entries


def is_json_feed(path):
    """JSON Feed 1.1: what it requires. Returns the same of its items."""
    feed = json.load(open(path))
    assert feed['version'] == 'https://jsonfeed.org/version/1.1' and isinstance(feed['title'], str)
    assert all(isinstance(i['id'], str) and isinstance(i['content_text'], str) and isinstance(i.get('tags', []), list) for i in feed['items'])
    return [(i['id'], i['title'], i['url']) for i in feed['items']]


def test_the_newest_events_stand_in_both_feeds(world, origin):
    path = os.path.join(world.folder, 'press')
    world.channels = ['{name: web, feed: %s.atom, feed-items: 4}' % path]
    publish(origin, 3)
    world.source('site', '/press/', first_visit='announce').once()
    first = is_atom(path + '.atom')
    assert first == is_json_feed(path + '.json') and len(first) == 3
    assert first[0][1] in ['[site] Notice %d & others > none at all' % i for i in range(3)]
    publish(origin, 6)
    world.once()
    entries = is_atom(path + '.atom')
    assert len(entries) == 4 and entries[3] == first[0] and entries == is_json_feed(path + '.json')
    events = world.lines('tail', '--json')
    assert [e[0] for e in entries] == ['urn:uuid:' + e['id'] for e in events[::-1][:4]]
    assert os.stat(path + '.atom').st_mode & 0o777 == 0o644


def test_a_notice_sent_once_more_stands_once_and_strange_files_are_left_alone(world, origin):
    path = os.path.join(world.folder, 'press.xml')
    world.channels = ['{name: web, feed: %s, retry: [1s, 1s]}' % path]
    publish(origin, 2)
    world.source('site', '/press/', first_visit='announce').start()
    wait_until(lambda: os.path.exists(path[:-4] + '.json') and len(is_json_feed(path[:-4] + '.json')) == 2, 'the feed')
    world.command('redeliver', '1')
    wait_until(lambda: world.status()['deliveries'] == 0, 'the notice')
    assert len(is_atom(path)) == 2 and is_json_feed(path[:-4] + '.json')[0][0] == 'urn:uuid:' + world.lines('tail', '--json')[0]['id']
    world.stop()
    with open(path[:-4] + '.json', 'w') as f:
        f.write('{"mine": true}')
    publish(origin, 4)
    world.once(expect=3)
    assert open(path[:-4] + '.json').read() == '{"mine": true}'
    assert 'no feed of this channel' in world.lines('channels', '--json')[0]['error']
    os.unlink(path[:-4] + '.json')
    wait_until(lambda: world.once(expect=None) == 0, 'the rest')
    assert len(is_atom(path)) == 2


def test_a_reader_never_finds_half_a_feed(world, origin):
    path = os.path.join(world.folder, 'press')
    world.channels = ['{name: web, feed: %s}' % path]
    publish(origin, 25)
    world.source('site', '/press/', first_visit='announce')
    seen, end = [], threading.Event()

    def read():
        while not end.is_set():
            if os.path.exists(path + '.json'):
                seen.append((len(is_atom(path + '.atom')), len(is_json_feed(path + '.json'))))
    t = threading.Thread(target=read)
    t.start()
    try:
        world.once()
    finally:
        end.set()
        t.join()
    assert seen and all(a >= j for a, j in [(x[0], x[0]) for x in seen]) and len(is_atom(path + '.atom')) == 25
