"""Tablets with TAK clients: what the room writes and shows by them, in lockstep and on sockets, and what goes wrong."""

from __future__ import annotations

import asyncio
import re
import socket
import threading
from collections import Counter
from collections.abc import Iterable
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest

from center.core.events import FeedFaulted
from center.core.message_facts import MessageReplied
from center.store.journal import read
from tests.center.cot.test_cot_on_wire import hello
from tests.patience import PATIENCE_S
from tests.running import becomes
from tests.servers import LOOPBACK
from twin import loads
from twin.lockstep import FunctionCarrier, Lockstep
from twin.outcome import Outcome
from twin.parish_site import NOWHERE
from twin.progress import unwatched
from twin.recording import Recording, RunRecorder
from twin.replay import Share, Start, send
from twin.scenarios.loader import parse
from twin.scenarios.schema import Scenario
from twin.setting import WorldError
from twin.site_elsewhere import with_addresses
from twin.tablets import Tablets
from twin.wire import Wire
from twin.wire_links import TcpSender
from twin.world import World

WORLD = """
world:
  units: {CPSO: 6, LCPD: 2}
  readers: 0
  reads_a_day: 0
  calls_a_day: 0
  hotlist: 1
  aircraft: false
  receivers: {}
"""
COT = """
  cot:
    tablets:
      - {callsign: POST, person: rep, at: Lake Charles}
      - {callsign: TAB-1, unit: CPSO-01, reads_s: [2, 4]}
      - {callsign: TAB-2, unit: CPSO-02, every_s: 2}
      - {callsign: TAB-3, unit: CPSO-03}
"""
MORE = """
happens:
  - {do: write, at_s: 20, to: unit/CPSO-01, text: 'which ramp?'}
faults:
  - {fault: silent, on: terminal/CPSO-01}
"""
WRONG = """
  - {fault: clock_skew, on: tablet/TAB-1, by_s: -10800}
  - {fault: half_said, on: tablet/TAB-2, from_s: 30, for_s: 20}
  - {fault: malformed_xml, on: tablet/TAB-3, rate: 0.5}
  - {fault: lost_link, on: tablet/POST, from_s: 40, for_s: 20, connections: cut}
"""


def scenario(lasts_s: float, more: str, cot: str = COT) -> Scenario:
    head = f"name: tablets\nabout: Tablets.\nstart: 2026-05-09T19:00\nlasts_s: {lasts_s:g}"
    return parse(f"{head}{WORLD}{cot}{more}".encode(), "tablets.yaml")


def counted(outcome: Outcome, kind: str) -> Counter[str]:
    return Counter(str(fact.facts["tablet"]) for fact in outcome.facts if fact.kind == kind)


def test_where_the_terminal_is_dead_the_tablet_has_it_and_faults_are_nobody_elses(tmp_path: Path) -> None:
    """The message comes by the other way and is answered in its conversation, by a tablet whose clock is hours off; a
    partner's post has every car on its map, and again after its link was down; broken events are faults of the feed and
    stop nobody. Twice the same, to the bit."""
    plays = [Lockstep(scenario(120, MORE + WRONG), 3, tmp_path / f"journal-{number}.db") for number in range(2)]
    outcome, again = (play.run() for play in plays)
    assert outcome.digest == again.digest
    assert outcome.facts == again.facts
    assert counted(outcome, "tablet-message") == {"TAB-1": 1}
    assert counted(outcome, "tablet-told")["TAB-1"] == 1
    assert counted(outcome, "tablet-up") == {"POST": 2, "TAB-1": 1, "TAB-2": 1, "TAB-3": 1}
    assert counted(outcome, "tablet-shows")["POST"] >= 8
    events = [event for _, event in read(outcome.journal)]
    (answer,) = [event for event in events if isinstance(event, MessageReplied)]
    (thread,) = plays[0].center._assembly.center.picture.threads.threads.values()
    assert (answer.unit, thread.thread, len(thread.posts)) == ("CPSO-01", "unit/CPSO-01", 2)
    faults = Counter(event.source.split(":")[0] for event in events if isinstance(event, FeedFaulted))
    assert faults["cot/TAB-2"] == 1
    assert faults["cot/TAB-3"] >= 2
    assert set(faults) == {"cot/TAB-2", "cot/TAB-3"}


