"""Noise that sites make without saying anything: order, items that leave and return, GUIDs and addresses that change, counters, nonces and
related links on the pages. Every true edit and release is told once, and nothing else."""
import json, os, random, time

from conftest import SHARED, article, listing, prose, rss

ROUNDS, DOCUMENTS = 8, 12


def texts():
    """Real releases where the shared folder is there, else made-up ones."""
    path = os.path.join(SHARED, 'sites', 'regeringen-pressmeddelanden', 'steps.json')
    found = {}
    if os.path.exists(path):
        for step in json.load(open(path, encoding='utf-8'))['steps']:
            for row in step['set']:
                e = row.get('expected') or {}
                if len(e.get('text', '').split()) > 80 and len(found) < DOCUMENTS + ROUNDS:
                    found.setdefault(e['title'], e['text'].split('\n'))
    for i in range(DOCUMENTS + ROUNDS - len(found)):
        found['Release number %d of the ministry' % i] = prose(i, 4)
    return list(found.items())


def furniture(r):
    links = ''.join('<li><a href="/press/%d.html">See also %s</a></li>' % (r.randrange(9), r.choice('abcdef') * 3) for _ in range(4))
    return ('<div class="counter">%d views</div><!-- %d --><script nonce="%x">var t=%d;</script><aside class="related"><h2>Related</h2><ul>%s</ul>'
            '</aside>' % (r.randrange(10 ** 6), r.randrange(99), r.getrandbits(64), r.randrange(10 ** 9), links))


def variant(r, i):
    path = '/press/%d.html' % i
    return r.choice([path, path + '?utm_source=list&utm_medium=%d' % r.randrange(9), path + '#top', '/print' + path, '/moved' + path])


def publish(origin, r, docs):
    for i, (title, text) in enumerate(docs):
        def page(handler, title=title, text=text, i=i):
            return 200, {}, article(title, text, '2024-03-%02d' % (i + 1), extra=furniture(r))
        for path in ('/press/%d.html' % i, '/print/press/%d.html' % i, '/moved/press/%d.html' % i):
            origin.pages[path] = page
            for k in range(9):
                origin.pages['%s?utm_source=list&utm_medium=%d' % (path, k)] = page
    newest = len(docs) - 1
    shown = [i for i in range(len(docs)) if i == newest or r.random() < 0.75]
    r.shuffle(shown)
    origin.pages['/press/'] = listing([(variant(r, i), docs[i][0], '%d March 2024' % (i + 1)) for i in shown])
    r.shuffle(shown)
    origin.pages['/feed.xml'] = rss([('%x' % r.getrandbits(64), origin.base + variant(r, i).replace('&', '&amp;'), docs[i][0],
                                      'Fri, %02d Mar 2024 10:00:00 GMT' % (i + 1), 'short') for i in shown])


def test_of_noise_nothing_is_told_and_of_each_true_change_once(world, origin, hook):
    r, all_texts = random.Random(6), texts()
    docs = [[t, list(p)] for t, p in all_texts[:DOCUMENTS]]
    publish(origin, r, docs)
    origin.pages['/press/'] = listing([('/press/%d.html' % i, docs[i][0], '%d March 2024' % (i + 1)) for i in range(DOCUMENTS)][::-1])
    world.source('site', '/press/', recheck='[1s]').source('feed', '/feed.xml', recheck='[1s]').once()
    assert len(world.documents()) == DOCUMENTS and hook.events == []
    edits, fresh = set(), 0
    for k in range(ROUNDS):
        if k % 2 == 0:      # a release
            docs.append([all_texts[DOCUMENTS + k][0], list(all_texts[DOCUMENTS + k][1])])
            fresh += 1
        else:               # an edit of a few words
            docs[k][1][0] += ' The amount has been corrected to %d million.' % (40 + k)
            edits.add('%d.html' % k)
        publish(origin, r, docs)
        time.sleep(1.1)
        world.once()
    time.sleep(1.1)
    world.once()
    told = [(e['type'], e['data'].get('url', '')) for e in hook.events]
    assert len(world.documents()) == len(docs) == DOCUMENTS + fresh
    assert [t for t, _ in told if t not in ('document.new', 'document.edited')] == []
    assert len([1 for t, _ in told if t == 'document.new']) == fresh
    assert sorted(u.split('?')[0].rsplit('/', 1)[1] for t, u in told if t == 'document.edited') == sorted(edits)
    feed = [s for s in world.lines('sources', '--json') if s['name'] == 'feed'][0]
    assert feed['guids'] == 'rotating'
