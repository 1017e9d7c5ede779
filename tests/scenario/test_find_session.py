"""Sites that want a session: cookies, headers and a proxy from files, sent where they belong and shown nowhere."""
import glob, os, signal, time

from conftest import Origin, article, listing, prose, wait_until

SECRET = 'S3cr3t-of-the-session'
TOKEN = 'T0ken-in-a-header'
DOMAIN = '127.0.0.1'


def cookie(value, domain=DOMAIN, end=0, path='/'):
    return '# Netscape HTTP Cookie File\n#HttpOnly_%s\tFALSE\t%s\tFALSE\t%d\tsession\t%s\n' % (domain, path, end, value)


def put(world, name, text, mode=0o600):
    path = os.path.join(world.folder, name)
    with open(path, 'w') as f:
        f.write(text)
    os.chmod(path, mode)
    return path


def members_only(origin, test, n=6, more=()):
    """The list and its documents for those whom test lets in, a form to log in for the others."""
    def page(path, inside):
        def answer(request):
            body = (inside if test(request) else '<html><head><title>Sign in</title></head><body><form><input name="u">'
                    '<input type="password" name="p"></form></body></html>').encode()
            with origin.lock:
                origin.log.append((time.time(), path, 200, dict(request.headers)))
            request.send_response(200)
            request.send_header('Content-Type', 'text/html; charset=utf-8')
            request.send_header('Content-Length', str(len(body)))
            request.end_headers()
            request.wfile.write(body)
        origin.pages[path] = answer
    rows = [('/m/%d.html' % i, 'Members hear of harbour number %d' % i, '%d March 2024' % (i + 1)) for i in range(n)]
    page('/members/', listing(rows + list(more)))
    for i, (path, title, _) in enumerate(rows):
        page(path, article(title, prose(i), '2024-03-%02d' % (i + 1)))


def test_a_list_behind_a_cookie_is_read_and_no_output_shows_the_secrets(world, origin):
    other = Origin()		# the same machine under another name is another site
    other.pages['/robots.txt'] = (404, {}, b'')
    other.pages['/away.html'] = article('A release on another site altogether', prose(99), '2024-03-09')
    away = other.base.replace('127.0.0.1', 'localhost') + '/away.html'
    members_only(origin, lambda r: 'session=' + SECRET in (r.headers.get('Cookie') or '') and r.headers.get('X-Token') == TOKEN,
                 more=[(away, 'A release on another site altogether', '9 March 2024')])
    world.network = world.network.replace('127.0.0.0/8', '127.0.0.0/8, "::1"')
    jar = put(world, 'jar', cookie(SECRET))
    before = open(jar).read(), os.stat(jar).st_mtime_ns
    world.source('members', '/members/', cookies_file='jar', headers_file='heads', first_visit='announce')
    put(world, 'heads', '# of the session\nX-Token: %s\n' % TOKEN)
    # a source that fails with its secrets in hand: a proxy that is nowhere
    put(world, 'way', 'http://user:%s@nowhere.invalid:3128\n' % SECRET)
    world.source('beyond', '/members/?beyond', proxy_file='way')
    out = []
    world.start()
    wait_until(lambda: len(world.documents()) == 7, 'the documents behind the log-in')
    wait_until(lambda: '"beyond"' in world.command('sources', '--json', expect=None).stdout and 'source-failed' in world.log() or 'resolve proxy' in world.log(),
               'the other source to fail')
    for args in (['status'], ['status', '--json'], ['sources'], ['sources', '--json'], ['visits', '--source', 'members'], ['visits'], ['check'], ['plan'], ['metrics'],
                 ['try', 'members'], ['try', '--json', 'members'], ['try', 'beyond'], ['list', '--json'], ['export', '--format', 'jsonl'],
                 ['export', '--format', 'atom'], ['history'], ['audit']):
        r = world.command(*args, expect=None)
        out.append((args, r.stdout + r.stderr))
    warc = os.path.join(world.folder, 'all.warc')
    world.command('export', '--format', 'warc', '--output', warc, expect=None)
    world.stop()
    out.append(('log', world.log()))
    out.append(('events', repr(world.hook.events)))
    for path in glob.glob(warc + '*') + glob.glob(world.archive + '*'):
        out.append((path, open(path, 'rb').read().decode('latin-1')))
    for what, text in out:
        assert SECRET not in text and TOKEN not in text, what
    assert 'Members hear of harbour' in dict((str(a), t) for a, t in out)[str(['try', 'members'])]
    assert before == (open(jar).read(), os.stat(jar).st_mtime_ns), 'the file of cookies was written'
    asked = other.asked('/away.html')
    other.close()
    assert asked and all('Cookie' not in r[3] and 'X-Token' not in r[3] for r in asked), 'another site heard the secrets'


def test_cookies_are_read_again_at_a_reload_and_sent_only_where_they_belong(world, origin):
    members_only(origin, lambda r: 'session=second' in (r.headers.get('Cookie') or ''))
    put(world, 'jar', cookie('first') + cookie('no', domain='example.org') + cookie('old', end=1000).replace('session', 'earlier') + cookie('deep', path='/elsewhere'))
    world.source('members', '/members/', cookies_file='jar').start()
    wait_until(lambda: origin.asked('/members/'), 'the first visit')
    assert {r[3].get('Cookie') for r in origin.asked('/members/')} == {'session=first'}
    put(world, 'jar', cookie('second'))
    world.daemon.send_signal(signal.SIGHUP)
    wait_until(lambda: len(world.documents()) == 6, 'the documents after the reload')
    world.stop()


def test_a_wrong_file_is_a_mistake_with_file_and_line(world, origin):
    cases = [('cookies_file', 'gone', None, 0, 'cannot read'), ('cookies_file', 'wide', cookie('x'), 0o644, 'everyone may read'),
             ('cookies_file', 'json', '[{"name": "%s"}]\n' % SECRET, 0o600, 'line 1 is no cookie'), ('cookies_file', 'none', '# nothing\n', 0o600, 'has no cookies'),
             ('headers_file', 'bad', 'X-Fine: 1\n%s\n' % SECRET, 0o600, 'line 2 is no header'), ('proxy_file', 'ftp', 'ftp://%s@x/\n' % SECRET, 0o600, 'no address of a proxy')]
    for key, name, text, mode, words in cases:
        if text is not None:
            put(world, name, text, mode)
        world.sources = []
        world.source('members', '/members/', **{key: name}).write()
        line = 1 + open(world.conf).read().split('\n').index([s for s in open(world.conf).read().split('\n') if 'name: members' in s][0])
        r = world.command('check', expect=None)
        said = r.stdout + r.stderr
        assert r.returncode != 0 and words in said and key.replace('_', '-') in said and '%s:%d' % (world.conf, line) in said, said
        assert SECRET not in said
