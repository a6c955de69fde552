"""Replaying from one process or several: whose a message is, in which order it leaves, how late."""

from __future__ import annotations

import asyncio
import contextlib
import random
import socket
import subprocess
import sys
import time
from collections import defaultdict
from pathlib import Path

import pytest

from tests.patience import PATIENCE_S
from tests.running import becomes
from tests.servers import LOOPBACK, free_port
from twin.lateness import Lateness
from twin.recording import Carried, Recording, RunRecorder
from twin.replay import Share, Start, send, together
from twin.replay_processes import Processes, SendingError

PEERS, EACH, EVERY_US = 12, 25, 40_000


@pytest.fixture
def film(tmp_path: Path) -> Path:
    """Twelve units speak in turn for a second; each message says whose it is and which."""
    path = tmp_path / "film.mcap"
    recorder = RunRecorder(path, {"avl": ("nmea", "udp"), "gone": ("nmea", "udp")})
    for number in range(EACH):
        for peer in range(PEERS):
            recorder.carried(number * EVERY_US, "avl", f"unit-{peer}", f"{peer},{number}".encode())
    recorder.carried(EACH * EVERY_US, "gone", "unit-0", b"nobody listens")
    recorder.finish()
    return path


def drained(sock: socket.socket) -> list[tuple[int, int]]:
    sock.setblocking(False)
    found = []
    while True:
        try:
            peer, number = sock.recv(100).decode().split(",")
        except BlockingIOError:
            return found
        found.append((int(peer), int(number)))


@pytest.mark.parametrize("processes", [1, 3])
def test_every_message_is_sent_once_and_each_peers_in_order(processes: int, film: Path) -> None:
    """From one process or several; each began at the same moment and says how late it ran."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sock:
        sock.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 1 << 20)
        sock.bind((LOOPBACK, 0))
        feed = {"name": "avl", "link": "udp", "listen": f"{LOOPBACK}:{sock.getsockname()[1]}"}
        start = Start({"feeds": [feed]}, film.parent, 4.0, 0, 0.0)
        if processes == 1:
            start = start._replace(origin_s=time.time())
            sent = [asyncio.run(send(Recording(film), start, Share(), lambda _: None))]
        else:
            with Processes(film, processes) as senders:
                sent = senders.send(start._replace(origin_s=time.time() + 0.5), lambda _: None)
        heard = drained(sock)
    assert sorted(heard) == [(peer, number) for peer in range(PEERS) for number in range(EACH)]
    by_peer: dict[int, list[int]] = defaultdict(list)
    for peer, number in heard:
        by_peer[peer].append(number)
    assert all(numbers == sorted(numbers) for numbers in by_peer.values())
    done = together(sent)
    assert (done.messages, done.unknown, done.lost, len(done.processes)) == (PEERS * EACH, 1, 0, processes)
    assert all(one.messages for one in done.processes)
    assert max(one.late_max_s for one in done.processes) == done.late_max_s
    assert done.seconds + done.late_max_s >= (EACH - 1) * EVERY_US / 1e6 / 4.0


def test_a_peers_messages_are_one_processs() -> None:
    """Every message is in exactly one share, whichever link it comes by."""
    dice = random.Random(1)
    owners: dict[tuple[str, str], set[int]] = defaultdict(set)
    shares = [Share(number, 4) for number in range(4)]
    for turn in range(2_000):
        link = dice.choice(("udp", "mqtt", "tcp-listen", "tcp", "folder", "poll", "http"))
        message = Carried(0, link, f"peer-{dice.randrange(50)}", b"")
        mine = [share.number for share in shares if share.has(link, message, turn)]
        assert len(mine) == 1
        owners[link, message.peer].update(mine)
    for (link, _), numbers in owners.items():
        if link in ("tcp", "folder", "poll"):
            assert numbers == {0}
        elif link != "http":
            assert len(numbers) == 1
    assert set.union(*(numbers for (link, _), numbers in owners.items() if link == "udp")) == {0, 1, 2, 3}
    assert set.union(*(numbers for (link, _), numbers in owners.items() if link == "http")) == {0, 1, 2, 3}


def test_a_process_that_cannot_send_is_told(film: Path) -> None:
    """With what went wrong, and nothing is left running."""
    broken = {"name": "avl", "link": "tcp", "connect": f"{LOOPBACK}:{free_port()}"}
    with socket.socket() as sock:
        sock.bind((LOOPBACK, int(broken["connect"].rpartition(":")[2])))
        sock.listen()
        with (
            Processes(film, 2) as senders,
            pytest.raises(SendingError, match=r"process 1: OSError: .*address already in use"),
        ):
            senders.send(Start({"feeds": [broken]}, film.parent, None, 0, 0.0), lambda _: None)


def children(parent: int) -> list[int]:
    """Its processes that send."""
    found = []
    for folder in Path("/proc").glob("[0-9]*"):
        with contextlib.suppress(OSError):  # it has just ended
            of = int((folder / "stat").read_text().rpartition(")")[2].split()[1])
            if of == parent and b"spawn_main" in (folder / "cmdline").read_bytes():
                found.append(int(folder.name))
    return found


def is_over(process: int) -> bool:
    """Gone, or only its parent's word for how it ended is still kept."""
    try:
        return Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()[0] == "Z"
    except OSError:
        return True


def test_a_replay_that_is_killed_leaves_no_process_behind(film: Path) -> None:
    """SIGKILL, amid a replay that would go on for a quarter of an hour: who sends ends with who asked."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sock:
        sock.bind((LOOPBACK, 0))
        sock.settimeout(PATIENCE_S)
        site = film.with_suffix(".toml")
        address = f"{LOOPBACK}:{sock.getsockname()[1]}"
        site.write_text(f'[[feeds]]\nname = "avl"\nformat = "nmea"\nlink = "udp"\nlisten = "{address}"\n')
        command = [sys.executable, "-m", "twin.cli", "replay", str(film), "--site", str(site)]
        with subprocess.Popen([*command, "--speed", "0.001", "--processes", "2"]) as replay:
            try:
                sock.recv(100)  # it has begun
                senders = children(replay.pid)
            finally:
                replay.kill()
    assert len(senders) == 2
    becomes(lambda: all(is_over(process) for process in senders), lambda: senders)


def test_lateness_of_many_is_that_of_all() -> None:
    """Percentiles within a hundredth of the true ones, however it was divided; the worst exactly."""
    dice = random.Random(1)
    values = [dice.lognormvariate(-6.0, 2.0) for _ in range(20_000)]
    parts = [Lateness() for _ in range(4)]
    for index, value in enumerate(values):
        parts[index % 4].add(value)
    late = Lateness()
    for part in parts:
        late.take(part)
    values.sort()
    for share in (0.01, 0.5, 0.95, 0.999, 1.0):
        true = values[max(0, -(-int(share * 1000) * len(values) // 1000) - 1)]
        assert true * 0.999 <= late.at(share) <= true * 1.011 + 2e-6
    assert late.most_s == values[-1]
    assert len(late.counts) < 2_500
    assert Lateness().at(0.5) == 0.0


def test_what_was_in_time_is_not_late() -> None:
    late = Lateness()
    late.add(-1.0)
    late.add(0.0)
    assert (late.at(0.5), late.most_s) == (0.0, 0.0)
