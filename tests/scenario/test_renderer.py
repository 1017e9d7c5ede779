"""fetch-with: a user's command brings the pages of a source, in the source's turns and by its site's rules."""
import os, shutil, time

import pytest

from conftest import article, listing, prose, wait_until

CHROMIUM = shutil.which('chromium') or shutil.which('chromium-browser')


def renderer(world, body):
    path = os.path.join(world.folder, 'renderer')
    with open(path, 'w') as f:
        f.write('#!/bin/sh\n' + body)
    os.chmod(path, 0o755)
    return path


def pages(world, n=2):
    """The pages that the command prints stand in a folder, not on the server."""
    folder = os.path.join(world.folder, 'pages')
    os.makedirs(os.path.join(folder, 'press'), exist_ok=True)
    rows = [('/press/%d.html' % i, 'Release number %d of the ministry' % i, '%d March 2024' % (i + 1)) for i in reversed(range(n))]
    for name, text in [('press/index.html', listing(rows))] + [('press/%d.html' % i, article('Release %d about the harbour' % i, prose(i), '2024-03-%02d' % (i + 1))) for i in range(n)]:
        with open(os.path.join(folder, name), 'w') as f:
            f.write(text)
    return folder


SHELL = '''
echo "$PRESSWATCH_URL $# $1 $2" >> calls
p=${2#http://*/}
case $p in */) p=${p}index.html ;; esac
exec cat pages/"$p"
'''


def calls(world):
    path = os.path.join(world.folder, 'calls')
    return open(path).read().splitlines() if os.path.exists(path) else []


def test_a_command_brings_the_listing_and_its_documents(world, origin, hook):
    pages(world)
    path = renderer(world, 'cd "%s"\n' % world.folder + SHELL)
    world.source('site', '/press/', fetch_with='[%s, "--first arg"]' % path).once()
    assert sorted(d['title'] for d in world.documents()) == ['Release 0 about the harbour', 'Release 1 about the harbour'], world.log()
    assert {line.split(' ')[0] for line in calls(world)} == {origin.base + p for p in ('/press/', '/press/0.html', '/press/1.html')}
    assert all(line == '%s 2 --first arg %s' % (line.split(' ')[0], line.split(' ')[0]) for line in calls(world))
    assert [r[1] for r in origin.log] == ['/robots.txt'], 'the server is asked for its rules alone'
    pages(world, 3)
    world.once()
    event, = hook.of('document.new')
    assert event['data']['title'] == 'Release 2 about the harbour'


def test_robots_txt_is_obeyed(world, origin):
    pages(world)
    origin.pages['/robots.txt'] = (200, {'Content-Type': 'text/plain'}, 'User-agent: *\nDisallow: /press/0.html\n')
    path = renderer(world, 'cd "%s"\n' % world.folder + SHELL)
    world.source('site', '/press/', fetch_with='[%s, x]' % path).once()
    assert sorted(line.split(' ')[0][len(origin.base):] for line in calls(world)) == ['/press/', '/press/1.html']


def test_one_command_a_host_at_a_time_with_the_pause_between(world, origin):
    pages(world, 4)
    path = renderer(world, 'cd "%s"\nmkdir busy || echo two at once >> calls\ndate +%%s.%%N >> times\nsleep 0.2\nrmdir busy\n' % world.folder + SHELL)
    world.source('site', '/press/', fetch_with='[%s, x]' % path)
    write = world.write

    def slower():
        write()
        text = open(world.conf).read().replace('host-delay: 0s', 'host-delay: 500ms')
        open(world.conf, 'w').write(text)
        return world
    world.write = slower
    begun = time.time()
    world.once()
    assert len(world.documents()) == 4 and 'two at once' not in calls(world)
    times = [float(t) for t in open(os.path.join(world.folder, 'times'))]
    # a busy machine notes a start late, never early: the k-th cannot have begun before k pauses were over
    assert len(times) == 5 and all(t - begun >= 0.5 * k for k, t in enumerate(times)), times


@pytest.mark.parametrize('body, why', [
    ('echo "no display" >&2; exit 3\n', 'ended with exit status 3: no display'), ('exit 0\n', 'wrote no page'), ('kill -SEGV $$\n', 'was ended by SIGSEGV'),
    ('exec head -c 40000000 /dev/zero\n', 'wrote over 33554432 bytes')], ids=['status', 'empty', 'signal', 'endless'])
def test_a_command_that_fails_is_a_failed_visit(world, origin, body, why):
    world.source('site', '/press/', fetch_with='[%s]' % renderer(world, body)).once(expect=None)
    assert why in world.log()
    assert not world.documents()


def test_a_missing_command_is_told(world, origin):
    world.source('site', '/press/', fetch_with='[/nonexistent/renderer]').once(expect=None)
    assert 'cannot run /nonexistent/renderer: No such file or directory' in world.log()


def test_what_a_command_leaves_running_ends_with_the_daemon(world, origin):
    path = renderer(world, 'sleep 300 &\necho $! > "%s/left"\necho $$ >> "%s/left"\nexec sleep 300\n' % (world.folder, world.folder))
    world.source('site', '/press/', fetch_with='[%s]' % path).start()
    left = os.path.join(world.folder, 'left')
    wait_until(lambda: os.path.exists(left) and len(open(left).read().split()) == 2, 'the command to run')
    pids = open(left).read().split()
    world.stop()

    def gone(pid):
        try:
            return open('/proc/%s/stat' % pid).read().split()[2] == 'Z'
        except FileNotFoundError:
            return True
    wait_until(lambda: all(gone(p) for p in pids), 'the processes to end', 5)


@pytest.mark.skipif(CHROMIUM is None, reason='Chromium is not installed')
def test_chromium_reads_what_a_script_writes(world, origin):
    texts = prose(1)
    script = '<script>document.body.innerHTML = %s;</script>'
    rows = '<main><h1>Press releases</h1><ul>%s</ul></main>' % ''.join('<li><span>%d March 2024</span> <a href=\'/press/%d.html\'>Release number %d of the ministry</a></li>' % (i + 1, i, i) for i in range(3))
    origin.pages['/press/'] = '<!DOCTYPE html><html><head><title>Press</title></head><body>' + script % repr(rows).replace('<', '\\u003c') + '</body></html>'
    for i in range(3):
        origin.pages['/press/%d.html' % i] = '<!DOCTYPE html><html><head><title>Release %d</title></head><body>%s</body></html>' % (
            i, script % repr('<main><h1>Release %d about the harbour</h1>%s</main>' % (i, ''.join('<p>%s</p>' % t for t in texts))).replace('<', '\\u003c'))
    world.source('site', '/press/', fetch_with='[%s, --headless, --no-sandbox, --disable-gpu, --dump-dom]' % CHROMIUM).once()
    assert len(world.documents()) == 3 and all(texts[0] in d['text'] for d in world.documents())
