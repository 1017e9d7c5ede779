"""Looking back: earlier texts, the words that edits took out, the archive as it was, and names with several spellings."""
import json, time

import pytest

from conftest import article, listing, prose, wait_until

FIRST = ['The sanctions will not be lifted before the summer, the minister said in Viet Nam.'] + prose('a')
SECOND = ['The sanctions will be lifted before the summer, the minister said in Viet Nam.'] + prose('a')


@pytest.fixture
def edited(world, origin):
    origin.pages['/p/1'] = article('Sanctions stay in place', FIRST, '2023-02-09')
    origin.pages['/p/2'] = article('Fisheries', prose('b'), '2023-02-08')
    origin.pages['/p/'] = listing([('/p/1', 'Sanctions stay in place', '2023-02-09'), ('/p/2', 'Fisheries', '2023-02-08')])
    world.head = 'spellings: [[Fisheries, Fishing grounds]]\n'
    world.source('mofa', '/p/', first_visit='announce')
    world.channels = ['{name: care, file: care.jsonl, match: "removed:not"}']
    world.once()
    world.between = time.time() + 1
    time.sleep(2.1)
    origin.pages['/p/1'] = article('Sanctions stay in place', SECOND, '2023-02-09')
    wait_until(lambda: world.once() == 0 and any(d['revision'] == 2 for d in world.documents()), 'the edit')
    return world


def test_earlier_texts_and_removed_words(edited):
    ident = next(d['id'] for d in edited.documents() if d['revision'] == 2)
    edited.command('search', '"will not be lifted"', expect=1)
    hit, = edited.lines('search', '--json', '"will not be lifted" in:revisions')
    assert hit['id'] == ident and hit['found_in'] == 1 and hit['revision'] == 2 and '«will not be lifted»' in hit['snippet']
    hit, = edited.lines('search', '--json', 'removed:not')
    assert hit['id'] == ident and '«not»' in hit['snippet']
    assert edited.lines('search', '--json', 'removed:summer', expect=1) == []
    assert 'in revision 1 of 2' in edited.command('search', 'removed:not').stdout
    for command in ('list', 'export'):
        assert [d['id'] for d in edited.lines(command, *(['--json'] if command == 'list' else []), 'removed:not')] == [ident]
    assert [d['id'] for d in edited.lines('list', '--json', 'changed:%s' % time.strftime('%Y', time.gmtime()))] == [ident]
    # A channel is told by what an edit took out, and of nothing else.
    told = [json.loads(line) for line in open(edited.folder + '/care.jsonl')]
    assert [e['type'] for e in told] == ['document.edited'] and told[0]['data']['id'] == ident
    edited.command('verify')


def test_the_archive_as_it_was(edited):
    then = time.strftime('%Y-%m-%dT%H:%M:%SZ', time.gmtime(edited.between))
    ident = next(d['id'] for d in edited.documents() if d['revision'] == 2)
    assert 'not be lifted' in edited.command('show', ident, '--at', then).stdout
    assert 'not be lifted' not in edited.command('show', ident).stdout
    assert len(edited.lines('history', ident, '--json', '--at', then)) == 1
    docs = {d['id']: d for d in edited.lines('export', '--at', then)}
    assert len(docs) == 2 and docs[ident]['revision'] == 1 and 'not be lifted' in docs[ident]['text']
    assert len(edited.lines('search', '--json', '"not be lifted"', '--at', then)) == 1
    assert edited.lines('list', '--json', '--at', '2001-01-01', expect=1) == []
    assert 'was not known yet' in edited.command('show', ident, '--at', '2001-01-01', expect=1).stderr
    edited.command('show', ident, '--at', then, '--revision', '1', expect=2)


def test_names_are_found_in_all_their_spellings(edited):
    for query in ('vietnam', 'Việt Nam', 'viet nam', '"in Vietnam"', 'minister Vietnam summer', 'vietnam OR nothing'):
        assert len(edited.lines('search', '--json', query)) == 1, query
    assert len(edited.lines('search', '--json', '"fishing grounds"')) == 1 and len(edited.lines('list', '--json', 'fishing grounds')) == 1
    edited.head = 'spellings: [[one]]\n'
    edited.write()
    assert 'spellings' in edited.command('check', expect=1).stdout


def test_the_log_of_looking(edited, origin):
    rows = edited.lines('visits', 'mofa', '--json')
    first, total = rows[0], sum(r['count'] for r in rows)
    assert first['outcome'] == 'read' and first['status'] == 200 and first['new'] == 2 and first['bytes'] > 0
    assert total == edited.lines('sources', '--json', 'mofa')[0]['visits'] == len(origin.asked('/p/'))
    for _ in range(3):
        edited.once()
    assert [r['outcome'] for r in edited.lines('visits', 'mofa', '--json')][-1] == 'unchanged'
    origin.pages['/p/'] = (503, {}, b'')
    edited.once(expect=3)
    rows = edited.lines('visits', 'mofa', '--json')
    assert sum(r['count'] for r in rows) == total + 4 and rows[-1]['outcome'] == 'failed' and rows[-1]['status'] == 503 and '503' in rows[-1]['reason']
    assert 'failed' in edited.command('visits', 'mofa').stdout
    assert len(edited.lines('visits', 'mofa', '--json', '--limit', '1')) == 1
    edited.command('visits', 'nobody', expect=1)
    edited.command('visits', 'mofa', '--since', '2100-01-01', expect=1)
