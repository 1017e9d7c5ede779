"""Channels: what waits and why, a test notice, notices once more, pause and resume."""
import json, os, time

from conftest import article, listing, prose, wait_until


def publish(origin, n):
    rows = []
    for i in range(n):
        origin.pages['/press/%d.html' % i] = article('Notice %d to the public' % i, prose(i), '2024-05-%02d' % (i + 1))
        rows.append(('/press/%d.html' % i, 'Notice %d to the public' % i, '%d May 2024' % (i + 1)))
    origin.pages['/press/'] = listing(rows[::-1])


def channel(world, name):
    return next(c for c in world.lines('channels', '--json') if c['name'] == name)


def hook_channel(world, hook, **more):
    rest = ''.join(', %s: %s' % i for i in more.items())
    return '{name: hook, webhook: "%s", secret-file: %s%s}' % (hook.url, world.key, rest)


def test_channels_shows_what_waits_the_last_error_and_what_was_given_up(world, origin, hook):
    world.channels = [hook_channel(world, hook), '{name: down, webhook: "http://127.0.0.1:9/", retry: [1s]}', '{name: silent, file: x.jsonl, events: [removed]}']
    publish(origin, 2)
    world.source('site', '/press/', first_visit='announce').start()
    wait_until(lambda: len(hook.of('document.new')) == 2, 'the notices')
    wait_until(lambda: channel(world, 'down')['dead'] == 2, 'giving up')
    wait_until(lambda: channel(world, 'hook')['told'] == 3, 'that the other is told')
    assert [(c['name'], c['state']) for c in world.lines('channels', '--json')] == [('down', 'gave up'), ('hook', 'ok'), ('silent', 'idle')]
    down = channel(world, 'down')
    assert down['waiting'] == 0 and '127.0.0.1:9' in down['error'] and channel(world, 'hook')['told'] == 3
    rows = world.command('channels').stdout.splitlines()
    assert rows[0].split()[:3] == ['CHANNEL', 'KIND', 'STATE'] and len(rows) == 4
    dead = world.lines('channels', '--dead', '--json')
    assert [d['channel'] for d in dead] == ['down'] * 2 and all(d['attempts'] == 2 and d['error'] for d in dead)
    assert 'down' in world.command('status').stdout
    world.stop()


def test_a_test_notice_says_whether_the_receiver_took_it(world, origin, hook):
    out = os.path.join(world.folder, 'out')
    publish(origin, 2)      # a source that works: nobody is told of a failing one meanwhile
    world.channels = [hook_channel(world, hook), '{name: down, webhook: "http://127.0.0.1:9/"}', '{name: file, file: %s}' % out]
    world.source('site', '/press/').start()
    assert 'taken' in world.command('notify', '--test', 'hook').stdout
    assert [e['type'] for e in hook.events] == ['channel.test'] and world.status()['events'] == 0
    world.command('notify', '--test', 'file')
    assert json.loads(open(out).read())['data']['title']
    assert '127.0.0.1:9' in world.command('notify', '--test', 'down', expect=3).stderr
    assert 'no such channel' in world.command('notify', '--test', 'nobody', expect=3).stderr
    world.command('notify', 'hook', expect=2)
    world.stop()
    world.command('notify', '--test', 'hook', expect=3)


def test_what_was_given_up_is_delivered_once_more_under_the_same_id(world, origin, hook):
    hook.status = 410
    world.channels = [hook_channel(world, hook)]
    publish(origin, 3)
    world.source('site', '/press/', first_visit='announce').start()
    wait_until(lambda: channel(world, 'hook')['dead'] == 3, 'giving up')
    dead = world.lines('channels', '--dead', '--json')
    hook.status = 204
    assert '3 notices' in world.command('redeliver', '--dead').stdout
    wait_until(lambda: len(hook.events) == 3, 'the notices')
    assert {e['id'] for e in hook.events} == {d['event'] for d in dead}
    world.command('redeliver', '--dead', expect=1)
    assert '1 notice ' in world.command('redeliver', dead[0]['event']).stdout
    wait_until(lambda: len(hook.events) == 4, 'the notice')
    assert hook.events[3]['id'] == dead[0]['event']
    world.command('redeliver', '--dead', '--channel', 'nobody', expect=3)
    world.command('redeliver', 'no-such-event', expect=3)
    world.command('redeliver', expect=2)
    world.stop()


