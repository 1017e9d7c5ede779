"""Promises P23 and P25: the n-th call or allocation fails. What is counted first is then failed at points spread over all of it: a
tenth of the points here, all of them with PRESSWATCH_SOAK=1 (make soak). In a sanitized build the allocations are the only ones
that fail, and what is lost of memory at an orderly end is counted too."""
import collections, os, re, shutil, sqlite3, subprocess, time

import pytest

from conftest import BIN, article, listing, prose

SOAK = os.environ.get('PRESSWATCH_SOAK') == '1'
ASAN = 'asan' in BIN
FAIL_ALLOC = os.path.join(BIN, 'tests/faults/fail_alloc.so')
FOUND = 99          # the status of a sanitizer that found something


def publish(origin, n, edits=0):
    rows = []
    for i in range(n):
        text = prose(i)
        if i == 0 and edits:
            text = ['Corrected %d times, the agency says in a note today.' % edits] + text
        origin.pages['/press/%d.html' % i] = article('Report %d of the agency' % i, text, '2024-06-%02d' % (i % 28 + 1))
        rows.append(('/press/%d.html' % i, 'Report %d of the agency' % i, '%d June 2024' % (i % 28 + 1)))
    origin.pages['/press/'] = listing(rows[::-1])


def spread(first, last, points):
    """That many numbers from first to last, or all of them where there are fewer."""
    points = min(points, last - first + 1)
    return [first + i * (last - first) // max(points - 1, 1) for i in range(points)]


def settle(world, want, hook):
    """Healthy runs: everything published is archived and told. Returns what is missing, and what was told under two ids."""
    for _ in range(4):
        time.sleep(1.1)
        with sqlite3.connect(world.archive) as db:
            db.execute('UPDATE candidate SET not_before_ms = 0')
        world.once(expect=None)
    docs, told = {d['url'] for d in world.documents()}, hook.of('document.new')
    return want - len(docs), want - len({e['data']['url'] for e in told}), len({e['id'] for e in told}) - len({e['data']['url'] for e in told})


# ---- system calls ----

def counted(lines):
    """How often each call was made by the process that made it most: strace counts them so. {name: n}"""
    by = collections.Counter(tuple(re.match(r'(\d+) +(\w+)\(', line).groups()) for line in lines if re.match(r'\d+ +\w+\(', line))
    return {name: max(n for (_, other), n in by.items() if other == name) for _, name in by}


def under_strace(world, calls, *more):
    """A daemon that makes one round; returns its status, and what strace wrote."""
    lines = os.path.join(world.folder, 'strace')
    world.write()
    r = subprocess.run(['strace', '-f', '-qq', '-o', lines, '-e', 'trace=' + calls, *more, os.path.join(BIN, 'presswatchd'), '--config', world.conf, '--once'],
                       stderr=open(world.log_path, 'ab'), timeout=120)
    with open(lines, errors='replace') as f:
        return r.returncode, f.read().splitlines()


def before_main(world, calls):
    """The same for what is done before main(): what fails there is the loader's matter."""
    lines = os.path.join(world.folder, 'strace')
    subprocess.run(['strace', '-f', '-qq', '-o', lines, '-e', 'trace=' + calls, os.path.join(BIN, 'presswatchd'), '--version'], stdout=subprocess.DEVNULL)
    return counted(open(lines))


@pytest.mark.skipif(shutil.which('strace') is None or ASAN, reason='needs strace, and a build without sanitizers')
@pytest.mark.parametrize('name, error, calls', [('P23', 'ENOSPC', 'pwrite64'), ('P23', 'EIO', 'fsync,fdatasync'), ('P23', 'EIO', 'pread64'),
                                                ('P25', 'EMFILE', 'openat,socket,accept4,pipe2,eventfd2'), ('P25', 'ENOMEM', 'mmap,brk,clone,clone3')])
def test_the_nth_system_call_fails(world, origin, hook, promise, name, error, calls):
    """In each round there is something new and an edit; n goes over the calls that such a round makes after main() began."""
    publish(origin, 3)
    world.source('site', '/press/', first_visit='announce', recheck='[1s]', confirm='0s').once()
    first, want = before_main(world, calls), 4
    publish(origin, 4, edits=1)
    time.sleep(1.1)
    made = counted(under_strace(world, calls)[1])
    every = [(call, n) for call in sorted(made) for n in range(first.get(call, 0) + 1, made[call] + 1)]
    hit, codes, damaged = 0, collections.Counter(), 0
    points = [every[i] for i in spread(0, len(every) - 1, 100 if SOAK else 8)]
    for call, n in points:
        want += 1
        publish(origin, want, edits=want)
        how = 'retval=0' if call == 'brk' else 'error=' + error     # the kernel answers brk() with a place, never with a number of an error
        code, lines = under_strace(world, call, '-e', 'inject=%s:%s:when=%d..%d' % (call, how, n, n + 2))
        hit += any('INJECTED' in line for line in lines)
        codes[code] += 1
        damaged += not world.whole()
    crashes = sum(k for c, k in codes.items() if c < 0 or c > 3)
    lost, untold, twice = settle(world, want, hook)
    promise(name, '%s at %d points of %d calls of %s, %d of them met: crashes %d, damaged %d, ends %s; then lost documents %d, lost notices %d, told under two ids %d' % (
        error, len(points), len(every), calls, hit, crashes, damaged, dict(codes), lost, untold, twice),
        crashes == damaged == lost == untold == twice == 0 and 2 * hit >= len(points))


# ---- allocations ----

class Failing:
    """Runs of one program in which an allocation fails."""

    def __init__(self, world, argv, begin):
        self.world, self.argv, self.begin, self.codes, self.hit, self.deaths = world, argv, begin, collections.Counter(), 0, []
        self.log = os.path.join(world.folder, 'failing')

    def run(self, **more):
        env = dict(os.environ, LD_PRELOAD=FAIL_ALLOC, **more)
        if self.begin:
            env['FAIL_ALLOC_FROM'] = self.begin
        if ASAN:
            env['ASAN_OPTIONS'] = 'verify_asan_link_order=0:detect_leaks=1:allocator_may_return_null=1:exitcode=%d' % FOUND
        with open(self.log, 'wb') as log:
            return subprocess.run(self.argv, env=env, stdout=subprocess.DEVNULL, stderr=log, timeout=120).returncode

    def count(self):
        path = os.path.join(self.world.folder, 'count')
        self.run(FAIL_ALLOC_COUNT=path)
        return int(open(path).read())

    def fail(self, n, lasting, key='FAIL_ALLOC'):
        code = self.run(**{key: '%d%s' % (n, '+' if lasting else '')})
        said = open(self.log, errors='replace').read()
        self.codes[code] += 1
        if code < 0 or code > 3 or re.search(r'Sanitizer|worker died \(SIG(?!KILL|PROF)', said):
            self.deaths.append((n, lasting, code, said[-6000:]))
            with open(self.world.log_path, 'a') as log:
                log.write('---- allocation %d%s: status %d\n%s\n' % (n, '+' if lasting else '', code, said))

    def figure(self, what, points, last):
        return '%s: %d points of %d, crashes%s %d%s, ends %s' % (what, len(points), last, ' and leaks' if ASAN else '', len(self.deaths),
                                                                 ' at %s' % [(n, c) for n, _, c, _ in self.deaths] if self.deaths else '', dict(self.codes))


@pytest.mark.skipif(not os.path.exists(FAIL_ALLOC), reason='needs make faults')
@pytest.mark.parametrize('what', ['start', 'visit, store, revise and notify', 'workers', 'search'])
def test_p25_the_nth_allocation_fails(world, origin, hook, promise, what):
    """By turns once and from there on: the program goes on or ends in order, and the archive is whole."""
    publish(origin, 3)
    world.source('site', '/press/', first_visit='announce', recheck='[1s]', confirm='0s').once()
    begin = 'socket' if what.startswith('visit') else None
    argv = [os.path.join(BIN, 'presswatchd'), '--config', world.conf, '--once']
    if what == 'search':
        argv = [os.path.join(BIN, 'presswatch'), '--config', world.conf, 'search', 'report', 'OR', 'harbour*', 'NOT', 'minister', 'title:agency']
    failing = Failing(world, argv, begin)
    want, damaged = 4, 0
    publish(origin, want, edits=1)
    last = 200000 if what == 'workers' else failing.count()
    many = {'start': 80, 'workers': 60, 'search': 200}.get(what, 400)
    points = spread(1, last, many if SOAK else many // 10)
    if what == 'workers':       # most of it is made ready before the first page
        points = sorted({int(last ** (i / len(points))) for i in range(len(points))})
    for i, n in enumerate(points):
        if what != 'search' and i % 4 == 0:
            want += 1
            publish(origin, want, edits=want)
        failing.fail(n, i % 2 == 1, 'FAIL_ALLOC_WORKERS' if what == 'workers' else 'FAIL_ALLOC')
        damaged += i % 8 == 0 and not world.whole()
    lost, untold, twice = settle(world, want, hook)
    verified = world.command('verify', expect=None).returncode == 0
    for death in failing.deaths[:3]:
        print('allocation %d%s, status %d:\n%s' % (death[0], '+' if death[1] else '', death[2], death[3]))
    promise('P25', 'the n-th allocation fails, %s; damaged %d, then lost %d, untold %d, told under two ids %d, archive verified %s' % (
        failing.figure(what, points, last), damaged, lost, untold, twice, verified),
        not failing.deaths and damaged == lost == untold == twice == 0 and verified)
