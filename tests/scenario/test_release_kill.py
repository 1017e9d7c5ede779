"""What is held is let go by a person, and the process dies before, while and after the receivers take it: nothing is lost; an event comes
under one message id, so that a repeat (a yes that nobody could write down any more) can be dropped."""
import http.server, json, os, random, threading, time

from conftest import article, listing, prose, wait_until


class Receiver:
    """Keeps under which message each event came; refuses one message in so many, and thinks a little."""

    def __init__(self, one_in):
        self.messages, self.order, self.count = {}, [], 0
        receiver = self

        class Handler(http.server.BaseHTTPRequestHandler):
            def do_POST(self):
                body = json.loads(self.rfile.read(int(self.headers['Content-Length'])))
                receiver.count += 1
                yes = receiver.count % one_in > 0
                time.sleep(random.uniform(0, 0.01))
                if yes:
                    for e in body if isinstance(body, list) else [body]:
                        receiver.messages.setdefault(e['id'], set()).add(self.headers['webhook-id'])
                        receiver.order.append(e['sequence'])
                try:
                    self.send_response(204 if yes else 503)
                    self.send_header('Content-Length', '0')
                    self.end_headers()
                except OSError:
                    pass        # who asked is dead

            def log_message(self, *a):
                pass

        self.server = http.server.ThreadingHTTPServer(('127.0.0.1', 0), Handler)
        self.url = 'http://127.0.0.1:%d/' % self.server.server_address[1]
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    def close(self):
        self.server.shutdown()
        self.server.server_close()


def publish(origin, n):
    rows = []
    for i in range(n):
        origin.pages['/press/%d' % i] = article('Notice %d to the public' % i, prose(i), '2024-05-%02d' % (i % 28 + 1))
        rows.append(('/press/%d' % i, 'Notice %d to the public' % i, '%d May 2024' % (i % 28 + 1)))
    origin.pages['/press/'] = listing(rows[::-1])


def held(world, name='storm'):
    return next(c for c in world.lines('channels', '--json') if c['name'] == name).get('held', 0)


def check(world, receivers):
    """Every event under exactly one message; first arrivals in the order of the log."""
    wrote = [e['id'] for e in world.lines('tail', '--json')]
    for r in receivers:
        assert set(r.messages) == set(wrote) and all(len(m) == 1 for m in r.messages.values()), {e: m for e, m in r.messages.items() if len(m) != 1}
        first = list(dict.fromkeys(r.order))
        assert first == sorted(first)
    return len(wrote), sum(len(r.order) - len(set(r.order)) for r in receivers)


def test_notices_that_are_let_go_survive_kills(world, origin, promise):
    random.seed(11)
    storm, digest = Receiver(3), Receiver(3)
    retry = 'retry: [1s, 1s, 1s, 1s, 1s, 1s, 1s, 1s, 1s]'
    world.channels = ['{name: storm, webhook: "%s", storm: 2, %s}' % (storm.url, retry), '{name: digest, webhook: "%s", digest: daily %s, %s}'
                      % (digest.url, time.strftime('%H:%M', time.localtime(time.time() - 120)), retry)]
    publish(origin, 2)
    world.source('site', '/press/', first_visit='announce', recheck='[1d]').once(expect=None)
    kills, released = 6, 0
    for i in range(kills):
        publish(origin, 2 + 2 * (i + 1))
        world.start()
        wait_until(lambda: held(world, 'digest') + held(world) > 0 and world.status()['documents'] == 2 + 2 * (i + 1), 'what is held')
        for name in ('storm', 'digest'):
            released += world.command('release', name, expect=None).returncode == 0
        time.sleep(random.choice([0, 0, random.uniform(0, 0.2), random.uniform(0, 1.5)]))
        world.kill()
        assert world.whole()
    world.start()
    for name in ('storm', 'digest'):
        world.command('release', name, expect=None)
    wait_until(lambda: world.status()['deliveries'] == 0, 'all of them', 60)
    world.stop()
    events, repeats = check(world, [storm, digest])
    storm.close()
    digest.close()
    promise('P21', 'release of held notices: %d kills after %d releases, %d events on two channels: lost 0, under two messages 0, out of order 0, repeats under the same id %d'
            % (kills, released, events, repeats), released >= kills and events == 2 + 2 * kills)


def test_documents_that_are_let_go_survive_kills(world, origin, promise):
    """release SOURCE: the documents of a flood of addresses, of which nobody was told."""
    random.seed(12)
    receiver = Receiver(40)
    world.channels = ['{name: hook, webhook: "%s", retry: [1s, 1s, 1s, 1s, 1s, 1s, 1s, 1s, 1s]}' % receiver.url]
    publish(origin, 2)
    world.source('site', '/press/', recheck='[1d]').once()
    publish(origin, 232)
    kills = 0
    for i in range(6):
        world.start()
        if i == 0:
            wait_until(lambda: world.status()['documents'] == 232, 'the flood', 60)
        world.command('release', 'site', expect=None)
        time.sleep([0, 0, 0.02, 0.1, 0.3, 1][i])
        world.kill()
        kills += 1
        assert world.whole()
    world.start()
    world.command('release', 'site', expect=None)
    wait_until(lambda: world.status()['deliveries'] == 0, 'all of them', 90)
    world.stop()
    subjects = [e['subject'] for e in world.lines('tail', '--json') if e['type'] == 'document.new']
    events, repeats = check(world, [receiver])
    receiver.close()
    promise('P21', 'release of a flood: %d kills, told %d of 230 documents, twice %d, lost 0, repeats under the same id %d' % (kills, len(subjects), len(subjects) - len(set(subjects)), repeats),
            len(subjects) == len(set(subjects)) == 230)
