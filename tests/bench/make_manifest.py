#!/usr/bin/env python3
"""Write a manifest for `presswatch extract --manifest` from a set's truth.jsonl.

usage: make_manifest.py SET_FOLDER > MANIFEST
"""
import json
import os
import sys


def main():
    if len(sys.argv) != 2:
        sys.exit(__doc__)
    folder = os.path.abspath(sys.argv[1])
    with open(os.path.join(folder, 'truth.jsonl'), encoding='utf-8') as truth:
        for line in truth:
            t = json.loads(line)
            row = {'id': t['id'], 'file': os.path.join(folder, 'pages', t['id'] + '.html.gz')}
            url = t.get('url', '')
            if url.startswith('http'):
                row['url'] = url
            if t.get('http_content_type'):
                row['content_type'] = t['http_content_type']
            print(json.dumps(row, ensure_ascii=False))


if __name__ == '__main__':
    main()
