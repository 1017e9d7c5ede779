"""The same story on two sites: exact and near copies share it, forms with other facts do not, an edit makes none."""
import json, time

from conftest import article, listing, prose


def wire(origin):
    return origin.base.replace('127.0.0.1', 'localhost')


def publish(origin, folder, releases):
    """releases: (name, title, paragraphs, day), newest first."""
    for name, title, text, day in releases:
        origin.pages['/%s/%s.html' % (folder, name)] = article(title, text, '2024-03-%02d' % day)
    origin.pages['/%s/' % folder] = listing([('/%s/%s.html' % (folder, n), t, '%d March 2024' % d) for n, t, _, d in releases])


def form(place, a, b, c):
    return ['The service has issued a flood warning for %s. Levels on the river at the %s gauge reached %d.%d metres at dawn and are '
            'expected to peak at %d centimetres above the mark in the evening. Residents near the bank should move valuables to upper '
            'floors, keep away from the water and follow the instructions of the emergency services until the warning is lifted.'
            % (place, place, a, b, c)] + prose('form', 2)


def similar(world, doc_id):
    return world.lines('similar', '--json', doc_id)


def test_copies_on_another_site_are_one_story_and_forms_are_none(world, origin, hook):
    once = world.folder + '/once'
    world.channels = ['{name: hook, webhook: "%s", secret-file: %s}' % (hook.url, world.key), '{name: once, file: %s, once-per: story}' % once]
    joint, exact, plain = prose('joint', 5), prose('exact', 5), prose('plain', 5)
    first = [('p%d' % i, 'Notes of the week %d' % i, prose('old%d' % i), 1) for i in range(4)]
    publish(origin, 'press', first)
    other = [('w%d' % i, 'News of other things %d' % i, prose('wire%d' % i), 1) for i in range(4)]
    publish(origin, 'wire', other)
    world.source('ministry', '/press/', recheck='[1d]').source('wire', wire(origin) + '/wire/', recheck='[1d]').once()
    publish(origin, 'press', [('joint', 'Joint statement on the river treaty', joint, 4), ('exact', 'New harbour opens', exact, 4),
                              ('plain', 'Schools get more money', plain, 4),
                              ('flood-a', 'Flood warning for Adal', form('Adal', 4, 12, 35), 4)] + first)
    world.once()
    near = ['RIVERTON, 5 March -- ' + joint[0]] + joint[1:] + ['Contact: desk@wire.example, telephone 555 0123 4567.']
    publish(origin, 'wire', [('a', 'Two countries sign river treaty', near, 5), ('b', 'Harbour opens', exact, 5),
                             ('c', 'Budget for schools', prose('another', 5), 5),
                             ('flood-b', 'Flood warning for Bedal', form('Bedal', 6, 31, 72), 5)] + other)
    world.once()
    docs = {d['url'].split('/', 3)[3]: d for d in world.documents()}
    story = lambda name: docs[name].get('story')    # noqa: E731
    assert len(docs) == 16
    assert story('wire/a.html') == story('press/joint.html') == docs['press/joint.html']['id']
    assert story('wire/b.html') == story('press/exact.html') == docs['press/exact.html']['id']
    assert {n for n, d in docs.items() if 'story' in d} == {'wire/a.html', 'press/joint.html', 'wire/b.html', 'press/exact.html'}
    told = {e['data']['url'].split('/', 3)[3]: e['data'] for e in hook.of('document.new')}
    assert len(told) == len(hook.events) == 8
    assert [c['url'] for c in told['wire/a.html']['carriers']] == [docs['press/joint.html']['url']]
    assert told['wire/a.html']['story'] == story('wire/a.html') and 'carriers' not in told['wire/c.html']
    # the channel that wants a story once hears of all but the exact copy
    assert sorted(json.loads(line)['data']['url'].split('/', 3)[3] for line in open(once)) == sorted(set(told) - {'wire/b.html'})
    assert world.command('match', '--channel', 'once', '--json').stdout == open(once).read()
    # shown, not made one
    how = {s['url'].split('/', 3)[3]: s for s in similar(world, docs['wire/flood-b.html']['id'])}
    assert how['press/flood-a.html']['relation'] == 'form' and not how['press/flood-a.html']['same_story']
    how = {s['url'].split('/', 3)[3]: s for s in similar(world, docs['wire/a.html']['id'])}
    assert how['press/joint.html']['relation'] == 'near' and how['press/joint.html']['same_story']


def test_a_small_edit_is_a_revision_and_no_story(world, origin, hook):
    text = prose('edit', 4)
    publish(origin, 'press', [('a', 'Talks on trade', text, 2), ('b', 'Another thing', prose('b', 4), 1)])
    world.source('ministry', '/press/', recheck='[1s]').once()
    text[1] = text[1].replace('.', ' and seven words were added to this here.')
    publish(origin, 'press', [('a', 'Talks on trade', text, 2), ('b', 'Another thing', prose('b', 4), 1)])
    time.sleep(1.1)
    world.once()
    assert [e['type'] for e in hook.events] == ['document.edited']
    assert all('story' not in d for d in world.documents()) and len(world.documents()) == 2
