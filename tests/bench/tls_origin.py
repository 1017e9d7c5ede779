#!/usr/bin/env python3
"""A TLS origin on 127.4.0.0/16 that closes each connection, so that every check is a handshake: counts full and resumed ones.
tls_origin.py CERT KEY 1.2|1.3: prints its port, then answers; GET /stats gives {"full", "resumed"} and starts anew."""
import json
import socket
import ssl
import sys
import threading

counts = {'full': 0, 'resumed': 0}
BODY = b'<?xml version="1.0"?><urlset><url><loc>https://127.4.0.1/a/1.html</loc></url></urlset>'


def answer(context, raw):
    try:
        raw.settimeout(20)
        with context.wrap_socket(raw, server_side=True) as c:
            ask = c.recv(65536)
            stats = ask.startswith(b'GET /stats')
            if stats:
                body = json.dumps(counts).encode()
                counts.update(full=0, resumed=0)
            else:
                counts['resumed' if c.session_reused else 'full'] += 1
                body = BODY
            if not stats and b'if-none-match' in ask.lower():
                c.sendall(b'HTTP/1.1 304 Not Modified\r\nETag: "1"\r\nConnection: close\r\n\r\n')
            else:
                c.sendall(b'HTTP/1.1 200 OK\r\nContent-Type: text/xml\r\nETag: "1"\r\nConnection: close\r\nContent-Length: %d\r\n\r\n' % len(body) + body)
            c.unwrap()
    except OSError:
        pass


def main():
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(sys.argv[1], sys.argv[2])
    version = ssl.TLSVersion.TLSv1_2 if sys.argv[3] == '1.2' else ssl.TLSVersion.TLSv1_3
    context.minimum_version = context.maximum_version = version
    with socket.create_server(('0.0.0.0', 0), backlog=512) as s:
        print(s.getsockname()[1], flush=True)
        while True:
            threading.Thread(target=answer, args=(context, s.accept()[0]), daemon=True).start()


if __name__ == '__main__':
    main()
