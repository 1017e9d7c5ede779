"""Promises P21 to P28: failing machines. A tenth of each figure here, all of it with PRESSWATCH_SOAK=1 (make soak)."""
import json, os, random, shutil, signal, socket, sqlite3, subprocess, sys, threading, time

import pytest

from conftest import BIN, ROOT, article, listing, prose, wait_until

SOAK = os.environ.get('PRESSWATCH_SOAK') == '1'
ASAN = 'asan' in BIN
strace = pytest.mark.skipif(shutil.which('strace') is None or ASAN, reason='needs strace, and a build without sanitizers')


def publish(origin, n):
    rows = []
    for i in range(n):
        origin.pages['/press/%d.html' % i] = article('Report %d of the agency' % i, prose(i), '2024-06-%02d' % (i % 28 + 1))
        rows.append(('/press/%d.html' % i, 'Report %d of the agency' % i, '%d June 2024' % (i % 28 + 1)))
    origin.pages['/press/'] = listing(rows[::-1])


def answers(world):
    """A word that needs the loop alone, not the archive."""
    s = socket.socket(socket.AF_UNIX)
    s.settimeout(30)
    s.connect(os.path.join(world.folder, 'control.sock'))
    s.sendall(b'{"cmd":"nothing"}\n')
    got = s.recv(65536)
    s.close()
    return b'"ok"' in got


def crash_loop(*args):
    r = subprocess.run([sys.executable, os.path.join(ROOT, 'tools/crash_loop.py'), '--bin', BIN] + [str(a) for a in args], capture_output=True, text=True, timeout=7200)
    assert r.stdout, r.stderr
    return json.loads(r.stdout)


def figure(r):
    return ('%(ended)d ends, %(kills)d of them where it was meant, %(documents)d documents: damaged %(damaged)d, lost documents %(lost_documents)d, lost notices %(lost_notices)d, doubled documents %(doubled_documents)d, '
            'doubled under another id %(doubled_other_id)d, under the same id %(doubled_same_id)d; slowest start %(slowest_ready_ms)d ms' % r)


def test_p21_random_kills(promise):
    r = crash_loop('--rounds', 200 if SOAK else 20, '--seconds', 1.2)
    promise('P21', 'random: ' + figure(r), r['ok'])


@strace
@pytest.mark.parametrize('call', 'pwrite64 fsync fdatasync sendto unlink'.split())
def test_p21_kills_at_the_nth_system_call(promise, call):
    """A hundred points of each call, five hundred in all; a tenth of them in make check."""
    r = crash_loop('--rounds', 100 if SOAK else 10, '--syscalls', call, '--first', 1, '--step', 1 if SOAK else 7, '--seconds', 2, '--documents', 2 if SOAK else 4)
    promise('P21', '%s at n = 1..%d: ' % (call, 100 if SOAK else 64) + figure(r), r['ok'])


def test_p22_power_loss(promise):
    r = crash_loop('--rounds', 50 if SOAK else 5, '--power', '--seconds', 1.2)
    promise('P22', figure(r), r['ok'])


def test_p28_polite_end(promise):
    r = crash_loop('--rounds', 20 if SOAK else 4, '--signal', 'TERM', '--seconds', 1)
    promise('P28', 'SIGTERM: slowest stop %.1f s; %s' % (r['slowest_stop_s'], figure(r)), r['ok'] and r['slowest_stop_s'] <= 5 and r['doubled_same_id'] == 0)


