"""Linked PDFs: their text is read by pdftotext as a confined child, and what cannot be read never shows as an edit."""
import os, shutil, stat, zlib

import pytest

from conftest import listing, prose, wait_until

needs_pdftotext = pytest.mark.skipif(shutil.which('pdftotext') is None, reason='pdftotext (poppler-utils) is not installed')


def pdf(pages, more='', title=None):
    """A PDF by hand. pages: lists of (x, y, size, text); more: entries of the trailer."""
    objects = ['<</Type/Catalog/Pages 2 0 R>>', '<</Type/Pages/Kids[%s]/Count %d>>' % (' '.join('%d 0 R' % (4 + 2 * i) for i in range(len(pages))), len(pages)),
               '<</Type/Font/Subtype/Type1/BaseFont/Helvetica/Encoding/WinAnsiEncoding>>']
    for i, lines in enumerate(pages):
        drawn = ''.join('BT /F1 %d Tf 1 0 0 1 %d %d Tm (%s) Tj ET\n' % (size, x, y, text.replace('\\', '\\\\').replace('(', '\\(').replace(')', '\\)'))
                        for x, y, size, text in lines).encode('cp1252')
        packed = zlib.compress(drawn)
        objects += ['<</Type/Page/Parent 2 0 R/MediaBox[0 0 595 842]/Resources<</Font<</F1 3 0 R>>>>/Contents %d 0 R>>' % (5 + 2 * i),
                    b'<</Length %d/Filter/FlateDecode>>stream\n' % len(packed) + packed + b'\nendstream']
    if title:
        objects.append('<</Title(%s)>>' % title)
        more += '/Info %d 0 R' % len(objects)
    out, places = b'%PDF-1.4\n', []
    for i, o in enumerate(objects):
        places.append(len(out))
        out += b'%d 0 obj\n' % (i + 1) + (o if isinstance(o, bytes) else o.encode()) + b'\nendobj\n'
    xref = len(out)
    out += b'xref\n0 %d\n0000000000 65535 f \n' % (len(objects) + 1) + b''.join(b'%010d 00000 n \n' % p for p in places)
    return out + ('trailer<</Size %d/Root 1 0 R%s>>\nstartxref\n%d\n%%%%EOF\n' % (len(objects) + 1, more, xref)).encode()


def set_lines(paragraphs, y=700, size=11, width=80):
    """Paragraphs as lines of a page, a larger gap between them."""
    import textwrap
    lines = []
    for p in paragraphs:
        for line in textwrap.wrap(p, width, break_on_hyphens=False):
            lines.append((72, y, size, line))
            y -= 14
        y -= 14
    return lines


def serve(origin, body, etag=None):
    headers = {'Content-Type': 'application/pdf'}
    if etag is not None:
        headers['ETag'] = etag
    origin.pages['/files/report.pdf'] = (200, headers, body)
    rows = [('/files/report.pdf', 'Annual report on harbour safety', '9 March 2024')]
    for i in (2, 1):
        origin.pages['/press/%d.html' % i] = '<html><body><h1>Release number %d of the ministry</h1>%s</body></html>' % (i, ''.join('<p>%s</p>' % p for p in prose(i)))
        rows.append(('/press/%d.html' % i, 'Release number %d of the ministry' % i, '%d March 2024' % i))
    origin.pages['/press/'] = listing(rows)


def report(world):
    document, = [d for d in world.documents() if d['url'].endswith('report.pdf')]
    return document


def fake_pdftotext(world, monkeypatch, script):
    """A program of that name earlier in the daemon's PATH."""
    folder = os.path.join(world.folder, 'bin')
    os.makedirs(folder, exist_ok=True)
    path = os.path.join(folder, 'pdftotext')
    with open(path, 'w') as f:
        f.write('#!/bin/sh\n' + script)
    os.chmod(path, 0o755)
    monkeypatch.setenv('PATH', folder + ':/usr/bin:/bin')
    return path


@needs_pdftotext
def test_a_linked_pdf_is_a_document_with_text(world, origin, hook):
    texts = prose(7, 3)
    serve(origin, pdf([[(200, 800, 10, 'Ministry of Transport')] + set_lines(texts[:2]) + [(290, 30, 9, '1')],
                       [(200, 800, 10, 'Ministry of Transport')] + set_lines(texts[2:]) + [(290, 30, 9, '2')]]))
    world.source('site', '/press/', first_visit='announce').once()
    d = report(world)
    assert d['title'] == 'Annual report on harbour safety' and d['published'] == '2024-03-09' and d['text_state'] == 'full'
    assert d['text'].split('\n\n') == ['Ministry of Transport'] + texts, 'lines joined, paragraphs parted, page numbers and repeated heads gone'
    assert d['language'] == 'en'
    event, = [e for e in hook.of('document.new') if e['data']['url'].endswith('report.pdf')]
    assert texts[0] in event['data']['text']
    assert world.command('search', texts[1].split()[3] + ' ' + texts[1].split()[4]).stdout


