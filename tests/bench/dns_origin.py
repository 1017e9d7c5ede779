#!/usr/bin/env python3
"""A name server on UDP that knows hNUMBER.bench.example: each has one of the addresses 127.1.x.y of the load origin and none of IPv6.
dns_origin.py ADDRESS HOSTS [DELAY_MS]: prints "ready", answers each question after that delay; a line on standard input asks for the
number of questions so far."""
import collections
import selectors
import socket
import struct
import sys
import time

A = 1


def answer(data, hosts):
    at = 12
    first = data[13:13 + data[12]]
    while data[at]:
        at += data[at] + 1
    kind = struct.unpack('>H', data[at + 1:at + 3])[0]
    known = first[:1] == b'h' and first[1:].isdigit()
    head = data[:2] + struct.pack('>HHHHH', 0x8180 if known else 0x8183, 1, int(known and kind == A), 0, 0) + data[12:at + 5]
    if not known or kind != A:
        return head
    h = int(first[1:]) % hosts
    return head + b'\xc0\x0c' + struct.pack('>HHIH', A, 1, 60, 4) + bytes((127, 1, h // 250, 1 + h % 250))


def main():
    hosts, delay = int(sys.argv[2]), float(sys.argv[3]) / 1000 if len(sys.argv) > 3 else 0
    waiting, asked = collections.deque(), 0
    pick = selectors.DefaultSelector()
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as s:
        s.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 8 << 20)
        s.bind((sys.argv[1], 53))
        pick.register(s, selectors.EVENT_READ)
        pick.register(sys.stdin, selectors.EVENT_READ)
        print('ready', flush=True)
        while True:
            pause = max(0, waiting[0][0] - time.monotonic()) if waiting else None
            for key, _ in pick.select(pause):
                if key.fileobj is sys.stdin:
                    if not sys.stdin.readline():
                        return
                    print(asked, flush=True)
                    continue
                data, peer = s.recvfrom(4096)
                asked += 1
                waiting.append((time.monotonic() + delay, data, peer))
            while waiting and waiting[0][0] <= time.monotonic():
                _, data, peer = waiting.popleft()
                s.sendto(answer(data, hosts), peer)


if __name__ == '__main__':
    main()
