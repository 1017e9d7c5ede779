"""Feeds as they are found: whatever their names and addresses do, each item is one document, told once."""
import json

import pytest

from conftest import article, prose, rss

DAY = 'Fri, %02d Mar 2024 10:00:00 GMT'


def item(i, guid='', link='', extra=''):
    return ('<item>%s%s<title>Minister opens harbour number %d</title><pubDate>%s</pubDate><description>%s</description>%s</item>'
            % ('<guid isPermaLink="false">%s</guid>' % guid if guid else '', '<link>%s</link>' % link if link else '', i, DAY % (i % 28 + 1),
               ' '.join(prose(i)), extra))


def feed(items, channel=''):
    return ('<?xml version="1.0" encoding="UTF-8"?><rss version="2.0" xmlns:atom="http://www.w3.org/2005/Atom"><channel><title>Harbours</title>%s'
            '%s</channel></rss>' % (channel, ''.join(items)))


def titles(events):
    return sorted(int(e['data']['title'].split()[-1]) for e in events)


def test_items_without_an_address_are_documents_with_the_text_of_the_feed(world, origin, hook):
    origin.pages['/feed.xml'] = feed([item(i) for i in (3, 2, 1)])
    world.source('feed', '/feed.xml').once()
    origin.pages['/feed.xml'] = feed([item(i) for i in (5, 4, 3, 2)])
    world.once()
    world.once()
    assert titles(hook.of('document.new')) == [4, 5] and len(hook.events) == 2
    docs = {int(d['title'].split()[-1]): d for d in world.documents()}
    assert sorted(docs) == [1, 2, 3, 4, 5]
    for i, d in docs.items():
        assert d['text'].split() == ' '.join(prose(i)).split() and d['text_state'] == 'full'
        assert d['url'].startswith(origin.base + '/feed.xml#presswatch-item=')
        assert d['published'].startswith('2024-03-%02d' % (i % 28 + 1))


@pytest.mark.parametrize('guid', [lambda i, k: 'build-%d-%d' % (k, i), lambda i, k: 'same', lambda i, k: '', lambda i, k: '%d' % ((i + k) % 4)])
def test_guids_that_rotate_repeat_or_lack_make_no_new_document_and_lose_none(world, origin, hook, guid):
    for i in range(12):
        origin.pages['/press/%d.html' % i] = article('Minister opens harbour number %d' % i, prose(i))
    for k in range(4):
        shown = range(k * 2 + 3, k * 2 - 1, -1)
        origin.pages['/feed.xml'] = feed([item(i, guid(i, k), origin.base + '/press/%d.html' % i) for i in shown])
        world.source('feed', '/feed.xml').once()
    assert titles(hook.of('document.new')) == [4, 5, 6, 7, 8, 9] and len(hook.of('document.edited')) == 0
    assert len(world.documents()) == 10


@pytest.mark.parametrize('broken', [
    ('undeclared entity', lambda t: t.replace('opens', 'opens &nbsp;&laquo;the&raquo; &bogus;')),
    ('control characters', lambda t: t.replace('harbour', '\x01\x0bharbour\x1f')),
    ('html in the title', lambda t: t.replace('Minister', '<b>Minister</b> <i class=x>')),
    ('bare ampersand', lambda t: t.replace('Minister', 'Minister R&D & more <')),
    ('truncated', lambda t: t[:t.rindex('<item>') + 20]),
    ('wrong encoding', lambda t: t.replace('Minister', 'Mínister').encode('latin-1')),
], ids=lambda b: b[0])
def test_a_malformed_feed_gives_every_item_that_can_be_read(world, origin, hook, broken):
    for i in range(9):
        origin.pages['/press/%d.html' % i] = article('Minister opens harbour number %d' % i, prose(i))
    items = [item(i, 'g%d' % i, '/press/%d.html' % i) for i in range(8)] + [item(8, 'g8', '/press/8.html')]
    origin.pages['/feed.xml'] = feed(items[:4])
    world.source('feed', '/feed.xml').once()
    origin.pages['/feed.xml'] = broken[1](feed(items))
    world.once()
    world.once()
    want = [4, 5, 6, 7] if broken[0] == 'truncated' else [4, 5, 6, 7, 8]
    assert titles(hook.of('document.new')) == want and hook.of('document.edited') == []
    origin.pages['/feed.xml'] = feed(items)
    world.once()
    assert titles(hook.of('document.new')) == [4, 5, 6, 7, 8] and hook.of('document.edited') == []


