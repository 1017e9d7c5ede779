"""docs/tutorial.md: every command in it is run, in order, by a shell in an empty folder."""
import json, os, re, subprocess, time

from conftest import BIN, ROOT, article, listing, prose

FAKE = 'https://press.example.org/news/'


def blocks():
    text = open(os.path.join(ROOT, 'docs/tutorial.md'), encoding='utf-8').read()
    return re.findall(r'^```(sh|yaml)\n(.*?)^```', text, re.M | re.S)


def publish(origin, n, edited=None):
    rows = []
    for i in range(n):
        title, words = 'Release %d about the harbour' % i, prose(i)
        if i == edited:
            words[0] = words[0].replace('.', ' and not 30 but 45 million.')
        origin.pages['/news/%d' % i] = article(title, words, '2023-02-0%d' % (9 - i))
        rows.append(('/news/%d' % i, title, '2023-02-0%d' % (9 - i)))
    origin.pages['/news/'] = listing(rows)


def test_every_command_of_the_tutorial_works(origin, tmp_path):
    publish(origin, 3)
    head = 'archive: archive.db\ncontrol: control.sock\nnetwork: {allow: [127.0.0.0/8], host-delay: 0s}\n'
    defaults = 'recheck: [1s]\nconfirm: 0s\n'      # the test is in more of a hurry than a reader
    conf, output, ran = tmp_path / 'presswatch.yaml', {}, 0
    conf.write_text(head)
    shell = 'presswatch() { %s/presswatch --config %s "$@"; }; presswatchd() { %s/presswatchd --config %s "$@"; }; ' % (BIN, conf, BIN, conf)
    for kind, text in blocks():
        if kind == 'yaml':
            conf.write_text(head + text)
            continue
        for line in text.splitlines():
            if line == 'presswatchd --once' and ran and 'presswatch tail' in text:
                first = subprocess.run(['bash', '-c', shell + 'presswatch show 1 --json'], capture_output=True, text=True).stdout
                publish(origin, 4, edited=int(json.loads(first)['url'].rsplit('/', 1)[1]))
                time.sleep(1.2)
            r = subprocess.run(['bash', '-c', shell + line.replace(FAKE, origin.base + '/news/')], cwd=tmp_path, capture_output=True, text=True, timeout=60)
            assert r.returncode == 0 and (r.stdout or 'presswatchd' in line or '--output' in line), (line, r.returncode, r.stdout, r.stderr)
            output[line] = r.stdout
            ran += 1
            if line.startswith('presswatch add'):
                source = tmp_path / 'sources.d/ministry.yaml'
                source.write_text(source.read_text() + defaults)
    assert ran >= 16
    assert 'document.edited' in output['presswatch tail'] and 'document.new' in output['presswatch tail']
    assert '45 million' in output['presswatch diff 1'] and len(output['presswatch history 1'].splitlines()) == 2
    assert {json.loads(x)['type'] for x in open(tmp_path / 'wire.jsonl')} >= {'document.new', 'document.edited'}
