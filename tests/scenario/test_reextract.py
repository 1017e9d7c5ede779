"""reextract: texts derived anew from stored responses; no event, no delivery, an archive that verifies."""
import hashlib, json, os, sqlite3, subprocess

import pytest

from conftest import BIN, article, listing, prose

ASIDE = 'Subscribe to our newsletter today and never miss any of it again.'


def publish(origin, n=4):
    rows = []
    for i in range(n):
        page = article('Report %d of the office' % i, prose(i), '2024-05-%02d' % (i + 1))
        origin.pages['/press/%d.html' % i] = page.replace('</main>', '<div class="box"><p>%s Number %d.</p></div></main>' % (ASIDE, i))
        rows.append(('/press/%d.html' % i, 'Report %d of the office' % i, '%d May 2024' % (i + 1)))
    origin.pages['/press/'] = listing(rows)


def state(world):
    """All that must stay: events, deliveries, revisions, names."""
    with sqlite3.connect('file:%s?mode=ro' % world.archive, uri=True) as db:
        return {t: db.execute(sql).fetchall() for t, sql in (
            ('events', 'SELECT seq, event_id, hex(hash) FROM event ORDER BY seq'), ('deliveries', 'SELECT channel, seq, state FROM delivery ORDER BY seq'),
            ('revisions', 'SELECT doc_id, number, seen_ms FROM revision ORDER BY doc_id, number'), ('raw', 'SELECT hex(hash) FROM raw ORDER BY hash'),
            ('documents', 'SELECT doc_id, url, published, last_changed_ms FROM doc_head ORDER BY doc_id'))}


def extractors(world):
    with sqlite3.connect('file:%s?mode=ro' % world.archive, uri=True) as db:
        return {e for e, in db.execute('SELECT extractor FROM revision')}


def reextract(world, *more, expect=0):
    lines = world.command('reextract', '--json', *more, expect=expect).stdout.splitlines()
    docs = [json.loads(line) for line in lines]
    return docs[:-1], docs[-1]


@pytest.fixture
def kept(world, origin, hook):
    publish(origin)
    world.source('site', '/press/', first_visit='announce', recheck='[1h]', select='{body: main}').once()
    assert len(hook.of('document.new')) == 4
    assert all(ASIDE in d['text'] for d in world.documents())
    return world


def test_other_rules_give_other_texts_and_no_event(kept, origin, hook):
    world, before = kept, state(kept)
    world.source('site', '/press/', first_visit='announce', recheck='[1h]', select="{body: main, remove: ['.box']}").write()
    docs, total = reextract(world, '--dry-run')
    assert total == {'changed': 4, 'same': 0, 'current': 0, 'kept': 0, 'failed': 0, 'dry_run': True} and len(docs) == 4
    assert all(d['text_changed'] and not d['title_changed'] and d['words'] < d['words_before'] for d in docs)
    assert all(ASIDE in d['text'] for d in world.documents()), 'a dry run wrote'
    docs, total = reextract(world)
    assert total['changed'] == 4 and not total['dry_run']
    assert all(ASIDE not in d['text'] and d['words'] > 50 and d['revision'] == 1 for d in world.documents())
    assert state(world) == before
    assert world.command('verify').returncode == 0
    # The index finds the new texts and no longer the old ones.
    world.command('search', 'newsletter', expect=1)
    word = world.documents()[0]['text'].split()[3].strip('.')
    assert world.lines('search', '--json', word)
    # A second time there is nothing to do, and the daemon's next look finds nothing either.
    _, total = reextract(world)
    assert total['current'] == 4 and total['changed'] == 0
    world.once()
    assert len(hook.events) == 4 and all(d['revision'] == 1 for d in world.documents())


def test_an_upgrade_of_the_extractor_writes_no_event(kept, origin, hook, promise):
    world = kept
    now = extractors(world)
    with sqlite3.connect(world.archive) as db:
        db.execute("UPDATE revision SET extractor = '0'")
    before = state(world)
    docs, total = reextract(world)
    after = state(world)
    world.once()
    promise('reextract', 'after an upgrade: %d texts derived anew, %d events, %d revisions, archive verified' % (
        total['same'] + total['changed'], len(after['events']) - len(before['events']), len(after['revisions']) - len(before['revisions'])),
        total['same'] == 4 and docs == [] and after == before and extractors(world) == now and len(hook.events) == 4
        and world.command('verify').returncode == 0)


def test_only_the_named_source(kept, origin, hook):
    world = kept
    origin.pages['/other/0.html'] = article('Another report', prose('other'))
    world.source('other', '/other/0.html', kind='page').once()
    with sqlite3.connect(world.archive) as db:
        db.execute("UPDATE revision SET extractor = '0'")
    _, total = reextract(world, '--source', 'other')
    assert total['same'] == 1 and total['current'] == 0
    world.command('reextract', '--source', 'nobody', expect=1)
    # A source that is gone, whose rules are not known any more: what they gave stays.
    world.sources = [s for s in world.sources if 'name: site' not in s]
    world.write()
    with sqlite3.connect(world.archive) as db:
        db.execute("UPDATE revision SET extractor = '0:12345678'")
    _, total = reextract(world)
    assert total['kept'] == 4 and total['same'] == 1


def test_it_refuses_beside_a_daemon_and_a_dry_run_does_not(kept):
    world = kept
    world.start()
    r = world.command('reextract', expect=3)
    assert 'stop the daemon' in r.stderr and str(world.daemon.pid) in r.stderr
    assert 'extractor already' in world.command('reextract', '--dry-run').stdout
    world.stop()
    missing = subprocess.run([os.path.join(BIN, 'presswatch'), '--archive', os.path.join(world.folder, 'none.db'), 'reextract'], capture_output=True, text=True)
    assert missing.returncode == 3 and 'no archive' in missing.stderr and not os.path.exists(os.path.join(world.folder, 'none.db'))


def test_a_response_that_kills_its_worker_costs_that_text_alone(kept, origin):
    world = kept
    origin.pages['/press/9.html'] = '<html><head><title>Report 9</title></head><body><main><p>%s</p><div %s>x</div></main></body></html>' % (
        prose(9)[0], ' '.join('a%d="1"' % i for i in range(90000)))
    with sqlite3.connect(world.archive) as db:
        db.execute("UPDATE revision SET extractor = '0'")
        # What is stored under that hash is what came: forged here with its right hash, as if an older program had taken it.
        zstd = subprocess.run(['zstd', '-q', '-c'], input=origin.pages['/press/9.html'].encode(), capture_output=True)
        if zstd.returncode == 0:
            body = origin.pages['/press/9.html'].encode()
            h = hashlib.sha256(body).digest()
            db.execute('INSERT INTO raw(hash, depth, size, content_type, zstd) VALUES (?, 0, ?, ?, ?)', (h, len(body), 'text/html', zstd.stdout))
            db.execute('UPDATE revision SET raw_hash = ? WHERE doc_id = 2', (h,))
    before = [d['text'] for d in world.documents()]
    _, total = reextract(world, expect=None)
    assert total['same'] + total['failed'] + total['changed'] + total['kept'] == 4 and total['same'] >= 3
    assert [d['text'] for d in world.documents()][:1] + [d['text'] for d in world.documents()][2:] == before[:1] + before[2:]
    assert world.command('verify').returncode == 0