@pytest.mark.skipif(os.geteuid() != 0, reason='mounts a small file system')
def test_p23_a_full_disk(world, origin, hook, promise, tmp_path):
    small = tmp_path / 'small'
    small.mkdir()
    if subprocess.run(['mount', '-t', 'tmpfs', '-o', 'size=8M', 'tmpfs', str(small)], capture_output=True).returncode != 0:
        pytest.skip('no file system may be mounted here')
    try:
        world.archive = str(small / 'archive.db')
        publish(origin, 2)
        world.source('site', '/press/').start()
        wait_until(lambda: world.status()['documents'] == 2, 'the baseline')
        f = os.open(str(small / 'ballast'), os.O_WRONLY | os.O_CREAT)
        try:
            while True:
                os.write(f, b'x' * 4096)
        except OSError:
            os.close(f)
        publish(origin, 12)
        wait_until(lambda: 'archive-failed' in world.log() or 'full' in world.log(), 'the word that the disk is full')
        time.sleep(2)
        alive = world.daemon.poll() is None and world.status() is not None
        os.unlink(str(small / 'ballast'))
        subprocess.run(['mount', '-o', 'remount,size=64M', str(small)], check=True)
        wait_until(lambda: world.status()['documents'] == 12, 'the rest, once there is room', 40)
        wait_until(lambda: len({e['data']['id'] for e in hook.of('document.new')}) == 10, 'the notices')
        subprocess.run(['mount', '-o', 'remount,ro', str(small)], capture_output=True)
        publish(origin, 14)
        time.sleep(3)
        alive = alive and world.daemon.poll() is None
        subprocess.run(['mount', '-o', 'remount,rw', str(small)], capture_output=True)
        wait_until(lambda: world.status()['documents'] == 14, 'the rest, once it may write', 40)
        whole = world.whole()
        world.stop()
        lost = 12 - len({e['data']['id'] for e in hook.of('document.new')})
    finally:
        if world.daemon is not None:
            world.kill()
        subprocess.run(['umount', '-l', str(small)])
    promise('P23', 'full and read-only disk: alive %s, lost documents 0, lost notices %d, whole %s' % (alive, lost, whole), alive and lost == 0 and whole)


def test_p24_another_process_holds_the_database(world, origin, hook, promise):
    seconds = 60 if SOAK else 12
    publish(origin, 2)
    world.source('site', '/press/').start()
    wait_until(lambda: world.status()['documents'] == 2, 'the baseline')
    other = sqlite3.connect(world.archive, timeout=20, isolation_level=None)
    other.execute('BEGIN EXCLUSIVE')
    publish(origin, 6)
    end, worst, slowest, reads = time.time() + seconds, 0, 0, 0
    while time.time() < end:
        t = time.time()
        alive = answers(world)
        worst = max(worst, time.time() - t)
        t = time.time()
        s = world.status()
        slowest = max(slowest, time.time() - t)
        assert s is not None and s['documents'] == 2
        reads += len(world.lines('list', '--json')) == 2
        time.sleep(0.2)
    assert 'counts_from' in s and 'archive_trouble' in s
    other.execute('ROLLBACK')
    other.close()
    wait_until(lambda: world.status()['documents'] == 6, 'the rest', 40)
    wait_until(lambda: len({e['data']['id'] for e in hook.of('document.new')}) == 4, 'the notices')
    world.stop()
    promise('P24', 'locked for %d s: lost 0, longest answer meanwhile %.0f ms, status %.0f ms with the last counts, %d reads by others all answered, alive %s' % (
        seconds, worst * 1000, slowest * 1000, reads, alive), alive and worst < 2 and slowest < 5)


