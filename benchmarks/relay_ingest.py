"""Cameras pulled with PyAV, a thread each: a yardstick for `relay.py`.

Knows: how a program that has PyAV and nothing else would read RTSP cameras without decoding them.
Refuses to know: what is done with what it reads.

    python -m benchmarks.relay_ingest URL CAMERAS
"""

from __future__ import annotations

import sys
from threading import Event, Thread

import av


def pull(url: str, begun: Event) -> None:
    with av.open(url, options={"rtsp_transport": "tcp"}) as media:
        for packet in media.demux(video=0):
            bytes(packet)  # to be of use to anybody it has to be in Python's hands
            begun.set()


if __name__ == "__main__":
    _events = [Event() for _ in range(int(sys.argv[2]))]
    for _event in _events:
        Thread(target=pull, args=(sys.argv[1], _event), daemon=True).start()
    for _event in _events:
        _event.wait()
    sys.stdout.write("ready\n")
    sys.stdout.flush()
    sys.stdin.read()
