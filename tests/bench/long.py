"""Parts of the bench that are asked for by name: workers on two cores, a day's visits in some minutes."""
import time

from proc import WRITTEN_S, Daemon, Origin

LISTING = ', kind: listing, exclude: ["/a/"], robots: ignore'
WHOLE = ', kind: listing, robots: ignore'
DAY = 24 * 60		# visits of a source that is asked every minute


class Long:
    # ---- workers -------------------------------------------------------------------------------------------------------

    def workers(self):
        """Listings that are parsed and nothing else, so that the workers are what a round waits for; pages a second of wall time."""
        n = 3000 if self.full else 1000
        one, two = [self.workers_round(n, k) for k in (1, 2)]
        self.row('listings parsed a second by two workers (floor: by one)', '1/s', one['rate'], two['rate'], '>= 1.8 x', '', None,
                 'CPU a page %.0f and %.0f us; of a core the workers had %.2f and %.2f, all of ours %.2f and %.2f; a page a second of worker CPU %.0f and %.0f' %
                 (one['us'], two['us'], one['worked'], two['worked'], one['all'], two['all'], one['rate'] / one['worked'], two['rate'] / two['worked']))

    def workers_round(self, n, workers):
        origin = Origin(self.tools['origin'], n)
        daemon = Daemon(self.bin, self.work + '/d', [('s%d' % i, origin.url(i), LISTING) for i in range(n)], workers=workers)
        try:
            begun = time.monotonic()
            daemon.start().visited(n)
            took, c = time.monotonic() - begun, daemon.cost()
        finally:
            daemon.close()
            origin.close()
        return dict(rate=n / took, us=c.workers / n * 1e6, worked=c.workers / took, all=(c.workers + c.process) / took)

    # ---- a day --------------------------------------------------------------------------------------------------------------

    def soak(self):
        """As many visits as a day has when each source is asked every minute, one round right behind the other, with releases published
        all along: memory after the first tenth against the end."""
        n = 100
        origin = Origin(self.tools['origin'], n)
        daemon = Daemon(self.bin, self.work + '/d', [('s%d' % i, origin.url(i), WHOLE) for i in range(n)])
        rss = []
        try:
            daemon.start().visited(n)
            daemon.quiet()
            before, done = daemon.cost(), daemon.status()['visits']
            for turn in range(DAY):
                if turn % 10 == 0:
                    origin.ctl('publish?src=%d' % (turn // 10 % n))
                daemon.ask(cmd='poll', all=True)
                done += n
                while daemon.status()['visits'] < done:
                    time.sleep(0.01)
                if turn % (DAY // 20) == DAY // 20 - 1:
                    rss.append(daemon.rss_kb('RssAnon') / 1024)
            status = daemon.quiet()
            time.sleep(WRITTEN_S)
            used = daemon.cost().since(before)
        finally:
            daemon.close()
            origin.close()
        self.row("a day's visits (%d sources, %d each): memory of its own at the end (floor: after a tenth)" % (n, DAY), 'MB', rss[1], rss[-1], 'flat', '', 1.1,
                 '%d visits, %d documents, %.0f s of CPU; MB at each twentieth: %s' %
                 (status['visits'], status['documents'], used['process'] + used['workers'], ' '.join('%.1f' % r for r in rss)))