@needs_pdftotext
def test_words_broken_at_line_ends_are_made_whole_where_the_document_says_so(world, origin):
    lines = ['The harbour commission met on Monday to discuss the new regu-', 'lation. Members of the commission said that the regulation is a well-',
             'known matter, and that what is well-known need not be said of any regu-', 'lation again.']
    serve(origin, pdf([[(72, 700 - 14 * i, 11, line) for i, line in enumerate(lines)]]))
    world.source('site', '/press/').once()
    assert report(world)['text'] == ('The harbour commission met on Monday to discuss the new regulation. Members of the commission said that the regulation '
                                     'is a well-known matter, and that what is well-known need not be said of any regulation again.')


@needs_pdftotext
def test_an_edited_pdf_is_a_revision_and_a_new_file_with_the_same_words_is_none(world, origin, hook):
    texts = prose(8, 3)
    serve(origin, pdf([set_lines(texts)]))
    world.source('site', '/press/', recheck='[1s]').start()
    wait_until(lambda: len(world.documents()) == 3, 'three documents')
    serve(origin, pdf([set_lines(texts)], title='Saved again by another program'))
    asked = len(origin.asked('/files/report.pdf'))
    wait_until(lambda: len(origin.asked('/files/report.pdf')) >= asked + 2, 'a second look')
    assert report(world)['revision'] == 1
    serve(origin, pdf([set_lines([texts[0], 'The budget was raised by two million euros on Friday after a long debate.', texts[2]])]))
    event, = wait_until(lambda: hook.of('document.edited'), 'the edit')
    assert event['data']['url'].endswith('report.pdf') and 'two million euros' in report(world)['text']
    # From now on nothing can be read: a scan, an encrypted file, a broken one.
    for body in (pdf([[]]), pdf([set_lines(prose(9))], more='/Encrypt<</Filter/Unknown/V 9>>'), b'%PDF-1.4\nbroken'):
        serve(origin, body)
        asked = len(origin.asked('/files/report.pdf'))
        wait_until(lambda: len(origin.asked('/files/report.pdf')) >= asked + 2, 'further looks')
    assert len(hook.of('document.edited')) == 1 and report(world)['revision'] == 2 and 'two million euros' in report(world)['text']
    world.stop()
    for why in ('scanned or empty PDF', 'encrypted PDF', 'damaged PDF'):
        assert why in world.log()


@pytest.mark.parametrize('body, why', [(pdf([[]]), 'scanned or empty PDF'),
                                       (pdf([set_lines(prose(3))], more='/Encrypt<</Filter/Unknown/V 9>>'), 'encrypted PDF'),
                                       (b'%PDF-1.7\n' + bytes(range(256)) * 40, 'damaged PDF')], ids=['scanned', 'encrypted', 'damaged'])
@needs_pdftotext
def test_a_pdf_without_text_is_archived_and_says_why(world, origin, hook, body, why):
    serve(origin, body)
    world.source('site', '/press/', first_visit='announce').once()
    d = report(world)
    assert d['text_state'] == 'none' and d['title'] == 'Annual report on harbour safety'
    assert why in world.log()
    assert len(hook.of('document.new')) == 3


def test_without_pdftotext_the_pdf_is_archived_and_read_once_there_is_one(world, origin, hook, monkeypatch):
    path = os.environ['PATH']
    texts = prose(5)
    serve(origin, pdf([set_lines(texts)]))
    os.makedirs(os.path.join(world.folder, 'empty'))
    monkeypatch.setenv('PATH', os.path.join(world.folder, 'empty'))
    world.source('site', '/press/').once()
    assert report(world)['text_state'] == 'none' and 'pdftotext is not installed' in world.log()
    if shutil.which('pdftotext', path=path) is None:
        pytest.skip('pdftotext (poppler-utils) is not installed')
    monkeypatch.setenv('PATH', path)
    world.start()
    wait_until(lambda: report(world)['text_state'] == 'full', 'the text')
    world.stop()
    d = report(world)
    assert d['text'].split('\n\n') == texts and d['revision'] == 1 and not hook.of('document.edited')


