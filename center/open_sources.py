"""Asking a social network what is said in public: the twin's own, and no other.

Knows: the search of docs/feeds/open-sources.md, HTTP's GET, and how the twin is told from anything else.
Refuses to know: private posts, signing in, other networks, and why anybody asks.

Software that watches what people post is a power that this project does not hand out. What is exercised here is the
rule around it: reason, case, audit, leads. So the code itself refuses anything but a simulation: the address must be
this machine's own (`is_own`), no redirect is followed, and before every search the server must say that it is the twin
of the very run that the site file names. There is no option that changes this.
"""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import Executor
from http.client import HTTPConnection, HTTPException
from ipaddress import ip_address
from typing import NamedTuple, TypeAlias
from urllib.parse import urlencode, urlsplit

import msgspec

from center.core.effects import SearchPosts
from center.core.events import Micros
from center.core.open_facts import MOST_POSTS, Post

VERSION = 1
MARK = "/.well-known/rtcc-twin"
PATIENCE_S = 4.0
MAX_ANSWER_BYTES = 256 << 10
OK, NO_ANSWER = 200, 599


class Posts(NamedTuple):
    """`trouble`: why there are none."""

    posts: tuple[Post, ...] = ()
    more: bool = False
    trouble: str = ""


Then: TypeAlias = Callable[[Posts], None]
Get: TypeAlias = Callable[[str, Callable[[int, bytes], None]], None]
"""`get(path, answered)`: `answered(status, body)` comes later, or never."""


class _Mark(msgspec.Struct):
    twin: bool
    run: str


class _Post(msgspec.Struct):
    id: str
    account: str
    at: int
    text: str
    shown: str = ""
    place: str = ""
    lat: float | None = None
    lon: float | None = None


class _Answer(msgspec.Struct):
    v: int
    posts: list[_Post]
    more: bool = False


_mark = msgspec.json.Decoder(_Mark).decode
_answer = msgspec.json.Decoder(_Answer).decode


class OpenSources:
    """`run` is the twin's run that the site file names."""

    def __init__(self, get: Get, run: str) -> None:
        self._get = get
        self._run = run

    def ask(self, effect: SearchPosts, then: Then) -> None:
        """First whether it is the twin; only then what is asked."""

        def marked(status: int, body: bytes) -> None:
            if not is_twin(status, body, self._run):
                then(Posts(trouble="refused: this is not the twin's own server"))
            else:
                self._get(path_of(effect), lambda status, body: then(found(status, body)))

        self._get(MARK, marked)


def path_of(effect: SearchPosts) -> str:
    said = {"words": effect.words, "account": effect.account, "place": effect.place, "limit": str(MOST_POSTS)}
    return f"/posts?{urlencode({key: value for key, value in said.items() if value})}"


def is_twin(status: int, body: bytes, run: str) -> bool:
    """Whether a server says that it is the twin of this run."""
    try:
        mark = _mark(body)
    except (msgspec.DecodeError, UnicodeDecodeError):
        return False
    return status == OK and mark.twin and bool(run) and mark.run == run


def found(status: int, body: bytes) -> Posts:
    """What an answer says. Never raises."""
    if status != OK:
        return Posts(trouble=f"the network answered {status}")
    try:
        answer = _answer(body)
        if answer.v != VERSION:
            return Posts(trouble="the network's answer makes no sense")
        posts = tuple(_post(one) for one in answer.posts[:MOST_POSTS])
    except (msgspec.DecodeError, UnicodeDecodeError, OverflowError):
        return Posts(trouble="the network's answer makes no sense")
    return Posts(posts, answer.more or len(answer.posts) > MOST_POSTS)


def _post(one: _Post) -> Post:
    at = min(max(one.at, 0), 2**43) * 1000
    place = (one.lat, one.lon) if _is_place(one.lat, one.lon) else (None, None)
    return Post(one.id[:120], one.account[:120], Micros(at), one.text[:500], one.shown[:120], one.place[:120], *place)


def _is_place(lat: float | None, lon: float | None) -> bool:
    return lat is not None and lon is not None and abs(lat) <= 90 and abs(lon) <= 180


def nobody(_: str, __: Callable[[int, bytes], None]) -> None:
    """A site without open sources asks nobody."""


def is_own(url: str) -> bool:
    """Whether an address is this machine's own, written as a number, so that no name server has a say in it."""
    try:
        parts = urlsplit(url)
        return parts.scheme == "http" and parts.port is not None and ip_address(parts.hostname or "").is_loopback
    except ValueError:
        return False


def by_http(url: str, executor: Executor, post: Callable[[Callable[[], None]], object]) -> Get:
    """`post` hands the answer over to the center's own thread. Raises ValueError for an address that is not this
    machine's own."""
    if not is_own(url):
        raise ValueError(f"{url} is not an address of this machine: open sources are the twin's only")
    parts = urlsplit(url)

    def get(path: str, answered: Callable[[int, bytes], None]) -> None:
        def work() -> None:
            status, said = _got(parts.hostname or "", parts.port or 0, path)
            post(lambda: answered(status, said))

        executor.submit(work)

    return get


def _got(host: str, port: int, path: str) -> tuple[int, bytes]:
    """Status and body; a redirect is an answer like any other and is not followed."""
    connection = HTTPConnection(host, port, timeout=PATIENCE_S)
    try:
        connection.request("GET", path)
        answer = connection.getresponse()
        return answer.status, answer.read(MAX_ANSWER_BYTES)
    except (HTTPException, OSError, ValueError):
        return NO_ANSWER, b""
    finally:
        connection.close()
