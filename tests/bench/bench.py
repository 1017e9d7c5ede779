#!/usr/bin/env python3
"""Ours beside the floors, in one run: metric, floor, ours, ratio, goal. Machine speed cancels in the ratios; CPU time is counted, wall
time only where a delay is the point.   bench.py --bin BUILD [--work DIR] [--mode quick|full] [--parts "checks cold ..."]"""
import argparse
import json
import os
import re
import shutil
import statistics
import sys
import threading
import time

import proc
from long import Long
from parts import Parts
from proc import WRITTEN_S, Daemon, Origin, build_all, run
from wires import Wires

SITEMAP = ', kind: sitemap, exclude: ["/a/"], robots: ignore'
LISTING = ', kind: listing, exclude: ["/a/"], robots: ignore'
FEED = ', kind: feed, exclude: ["/a/"], robots: ignore'


class Bench(Parts, Wires, Long):
    def __init__(self, args):
        self.work, self.bin, self.full = os.path.abspath(args.work), os.path.abspath(args.bin), args.mode == 'full'
        os.makedirs(self.work, exist_ok=True)
        self.tools = build_all(self.work)
        self.rows = []

    def row(self, metric, unit, floor, ours, must, aim, ratio_must=None, note=''):
        """must and aim as people read them; ratio_must: a number the ratio (or, without floor, ours) is held against."""
        ratio = ours / floor if floor else None
        held = None if ratio_must is None else (ratio if floor else ours) <= ratio_must
        self.rows.append(dict(metric=metric, unit=unit, floor=floor, ours=ours, ratio=ratio, must=must, aim=aim, reached=held, note=note))
        print('  %-58s %s' % (metric, note), flush=True)

    # ---- floors ----------------------------------------------------------------------------------------------------

    def fetch_floor(self, origin, mode, n=None):
        out = run([self.tools['fetch'], origin.base, n or origin.n, 64, 1, mode])
        return float(re.search(r'([\d.]+) us cpu/req', out).group(1))

    def state_floor(self):
        out = run([self.tools['state'], 10000, 20000], cwd=self.work)
        return float(re.search(r'NORMAL batch +100: +([\d.]+) us cpu', out).group(1))

    def parse_floor(self, origin, path, mode='walk'):
        import urllib.request
        page = os.path.join(self.work, 'page')
        with urllib.request.urlopen(origin.url(0, path)) as r, open(page, 'wb') as f:
            f.write(r.read())
        return float(re.search(r'([\d.]+) us/page', run([self.tools['parse'], page, 300, mode])).group(1))

    # ---- unchanged checks ----------------------------------------------------------------------------------------------

    def sources(self, origin, n, more, path=''):
        return [('s%d' % i, origin.url(i, path), more) for i in range(n)]

    def rounds(self, daemon, origin, n, floor):
        """Rounds of ours and of the floor in turn: medians in us a check."""
        ours, floors = [], []
        done = daemon.status()['visits']
        for _ in range(3 if self.full else 1):
            origin.ctl('reset')
            before = daemon.cost()
            daemon.ask(cmd='poll', all=True)
            daemon.visited(done + n)
            done += n
            time.sleep(WRITTEN_S)
            used = daemon.cost().since(before)
            stats = origin.ctl('stats')
            ours.append((used['process'] + used['workers']) / n * 1e6)
            floors.append(floor())
        return statistics.median(ours), statistics.median(floors), stats

    def checks(self):
        state = self.state_floor()
        small = None
        for n, hosts, name in ((1000, 0, '1,000 sources, one host'), (10000, 0, '10,000 sources, one host'),
                               (10000, 1000, '10,000 sources, 1,000 hosts')):
            origin = Origin(self.tools['origin'], n, hosts)
            daemon = Daemon(self.bin, self.work + '/d', self.sources(origin, n, SITEMAP, 'sitemap.xml'))
            try:
                daemon.start().visited(n)
                ours, floor, stats = self.rounds(daemon, origin, n, lambda: self.fetch_floor(origin, 'hosts' if hosts else 'cond'))
                share = stats['conditional'] / max(stats['requests'], 1)
                self.row('unchanged check (304), ' + name, 'us', floor + state, ours, '<= 2 x floor' if hosts else '<= 5 x floor', '<= 1.3 x' if hosts
                         else '<= 2.5 x', 2 if hosts else 5, '%.0f %% conditional, %d connections' % (100 * share, stats['connections']))
                if n == 1000:
                    small = ours
                elif not hosts:
                    self.row('check at 10,000 against 1,000 sources', 'us', small, ours, '<= 1.2 x', '<= 1.05 x', 1.2)
            finally:
                daemon.close()
                origin.close()
        self.no_validators(1000 if self.full else 300)

    def no_validators(self, n):
        for name, ctl, must in (('unchanged page without validators', 'set?val=0', 3), ('unchanged page with a volatile token', 'set?val=0&churn=1', 2)):
            origin = Origin(self.tools['origin'], n)
            origin.ctl(ctl)
            daemon = Daemon(self.bin, self.work + '/d', self.sources(origin, n, LISTING))
            try:
                daemon.start().visited(n)
                walk = self.parse_floor(origin, '') if 'churn' in ctl else 0
                ours, floor, _ = self.rounds(daemon, origin, n, lambda: self.fetch_floor(origin, 'full'))
                self.row(name, 'us', floor + walk, ours, '<= %d x' % must, '<= 1.5 x' if must == 3 else '<= 1.2 x', must,
                         '%d events' % daemon.status()['events'])
            finally:
                daemon.close()
                origin.close()

    # ---- cold rounds ---------------------------------------------------------------------------------------------------------

    def cold(self):
        n = 3000 if self.full else 1000		# so many that the start of daemon and workers is a small part
        for name, more, path, mode in (('cold round, HTML listings alone, a source', LISTING, '', 'walk'), ('cold round, RSS feeds alone, a source', FEED, 'feed.xml', 'reader')):
            origin = Origin(self.tools['origin'], n)
            daemon = Daemon(self.bin, self.work + '/d', self.sources(origin, n, more, path))
            try:
                floor = self.fetch_floor(origin, 'full') + self.parse_floor(origin, path, mode) + 100
                daemon.start().visited(n)
                c = daemon.cost()
                self.row(name, 'us', floor, (c.process + c.workers) / n * 1e6, '<= 2.5 x', '<= 1.3 x', 2.5)
            finally:
                daemon.close()
                origin.close()
        self.cold_articles(300 if self.full else 60)

    def cold_articles(self, n):
        origin = Origin(self.tools['origin'], n)
        daemon = Daemon(self.bin, self.work + '/d', self.sources(origin, n, ', kind: listing, robots: ignore'))
        try:
            floor = self.fetch_floor(origin, 'full') + self.parse_floor(origin, 'a/7.html') + 50 + self.ingest_floor(3000)
            daemon.start().visited(n)
            done = daemon.quiet()['documents']
            c = daemon.cost()
            self.row('cold round with 20 articles a source, an article', 'us', floor, (c.process + c.workers) / done * 1e6, '<= 2.5 x', '<= 1.5 x', 2.5,
                     'loop %.0f, writer %.0f, workers %.0f us; %d documents' % (c.loop / done * 1e6, (c.process - c.loop) / done * 1e6,
                                                                              c.workers / done * 1e6, done))
        finally:
            daemon.close()
            origin.close()

    # ---- memory, idle, start, reload --------------------------------------------------------------------------------------

    def idle(self):
        n = 10000
        origin = Origin(self.tools['origin'], n, 1000)
        try:
            base = self.kept(origin, 10, False)
            full = self.kept(origin, n)
        finally:
            origin.close()
        out = run([self.tools['idle'], n, 'tick', 8, 600])
        tick_cpu = float(re.search(r'cpu ([\d.]+) ms/s', out).group(1))
        self.row('peak RSS, cold round, 10,000 sources', 'MB', None, full['peak'] / 1024, '<= 64 MB', '<= 40 MB', 64)
        self.row('memory a further idle source', 'B', None, (full['rss'] - base['rss']) * 1024 / (n - 10), '<= 1,024 B', '<= 400 B', 1024)
        self.row('idle, 10,000 sources: wake-ups', '1/s', None, full['wakeups'], '<= 1.2/s', '<= 0.2/s', 1.25)
        self.row('idle, 10,000 sources: CPU', 'ms/s', None, full['idle_ms'], '<= 0.2 ms/s', '<= 0.02 ms/s', 0.2, 'floor with a 1 s tick: %.2f' % tick_cpu)
        self.row('start with 10,000 sources: CPU', 'ms', None, full['start_ms'], '<= 250 ms', '<= 60 ms', 250)
        self.row('reload of 10,000 sources: CPU', 'ms', None, full['reload_ms'], '<= 250 ms', '<= 50 ms', 250)

    def kept(self, origin, n, whole=True):
        """A daemon that visited all its sources, then one that starts with what that left; not whole: its memory alone."""
        sources = self.sources(origin, n, SITEMAP, 'sitemap.xml')
        daemon = Daemon(self.bin, self.work + '/d', sources)
        got = {}
        try:
            daemon.start().visited(n)
            got['peak'] = daemon.rss_kb('VmHWM')
        finally:
            daemon.close()
        daemon = Daemon(self.bin, self.work + '/d', sources, keep=True)
        try:
            daemon.start()
            time.sleep(1.5)
            at = daemon.cost()
            got['start_ms'], got['rss'] = at.process * 1e3, daemon.rss_kb()
            if not whole:
                return got
            idle = 20 if self.full else 10
            time.sleep(idle)
            used = daemon.cost().since(at)
            got['wakeups'], got['idle_ms'] = used['wakeups'] / idle, used['process'] / idle * 1e3
            at = daemon.cost()
            daemon.ask(cmd='reload')
            time.sleep(1)
            got['reload_ms'] = daemon.cost().since(at)['process'] * 1e3
        finally:
            daemon.close()
        return got

    # ---- 10,000 sources each minute: latency, schedule, CPU, memory --------------------------------------------------------

    def latency(self):
        n, seconds, every = (10000, 180, 60) if self.full else (2500, 20, 15)	# as many checks a second, in a quarter of the time
        log, told = os.path.join(self.work, 'origin.log'), os.path.join(self.work, 'told.jsonl')
        if os.path.exists(told):
            os.remove(told)
        origin = Origin(self.tools['origin'], n, 1000, log)
        origin.ctl('set?delay=200')
        old = ', kind: sitemap, exclude: ["/a/([0-9]|1[0-9]|20).html"], robots: ignore'
        daemon = Daemon(self.bin, self.work + '/d', self.sources(origin, n, old, 'sitemap.xml'), every='%ds' % every,
                        channels='- {name: told, file: "%s", events: [new]}\n' % told)
        arrived = []
        stop = threading.Event()

        def watch():
            seen = 0
            while not stop.wait(0.005):
                if os.path.exists(told):
                    with open(told, 'rb') as f:
                        f.seek(seen)
                        data = f.read()
                    end = data.rfind(b'\n') + 1
                    for line in data[:end].splitlines():
                        arrived.append((time.time(), json.loads(line)['data']['url']))
                    seen += end
        thread = threading.Thread(target=watch)
        try:
            daemon.start().visited(n)
            time.sleep(every)		# the rounds spread out
            thread.start()
            before, started = daemon.cost(), time.time()
            while time.time() - started < seconds:
                last = time.time()
                origin.ctl('publish?pm=%d' % (1 if self.full else 5))
                time.sleep(5)
            used = daemon.cost().since(before)
            took = time.time() - started
            rss = daemon.rss_kb('VmHWM')
            time.sleep(max(0, last + every + 4 - time.time()))
            origin.ctl('stats')
        finally:
            stop.set()
            daemon.close()
            origin.close()
            if thread.ident:
                thread.join()
        self.judge_latency(log, arrived, started, n, every, used, took, rss)

    def judge_latency(self, log, arrived, started, n, every, used, took, rss):
        published, answered, gaps, last = {}, {}, [], {}
        with open(log) as f:
            for line in f:
                p = line.split()
                at = int(p[0]) / 1e6
                if p[1] == 'P':
                    published['/s/%s/a/%s.html' % (p[2], p[3])] = at
                elif p[5].endswith('sitemap.xml'):
                    if p[5] in last and at > started:
                        gaps.append(at - last[p[5]])
                    last[p[5]] = at
                    if p[1] == '200':
                        answered.setdefault(p[5][:-len('sitemap.xml')], []).append(at + 0.2)
        paths = [(t, '/' + u.split('/', 3)[3]) for t, u in arrived]
        waits, whole = [], []
        for t, path in paths:
            before = [a for a in answered.get(path.split('a/')[0], ()) if a <= t]
            if before and path in published:
                waits.append(t - before[-1])
                whole.append(t - published[path])
        def p95(v):
            return sorted(v)[int(len(v) * 0.95)] if v else float('nan')
        missed, twice = len(set(published) - {p for _, p in paths}), len(paths) - len({p for _, p in paths})
        self.row('listing answer to notification, 200 ms latency, p95', 'ms', None, p95(waits) * 1e3, '<= 450 ms', '<= 250 ms', 450,
                 '%d published, %d missed, %d twice; p50 %.0f ms' % (len(published), missed, twice, statistics.median(waits) * 1e3 if waits else -1))
        self.row('publication to notification, each source every %d s, p95' % every, 's', None, p95(whole), '<= %d s' % (every + 1), '', every + 1)
        self.row('schedule: gap beyond the interval, p95', 's', None, max(0, p95(gaps) - every), '<= 2 s', '<= 1 s', 2)
        self.row('%d sources each %d s: CPU of one core' % (n, every), '%', None, (used['process'] + used['workers']) / took * 100, '<= 10 %', '', 10)
        self.row('%d sources each %d s: peak RSS' % (n, every), 'MB', None, rss / 1024, '<= 64 MB', '', 64)

    # ---- archive -------------------------------------------------------------------------------------------------------------

    def ingest_floor(self, n):
        for end in ('', '-wal', '-shm'):
            if os.path.exists(self.work + '/floor.db' + end):
                os.remove(self.work + '/floor.db' + end)
        out = run([self.tools['archive'], 'ingest', self.work + '/floor.db', 0, n, 100, 'normal', 'full', 'uni', 0, 'en'], env=dict(os.environ, PAGE='16384'))
        self.floor_bytes = float(re.search(r'= (\d+) B/doc', out).group(1))
        return float(re.search(r'\(([\d.]+) us cpu each', out).group(1))

    def archive(self):
        n = 1000000 if self.full else 10000
        tools = os.path.join(self.bin, 'tests/bench')
        path = self.work + '/archive.db'
        ours, floors = [], []
        for _ in range(2):
            floors.append(self.ingest_floor(6000))
            self.forget(path)
            got = json.loads(run([tools + '/fill_archive', path, 6000, '--lang', 'en']))
            ours.append(got['put_us'] + got['index_us'])
        self.row('ingest of a 4 KB document', 'us', min(floors), min(ours), '<= 2.5 x (0.4 x rate)', '<= 1.33 x', 2.5,
                 'longest commit %.0f ms, index step %.0f ms (writer thread)' % (got['longest_commit_ms'], got['longest_index_step_ms']))
        self.forget(path)
        got = json.loads(run([tools + '/fill_archive', path, n]))
        self.row('archive bytes a document / bytes of its text', 'B', got['text_bytes'], got['file_bytes'], '<= 2.2 x', '<= 1.9 x', 2.2)
        near = run([self.tools['neardup'], n, 2000], cwd=self.work)
        near_ms = float(re.search(r'SQLite, 4 bands, K<=3: +([\d.]+) us', near).group(1)) / 1e3
        self.search_floor(n)
        for line in run([tools + '/ask_archive', path, 40]).splitlines():
            got = json.loads(line)
            if got['class'] == 'near duplicates, look-up alone':
                self.row(got['class'], 'ms', near_ms, got['p50_ms'], '<= 3 x', '<= 1.2 x', 3, 'p95 %.3f ms' % got['p95_ms'])
            elif got['class'].startswith('near'):
                self.row(got['class'], 'ms', None, got['p50_ms'], '', '', None, 'p95 %.2f ms' % got['p95_ms'])
            else:
                floor = self.floor_search.get(got['class'])
                limit = 50 if got['class'] != 'newest' else 2
                self.row('search: %s, p95' % got['class'], 'ms', None, got['p95_ms'], '<= 1.3 x floor, 500 ms', '<= %d ms' % limit, limit if not floor else
                         max(limit, 1.3 * floor), 'floor %.1f; found %.1f' % (floor, got['found']) if floor else 'found %.1f' % got['found'])

    def search_floor(self, n):
        """The same classes on an archive of the floor; in full mode too of a tenth only, for its cost is known to grow with hits."""
        names = {'rare 1 word': 'rare word', 'mid 1 word': 'mid word', 'common 1 word': 'common word', '2 mid words AND': 'two mid words',
                 '2 common AND': 'two common words', 'phrase of 2 common': 'phrase of common words'}
        self.floor_search = {}
        if not self.full:
            self.ingest_floor(min(n, 10000))
        else:
            self.ingest_floor(100000)
        for line in run([self.tools['archive'], 'query', self.work + '/floor.db', 15]).splitlines():
            m = re.match(r'(.{20}) (.{30}) cpu p50 +[\d.]+ p95 +([\d.]+) ms', line)
            if m and m.group(2).startswith('bm25 weights') and m.group(1).strip() in names:
                self.floor_search[names[m.group(1).strip()]] = float(m.group(3))

    def forget(self, path):
        for end in ('', '-wal', '-shm', '-lock'):
            if os.path.exists(path + end):
                os.remove(path + end)

    # ---- the table --------------------------------------------------------------------------------------------------------------

    def tell(self):
        def num(v):
            return '-' if v is None else '%.3g' % v if v < 1000 else '%d' % v
        print('\n| metric | floor | ours | ratio | MUST | AIM | reached | note |\n|---|---|---|---|---|---|---|---|')
        for r in self.rows:
            print('| %s, %s | %s | %s | %s | %s | %s | %s | %s |' % (r['metric'], r['unit'], num(r['floor']), num(r['ours']), num(r['ratio']), r['must'], r['aim'],
                                                                     {True: 'yes', False: 'NO', None: '-'}[r['reached']], r['note']))
        path = os.path.join(self.work, 'bench.json')
        with open(path, 'w') as f:
            json.dump(dict(time=time.strftime('%FT%TZ', time.gmtime()), load=os.getloadavg(), mode='full' if self.full else 'quick', rows=self.rows), f, indent=1)
        print('\nwritten to %s; load average %.1f' % (path, os.getloadavg()[0]))


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument('--bin', required=True)
    parser.add_argument('--work', default='/tmp/presswatch-bench')
    parser.add_argument('--mode', choices=('quick', 'full'), default='quick')
    parser.add_argument('--parts', default='checks cold idle latency fairness archive')
    args = parser.parse_args()
    if not os.path.exists(os.path.join(proc.SHARED, 'bench', 'polling', 'origin.c')):
        print('bench: no load origin and floors here ($PRESSWATCH_SHARED or ../shared): skipped')
        return 0
    bench = Bench(args)
    for part in args.parts.split():
        print('== ' + part, flush=True)
        begun = time.monotonic()
        try:
            getattr(bench, part)()
            print('  (%.0f s)' % (time.monotonic() - begun), flush=True)
        except Exception as e:		# one part that fails leaves the others their figures
            print('  %s FAILED: %s' % (part, e), file=sys.stderr)
    bench.tell()
    shutil.rmtree(os.path.join(bench.work, 'd'), ignore_errors=True)
    return 0


if __name__ == '__main__':
    sys.exit(main())
