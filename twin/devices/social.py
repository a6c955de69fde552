"""The parish's one social network: what residents have posted, and the search of what is public.

Knows: accounts and posts, public and private; the JSON of docs/feeds/open-sources.md; how long an answer takes; the
mark by which the network says that it is the twin's, and of which run.
Refuses to know: who posts what (see posting.py), how a question got here, who asks and why.

What is private never leaves: a search goes over public posts of public accounts and over nothing else, so an account
that is private answers like one that is not there. Nothing here does I/O: `ask` takes a path, and the answer is handed
over later.
"""

from __future__ import annotations

import hashlib
import re
from collections import deque
from collections.abc import Callable, Iterable, Sequence
from random import Random
from typing import Any, NamedTuple
from urllib.parse import parse_qsl

import msgspec
from simpy import Environment

from twin.devices.clock import call_later, now_us
from twin.devices.faults import AnyFault
from twin.devices.things import SECOND_US, Log, unlogged
from twin.devices.timetable import Timetable, power, skewed

VERSION = 1
MARK, SEARCH = "/.well-known/rtcc-twin", "/posts"
MOST_KEPT, MOST_FOUND = 20_000, 50
MOST_TEXT, MOST_SAID, MOST_PATH = 500, 120, 2_048
TAKES_S, TAKES_SIGMA_LN = 0.2, 0.4  # median (assumption)
FIELDS = ("words", "account", "place", "limit")

Answered = Callable[[int, bytes], None]
"""`answered(status, body)`, status as HTTP has it."""

_encode = msgspec.json.Encoder().encode
_terms = re.compile(r"\w+").findall


class Account(NamedTuple):
    """`shown` is the name beside its posts; strangers read nothing of one that is not `public`."""

    handle: str
    shown: str
    public: bool


class Post(NamedTuple):
    """What a picture shows stands in `text`, in brackets. `about` is the name of what happens, for the truth log only.
    A post that is not `public` is for the account's friends."""

    account: Account
    at_us: int
    text: str
    place: str = ""
    lat: float | None = None
    lon: float | None = None
    public: bool = True
    about: str = ""


class Question(NamedTuple):
    """All that is said must fit: every one of `words` in the text, the whole name of the `account`, every word
    of `place` in the place's name."""

    words: str = ""
    account: str = ""
    place: str = ""
    limit: int = MOST_FOUND


class SocialNetwork:
    """`run` is whose twin it is. `epoch` is the scenario's start in microseconds UTC. It keeps the newest posts."""

    def __init__(
        self,
        env: Environment,
        name: str,
        run: str,
        dice: Random,
        *,
        epoch: int,
        faults: Sequence[AnyFault] = (),
        log: Log = unlogged,
    ) -> None:
        self.name = name
        self.run = run
        self._env = env
        self._dice = dice
        self._epoch = epoch
        self._timetable = Timetable(faults)
        self._log = log
        self._posts: deque[tuple[str, Post]] = deque(maxlen=MOST_KEPT)
        self._serial = 0

    def publish(self, post: Post) -> str:
        """Its id, which tells nothing of how many others there are."""
        self._serial += 1
        name = hashlib.sha256(f"{self.run}/{self._serial}".encode()).hexdigest()[:16]
        self._posts.append((name, post))
        return name

    def ask(self, path: str, answered: Answered) -> None:
        """A GET. The answer comes a moment later, or never while the network is off."""
        now = now_us(self._env)
        active = self._timetable.at(now)
        if active and power(active, now) != "on":
            return
        takes_s = TAKES_S * self._dice.lognormvariate(0.0, TAKES_SIGMA_LN)
        call_later(self._env, round(takes_s * SECOND_US), self._answer, path, answered)

    def _answer(self, path: str, answered: Answered) -> None:
        where, _, query = path.partition("?")
        if where == MARK:
            answered(200, _encode({"twin": True, "run": self.run}))
            return
        if where != SEARCH:
            answered(404, b"{}")
            return
        question = read(query)
        if question is None:
            answered(400, b"{}")
            return
        found = search(self._posts, question)
        shown = found[: question.limit]
        self._log(
            "posts-searched",
            network=self.name,
            words=question.words,
            account=question.account,
            place=question.place,
            found=len(found),
            about=" ".join(sorted({post.about for _, post in shown} - {""})),
        )
        off_us = skewed(self._epoch, self._timetable.at(now_us(self._env)))
        posts = [_shown(name, post, off_us) for name, post in shown]
        answered(200, _encode({"v": VERSION, "posts": posts, "more": len(found) > len(shown)}))


def read(query: str) -> Question | None:
    """What is asked, or None for anything that is no question: each field once and not endless, a limit that is one,
    and something to go by, for nobody may have everything."""
    try:
        pairs = parse_qsl(query, keep_blank_values=True, max_num_fields=len(FIELDS)) if len(query) <= MOST_PATH else []
    except ValueError:
        return None
    said = {key: value.strip() for key, value in pairs}
    limit = said.pop("limit", str(MOST_FOUND))
    is_limit = limit.isascii() and limit.isdigit() and len(limit) < 4 and 1 <= int(limit) <= MOST_FOUND
    if len(dict(pairs)) != len(pairs) or not said.keys() <= set(FIELDS) or not is_limit:
        return None
    asked = [value for value in said.values() if value]
    if not asked or any(len(value) > MOST_SAID or not _terms(value) for value in asked):
        return None
    return Question(**said, limit=int(limit))


def is_public(post: Post) -> bool:
    return post.public and post.account.public


def search(posts: Iterable[tuple[str, Post]], question: Question) -> list[tuple[str, Post]]:
    """Public posts with their ids, the newest first."""
    found = [(name, post) for name, post in posts if is_public(post) and _fits(post, question)]
    return sorted(found, key=lambda one: (-one[1].at_us, one[0]))


def _fits(post: Post, question: Question) -> bool:
    handle = question.account.removeprefix("@").casefold()
    return (
        handle in ("", post.account.handle.casefold())
        and _has(post.text, question.words)
        and _has(post.place, question.place)
    )


def _has(text: str, words: str) -> bool:
    return set(_terms(words.casefold())) <= set(_terms(text.casefold()))


def _shown(name: str, post: Post, off_us: int) -> dict[str, Any]:
    said = {
        "id": name,
        "account": post.account.handle,
        "at": (off_us + post.at_us) * 1_000 // SECOND_US,
        "text": post.text[:MOST_TEXT],
        "shown": post.account.shown[:MOST_SAID],
        "place": post.place[:MOST_SAID],
    }
    return said if post.lat is None else said | {"lat": post.lat, "lon": post.lon}
