"""Notices: durable, retried, in order; one dead channel delays no other; the same id and bytes at every attempt."""
import json, os, stat, time

from conftest import article, listing, prose, wait_until


def publish(origin, n):
    rows = []
    for i in range(n):
        origin.pages['/press/%d.html' % i] = article('Notice %d to the public' % i, prose(i), '2024-05-%02d' % (i + 1))
        rows.append(('/press/%d.html' % i, 'Notice %d to the public' % i, '%d May 2024' % (i + 1)))
    origin.pages['/press/'] = listing(rows[::-1])


def script(world, name, text):
    path = os.path.join(world.folder, name)
    with open(path, 'w') as f:
        f.write('#!/bin/sh\n' + text)
    os.chmod(path, stat.S_IRWXU)
    return path


def test_a_receiver_that_was_down_gets_everything_later(world, origin, hook):
    publish(origin, 2)
    world.source('site', '/press/').start()
    wait_until(lambda: world.status()['documents'] == 2, 'the baseline')
    hook.status = 503
    publish(origin, 5)
    wait_until(lambda: world.status()['documents'] == 5, 'the new ones')
    time.sleep(1.5)
    assert hook.events == [] and world.status()['deliveries'] == 3
    hook.status = 204
    wait_until(lambda: len(hook.events) == 3, 'the notices')
    wait_until(lambda: world.status()['deliveries'] == 0, 'the marks')
    seq = [e['sequence'] for e in hook.events]
    assert seq == sorted(seq)
    world.stop()


def test_once_keeps_what_a_channel_refused_for_the_next_run(world, origin, hook):
    publish(origin, 1)
    world.source('site', '/press/').once()
    hook.status = 500
    publish(origin, 2)
    world.once(expect=3)
    assert hook.events == []
    hook.status = 200
    world.once()
    assert len(hook.events) == 1
    world.once()
    assert len(hook.events) == 1


def test_one_dead_channel_delays_no_other(world, origin, hook):
    out = os.path.join(world.folder, 'events.jsonl')
    world.channels = ['{name: dead, webhook: "http://127.0.0.1:9/", retry: [1h]}', '{name: file, file: %s}' % out,
                      '{name: hook, webhook: "%s", secret-file: %s}' % (hook.url, world.key)]
    publish(origin, 1)
    world.source('site', '/press/').start()
    wait_until(lambda: world.status()['documents'] == 1, 'the baseline')
    publish(origin, 4)
    wait_until(lambda: len(hook.events) == 3 and os.path.exists(out) and len(open(out).readlines()) == 3, 'both living channels')
    assert [json.loads(x) for x in open(out)] == sorted(hook.events, key=lambda e: e['sequence'])
    world.stop()


def test_exec_gets_the_event_on_stdin_and_its_fields_in_the_environment(world, origin, hook):
    out = os.path.join(world.folder, 'out')
    path = script(world, 'on-release', 'cat >>%s.json; printf "%%s|%%s|%%s\\n" "$PRESSWATCH_EVENT_TYPE" "$PRESSWATCH_TITLE" "$1" >>%s.env\n' % (out, out))
    world.channels = ['{name: script, exec: [%s, "a b; $(touch %s/pwned)"]}' % (path, world.folder)]
    publish(origin, 1)
    world.source('site', '/press/').once()
    origin.pages['/x.html'] = article('Evil `touch %s/pwned` $(id) title; rm' % world.folder, prose('x'))
    rows = [('/x.html', 'Evil `touch %s/pwned` $(id) title; rm' % world.folder, '3 May 2024'), ('/press/0.html', 'Notice 0 to the public', '1 May 2024')]
    origin.pages['/press/'] = listing(rows)
    world.once()
    event = json.load(open(out + '.json'))
    kind, title, arg = open(out + '.env').read().strip().split('|')
    assert kind == 'document.new' and title == event['data']['title'] and arg.startswith('a b; $(touch')
    assert not os.path.exists(os.path.join(world.folder, 'pwned'))


def test_a_failing_script_is_tried_again(world, origin, hook):
    mark = os.path.join(world.folder, 'ok')
    path = script(world, 'on-release', 'cat >/dev/null; [ -e %s ] || { echo "no room" >&2; exit 75; }\n' % mark)
    world.channels = ['{name: script, exec: [%s]}' % path]
    publish(origin, 1)
    world.source('site', '/press/').once()
    publish(origin, 2)
    world.once(expect=3)
    assert 'no room' in world.log()
    open(mark, 'w').close()
    world.once()
    assert world.once() == 0


def test_channels_hear_only_what_they_asked_for(world, origin, hook):
    out = os.path.join(world.folder, 'events.jsonl')
    world.channels = ['{name: file, file: %s, events: [new], match: "zebra OR \\"to the public\\""}' % out,
                      '{name: hook, webhook: "%s", secret-file: %s, match: zebra}' % (hook.url, world.key)]
    publish(origin, 1)
    world.source('site', '/press/').once()
    publish(origin, 3)
    world.once()
    assert len(open(out).readlines()) == 2 and hook.events == []


def test_tail_prints_the_bytes_that_were_delivered(world, origin, hook):
    publish(origin, 1)
    world.source('site', '/press/').once()
    publish(origin, 3)
    world.once()
    lines = world.command('tail', '--json', '--since', '0').stdout.splitlines()
    assert sorted(lines) == sorted(b.decode() for v in hook.bodies.values() for b in v)
    first = json.loads(lines[0])
    rest = world.command('tail', '--json', '--since', first['id']).stdout.splitlines()
    assert rest == lines[1:]