def test_relative_links_and_bases_lead_to_the_same_document(world, origin, hook):
    for i in range(6):
        origin.pages['/a/press/%d.html' % i] = article('Minister opens harbour number %d' % i, prose(i))
    origin.pages['/a/feed.xml'] = feed([item(i, '', 'press/%d.html' % i) for i in range(3)])
    world.source('feed', '/a/feed.xml').once()
    origin.pages['/a/feed.xml'] = feed([item(i, '', '%d.html' % i) for i in range(5)]).replace('<channel>', '<channel xml:base="/a/press/">')
    world.once()
    origin.pages['/a/feed.xml'] = feed([item(i, '', origin.base + '/a/press/%d.html?utm_source=rss' % i) for i in range(6)])
    origin.pages['/a/press/5.html?utm_source=rss'] = origin.pages['/a/press/5.html']
    world.once()
    assert titles(hook.of('document.new')) == [3, 4, 5] and len(world.documents()) == 6


def test_what_slipped_through_is_read_from_the_older_archive_and_from_the_next_page(world, origin, hook):
    for i in range(40):
        origin.pages['/press/%d.html' % i] = article('Minister opens harbour number %d' % i, prose(i))

    def part(first, last, older=''):
        return feed([item(i, 'g%d' % i, '/press/%d.html' % i) for i in range(last - 1, first - 1, -1)],
                    '<atom:link rel="prev-archive" href="%s"/>' % older if older else '')

    def page(first, last, older=None):
        return json.dumps({'version': 'https://jsonfeed.org/version/1.1', 'title': 'Harbours', 'next_url': older and origin.base + older, 'items': [
            {'id': 'j%d' % i, 'url': origin.base + '/press/%d.html' % i, 'title': 'Minister opens harbour number %d' % i} for i in range(last - 1, first - 1, -1)]})
    origin.pages['/feed.xml'] = part(0, 5)
    origin.pages['/feed.json'] = (200, {'Content-Type': 'application/feed+json'}, page(20, 25))
    world.source('feed', '/feed.xml').source('json', '/feed.json').once()
    origin.pages['/feed.xml'], origin.pages['/2024-03.xml'], origin.pages['/2024-02.xml'] = part(15, 19, '/2024-03.xml'), part(8, 15, '/2024-02.xml'), part(0, 8)
    origin.pages['/feed.json'] = (200, {'Content-Type': 'application/feed+json'}, page(34, 38, '/2.json'))
    origin.pages['/2.json'] = (200, {'Content-Type': 'application/feed+json'}, page(24, 34))
    world.once()
    assert titles(hook.of('document.new')) == list(range(5, 19)) + list(range(25, 38)) and len(hook.of('source.gap')) == 2


def test_an_edited_item_without_an_address_is_a_revision(world, origin, hook):
    """There is no page to look at: what the feed says next time is the second look, and it is told at once."""
    def publish(*items):
        origin.pages['/feed.xml'] = feed(items)
        world.once()

    was, now = ' '.join(prose(2)), ' '.join(prose(2)) + ' A correction was made by the press office.'
    one, two, three = item(1, 'urn:1'), item(2, 'urn:2'), item(3)
    world.source('feed', '/feed.xml')
    publish(three, two, one)
    publish(three, two, one)
    assert not hook.events
    publish(three, two.replace(was, now), one)
    publish(three, two.replace(was, now), one)
    assert [e['type'] for e in hook.events] == ['document.edited'] and titles(hook.events) == [2]
    publish(item(4), three, two.replace(was, now).replace('<title>Minister', '<title>The minister'), one)
    docs = {int(d['title'].split()[-1]): d for d in world.documents()}
    assert len(world.documents()) == 4 and sorted(docs) == [1, 2, 3, 4]
    assert docs[2]['revision'] >= 2 and 'correction' in docs[2]['text']
