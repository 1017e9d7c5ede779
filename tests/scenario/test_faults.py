"""Kill, reload, signals: nothing lost, nothing doubled under another id."""
import json, os, random, signal, subprocess, time

import pytest

from conftest import BIN, article, listing, prose, wait_until


def publish(origin, n, edit=0):
    rows = []
    for i in range(n):
        text = prose(i)
        if i < edit:
            text[0] = text[0].replace(' ', ' today ', 1)
        origin.pages['/press/%d.html' % i] = article('Report %d of the agency' % i, text, '2024-06-%02d' % (i % 28 + 1))
        rows.append(('/press/%d.html' % i, 'Report %d of the agency' % i, '%d June 2024' % (i % 28 + 1)))
    origin.pages['/press/'] = listing(rows[::-1])


def test_random_kills_lose_and_double_nothing(world, origin, hook):
    r = random.Random(7)
    publish(origin, 2)
    world.source('site', '/press/').start()
    wait_until(lambda: world.status() and world.status()['documents'] == 2, 'the baseline')
    n = 2
    for _ in range(10):
        n += 2
        publish(origin, n)
        time.sleep(r.random() * 3)
        world.kill()
        world.start()
    publish(origin, n, edit=2)
    wait_until(lambda: world.status() and world.status()['documents'] == n, 'all documents', 60)
    wait_until(lambda: len({e['data']['id'] for e in hook.of('document.edited')}) == 2 and len({e['data']['id'] for e in hook.of('document.new')}) == n - 2, 'all notices', 60)
    wait_until(lambda: world.status()['deliveries'] == 0, 'the outbox')
    world.stop()
    assert world.whole()
    for kind, count in (('document.new', n - 2), ('document.edited', 2)):
        assert len({e['id'] for e in hook.of(kind)}) == count     # repeats only under one id
    assert len(world.documents()) == n and all(d['revision'] == (2 if int(d['title'].split()[1]) < 2 else 1) for d in world.documents())


def test_reload_adds_and_drops_sources_and_keeps_state(world, origin, hook):
    publish(origin, 2)
    origin.pages['/other/'] = listing([('/o1.html', 'Other release number one', '1 May 2024'), ('/o2.html', 'Other release number two', '2 May 2024')])
    origin.pages['/o1.html'], origin.pages['/o2.html'] = article('Other release number one', prose('o1')), article('Other release number two', prose('o2'))
    world.source('site', '/press/').start()
    wait_until(lambda: world.status()['documents'] == 2, 'the baseline')
    world.source('other', '/other/').write()
    world.daemon.send_signal(signal.SIGHUP)
    wait_until(lambda: world.status()['documents'] == 4, 'the new source')
    assert hook.events == []
    world.sources = [s for s in world.sources if 'name: other' not in s]
    world.write()
    world.command('check')
    world.daemon.send_signal(signal.SIGHUP)
    wait_until(lambda: world.status()['sources'] == 1, 'the source to be dropped')
    publish(origin, 3)
    wait_until(lambda: hook.of('document.new'), 'the first source to go on')
    world.stop()


def test_a_bad_file_at_reload_keeps_the_running_configuration(world, origin, hook):
    publish(origin, 2)
    world.source('site', '/press/').start()
    wait_until(lambda: world.status()['documents'] == 2, 'the baseline')
    with open(world.conf, 'a') as f:
        f.write('nonsense: yes\n')
    world.daemon.send_signal(signal.SIGHUP)
    wait_until(lambda: 'nonsense' in world.log(), 'the message')
    publish(origin, 3)
    wait_until(lambda: hook.of('document.new'), 'the daemon to go on')
    world.write()
    world.stop()


def test_many_reloads_leak_no_file(world, origin, hook):
    publish(origin, 5)
    world.source('site', '/press/').start()
    wait_until(lambda: world.status()['documents'] == 5, 'the baseline')
    count = lambda: len(os.listdir('/proc/%d/fd' % world.daemon.pid))      # noqa: E731
    time.sleep(1)
    before = count()
    for _ in range(30):
        world.daemon.send_signal(signal.SIGHUP)
        time.sleep(0.02)
    wait_until(lambda: world.status() is not None, 'an answer')
    time.sleep(2)
    assert count() <= before + 8
    assert world.stop() < 5 and hook.events == []


def test_sigterm_stops_within_five_seconds_while_a_server_hangs(world, origin, hook):
    origin.pages['/slow'] = lambda h: time.sleep(30)
    world.source('slow', '/slow').start()
    wait_until(lambda: world.status()['in_flight'] >= 1, 'the request')
    assert world.stop() < 5


def test_a_truncated_page_becomes_no_revision(world, origin, hook):
    publish(origin, 2)
    world.source('site', '/press/').once()
    body = origin.pages['/press/0.html'].encode()

    def cut(h):
        import gzip
        data = gzip.compress(body)[:-20]
        h.send_response(200)
        h.send_header('Content-Type', 'text/html')
        h.send_header('Content-Encoding', 'gzip')
        h.send_header('Content-Length', str(len(data)))
        h.end_headers()
        h.wfile.write(data)

    origin.pages['/press/0.html'] = cut
    time.sleep(1.1)
    world.once(expect=None)
    assert hook.events == [] and all(d['revision'] == 1 and d['text_state'] == 'full' for d in world.documents())


@pytest.mark.skipif('asan' in BIN, reason='such builds do not seal their workers')
def test_workers_of_the_daemon_and_of_the_command_are_sealed(world, origin, hook):
    """As the kernel tells it: system call filter, no new privileges, no file but three and the pipe, limits."""
    def children(pid):
        with open('/proc/%d/task/%d/children' % (pid, pid)) as f:
            return [int(p) for p in f.read().split()]

    def sealed(pid):
        status = dict(line.split(':', 1) for line in open('/proc/%d/status' % pid) if ':' in line)
        limits = open('/proc/%d/limits' % pid).read()
        return (status['Seccomp'].strip() == '2' and status['NoNewPrivs'].strip() == '1' and len(os.listdir('/proc/%d/fd' % pid)) <= 4
                and 'Max open files            4 ' in limits and 'Max core file size        0 ' in limits)

    publish(origin, 3)
    world.source('site', '/press/').start()
    wait_until(lambda: world.status()['documents'] == 3, 'the baseline')
    assert children(world.daemon.pid)
    wait_until(lambda: all(sealed(p) for p in children(world.daemon.pid)), 'the seal of all')
    world.stop()
    # The command: a long manifest keeps its workers at work.
    page = os.path.join(world.folder, 'page.html')
    open(page, 'w').write(origin.pages['/press/0.html'])
    slow = os.path.join(world.folder, 'pages')
    with open(slow, 'w') as f:
        f.write(''.join(json.dumps({'id': str(i), 'file': page, 'url': 'https://www.example.org/%d' % i}) + '\n' for i in range(4000)))
    p = subprocess.Popen([os.path.join(BIN, 'presswatch'), 'extract', '--workers', '2', '--manifest', slow], stdout=subprocess.PIPE)
    try:
        wait_until(lambda: len(children(p.pid)) == 2, 'its workers')
        wait_until(lambda: all(sealed(c) for c in children(p.pid)), 'the seal of both')
    finally:
        p.stdout.close()
        p.kill()
        p.wait()
