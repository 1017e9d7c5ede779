"""Sitemaps as large as the protocol lets them be (50 MB) with more addresses than it lets: read in bounded memory, and only what
is new or changed is asked for."""
import glob, gzip, os, re, threading, time

import pytest

from conftest import article, prose, wait_until

COUNT, PAD = 52000, 900
LIMIT_KB = 64 * 1024
QUERY = 'p' * PAD


def sitemap(origin, changed=None, added=0):
    """Addresses long enough for 50 MB; the date of the changed one is later."""
    head = '<?xml version="1.0" encoding="UTF-8"?><urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9">'
    row = '<url><loc>%s/press/%%d.html?%s</loc><lastmod>%%s</lastmod></url>\n' % (origin.base, QUERY)
    days = ['2024-01-%02d' % (i + 1) for i in range(28)]
    rows = [row % (i, '2024-05-02' if i == changed else days[i % 28]) for i in range(COUNT + added)]
    return (head + ''.join(rows) + '</urlset>').encode()


class Peak(threading.Thread):
    """VmHWM of a process's workers; of one that ended the last sight counts. Between its birth and its exec a child has its
    parent's memory, and so does not count yet: the command line of a worker is looked at first."""

    def __init__(self, pid):
        super().__init__(daemon=True)
        self.pid, self.kb, self.on = pid, 0, True

    def run(self):
        while self.on:
            for path in glob.glob('/proc/%d/task/*/children' % self.pid):
                try:
                    for child in open(path).read().split():
                        if not open('/proc/%s/cmdline' % child).read().startswith('presswatch-worker'):
                            continue
                        status = open('/proc/%s/status' % child).read()
                        self.kb = max(self.kb, int((re.search(r'VmHWM:\s+(\d+)', status) or [0, 0])[1]))
                except OSError:
                    pass
            time.sleep(0.02)


@pytest.mark.skipif('asan' in os.environ.get('PRESSWATCH_BIN', ''), reason='a sanitizer takes memory and seconds of its own')
def test_a_sitemap_of_50_mb_is_read_in_64_mb_and_only_news_are_candidates(world, origin):
    def publish(extra, **more):
        text = sitemap(origin, **more)
        assert len(text) > 50 * 1000 * 1000 and COUNT > 50000
        origin.pages['/map.xml'] = (200, extra, gzip.compress(text, 1))

    def address(i):
        return '/press/%d.html?%s' % (i, QUERY)

    for i in (7, COUNT, COUNT + 1):
        origin.pages[address(i)] = article('Release number %d about a harbour' % i, prose(i), '2024-05-02')
    # what was there before is known by its address; reading 52,000 pages is not the matter here
    world.source('map', '/map.xml', kind='sitemap', every='1h', recheck='[]', confirm='0s',
        include='["/press/(7|%d|%d)\\\\.html"]' % (COUNT, COUNT + 1))
    publish({'Content-Type': 'application/gzip'})	# a file of gzip
    world.start()
    peak = Peak(world.daemon.pid)
    peak.start()
    wait_until(lambda: len(world.documents()) == 1, 'the first visit', 120)
    origin.pages[address(7)] = article('Release number 7 about a harbour', prose(7) + prose(700), '2024-05-02')
    publish({'Content-Type': 'application/xml', 'Content-Encoding': 'gzip'}, changed=7, added=2)	# gzip on the way
    world.command('poll', 'map')
    wait_until(lambda: len(world.documents()) == 3, 'the two new releases', 120)
    wait_until(lambda: [d['revision'] for d in world.documents() if d['url'].endswith(address(7))] == [2], 'the edit', 120)
    peak.on = False
    peak.join()
    world.stop()
    assert {d['title'] for d in world.documents()} == {'Release number %d about a harbour' % i for i in (7, COUNT, COUNT + 1)}
    assert len([r for r in origin.log if r[1].startswith('/press/')]) == 4, 'only what is new or changed is asked for'
    print('\nworker, sitemap of 50 MB: peak %.1f MB' % (peak.kb / 1024))
    assert 0 < peak.kb <= LIMIT_KB, 'a worker took %d KB' % peak.kb
