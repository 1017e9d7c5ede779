"""The service under a real systemd: installed, started, queried by a member of its group, reloaded, stopped, read after the stop, killed by
the watchdog and started again. Needs root and the shared script that boots a throw-away machine; skips without."""
import base64, glob, os, re, socket, subprocess, tempfile, textwrap

import pytest

from conftest import BIN, KEY, ROOT, SHARED, article, listing, prose

BOOT = os.path.join(SHARED, 'systemd', 'run-under-systemd.sh')
pytestmark = [
    pytest.mark.skipif(not os.path.exists(BOOT), reason='no shared data: run-under-systemd.sh is not here'),
    pytest.mark.skipif(os.geteuid() != 0, reason='needs root'),
    pytest.mark.skipif('asan' in BIN, reason='the unit forbids what the sanitizers need'),
]

INSTALL = '''
set -e
cp -a {stage}/. /
systemd-sysusers /usr/lib/sysusers.d/presswatch.conf
systemctl daemon-reload
useradd --no-create-home --groups presswatch reader
cat >/etc/presswatch/presswatch.yaml <<CONF
contact: test@example.org
network: {{allow: [127.0.0.0/8], host-delay: 0s}}
sources:
  - {{name: site, url: "{base}/press/", every: 1s}}
channels:
  - {{name: hook, webhook: "{hook}", secret-file: /etc/presswatch/key}}
CONF
echo {key} >/etc/presswatch/key
chgrp presswatch /etc/presswatch/key; chmod 640 /etc/presswatch/key
reader() {{ setpriv --reuid=reader --regid=reader --init-groups "$@"; }}
wait_for() {{ for i in $(seq 1 100); do eval "$1" >/dev/null 2>&1 && return 0; sleep 0.1; done; echo "gave up: $1"; journalctl -u presswatchd --no-pager | tail -30; return 1; }}
'''


def run(script, origin, hook, limit=100):
    with tempfile.TemporaryDirectory(prefix='presswatch-stage-') as stage:
        os.chmod(stage, 0o755)      # cp -a gives it to /
        subprocess.run(['make', '-s', '-C', ROOT, 'install', 'B=' + BIN, 'DESTDIR=' + stage, 'PREFIX=/usr', 'UNITDIR=/run/rus-units',
                        'SYSUSERSDIR=/usr/lib/sysusers.d'], check=True, timeout=600)
        text = INSTALL.format(stage=stage, base=origin.base, hook=hook.url, key='whsec_' + base64.b64encode(KEY).decode())
        r = subprocess.run([BOOT, '--limit', str(limit), '--share', stage, '--', 'bash', '-c', text + textwrap.dedent(script)],
                           capture_output=True, text=True, timeout=limit + 30)
    assert r.returncode == 0, r.stdout[-4000:] + r.stderr[-4000:]
    return r.stdout


def site(origin, n):
    rows = []
    for i in range(n):
        origin.pages['/press/%d.html' % i] = article('Communication %d of the office' % i, prose(i), '2024-07-%02d' % (i + 1))
        rows.append(('/press/%d.html' % i, 'Communication %d of the office' % i, '%d July 2024' % (i + 1)))
    origin.pages['/press/'] = listing(rows)


