"""Archives of earlier formats under this program: migrated at the first start, nothing told anew, what waited is told.
archives/format-N.db.gz were written by the programs of those days: four documents, two of them edited, one notice still waiting."""
import glob, gzip, os, sqlite3

import pytest

from conftest import ROOT, article, listing, prose

ARCHIVES = sorted(glob.glob(os.path.join(ROOT, 'tests/scenario/archives/format-*.db.gz')))


def read(path, sql):
    with sqlite3.connect('file:%s?mode=ro' % path, uri=True) as db:
        return db.execute(sql).fetchall()


@pytest.mark.parametrize('old', ARCHIVES, ids=os.path.basename)
def test_an_older_archive_is_migrated_whole(world, origin, hook, promise, old):
    with open(world.archive, 'wb') as f:
        f.write(gzip.open(old).read())
    events = read(world.archive, 'SELECT seq, event_id, body, hex(hash) FROM event ORDER BY seq')
    documents = read(world.archive, 'SELECT doc_id, url, title, revision, first_seen_ms FROM doc_head ORDER BY doc_id')
    waiting = {i for i, in read(world.archive, 'SELECT event_id FROM event JOIN delivery USING (seq) WHERE delivery.state = 0')}
    version = read(world.archive, 'PRAGMA user_version')[0][0]
    assert events and waiting and len(documents) == 4
    # The command does not migrate, and says who does.
    assert 'older format' in world.source('new', '/new/').write().command('list', expect=3).stderr
    origin.pages['/new/'] = listing([('/new/%d.html' % i, 'Notice %d of the bureau' % i, '%d May 2024' % (i + 1)) for i in range(3)])
    for i in range(3):
        origin.pages['/new/%d.html' % i] = article('Notice %d of the bureau' % i, prose('new%d' % i))
    world.source('new', '/new/', first_visit='announce')
    # The old source is still there, at an address that answers no more.
    world.source('site', 'http://127.0.0.1:9/press/')
    world.once(expect=3)
    now = read(world.archive, 'PRAGMA user_version')[0][0]
    assert now > version
    assert read(world.archive, 'SELECT seq, event_id, body, hex(hash) FROM event ORDER BY seq')[:len(events)] == events
    assert [d for d in read(world.archive, 'SELECT doc_id, url, title, revision, first_seen_ms FROM doc_head ORDER BY doc_id') if d[0] <= 4] == documents
    told = [e['id'] for e in hook.events]
    verified = world.command('verify', expect=None)
    found = [d['id'] for d in world.lines('search', '--json', 'agency')]
    text = world.lines('show', '--format', 'json', found[0])[0]['text']
    history = world.command('history', '1').stdout
    promise('upgrade', 'format %d to %d: %d of %d events unchanged, %d notice that waited told under its id, %d old documents found, %d new told, verified %s' % (
        version, now, len(events), len(events), len(waiting & set(told)), len(found), len(hook.of('document.new')), verified.returncode == 0),
        verified.returncode == 0 and waiting <= set(told) and len(found) == 4 and text and len(history.splitlines()) >= 2
        and len(hook.of('document.new')) == 3 and len(told) == len(set(told)))
