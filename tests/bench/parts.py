"""Parts of the bench about other sources and other programs: half of the sources failing, peers on the same origin."""
import concurrent.futures
import json
import os
import re
import shutil
import socket
import subprocess
import sys
import time

import proc
from proc import Daemon, Origin, free_port

HEALTHY = ', kind: sitemap, exclude: ["/a/"], robots: ignore'
EVERY = 2
WARM, MEASURED = 24, 8		# intervals: the failing ones are spaced by then, as they are for all their days but the first minute; full: half as many more
PEERS = ('urlwatch', 'newsboat', 'rss2email', 'sfeed')


def p95(values):
    return sorted(values)[int(len(values) * 0.95)] if values else float('nan')


def gaps_of(log, since):
    """Seconds between two requests for the same address, of those that came after since."""
    last, gaps = {}, []
    with open(log) as f:
        for line in f:
            p = line.split()
            if len(p) > 5 and p[5].endswith('sitemap.xml'):
                at = int(p[0]) / 1e6
                if p[5] in last and at > since:
                    gaps.append(at - last[p[5]])
                last[p[5]] = at
    return gaps


class Parts:
    def longer(self, n):
        return n * 3 // 2 if self.full else n

    # ---- half of the sources fail ------------------------------------------------------------------------------------------

    def fairness(self):
        n = 1000
        silent = socket.socket()		# takes connections, never answers
        silent.bind(('127.0.0.1', 0))
        silent.listen(4096)
        port, closed = silent.getsockname()[1], free_port()
        bad = []
        for i in range(n // 2):
            at = '127.3.%d.%d' % (i // 250, 1 + i % 250)
            bad.append(('silent%d' % i, 'http://127.0.0.1:%d/%d' % (port, i), ', kind: sitemap, robots: ignore'))
            bad.append(('refused%d' % i, 'http://%s:%d/' % (at, closed), ', kind: sitemap, robots: ignore'))
        try:
            with concurrent.futures.ThreadPoolExecutor(2) as both:		# in the same minute, so the machine's other work meets both alike
                among = both.submit(self.failing_round, n, bad)
                alone = both.submit(self.failing_round, n, []).result()
                among = among.result()
        finally:
            silent.close()
        self.row('half of the sources silent or refused: CPU a check of the others', 'us', alone['us'], among['us'], '<= 1.1 x', '', 1.1)
        self.row('half of the sources silent or refused: gap beyond the interval, p95', 's', None, among['late'], '<= 2 s', '<= 1 s', 2,
                 'alone %.2f s; %d checks against %d' % (alone['late'], among['checks'], alone['checks']))

    def failing_round(self, n, bad):
        """CPU a check of n sources, and how late they come; measured after as many intervals with and without bad ones."""
        name = 'fair' if bad else 'alone'
        log = os.path.join(self.work, name + '.log')
        origin = Origin(self.tools['origin'], n, 1000, log)
        sources = [('s%d' % i, origin.url(i, 'sitemap.xml'), HEALTHY) for i in range(n)]
        daemon = Daemon(self.bin, self.work + '/' + name, sources + bad, every='%ds' % EVERY, network=', timeout: 10s', connections=256)
        try:
            daemon.start()
            time.sleep(2 * EVERY)
            since = time.time()		# who comes late is looked at from here on, while all that fail are asked as often as the others
            time.sleep((self.longer(WARM) - 2) * EVERY)
            before, asked = daemon.cost(), origin.ctl('stats')['requests']
            time.sleep(self.longer(MEASURED) * EVERY)
            used, asked = daemon.cost().since(before), origin.ctl('stats')['requests'] - asked
        finally:
            daemon.close()
            origin.close()
            shutil.rmtree(self.work + '/' + name, ignore_errors=True)
        late = max(0, p95(gaps_of(log, since)) - EVERY)
        return dict(us=(used['process'] + used['workers']) / max(asked, 1) * 1e6, late=late, checks=asked)

    # ---- other programs on the same origin ---------------------------------------------------------------------------------

    def peers(self):
        n = 1000 if self.full else 100
        runner = os.path.join(proc.SHARED, 'bench', 'polling', 'peers.py')
        out = os.path.join(self.work, 'peers.jsonl')
        ours = self.peer_ours(n)
        for tool in PEERS:
            if shutil.which({'rss2email': 'r2e', 'sfeed': 'sfeed_update'}.get(tool, tool)) is None:
                print('  %s is not installed: left out' % tool)
                continue
            if os.path.exists(out):
                os.remove(out)
            subprocess.run([sys.executable, runner, '--origin', self.tools['origin'], '--work', self.work + '/peers', '-n', str(n), '--port',
                            str(free_port()), '--rounds', 'cold,same,same2', '--timeout', '200', '--out', out, tool], capture_output=True, check=False)
            theirs = self.peer_cost(out, n)
            if theirs:
                self.row('unchanged check beside %s, %d sources' % (tool, n), 'us', theirs, ours, '<= 1/%d' % (25 if tool != 'newsboat' else 10), '', 0.1)
        shutil.rmtree(self.work + '/peers', ignore_errors=True)

    def peer_cost(self, out, n):
        """CPU of the last round without a change, us a source."""
        cost = None
        if os.path.exists(out):
            with open(out) as f:
                for line in f:
                    r = json.loads(line)
                    if re.match('same', r.get('round', '')) and r.get('cpu'):
                        cost = r['cpu'] / n * 1e6
        return cost

    def peer_ours(self, n):
        origin = Origin(self.tools['origin'], n)
        daemon = Daemon(self.bin, self.work + '/d', self.sources(origin, n, ', kind: feed, exclude: ["/a/"], robots: ignore', 'feed.xml'))
        try:
            daemon.start().visited(n)
            return self.rounds(daemon, origin, n, lambda: 0)[0]
        finally:
            daemon.close()
            origin.close()
