#!/usr/bin/env python3
"""Publication times of the real feeds in the shared folder, as "name<TAB>ms", for rhythm_sim: sources with 20 releases and more over four
days and more, each stated with its time of day.   rhythm_times.py PRESSWATCH SHARED"""
import datetime, json, os, subprocess, sys

LEAST, SPAN_MS = 20, 4 * 86400000


def times_of(presswatch, url, path):
    out = subprocess.run([presswatch, 'links', '--url', url, path], capture_output=True, text=True).stdout
    for line in out.splitlines():
        stated = json.loads(line).get('published', '')
        if 'T' in stated:
            t = datetime.datetime.fromisoformat(stated.replace('Z', '+00:00'))
            yield int((t if t.tzinfo else t.replace(tzinfo=datetime.timezone.utc)).timestamp() * 1000)


def main(presswatch, shared):
    folder = os.path.join(shared, 'sites', 'feeds-real')
    if not os.path.isdir(folder):
        sys.exit('no real feeds: %s is missing' % folder)
    for line in open(os.path.join(folder, 'pages.jsonl'), encoding='utf-8'):
        row = json.loads(line)
        url = row.get('url', '')
        found = sorted(set(times_of(presswatch, url if '://' in url else 'https://feed.example' + url, os.path.join(folder, row['file']))))
        if len(found) >= LEAST and found[-1] - found[0] >= SPAN_MS:
            for ms in found:
                print('%s\t%d' % (url, ms))


if __name__ == '__main__':
    main(*sys.argv[1:3])