@needs_pdftotext
def test_another_version_of_pdftotext_is_no_edit(world, origin, hook, monkeypatch):
    texts = prose(6)
    serve(origin, pdf([set_lines(texts)]))
    world.source('site', '/press/', recheck='[1s]').start()
    wait_until(lambda: len(world.documents()) == 3, 'three documents')
    world.stop()
    # The new version reads each document in other words, the response kept from before too.
    fake_pdftotext(world, monkeypatch, '/usr/bin/pdftotext "$@" | sed "s/harbour/HARBOUR/g"\n')
    serve(origin, pdf([set_lines(texts)], title='The same words in another file'))
    world.start()
    wait_until(lambda: 'HARBOUR' in report(world)['text'] or 'harbour' not in ' '.join(texts), 'the new reading')
    world.stop()
    assert report(world)['revision'] == 1 and not hook.of('document.edited')


def test_a_pdftotext_that_hangs_is_ended_and_others_are_read_meanwhile(world, origin, monkeypatch):
    fake_pdftotext(world, monkeypatch, 'echo $$ > /dev/null\nexec sleep 600\n')
    serve(origin, pdf([set_lines(prose(4))]))
    world.source('site', '/press/').start()
    wait_until(lambda: len([d for d in world.documents() if d['text_state'] == 'full']) == 2, 'the pages beside it', 10)
    wait_until(lambda: 'took over 20 s and was ended' in world.log(), 'the end of its time', 40)
    world.stop()


def test_the_child_can_neither_connect_nor_write_nor_read_our_files(world, origin, monkeypatch):
    secret = os.path.join(world.folder, 'secret')
    with open(secret, 'w') as f:
        f.write('geheim')
    assert stat.S_ISREG(os.stat(secret).st_mode)
    page = ('<doc>\n<page width="595" height="842">\n<flow>\n<block xMin="1" yMin="300" xMax="9" yMax="400">\n'
            '<line xMin="1" yMin="300" xMax="9" yMax="310">\n<word xMin="1" yMin="300" xMax="9" yMax="310">%s</word>\n</line>\n</block>\n</flow>\n</page>\n</doc>\n')
    script = ('import os, socket\n'
              'def tried(f):\n'
              '    try:\n'
              '        f()\n'
              '        return "yes"\n'
              '    except OSError:\n'
              '        return "no"\n'
              'port = %d\n'
              'found = "connect-" + tried(lambda: socket.create_connection(("127.0.0.1", port), 2)) + "-write-" + '
              'tried(lambda: os.open(%r, os.O_WRONLY | os.O_CREAT)) + "-unlink-" + tried(lambda: os.unlink(%r)) + "-kill-" + tried(lambda: os.kill(os.getppid(), 0))\n'
              'print(%r %% found)\n') % (origin.server.server_address[1], os.path.join(world.folder, 'made'), secret, page)
    fake_pdftotext(world, monkeypatch, 'exec /usr/bin/python3 -c "$(cat <<\'END\'\n%s\nEND\n)"\n' % script)
    serve(origin, pdf([set_lines(prose(4))]))
    world.source('site', '/press/').once()
    assert report(world).get('text') == 'connect-no-write-no-unlink-no-kill-no', world.log()
    assert os.path.exists(secret) and not os.path.exists(os.path.join(world.folder, 'made'))


@needs_pdftotext
def test_try_reads_a_pdf_as_the_daemon_would(world, origin):
    texts = prose(11)
    origin.pages['/files/report.pdf'] = (200, {'Content-Type': 'application/pdf'}, pdf([set_lines(texts)]))
    rows = [('/files/%s.pdf' % n, 'Annual report on harbour safety %s' % n, '%d March 2024' % d) for n, d in (('report', 9), ('second', 8), ('third', 7))]
    origin.pages['/press/'] = listing(rows)
    world.source('site', '/press/').write()
    found = world.lines('try', 'site', '--json')
    assert any(text in str(found) for text in texts), found


@needs_pdftotext
def test_extract_reads_a_saved_pdf_and_says_why_it_cannot(world):
    texts = prose(5)
    files = [('whole', pdf([[(72, 780, 20, 'Annual report on harbour safety')] + set_lines(texts)], title='Annual report on harbour safety')),
             ('scanned', pdf([[]])), ('locked', pdf([set_lines(texts)], more='/Encrypt<</Filter/Unknown/V 9>>'))]
    paths = []
    for name, body in files:
        paths.append(os.path.join(world.folder, name + '.pdf'))
        with open(paths[-1], 'wb') as f:
            f.write(body)
    whole, scanned, locked = world.lines('extract', *paths)
    assert whole['title'] == 'Annual report on harbour safety' and all(t in whole['text'] for t in texts), whole
    assert 'scanned or empty PDF' in scanned['error'] and 'text' not in scanned
    assert 'encrypted PDF' in locked['error'] and 'text' not in locked