def test_the_whole_life_of_the_service(origin, hook):
    site(origin, 3)
    out = run('''
        systemctl start presswatchd
        wait_for 'reader presswatch status --json | grep -q "\\"documents\\": *3"'
        echo "STATUS $(systemctl show -p StatusText --value presswatchd)"
        echo "USER $(ps -o user= -p $(systemctl show -p MainPID --value presswatchd))"
        echo "FOUND $(reader presswatch search office | grep -c Communication)"
        echo "WORKERS $(grep -l Seccomp: /proc/[0-9]*/status | wc -l)"
        echo "OTHER $(setpriv --reuid=nobody --regid=nogroup --clear-groups presswatch list 2>&1 | wc -l)"
        pid=$(systemctl show -p MainPID --value presswatchd)
        echo "nonsense: 1" >>/etc/presswatch/presswatch.yaml
        systemctl reload presswatchd; sleep 1
        wait_for 'journalctl -u presswatchd --no-pager | grep -q nonsense'
        sed -i /nonsense/d /etc/presswatch/presswatch.yaml
        sed -i 's/every: 1s/every: 2s/' /etc/presswatch/presswatch.yaml
        systemctl reload presswatchd
        wait_for 'journalctl -u presswatchd --no-pager | grep -q event=reloaded'
        [ "$pid" = "$(systemctl show -p MainPID --value presswatchd)" ] && echo "SAME PID"
        begun=$(date +%s%N)
        systemctl stop presswatchd
        echo "STOPPED $(( ($(date +%s%N) - begun) / 1000000 )) ms, $(systemctl show -p Result --value presswatchd)"
        echo "AFTER $(reader presswatch list | grep -c Communication)"
        ls -l /var/lib/presswatch
        ''', origin, hook)
    assert 'watching 1 sources' in out and 'USER presswa' in out
    assert 'FOUND 3' in out and 'AFTER 3' in out and 'SAME PID' in out
    stopped = re.search(r'STOPPED (\d+) ms, (\w+)', out)
    assert int(stopped.group(1)) < 5000 and stopped.group(2) == 'success', out


def test_a_hung_daemon_is_restarted_and_nothing_is_lost(origin, hook, promise):
    site(origin, 2)
    out = run('''
        sed -i 's/^WatchdogSec=.*/WatchdogSec=3s/; s/^RestartSec=.*/RestartSec=1s/' /run/rus-units/presswatchd.service
        systemctl daemon-reload
        systemctl start presswatchd
        wait_for 'presswatch status --json | grep -q "\\"documents\\": *2"'
        pid=$(systemctl show -p MainPID --value presswatchd)
        kill -STOP $pid
        begun=$(date +%s%N)
        wait_for '[ $(systemctl show -p MainPID --value presswatchd) != $pid ] && presswatch status --json'
        echo "BACK $(( ($(date +%s%N) - begun) / 1000000 ))"
        echo "RESTARTS $(systemctl show -p NRestarts --value presswatchd)"
        [ "$pid" != "$(systemctl show -p MainPID --value presswatchd)" ] && echo "NEW PID"
        echo "LISTED $(presswatch list | grep -c Communication)"
        systemctl stop presswatchd
        ''', origin, hook)
    back = int(re.search(r'BACK (\d+)', out).group(1))
    # The watchdog was fed up to a second before, and the machine may be busy.
    promise('P30', 'hung loop: answers again after %.1f s (WatchdogSec 3 + RestartSec 1 + 1), documents lost %d' % (back / 1000, 2 - int(re.search(r'LISTED (\d+)', out).group(1))),
            'RESTARTS 1' in out and 'NEW PID' in out and 'LISTED 2' in out)


def test_crash_upgrade_and_removal(origin, hook, promise):
    """A crash is made good at once; an archive of an earlier format is brought to this one; what is removed leaves the archive alone."""
    site(origin, 3)
    old = glob.glob(os.path.join(ROOT, 'tests/scenario/archives/format-*.db.gz'))[0]
    out = run('''
        sed -i 's/^RestartSec=.*/RestartSec=1s/' /run/rus-units/presswatchd.service
        systemctl daemon-reload
        install -d -o presswatch -g presswatch -m 750 /var/lib/presswatch
        echo %s | base64 -d | gzip -dc >/var/lib/presswatch/archive.db; chown presswatch:presswatch /var/lib/presswatch/archive.db
        echo "REFUSED $(presswatch list 2>&1 | grep -c 'older format')"
        sed -i 's/name: site,/name: office,/' /etc/presswatch/presswatch.yaml
        systemctl start presswatchd
        wait_for 'presswatch status --json | grep -q "\\"documents\\": *7"'
        echo "OLD $(presswatch search agency | grep -c Report)"
        pid=$(systemctl show -p MainPID --value presswatchd)
        kill -KILL $pid
        begun=$(date +%%s%%N)
        wait_for 'presswatch status --json'
        echo "AGAIN $(( ($(date +%%s%%N) - begun) / 1000000 )) ms, restarts $(systemctl show -p NRestarts --value presswatchd)"
        systemctl stop presswatchd
        presswatch verify >/dev/null && echo VERIFIED
        systemctl disable presswatchd 2>/dev/null || true
        rm -f /run/rus-units/presswatchd.service; systemctl daemon-reload
        echo "LEFT $(systemctl list-units --all | grep -c presswatchd) units, $(pgrep -c presswatchd) processes, $(ls /run/presswatch 2>/dev/null | wc -l) sockets"
        echo "KEPT $(presswatch list | grep -c -e Report -e Communication)"
        ''' % base64.b64encode(open(old, 'rb').read()).decode(), origin, hook)
    again = re.search(r'AGAIN (\d+) ms, restarts (\d+)', out)
    promise('P30', 'crash: answers again after %s ms with RestartSec=1s; an archive of an earlier format: %s of 4 old documents found, verified %s; removed: %s; archive kept: %s of 7 documents' % (
        again.group(1), re.search(r'OLD (\d+)', out).group(1), 'VERIFIED' in out, re.search(r'LEFT (.*)', out).group(1), re.search(r'KEPT (\d+)', out).group(1)),
        'REFUSED 1' in out and 'OLD 4' in out and 'VERIFIED' in out and 'KEPT 7' in out and again.group(2) == '1' and '0 processes, 0 sockets' in out)