def test_p24_a_damaged_database_is_named_and_left_alone(world, origin, hook, promise):
    publish(origin, 12)
    world.source('site', '/press/').once()
    clean = open(world.archive, 'rb').read()
    with sqlite3.connect(world.archive) as db:
        db.execute('PRAGMA wal_checkpoint(TRUNCATE)')
    clean = open(world.archive, 'rb').read()
    r = random.Random(24)
    flips = 1000 if SOAK else 25
    crashes = silent = deleted = 0
    path = os.path.join(world.folder, 'flipped.db')
    for n in range(flips):
        data = bytearray(clean)
        page = r.randrange(len(data) // 4096) * 4096
        for _ in range(r.randrange(1, 40)):
            data[page + r.randrange(4096)] ^= 1 << r.randrange(8)
        for more in ('', '-wal', '-shm'):
            if os.path.exists(path + more):
                os.unlink(path + more)
        open(path, 'wb').write(data)
        for args in (['verify'], ['list'], ['search', 'report'], ['export', '--format', 'jsonl']):
            p = subprocess.run([os.path.join(BIN, 'presswatch'), '--archive', path] + args, capture_output=True, timeout=60)
            crashes += p.returncode < 0 or p.returncode > 3 or b'Sanitizer' in p.stderr
            if args == ['verify'] and p.returncode == 0:
                silent += 1
        if n % 5 == 0:
            text = open(world.conf).read().replace(world.archive, path)
            conf = os.path.join(world.folder, 'flipped.yaml')
            open(conf, 'w').write(text)
            p = subprocess.run([os.path.join(BIN, 'presswatchd'), '--config', conf, '--once'], capture_output=True, timeout=120)
            crashes += p.returncode < 0 or p.returncode > 3
            deleted += not os.path.exists(path) or os.path.getsize(path) < len(clean)
    promise('P24', '%d damaged copies: crashes %d, files deleted or emptied %d, damage that verify did not see %d' % (flips, crashes, deleted, silent), crashes == 0 and deleted == 0)


def test_p24_verify_names_the_first_damage(world, origin, hook, promise):
    publish(origin, 3)
    world.source('site', '/press/', first_visit='announce').once()
    origin.pages['/press/0.html'] = article('Report 0 of the agency', ['Corrected. '] + prose(0), '2024-06-01')
    time.sleep(1.1)
    world.once()
    world.once()
    assert world.command('verify').returncode == 0
    with sqlite3.connect(world.archive) as db:
        db.execute('PRAGMA wal_checkpoint(TRUNCATE)')
        tables = [t for t, in db.execute("SELECT name FROM sqlite_master WHERE type = 'table'")]
    named, missed, tried = [], [], 0
    changes = [('event', "DROP TRIGGER event_is_append_only_update; UPDATE event SET body = replace(body, 'Report', 'Deport') WHERE seq = 2"),
               ('event time', 'DROP TRIGGER event_is_append_only_update; UPDATE event SET text_at = text_at + 1 WHERE seq = 1'),
               ('event gone', 'DROP TRIGGER event_is_append_only_delete; DELETE FROM delivery WHERE seq = 2; DELETE FROM event WHERE seq = 2'),
               ('raw', 'UPDATE raw SET zstd = zeroblob(length(zstd)) WHERE rowid = 1'), ('raw gone', 'DELETE FROM raw WHERE rowid = 2'),
               ('text', "UPDATE doc_text SET text = replace(text, 'e', 'a') WHERE doc_id = 2"), ('text gone', 'DELETE FROM doc_text WHERE doc_id = 2'),
               ('revision gone', 'DELETE FROM revision WHERE doc_id = 2'), ('revision', 'UPDATE revision SET text_hash = zeroblob(32) WHERE doc_id = 1'),
               ('title', "UPDATE doc_head SET title = 'Forged' WHERE doc_id = 3"), ('old text', 'UPDATE old_text SET zstd = zeroblob(length(zstd))'),
               ('old text gone', 'DELETE FROM old_text'), ('index', 'DELETE FROM search_docsize WHERE id = 1'), ('delivery', 'UPDATE delivery SET seq = 999 WHERE seq = 1'),
               ('alias', 'UPDATE alias SET doc_id = 999 WHERE doc_id = 2'), ('candidate', 'INSERT INTO candidate(source_id, key, url, found_ms) VALUES (99, 1, 1, 1)'),
               ('document gone', 'DELETE FROM doc_head WHERE doc_id = 1'), ('source gone', 'DELETE FROM source'), ('check', 'UPDATE doc_check SET doc_id = 99 WHERE doc_id = 1')]
    for what, sql in changes:
        copy = os.path.join(world.folder, 'copy%d.db' % len(named + missed))
        shutil.copy(world.archive, copy)
        try:
            with sqlite3.connect(copy) as db:
                db.execute('PRAGMA foreign_keys = OFF')
                db.executescript(sql)
        except sqlite3.Error as e:
            missed.append('%s: %s' % (what, e))
            continue
        tried += 1
        p = subprocess.run([os.path.join(BIN, 'presswatch'), '--archive', copy, 'verify'], capture_output=True, text=True, timeout=60)
        (named if p.returncode == 3 and p.stderr.strip() else missed).append(what)
    promise('P24', 'verify names %d of %d damages%s' % (len(named), tried, ', not %s' % missed if missed else ''), not missed and tried >= 18)


def test_backup_while_the_daemon_writes(world, origin, hook, promise):
    publish(origin, 5)
    world.source('site', '/press/').start()
    wait_until(lambda: world.status()['documents'] == 5, 'the baseline')
    good = 0
    for i in range(5):
        publish(origin, 6 + i)
        copy = os.path.join(world.folder, 'backup%d.db' % i)
        world.command('backup', copy)
        p = subprocess.run([os.path.join(BIN, 'presswatch'), '--archive', copy, 'verify'], capture_output=True, text=True, timeout=60)
        good += p.returncode == 0
    before = os.path.getsize(copy)
    assert world.command('backup', copy, expect=3) and os.path.getsize(copy) == before
    world.stop()
    promise('backup', '%d of 5 copies made while the daemon writes are whole, an existing file is left alone' % good, good == 5)


def test_p25_few_descriptors(world, origin, hook, promise):
    publish(origin, 40)
    world.source('site', '/press/').write()
    world.daemon = subprocess.Popen(['prlimit', '--nofile=32', os.path.join(BIN, 'presswatchd'), '--config', world.conf], stderr=open(world.log_path, 'ab'))
    ok = True
    end = time.time() + 40
    docs = 0
    while time.time() < end and docs < 40 and world.daemon.poll() is None:
        docs = (world.status() or {'documents': docs})['documents']
        time.sleep(0.2)
    ok = world.daemon.poll() is None
    if ok:
        world.stop()
    world.daemon = None
    promise('P25', '32 descriptors: alive %s, %d of 40 documents' % (ok, docs), ok and docs == 40)


FAKETIME = next((p for p in ('/usr/lib/x86_64-linux-gnu/faketime/libfaketimeMT.so.1', '/usr/lib/aarch64-linux-gnu/faketime/libfaketimeMT.so.1') if os.path.exists(p)), None)


@pytest.mark.skipif(FAKETIME is None or ASAN, reason='needs faketime, and a build without sanitizers')
def test_p26_clock_jumps(world, origin, hook, bystander, promise):
    """No burst and no silence: of each span, the visits, and the longest and shortest pause between two."""
    publish(origin, 2)
    every, span = 2, 60 if SOAK else 12
    world.source('site', '/press/', every='%ds' % every, recheck='[1h]').write()
    stamp = os.path.join(world.folder, 'time')
    open(stamp, 'w').write('+0')
    env = dict(os.environ, LD_PRELOAD=FAKETIME, FAKETIME_TIMESTAMP_FILE=stamp, FAKETIME_NO_CACHE='1', FAKETIME_DONT_FAKE_MONOTONIC='1')
    world.daemon = subprocess.Popen([os.path.join(BIN, 'presswatchd'), '--config', world.conf], env=env, stderr=open(world.log_path, 'ab'))
    wait_until(lambda: (world.status() or {}).get('documents') == 2, 'the baseline')
    counts, longest, shortest, delay = [], 0, every, 0
    for jump in ('+0', '+30d', '-30d', '+0'):
        new = stamp + '.new'
        open(new, 'w').write(jump)
        os.rename(new, stamp)
        since = time.time()
        time.sleep(span)
        at = [t for t, *_ in origin.asked('/press/') if since <= t <= since + span]
        counts.append(len(at))
        delay = max(delay, bystander.worst(since, since + span))
        longest = max([longest] + [b - a for a, b in zip([since] + at, at + [since + span])])
        shortest = min([shortest] + [b - a for a, b in zip(at, at[1:])])
    world.stop()
    # The grid of the scheduler is a second, the jitter a tenth of the pause; all else is the machine's, as a bystander sees it.
    promise('P26', 'visits in %d s at %d s apiece: steady %d, +30 d %d, -30 d %d, back %d; longest pause %.1f s, shortest %.1f s (a bystander waited %.1f s)' % (
        span, every, *counts, longest, shortest, delay),
        longest <= every + 1 + delay and shortest >= every * 0.9 - 1 - delay and not hook.of('document.new'))


def test_p27_names_that_do_not_resolve(world, origin, hook, bystander, promise):
    publish(origin, 2)
    world.source('good', '/press/', every='1s')
    n = 500 if SOAK else 60
    for i in range(n):
        world.source('dead%d' % i, 'http://host%d.invalid/' % i, every='1s')
    world.start()
    wait_until(lambda: world.status()['documents'] == 2, 'the good one', 40)
    since = time.time()
    time.sleep(8)
    until = time.time()
    at = [t for t, *_ in origin.asked('/press/') if since <= t <= until]
    longest = max(b - a for a, b in zip([since] + at, at + [until]))
    delay = bystander.worst(since, until)
    peak = world.status()['in_flight']
    assert world.stop() < 5
    promise('P27', '%d sources without DNS: the good one, due each second, visited %d times in 8 s, longest pause %.1f s (a bystander waited %.1f s), %d in flight' % (
        n, len(at), longest, delay, peak), longest <= 2 + delay and peak <= 256)


@pytest.mark.skipif(os.geteuid() != 0 or subprocess.run(['unshare', '-m', 'true'], capture_output=True).returncode != 0, reason='needs root: a resolver of its own')
def test_p27_the_network_comes_back(world, origin, hook, promise):
    """Names answer, then are silent for many intervals, then answer again: nobody storms, and all are visited within their backoff."""
    from hostile import Resolver, with_resolver
    n, every, away = (200 if SOAK else 40), 3, (60 if SOAK else 15)
    down = threading.Event()
    dns = Resolver('127.0.0.78', lambda name, kind, k: None if down.is_set() else ['127.0.0.1'] if kind == 'A' else [])
    port = origin.base.rsplit(':', 1)[1]
    try:
        publish(origin, 2)
        for i in range(n):
            world.source('s%d' % i, 'http://s%d.test:%s/press/' % (i, port), every='%ds' % every, recheck='[1h]')
        world.write()
        world.daemon = subprocess.Popen(with_resolver(world.folder, '127.0.0.78', [os.path.join(BIN, 'presswatchd'), '--config', world.conf]), stderr=open(world.log_path, 'ab'))
        hosts = lambda since: [(t, h['Host']) for t, p, _, h in list(origin.log) if p == '/press/' and t >= since]     # noqa: E731
        wait_until(lambda: len({h for _, h in hosts(0)}) == n, 'every source once', 60)
        down.set()
        time.sleep(away)
        down.clear()
        back = time.time()
        wait_until(lambda: len({h for _, h in hosts(back)}) == n, 'every source again', away * 2 + 60)
        first = {}
        for t, h in hosts(back):
            first.setdefault(h, t - back)
        peak = max(sum(a <= t < a + 1 for t in first.values()) for a in first.values())
        world.stop()
    finally:
        dns.close()
    spread = max(first.values()) - min(first.values())
    promise('P27', '%d hosts away for %d intervals of %d s and back: all visited after %.0f s (the largest backoff is that of %d s away), spread over %.1f intervals, at most %d in one second' % (
        n, away // every, every, max(first.values()), away, spread / every, peak), spread >= 0.1 * every and peak < n and max(first.values()) <= 2 * away + 20)


def test_p28_hundred_reloads_during_transfers(world, origin, hook, promise):
    publish(origin, 3)
    world.source('site', '/press/')
    for i in range(64):
        origin.pages['/slow%d' % i] = lambda h: time.sleep(2)
        world.source('slow%d' % i, '/slow%d' % i, every='1s')
    world.network = 'allow: [127.0.0.0/8], host-delay: 0s, per-host: 64, timeout: 3s'
    world.start()
    wait_until(lambda: world.status()['documents'] == 3, 'the baseline')
    count = lambda: len(os.listdir('/proc/%d/fd' % world.daemon.pid))      # noqa: E731
    for _ in range(100):
        world.daemon.send_signal(signal.SIGHUP)
        time.sleep(0.02)
    publish(origin, 5)
    wait_until(lambda: len(hook.of('document.new')) == 2, 'the notices', 30)
    world.sources = [s for s in world.sources if 'slow' not in s]
    world.write()
    world.daemon.send_signal(signal.SIGHUP)
    wait_until(lambda: world.status()['in_flight'] == 0, 'the slow ones to end', 20)
    time.sleep(1)
    after = count()
    stop = world.stop()
    promise('P28', '100 reloads during 64 transfers: lost 0, %d descriptors open after, stopped in %.1f s' % (after, stop), after < 40 and stop <= 5)