def speakers(said: Iterable[tuple[str, bytes]]) -> dict[str, bytes]:
    """What was said on each connection."""
    whole: dict[str, bytes] = {}
    for peer, data in said:
        whole[peer] = whole.get(peer, b"") + data
    return whole


def test_what_tablets_say_is_recorded_in_a_run_and_without_a_center(tmp_path: Path) -> None:
    """Each connection by the tablet's name and a number, from its first word on; the site on record has the port."""
    tapped: list[tuple[str, bytes]] = []

    def tap(feed: str, peer: str, data: bytes) -> None:
        if feed == "cot":
            tapped.append((peer, data))

    Lockstep(scenario(40, ""), 3, tmp_path / "journal.db", tap).run()
    path = tmp_path / "world.mcap"
    loads.record(scenario(40, ""), 3, path)
    recording = Recording(path)
    taken = speakers((one.peer, one.data) for one in recording.messages() if one.feed == "cot")
    for said in (speakers(tapped), taken):
        assert {peer.partition(":")[0] for peer in said} == {"POST", "TAB-1", "TAB-2", "TAB-3"}
        assert all(f'callsign="{peer.partition(":")[0]}"'.encode() in whole for peer, whole in said.items())
    assert recording.feeds["cot"] == ("cot", "tcp-listen")
    assert {row["client"] for row in recording.site["cot"]["clients"]} >= {"POST", "TAB-1"}


def test_a_replay_connects_as_each_tablet_did(tmp_path: Path) -> None:
    """Every connection's bytes in order; where clients must show a certificate none leave, and they are counted."""
    path = tmp_path / "day.mcap"
    recorder = RunRecorder(path, {"cot": ("cot", "tcp-listen")})
    for number in range(20):
        for name in ("TAB-1:1", "POST:2"):
            recorder.carried(number, "cot", name, f"<event {name} {number}/>".encode())
    recorder.finish()
    heard: list[bytes] = []

    async def story() -> None:
        over = asyncio.Event()

        async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            heard.append(await reader.read(-1))
            writer.close()
            if len(heard) == 2:
                over.set()

        server = await asyncio.start_server(serve, LOOPBACK, 0)
        cot = {"listen": f"{LOOPBACK}:{server.sockets[0].getsockname()[1]}"}
        sent = await send(Recording(path), Start({"feeds": [], "cot": cot}, tmp_path, None, 0, 0.0), Share(), unwatched)
        await over.wait()
        server.close()
        assert (sent.messages, sent.unknown) == (40, 0)

    asyncio.run(story())
    assert sorted(heard) == sorted(
        "".join(f"<event {name} {number}/>" for number in range(20)).encode() for name in ("TAB-1:1", "POST:2")
    )
    certified = {"feeds": [], "cot": {"listen": f"{LOOPBACK}:1", "certificate": "server.pem"}}
    sent = asyncio.run(send(Recording(path), Start(certified, tmp_path, None, 0, 0.0), Share(), unwatched))
    assert (sent.messages, sent.unknown) == (0, 40)


