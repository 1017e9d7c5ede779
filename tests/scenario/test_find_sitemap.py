"""Sitemaps as large as the protocol lets them be (50 MB) with more addresses than it lets: read in bounded memory, and only what
is new or changed is asked for."""
import glob, gzip, os, re, threading, time

import pytest

from conftest import article, prose, wait_until

COUNT, PAD = 52000, 900
LIMIT_KB = 64 * 1024


def sitemap(origin, changed=None, added=0):
    """Addresses long enough for 50 MB; date of the changed one is later."""
    rows = []
    for i in range(COUNT + added):
        day = '2024-05-02' if i == changed else '2024-01-%02d' % (i % 28 + 1)
        rows.append('<url><loc>%s/press/%d.html?%s</loc><lastmod>%s</lastmod></url>' % (origin.base, i, 'p' * PAD, day))
    return ('<?xml version="1.0" encoding="UTF-8"?><urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9">' + '\n'.join(rows) + '</urlset>').encode()


class Peak(threading.Thread):
    """VmHWM of each child of a process: its workers. Of a worker that ended the last sight counts."""

    def __init__(self, pid):
        super().__init__(daemon=True)
        self.pid, self.kb, self.on = pid, 0, True

    def run(self):
        while self.on:
            for path in glob.glob('/proc/%d/task/*/children' % self.pid):
                try:
                    for child in open(path).read().split():
                        status = open('/proc/%s/status' % child).read()
                        self.kb = max(self.kb, int((re.search(r'VmHWM:\s+(\d+)', status) or [0, 0])[1]))
                except OSError:
                    pass
            time.sleep(0.02)


@pytest.mark.skipif('asan' in os.environ.get('PRESSWATCH_BIN', ''), reason='memory under a sanitizer says nothing')
@pytest.mark.parametrize('coded', [False, True], ids=['a file of gzip', 'gzip on the way'])
def test_a_sitemap_of_50_mb_is_read_in_64_mb_and_only_news_are_candidates(world, origin, coded):
    name, extra = ('/map.xml', {'Content-Type': 'application/xml', 'Content-Encoding': 'gzip'}) if coded else (
        '/map.xml.gz', {'Content-Type': 'application/gzip', 'Content-Encoding': 'identity'})

    def publish(**more):
        text = sitemap(origin, **more)
        assert len(text) > 50 * 1000 * 1000 and COUNT > 50000
        origin.pages[name] = (200, extra, gzip.compress(text, 1))

    for i in (7, COUNT, COUNT + 1):
        origin.pages['/press/%d.html?%s' % (i, 'p' * PAD)] = article('Release number %d about a harbour' % i, prose(i), '2024-05-02')
    publish()
    # the old ones are known by what the first visit recorded; reading 52,000 pages is not the matter here
    world.source('map', name, kind='sitemap', every='2s', recheck='[]', exclude='["/press/[0-9]{1,4}\\\\.html", "/press/[1-4][0-9]{4}\\\\.html", "/press/5[01][0-9]{3}\\\\.html"]')
    world.start()
    peak = Peak(world.daemon.pid)
    peak.start()
    wait_until(lambda: world.lines('sources', '--json')[0]['visits'], 'the first visit', 60)
    publish(added=2)
    world.command('poll', 'map')
    wait_until(lambda: len(world.documents()) == 2, 'the two new releases', 60)
    peak.on = False
    peak.join()
    world.stop()
    assert peak.kb > 0
    print('\nworker, sitemap of 50 MB %s: peak %.1f MB' % ('gzip on the way' if coded else 'a file of gzip', peak.kb / 1024))
    assert peak.kb <= LIMIT_KB, 'a worker took %d KB' % peak.kb
    assert {d['title'] for d in world.documents()} == {'Release number %d about a harbour' % i for i in (COUNT, COUNT + 1)}
    assert len([r for r in origin.log if r[1].startswith('/press/')]) == 2, 'only what is new is asked for'
