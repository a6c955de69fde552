"""From the site file's feeds to open links: what shares a connection, which credentials go where, and what cannot
be."""

from __future__ import annotations

import asyncio
import http.client
import socket
from collections.abc import AsyncIterator, Callable, Coroutine, Mapping
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest

from center.site import SiteError, TerminalSettings, from_tables
from center.wiring import Wire, broker, client_id, open_wires, secret
from tests.center.links.basin import PATIENCE_S, Basin, becomes
from tests.center.links.brokers import CONNACK, CONNECT, SUBSCRIBE, Client, scripted

pytestmark = pytest.mark.wire


def udp(name: str, **said: Any) -> dict[str, Any]:
    return {"name": name, "format": "taip", "link": "udp", "listen": "127.0.0.1:0"} | said


def posted(name: str, path: str, **said: Any) -> dict[str, Any]:
    return {"name": name, "format": "rekor", "link": "http", "listen": "127.0.0.1:0", "path": path} | said


def mqtt(name: str, port: int, topic: str, **said: Any) -> dict[str, Any]:
    where = {"link": "mqtt", "connect": f"127.0.0.1:{port}", "topic": topic}
    return {"name": name, "format": "owntracks"} | where | said


def wires(*feeds: dict[str, Any], site: str = "here", listener: str = "center", folder: Path = Path()) -> list[Wire]:
    return open_wires(from_tables({"site": {"name": site}, "feeds": list(feeds)}, "test"), folder, listener=listener)


@asynccontextmanager
async def running(made: list[Wire], sinks: Mapping[str, Basin], *, up: bool = True) -> AsyncIterator[None]:
    tasks = [asyncio.ensure_future(wire.run(sinks)) for wire in made]
    try:
        async with asyncio.timeout(PATIENCE_S):
            for wire in made if up else ():
                await wire.ready()
        yield
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)


def play(story: Callable[[], Coroutine[Any, Any, None]]) -> None:
    asyncio.run(story())


def post(address: tuple[str, int] | None, path: str, headers: dict[str, str] | None = None) -> int:
    assert address is not None
    connection = http.client.HTTPConnection(*address, timeout=PATIENCE_S)
    try:
        connection.request("POST", path, b"{}", headers or {})
        return connection.getresponse().status
    finally:
        connection.close()


# --- what shares ------------------------------------------------------------------------------------------------------


def test_feeds_of_one_listener_share_it_and_all_others_have_their_own() -> None:
    """Two webhooks on one port are one server; two datagram ports are two sockets; feeds of one broker and user are one
    session. Breaks when each feed opens its own: the second would find the port taken."""
    made = wires(
        udp("a"),
        posted("lpr-a", "/a"),
        udp("b"),
        posted("lpr-b", "/b"),
        posted("lpr-c", "/a", listen="127.0.0.2:0"),
        mqtt("m1", 1, "one/#", username="u"),
        mqtt("m2", 1, "two/#", username="u"),
        mqtt("m3", 1, "one/#", username="v"),
        mqtt("m4", 2, "one/#", username="u"),
    )
    assert [wire.feeds for wire in made] == [
        ("a",),
        ("b",),
        ("lpr-a", "lpr-b"),
        ("lpr-c",),
        ("m1", "m2"),
        ("m3",),
        ("m4",),
    ]


def test_what_arrives_by_a_shared_listener_reaches_the_feed_of_its_path_and_credentials() -> None:
    async def story() -> None:
        made = wires(posted("a", "/a", token="sesame"), posted("b", "/b", username="u", password="p"))
        sinks = {"a": Basin(), "b": Basin()}
        async with running(made, sinks):
            (wire,) = made

            async def ask(path: str, headers: dict[str, str] | None = None) -> int:
                return await asyncio.to_thread(post, wire.address(), path, headers)

            assert await ask("/a") == 401
            assert await ask("/a", {"Authorization": "Bearer sesame"}) == 200
            assert await ask("/b", {"Authorization": "Bearer sesame"}) == 401
            assert await ask("/b", {"Authorization": "Basic dTpw"}) == 200
            assert await ask("/c") == 404
        assert {name: sink.data for name, sink in sinks.items()} == {"a": [b"{}"], "b": [b"{}"]}

    play(story)


def test_datagrams_reach_the_feed_of_their_port() -> None:
    async def story() -> None:
        made = wires(udp("a"), udp("b"))
        sinks = {"a": Basin(), "b": Basin()}
        async with running(made, sinks):
            with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sock:
                for wire in made:
                    address = wire.address()
                    assert address is not None
                    sock.sendto(wire.name.encode(), address)
            await becomes(lambda: all(sink.items for sink in sinks.values()))
        assert {name: sink.data for name, sink in sinks.items()} == {"a": [b"a"], "b": [b"b"]}

    play(story)


def test_relative_folders_begin_beside_the_site_file(tmp_path: Path) -> None:
    async def story() -> None:
        (tmp_path / "drop").mkdir()
        (tmp_path / "drop" / "list.csv").write_bytes(b"PLATE\nABC123\n")
        feed = {
            "name": "wanted",
            "format": "hotlist",
            "link": "folder",
            "folder": "drop",
            "settle_s": 0,
            "poll_s": 0.01,
        }
        sink = Basin()
        async with running(wires(feed | {"poll_s": 0.01}, folder=tmp_path), {"wanted": sink}):
            await sink.until(lambda: bool(sink.items))
        assert sink.data == [b"PLATE\nABC123\n"]

    play(story)


# --- brokers ----------------------------------------------------------------------------------------------------------


def said_in(body: bytes) -> list[bytes]:
    """The strings of a CONNECT's payload: client id, user, password."""
    rest, said = body[10:], []
    while rest:
        size = int.from_bytes(rest[:2], "big")
        said.append(rest[2 : 2 + size])
        rest = rest[2 + size :]
    return said