def test_the_exposure_of_the_unit_stays_low(origin, hook, promise):
    out = run('systemd-analyze security --no-pager presswatchd.service | tail -1', origin, hook)
    score = float(re.search(r'level for presswatchd.service: ([\d.]+)', out).group(1))
    promise('unit', 'systemd-analyze security: exposure %.1f (limit 1.2)' % score, score <= 1.2)


def test_metrics_are_served_by_a_socket_that_systemd_holds(origin, hook, promise):
    """Nothing runs between two scrapes; the answer has the daemon's numbers; the unit may not write; a stopped daemon is told by presswatch_up 0."""
    site(origin, 3)
    with socket.socket() as s:
        s.bind(('127.0.0.1', 0))
        port = s.getsockname()[1]
    out = run('''
        sed -i s/9477/%d/ /run/rus-units/presswatch-metrics.socket
        systemctl daemon-reload
        scrape() { python3 -c "import sys, urllib.request as u; print(u.urlopen('http://127.0.0.1:%d' + sys.argv[1], timeout=60).read().decode())" "$1"; }
        systemctl start presswatchd presswatch-metrics.socket
        wait_for 'presswatch status --json | grep -q "\\"documents\\": *3"'
        scrape /metrics >/tmp/one
        echo "UP $(grep -c '^presswatch_up 1' /tmp/one) DOCUMENTS $(sed -n 's/^presswatch_documents //p' /tmp/one) TYPES $(grep -c '^# TYPE' /tmp/one)"
        for i in 1 2 3; do scrape /metrics >/dev/null & done; wait
        scrape /nothing 2>&1 | grep -o 'HTTP Error 404'
        echo "USER $(systemctl show -p User --value presswatch-metrics@x.service)"
        echo "RUNS $(wait_for '[ $(systemctl list-units --no-legend "presswatch-metrics@*" | wc -l) = 0 ]' && systemctl list-units --no-legend 'presswatch-metrics@*' | wc -l)"
        systemctl stop presswatchd
        scrape /metrics >/tmp/two
        echo "DOWN $(grep -c '^presswatch_up 0' /tmp/two) DOCUMENTS $(sed -n 's/^presswatch_documents //p' /tmp/two)"
        systemd-analyze security --no-pager presswatch-metrics@x.service | tail -1
        cat /tmp/one
        ''' % (port, port), origin, hook)
    assert 'UP 1 DOCUMENTS 3' in out and 'HTTP Error 404' in out and 'USER presswatch' in out and 'RUNS 0' in out and 'DOWN 1 DOCUMENTS 3' in out, out[-3000:]
    score = float(re.search(r'level for presswatch-metrics@x.service: ([\d.]+)', out).group(1))
    promise('metrics', 'socket unit: %s metrics a scrape, exposure %.1f (limit 1.2), processes between scrapes 0' % (re.search(r'TYPES (\d+)', out).group(1), score), score <= 1.2)