def test_an_event_can_be_sent_to_a_channel_that_never_had_it(world, origin, hook):
    world.channels = []
    publish(origin, 2)
    world.source('site', '/press/', first_visit='announce').once()
    world.channels = [hook_channel(world, hook)]
    world.start()
    world.command('redeliver', '1', expect=1)
    world.command('redeliver', '1', '--channel', 'hook')
    wait_until(lambda: len(hook.events) == 1, 'the notice')
    world.stop()


def test_a_paused_channel_holds_its_notices_over_a_restart(world, origin, hook):
    out = os.path.join(world.folder, 'out')
    world.channels = [hook_channel(world, hook), '{name: file, file: %s}' % out]
    publish(origin, 2)
    world.source('site', '/press/').start()
    wait_until(lambda: world.status()['documents'] == 2, 'the baseline')
    world.command('pause', 'hook')
    publish(origin, 4)
    wait_until(lambda: os.path.exists(out) and len(open(out).readlines()) == 2, 'the other channel')
    world.stop()
    world.start()
    time.sleep(1.5)
    assert hook.events == [] and (channel(world, 'hook')['state'], channel(world, 'hook')['waiting']) == ('paused', 2)
    world.command('resume', 'hook')
    wait_until(lambda: len(hook.events) == 2, 'the notices')
    assert [e['sequence'] for e in hook.events] == sorted(e['sequence'] for e in hook.events)
    world.command('pause', 'nobody', expect=3)
    world.stop()


def test_a_paused_source_is_not_visited_until_it_is_resumed_whatever_restarts_in_between(world, origin, hook):
    world.channels = [hook_channel(world, hook)]
    publish(origin, 2)
    origin.pages['/other/'] = listing([])
    world.source('site', '/press/').start()
    wait_until(lambda: world.status()['documents'] == 2, 'the baseline')
    assert 'paused' in world.command('pause', 'site').stdout
    publish(origin, 4)
    time.sleep(1.5)
    asked = len(origin.asked('/press/'))
    world.stop()
    world.start()
    time.sleep(2.5)
    assert len(origin.asked('/press/')) == asked and hook.events == []
    assert [s['paused'] for s in world.lines('sources', '--json')] == [True] and ' paused ' in world.command('sources').stdout
    world.command('resume', '--source', 'site')
    wait_until(lambda: len(hook.of('document.new')) == 2, 'the notices')
    world.command('pause', expect=2)
    world.command('pause', '--source', 'hook', expect=3)
    world.stop()


def test_a_storm_of_addresses_is_one_notice_and_release_tells_of_each_once(world, origin, hook):
    def many(n):
        rows = []
        for i in range(n):
            origin.pages['/press/%d.html' % i] = article('Notice %d to the public' % i, prose(i), '2024-05-01')
            rows.append(('/press/%d.html' % i, 'Notice %d to the public' % i, '1 May 2024'))
        origin.pages['/press/'] = listing(rows[::-1])
    world.channels = [hook_channel(world, hook)]
    many(3)
    world.source('site', '/press/', recheck='[]').start()
    wait_until(lambda: world.status()['documents'] == 3, 'the baseline')
    many(230)
    wait_until(lambda: hook.of('source.gap'), 'the one notice')
    assert '`presswatch release site`' in hook.of('source.gap')[0]['data']['advice']
    wait_until(lambda: world.status()['documents'] >= 100, 'some of the documents')
    assert '227 notices' in world.command('release', 'site').stdout
    wait_until(lambda: len(hook.of('document.new')) == 227, 'the notices of those that were fetched, and of the rest')
    assert len({e['data']['url'] for e in hook.of('document.new')}) == 227
    world.command('release', 'site', expect=1)
    assert '3 notices' in world.command('release', 'site', '--all').stdout
    wait_until(lambda: len(hook.of('document.new')) == 230, 'those of the first visit')
    world.stop()


