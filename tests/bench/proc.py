"""The programs that the benchmark runs: load origin, floors, presswatchd; and what they cost."""
import json
import os
import re
import shutil
import signal
import socket
import subprocess
import time
import urllib.request

HERE = os.path.dirname(os.path.abspath(__file__))
ROOT = os.path.dirname(os.path.dirname(HERE))
SHARED = os.environ.get('PRESSWATCH_SHARED') or os.path.join(ROOT, '..', 'shared')
CONTACT = 'bench@example.org'
WRITTEN_S = 5.5		# the daemon has written its bare 304s by then


def build(work, source, name, pkgs=(), libs=(), flags=('-O2',)):
    """A program of the shared folder, built once into work; None when its source is absent."""
    path, out = os.path.join(SHARED, 'bench', source), os.path.join(work, name)
    if not os.path.exists(path):
        return None
    if not os.path.exists(out) or os.path.getmtime(out) < os.path.getmtime(path):
        found = subprocess.run(['pkg-config', '--cflags', '--libs', *pkgs], check=True, capture_output=True, text=True).stdout.split() if pkgs else []
        subprocess.run([*os.environ.get('CC', 'cc').split(), *flags, '-w', '-o', out, path, *found, *libs], check=True)
    return out


def build_all(work):
    ev = ('libcurl', 'libevent')
    return {
        'origin': build(work, 'polling/origin.c', 'origin'),
        'fetch': build(work, 'floors/fetch.c', 'fetch', ev),
        'parse': build(work, 'floors/parse.c', 'parse', ('libxml-2.0',)),
        'idle': build(work, 'floors/idle.c', 'idle', ('libevent',)),
        'state': build(work, 'floors/state.c', 'state', (), ('-lsqlite3',)),
        'neardup': build(work, 'floors/neardup.c', 'neardup', (), ('-lsqlite3',), ('-O3',)),
        'archive': build(work, 'floors/archive.c', 'archive', (), ('-lsqlite3', '-lzstd', '-lm')),
    }


def free_port():
    with socket.socket() as s:
        s.bind(('127.0.0.1', 0))
        return s.getsockname()[1]


def run(argv, **kw):
    return subprocess.run([str(a) for a in argv], capture_output=True, text=True, check=True, **kw).stdout


def stop(p, seconds=20):
    if p is None or p.poll() is not None:
        return
    p.terminate()
    try:
        p.wait(seconds)
    except subprocess.TimeoutExpired:
        p.kill()
        p.wait()