def test_who_sends_a_recording_reads_what_it_is_told() -> None:
    """More than any buffer holds: a client that did not read would be let go after a minute."""

    async def story() -> None:
        told = asyncio.Event()

        async def serve(_: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            writer.write(bytes(16 << 20))
            await writer.drain()
            told.set()

        server = await asyncio.start_server(serve, LOOPBACK, 0)
        sender = TcpSender(server.sockets[0].getsockname()[:2])
        sender.send("TAB-1:1", b"<event/>")
        async with asyncio.timeout(PATIENCE_S):
            await told.wait()
        await sender.close()
        server.close()

    asyncio.run(story())


def test_tablets_move_nobody_elses_dice() -> None:
    """The world without them is the world with them, but for what they say themselves."""

    def went(cot: str) -> list[Any]:
        world = World(scenario(60, "", cot), 3, Deaf())
        world.setting.env.run(until=60_000_000)
        return [fact for fact in world.setting.truth.facts if not fact.kind.startswith("tablet-")]

    assert went("") == went(COT)


@pytest.fixture(scope="module")
def world() -> World:
    """One for all that is only asked what it says of a scenario."""
    return World(scenario(1, ""), 1, FunctionCarrier(None))


class Deaf:
    """Nobody is at the other end."""

    def send(self, link: str, peer: str, data: bytes) -> None: ...
    def post(self, link: str, peer: str, data: bytes, answered: Any) -> None: ...
    def cut(self, link: str, peer: str) -> None: ...


@pytest.mark.parametrize(
    ("cot", "why"),
    [
        ("people: [nobody]", "world.cot.people: nobody signs in as nobody"),
        ("tablets: [{callsign: A, unit: CPSO-99}]", r"world.cot.tablets\[0\]: unit: there is no CPSO-99 here"),
        ("tablets: [{callsign: A, person: rep, at: Atlantis}]", r"world.cot.tablets\[0\]: .*Atlantis"),
        ("tablets: [{callsign: A, person: rep}]", "a person's tablet stands somewhere"),
        ("tablets: [{callsign: A}]", "a unit's or a person's, one of them"),
        ("tablets: [{callsign: ada, unit: CPSO-01}]", "two clients are called ada"),
    ],
)
def test_what_a_scenario_says_wrongly_of_tablets_is_told(world: World, cot: str, why: str) -> None:
    world.setting.scenario = scenario(1, "", f"  cot: {{{cot}}}\n")
    with pytest.raises(WorldError, match=why):
        Tablets(world.setting, world.fleet.units)


def test_without_the_word_there_is_no_port_and_a_recorded_site_keeps_it(world: World) -> None:
    world.setting.scenario = scenario(1, "")
    site = {"site": {}, "feeds": [], **Tablets(world.setting, world.fleet.units).site_table("127.0.0.1:8087")}
    assert {"client": "POST", "operator": "rep"} in site["cot"]["clients"]
    assert {"client": "ada", "operator": "ada"} in site["cot"]["clients"]
    there = NOWHERE._replace(cot="127.0.0.1:4711")
    assert with_addresses(site, there)["cot"] == {**site["cot"], "listen": "127.0.0.1:4711"}
    world.setting.scenario = scenario(1, "", "")
    assert Tablets(world.setting, world.fleet.units).site_table("127.0.0.1:8087") == {}


@pytest.mark.wire
def test_on_the_wire_the_twins_tablets_and_a_persons_own_client_are_at_one_port(tmp_path: Path) -> None:
    """The port is printed, and a bare socket that calls itself `det` there sees the cars; the tablet answers as in
    lockstep."""
    told: list[str] = []
    run = Wire(scenario(90, MORE), 3, tmp_path, rate=10.0, digest=lambda _: "", told=told.append)
    seen: list[bytes] = []

    def look() -> None:
        becomes(lambda: any("TAK clients connect to" in line for line in list(told)))
        said = next(
            found for line in list(told) if (found := re.search(r"TAK clients connect to ([\d.]+):(\d+)", line))
        )
        with socket.create_connection((said[1], int(said[2]))) as sock:
            sock.sendall(hello("det"))
            with suppress(ConnectionError):  # the center stops first
                while data := sock.recv(1 << 16):
                    seen.append(data)

    person = threading.Thread(target=look, daemon=True)
    person.start()
    outcome = run.run(unwatched).outcome
    person.join(PATIENCE_S)
    shown = b"".join(seen)
    assert all(f'uid="unit.{unit}"'.encode() in shown for unit in ("CPSO-01", "LCPD-02"))
    assert counted(outcome, "tablet-message") == {"TAB-1": 1}
    assert counted(outcome, "tablet-told")["TAB-1"] >= 1
    assert counted(outcome, "tablet-up") == {"POST": 1, "TAB-1": 1, "TAB-2": 1, "TAB-3": 1}