def test_a_channel_that_fails_is_told_on_the_others_once_and_so_is_its_recovery(world, origin, hook):
    other = os.path.join(world.folder, 'other')
    world.channels = [hook_channel(world, hook, retry='[1s]'), '{name: other, file: %s}' % other]
    hook.status = 500
    publish(origin, 3)
    world.source('site', '/press/', first_visit='announce').start()
    wait_until(lambda: channel(world, 'hook')['dead'] == 3, 'giving up')
    told = lambda: [json.loads(line) for line in open(other) if '"type":"channel.' in line]
    wait_until(lambda: told(), 'the other channel')
    assert [(e['type'], e['data']['source'], e['data']['state']) for e in told()] == [('channel.failing', 'channel/hook', 'failing')]
    assert 'status 500' in told()[0]['data']['cause'] and 'presswatch notify --test hook' in told()[0]['data']['advice']
    world.stop()
    world.start()
    hook.status = 204
    world.command('redeliver', '--dead')
    wait_until(lambda: len(told()) == 2, 'the recovery')
    assert told()[1]['type'] == 'channel.recovered' and {e['type'] for e in hook.events} == {'document.new'}
    assert [s['name'] for s in world.lines('sources', '--json')] == ['site']
    assert world.command('verify').returncode == 0
    world.stop()


def test_match_with_a_channel_shows_what_that_channel_was_told(world, origin):
    """Kinds of event, kinds of change, sources, labels, words that an edit took out: the log asked again says what the file says."""
    publish(origin, 4)
    for i in range(4, 6):
        origin.pages['/other/%d.html' % i] = article('Other notice %d' % i, prose(i), '2024-05-%02d' % i)
    origin.pages['/other/'] = listing([('/other/%d.html' % i, 'Other notice %d' % i, '%d May 2024' % i) for i in (5, 4)])
    keys = {'all': '', 'edits': 'events: [edited], when: [number]', 'names': 'events: [edited], when: [quotation]', 'words': 'match: "title:notice NOT other"',
            'asia': 'match: "label:asia"', 'taken': 'events: [edited], match: "removed:harbours"', 'trouble': 'events: [source]', 'late': 'match: "lang:en url:press/2"'}
    world.channels = ['{name: %s, file: %s/%s.jsonl%s}' % (name, world.folder, name, more and ', ' + more) for name, more in keys.items()]
    world.source('site', '/press/', first_visit='announce', labels='[asia]')
    world.source('other', '/other/', first_visit='announce', channels='[words, asia, trouble, late]').source('gone', '/gone/').once(expect=3)
    words = prose(1)
    origin.pages['/press/1.html'] = article('Notice 1 to the public', [words[0] + ' Forty-five ships and 45 harbours.'] + words[1:], '2024-05-02')
    wait_until(lambda: world.once(expect=3) == 3 and any(d['revision'] == 2 for d in world.documents()), 'the first edit')
    origin.pages['/press/1.html'] = article('Notice 1 to the public', [words[0] + ' Forty-five ships and 45 quays.'] + words[1:], '2024-05-02')
    wait_until(lambda: world.once(expect=3) == 3 and any(d['revision'] == 3 for d in world.documents()), 'the second edit')
    told = {}
    for name in keys:
        path = os.path.join(world.folder, name + '.jsonl')
        told[name] = open(path).read() if os.path.exists(path) else ''
        assert world.command('match', '--channel', name, '--json', expect=None).stdout == told[name], name
    kinds = {name: sorted(json.loads(line)['type'] for line in text.splitlines()) for name, text in told.items()}
    assert kinds['edits'] == ['document.edited'] and kinds['taken'] == ['document.edited'] and kinds['names'] == []
    assert kinds['trouble'] == ['source.failing'] and kinds['words'].count('document.new') == 4 and len(kinds['all']) == 7
    # a query in its match's place, before the configuration is changed; and narrower still
    assert [e['subject'][-6:] for e in world.lines('match', '--channel', 'late', 'url:press/3', '--json') if e['type'] == 'document.new'] == ['3.html']
    assert len(world.lines('match', '--channel', 'all', '--source', 'site', '--lang', 'en', '--json')) == 6
    assert 'nobody' in world.command('match', '--channel', 'nobody', expect=1).stderr
    world.command('match', expect=2)
    assert '^' in world.command('match', '--channel', 'all', 'a OR (b', expect=2).stderr