class Origin:
    def __init__(self, program, n, hosts=0, log=None):
        self.port = free_port()
        argv = [program, '-p', self.port, '-n', n, '-H', hosts, '-T', 900] + (['-L', log] if log else [])
        self.n, self.hosts, self.log = n, hosts, log
        self.p = subprocess.Popen([str(a) for a in argv], stderr=subprocess.DEVNULL)
        self.base = 'http://127.0.0.1:%d' % self.port
        for _ in range(100):
            try:
                self.ctl('stats')
                return
            except OSError:
                time.sleep(0.05)
        raise RuntimeError('the origin does not answer')

    def ctl(self, what):
        with urllib.request.urlopen('%s/ctl/%s' % (self.base, what), timeout=20) as r:
            return json.load(r)

    def url(self, i, path=''):
        if self.hosts:
            h = i % self.hosts
            return 'http://127.1.%d.%d:%d/s/%d/%s' % (h // 250, 1 + h % 250, self.port, i, path)
        return '%s/s/%d/%s' % (self.base, i, path)

    def close(self):
        stop(self.p)


def task_ns(pid):
    """CPU of a living process, all threads, in ns."""
    total = 0
    try:
        for t in os.listdir('/proc/%d/task' % pid):
            with open('/proc/%d/task/%s/schedstat' % (pid, t)) as f:
                total += int(f.read().split()[0])
    except OSError:
        pass
    return total


def children(pid):
    try:
        with open('/proc/%d/task/%d/children' % (pid, pid)) as f:
            return [int(x) for x in f.read().split()]
    except OSError:
        return []


def status_field(pid, name):
    with open('/proc/%d/status' % pid) as f:
        return int(re.search(r'^%s:\s+(\d+)' % name, f.read(), re.M).group(1))


class Cost:
    def __init__(self, pid):
        self.loop = int(open('/proc/%d/task/%d/schedstat' % (pid, pid)).read().split()[0]) / 1e9
        self.process = task_ns(pid) / 1e9
        self.workers = sum(task_ns(c) for c in children(pid)) / 1e9
        with open('/proc/%d/stat' % pid) as f:		# children that ended already
            parts = f.read().rsplit(')', 1)[1].split()
        self.workers += (int(parts[13]) + int(parts[14])) / os.sysconf('SC_CLK_TCK')
        self.wakeups = sum(status_field_of_task(pid, t) for t in os.listdir('/proc/%d/task' % pid))

    def since(self, old):
        return {k: getattr(self, k) - getattr(old, k) for k in ('loop', 'process', 'workers', 'wakeups')}


def status_field_of_task(pid, tid):
    with open('/proc/%d/task/%s/status' % (pid, tid)) as f:
        return int(re.search(r'^voluntary_ctxt_switches:\s+(\d+)', f.read(), re.M).group(1))


class Daemon:
    """presswatchd with sources of its own in a fresh folder."""

    def __init__(self, bin_dir, work, sources, every='30d', network='', channels='', keep=False, extra='', connections=512, workers=2):
        self.bin, self.dir = bin_dir, work
        if not keep:
            shutil.rmtree(work, ignore_errors=True)
        os.makedirs(work, exist_ok=True)
        self.config = os.path.join(work, 'presswatch.yaml')
        self.extra, self.every, self.network, self.channels = extra, every, network, channels
        self.connections, self.workers = connections, workers
        self.within = []	# a command that runs the daemon in its own place
        self.write(sources)
        self.log = open(os.path.join(work, 'log'), 'ab')
        self.p = None

    def write(self, sources):
        """sources: (name, url, further keys as flow YAML)."""
        with open(self.config, 'w') as f:
            f.write('archive: %s/archive.db\ncontrol: %s/control.sock\ncontact: %s\nworkers: %d\n' % (self.dir, self.dir, CONTACT, self.workers))
            f.write('network: {connections: %d, per-host: 64, host-delay: 0s, allow: ["127.0.0.0/8"]%s}\n%s' % (self.connections, self.network, self.extra))
            if self.channels:
                f.write('channels:\n' + self.channels)
            f.write('sources:\n')
            for name, url, more in sources:
                f.write('- {name: %s, url: "%s", every: %s, first-visit: quiet%s}\n' % (name, url, self.every, more))

    def start(self):
        self.p = subprocess.Popen(self.within + [os.path.join(self.bin, 'presswatchd'), '--config', self.config], stderr=self.log)
        self.wait(lambda: os.path.exists(self.dir + '/control.sock'), 60, 'control socket')
        return self

    def wait(self, test, seconds, what):
        end = time.time() + seconds
        while not test():
            if self.p.poll() is not None or time.time() > end:
                raise RuntimeError('gave up waiting for %s; see %s/log' % (what, self.dir))
            time.sleep(0.05)

    def ask(self, **cmd):
        with socket.socket(socket.AF_UNIX) as s:
            s.settimeout(60)
            s.connect(self.dir + '/control.sock')
            s.sendall(json.dumps(cmd).encode() + b'\n')
            line = b''
            while not line.endswith(b'\n'):
                more = s.recv(1 << 16)
                if not more:
                    raise RuntimeError('the control socket was closed')
                line += more
        answer = json.loads(line)
        if not answer.get('ok'):
            raise RuntimeError(str(answer))
        return answer

    def status(self):
        return self.ask(cmd='status')

    def cost(self):
        return Cost(self.p.pid)

    def rss_kb(self, name='VmRSS'):
        return status_field(self.p.pid, name)

    def quiet(self, seconds=300):
        """Until nothing is under way. Questions cost CPU, so few are asked."""
        end = time.time() + seconds
        pause = 0.2
        while True:
            st = self.status()
            if st['visiting'] == 0 and st['candidates'] == 0 and st['workers']['waiting'] == 0 and st['unindexed'] == 0:
                return st
            if time.time() > end:
                raise RuntimeError('still busy: %s' % st)
            time.sleep(pause)

    def visited(self, n, seconds=300):
        """Until n visits were made since the start, by the origin's count or ours."""
        end = time.time() + seconds
        while True:
            st = self.status()
            if st['visits'] >= n and st['visiting'] == 0:
                return st
            if time.time() > end:
                raise RuntimeError('only %d of %d visits' % (st['visits'], n))
            time.sleep(0.25)

    def close(self):
        stop(self.p)
        self.log.close()
