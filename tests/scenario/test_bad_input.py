"""Bad input: one clear message that names the thing, an exit code or a source.failing event, and nothing is lost."""
import os, shutil, subprocess, tempfile

import pytest

from conftest import BIN, article, listing, prose, wait_until

ROWS = [('/a.html', 'The first release of the office', '1 March 2024'), ('/b.html', 'The second release of the office', '2 March 2024')]


def check(world, text):
    with open(world.conf, 'w') as f:
        f.write(text)
    return subprocess.run([os.path.join(BIN, 'presswatchd'), '--config', world.conf, '--check'], capture_output=True, text=True, timeout=30)


def test_all_mistakes_of_a_configuration_with_their_places(world):
    r = check(world, 'archive: a.db\nsources:\n  - name: one\n    url: ftp://example.org/\n    evry: 5m\n  - name: two\n    url: http://example.org/\n'
                     '    every: soon\n    channels: [nobody]\n')
    assert r.returncode == 1
    for line in (':4:', ':5:', ':8:', ':9:'):
        assert world.conf + line in r.stderr, r.stderr
    assert 'every' in r.stderr and 'nobody' in r.stderr


def test_selectors_and_queries_are_judged_with_their_places(world):
    r = check(world, 'archive: a.db\nsources:\n  - name: one\n    url: http://example.org/\n    select:\n      links: "ul > > li"\n'
                     '      remove: [".ok", "p["]\nchannels:\n  - name: desk\n    file: /tmp/x\n    match: \'"open\'\n')
    assert r.returncode == 1
    for line in (':6:', ':7:', ':11:'):
        assert world.conf + line in r.stderr, r.stderr


def test_a_good_configuration_is_said_to_be_good(world, origin):
    world.source('one', '/').write()
    r = subprocess.run([os.path.join(BIN, 'presswatchd'), '--config', world.conf, '--check'], capture_output=True, text=True, timeout=30)
    assert r.returncode == 0 and r.stderr == ''


def test_a_missing_configuration_names_its_path(world):
    r = subprocess.run([os.path.join(BIN, 'presswatchd'), '--config', '/nonexistent/p.yaml'], capture_output=True, text=True, timeout=30)
    assert r.returncode == 1 and '/nonexistent/p.yaml' in r.stderr


@pytest.mark.parametrize('path,page,kind,said', [
    ('/gone', None, 'auto', '404'),
    ('/feed.xml', '<!DOCTYPE html><html><head><title>Sorry</title></head><body><p>We moved.</p></body></html>', 'feed', 'HTML'),
    ('/empty', b'', 'auto', 'empty'),
    ('/zero.xml', b'', 'feed', 'empty'),
    ('/nolist', '<html><body><h1>Welcome</h1><p>Hello.</p></body></html>', 'listing', 'list'),
    ('/selector', listing(ROWS), 'listing, select: {links: "#nowhere a"}', '#nowhere'),
])
def test_a_bad_source_is_named_and_told(world, origin, hook, path, page, kind, said):
    if page is not None:
        origin.pages[path] = (200, {'Content-Type': 'text/html'}, page)
    world.source('bad', path, kind=kind)
    world.once(expect=3)
    event, = hook.of('source.failing')
    assert event['data']['source'] == 'bad' and said.lower() in event['data']['cause'].lower(), event
    world.once(expect=3)
    assert len(hook.events) == 1            # told once, not at every visit
    assert said.lower() in world.command('sources', expect=None).stdout.lower() or said.lower() in world.log().lower()


def test_a_recovery_is_told_once(world, origin, hook):
    world.source('site', '/press/')
    world.once(expect=3)
    for path, title, _ in ROWS:
        origin.pages[path] = article(title, prose(path))
    origin.pages['/press/'] = listing(ROWS)
    world.once()
    world.once()
    assert [e['type'] for e in hook.events] == ['source.failing', 'source.recovered']
    assert len(world.documents()) == 2


def test_an_unreachable_host_fails_the_run_and_is_named(world, origin, hook):
    world.source('dead', 'http://127.0.0.1:9/')
    world.once(expect=3)
    assert '127.0.0.1' in world.log() and 'refused' in world.log().lower()


def test_a_private_address_is_refused_unless_allowed(world, origin, hook):
    for path, title, _ in ROWS:
        origin.pages[path] = article(title, prose(path))
    origin.pages['/press/'] = listing(ROWS)
    world.source('site', '/press/').write()
    text = open(world.conf).read().replace('allow: [127.0.0.0/8], ', '')
    open(world.conf, 'w').write(text)
    r = subprocess.run([os.path.join(BIN, 'presswatchd'), '--config', world.conf, '--once'], capture_output=True, text=True, timeout=60)
    assert r.returncode == 3 and 'allow' in r.stderr and origin.log == []


def test_a_garbage_archive_is_refused_and_left_alone(world, origin):
    with open(world.archive, 'wb') as f:
        f.write(b'this is no archive' * 1000)
    world.source('site', '/press/')
    code = world.once(expect=None)
    assert code in (1, 3) and world.archive in world.log()
    assert open(world.archive, 'rb').read() == b'this is no archive' * 1000


@pytest.mark.skipif(os.geteuid() != 0, reason='needs root to become somebody without rights')
def test_a_read_only_archive_is_named(world, origin, hook):
    for path, title, _ in ROWS:
        origin.pages[path] = article(title, prose(path))
    origin.pages['/press/'] = listing(ROWS)
    world.source('site', '/press/').once()
    before = world.documents()
    with tempfile.TemporaryDirectory(prefix='presswatch-ro-') as folder:
        os.chmod(folder, 0o755)
        for name in [n for n in os.listdir(world.folder) if n.startswith('archive')]:
            shutil.copy(os.path.join(world.folder, name), folder)
            os.chmod(os.path.join(folder, name), 0o444)
        world.archive = os.path.join(folder, 'archive.db')
        world.conf, world.channels = os.path.join(folder, 'presswatch.yaml'), []
        world.write()
        for name in ('presswatchd', 'presswatch'):
            shutil.copy(os.path.join(BIN, name), folder)
        nobody = ['setpriv', '--reuid=65534', '--regid=65534', '--clear-groups']
        r = subprocess.run(nobody + [os.path.join(folder, 'presswatchd'), '--config', world.conf, '--once'], capture_output=True, text=True, timeout=60)
        assert r.returncode in (1, 3) and world.archive in r.stderr, r.stderr
        r = subprocess.run(nobody + [os.path.join(folder, 'presswatch'), '--config', world.conf, 'list', '--json'], capture_output=True, text=True, timeout=60)
        assert r.returncode == 0 and len(r.stdout.splitlines()) == 2, r.stderr     # reading goes on
        assert world.documents() == before


def test_two_daemons_on_one_archive_are_refused(world, origin, hook):
    origin.pages['/press/'] = listing(ROWS)
    world.source('site', '/press/').start()
    r = subprocess.run([os.path.join(BIN, 'presswatchd'), '--config', world.conf, '--once'], capture_output=True, text=True, timeout=30)
    assert r.returncode == 3 and str(world.daemon.pid) in r.stderr, r.stderr
    wait_until(lambda: world.status(), 'the first to live on')