def connects(*feeds: Callable[[int], dict[str, Any]], **how: Any) -> list[tuple[list[bytes], bytes]]:
    """What each session of these feeds says to its broker: the strings of CONNECT, and the body of SUBSCRIBE."""
    heard: list[tuple[list[bytes], bytes]] = []

    async def story() -> None:
        async def listen(client: Client) -> None:
            _, connect = await client.expect(CONNECT)
            await client.say(CONNACK)
            _, subscribe = await client.expect(SUBSCRIBE)
            heard.append((said_in(connect), subscribe[2:]))
            await client.wait_closed()

        async with scripted(listen) as port:
            made = wires(*(feed(port) for feed in feeds), **how)
            sinks = {name: Basin() for wire in made for name in wire.feeds}
            async with running(made, sinks, up=False):
                await becomes(lambda: len(heard) == len(made))

    play(story)
    return sorted(heard)


def test_a_broker_is_asked_for_each_topic_at_its_own_quality(monkeypatch: pytest.MonkeyPatch) -> None:
    """QoS 1 unless the site file says 0; user and password as given or from the environment. Breaks when the option is
    read and forgotten."""
    monkeypatch.setenv("RTCC_TEST_PASSWORD", "from outside")
    account = {"username": "rtcc", "password": "env:RTCC_TEST_PASSWORD"}
    ((strings, filters),) = connects(
        lambda port: mqtt("phones", port, "owntracks/#", **account),
        lambda port: mqtt("cars", port, "cars/+", qos=0, **account),
    )
    assert strings[1:] == [b"rtcc", b"from outside"]
    assert filters == b"\0\x0bowntracks/#\x01" + b"\0\6cars/+\0"


def test_no_two_programs_and_no_two_users_have_one_name_at_a_broker() -> None:
    """A broker throws the older of two clients of one name out: a tap beside the center, or another user of it, or
    another site's center must not be that. The same program comes back under the same name, for its session waits."""
    site = [from_tables({"site": {"name": name}}, "test") for name in ("here", "there")]
    names = [client_id(who, at, user) for who in ("center", "ear") for at in site for user in (None, "u", "v")]
    assert len(set(names)) == 12
    assert client_id("center", site[0], "u") == names[1]
    assert all(len(name) <= 23 for name in names), "what every broker must take (MQTT 3.1.1, 3.1.3.1)"
    ((first, _),) = connects(lambda port: mqtt("m", port, "a/#"))
    ((again, _),) = connects(lambda port: mqtt("m", port, "a/#"))
    ((ear, _),) = connects(lambda port: mqtt("m", port, "a/#"), listener="ear")
    assert first == again == [client_id("center", site[0], None).encode()]
    assert ear == [client_id("ear", site[0], None).encode()]


# --- what cannot be ---------------------------------------------------------------------------------------------------


def test_two_feeds_cannot_share_a_path_or_a_topic() -> None:
    """Both are named. Breaks when the second silently takes the first one's place."""
    with pytest.raises(SiteError, match="feeds a, b: two of them share a path"):
        wires(posted("a", "/x"), posted("b", "/x"))
    with pytest.raises(SiteError, match="feeds a, b: two of them share a topic"):
        wires(mqtt("a", 1, "x/#"), mqtt("b", 1, "x/#"))


@pytest.mark.parametrize("topic", ["x/#/y", "x+/y"])
def test_a_topic_that_is_none_is_named_with_its_feed(topic: str) -> None:
    with pytest.raises(SiteError, match=r"feeds a: not a topic filter: 'x"):
        wires(mqtt("a", 1, topic))


def test_topics_that_overlap_are_named() -> None:
    """A broker sends such a message once or twice, as it pleases: whose would it be?"""
    with pytest.raises(SiteError, match="feeds a, b: "):
        wires(mqtt("a", 1, "x/#"), mqtt("b", 1, "x/+"))


def test_a_secret_is_as_written_or_from_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("RTCC_TEST_SECRET", "env:not again")
    monkeypatch.delenv("RTCC_TEST_MISSING", raising=False)
    assert secret("sesame") == "sesame"
    assert secret("env:RTCC_TEST_SECRET") == "env:not again"
    assert secret(None) is None
    assert secret("") == ""
    with pytest.raises(SiteError, match="the environment has no variable RTCC_TEST_MISSING"):
        secret("env:RTCC_TEST_MISSING")


@pytest.mark.parametrize(
    "feed",
    [
        posted("a", "/a", token="env:RTCC_TEST_MISSING"),
        posted("a", "/a", username="u", password="env:RTCC_TEST_MISSING"),
        mqtt("a", 1, "x", username="env:RTCC_TEST_MISSING"),
        mqtt("a", 1, "x", username="u", password="env:RTCC_TEST_MISSING"),
    ],
)
def test_a_secret_that_is_missing_stops_the_start(feed: dict[str, Any], monkeypatch: pytest.MonkeyPatch) -> None:
    """Rather than a listener that lets everybody in. Breaks when a missing variable counts as no password."""
    monkeypatch.delenv("RTCC_TEST_MISSING", raising=False)
    with pytest.raises(SiteError, match="RTCC_TEST_MISSING"):
        wires(feed)


def test_a_broker_that_is_shown_keeps_its_password() -> None:
    there = TerminalSettings(connect="127.0.0.1:1883", username="rtcc", password="sesame")
    it = broker(there, Path())
    assert (it.host, it.port, it.username, it.password) == ("127.0.0.1", 1883, "rtcc", "sesame")
    assert "sesame" not in f"{it!r} {it}"
