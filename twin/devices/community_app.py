"""The app of somebody with a camera at their door, who is asked for what it kept.

Knows: the community portal's protocol as its page tells it (docs/feeds/community.md), the owner's token and key, and
how long a person takes who answers.
Refuses to know: what the portal's owner makes of a clip, and who else is asked.
"""

from __future__ import annotations

import base64
import hashlib
import json
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from functools import partial
from random import Random
from typing import Any, Literal, TypeAlias

from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from simpy import Environment

from twin.devices.clock import call_later, now_us
from twin.devices.community import Clip, Owner
from twin.devices.things import SECOND_US, Log, unlogged

Visit: TypeAlias = Callable[[str, str, Mapping[str, str], bytes, Callable[[int, bytes], None]], None]
"""`visit(method, path, headers, body, answered)`: `answered(status, document)` comes later, or never."""
Answers: TypeAlias = Literal["soon", "late", "never"]
ASKS = "/community/v1/asks"
EVERY_US = 60 * SECOND_US
SOON_LN_S, SOON_SIGMA = 5.0, 0.6  # half of those who answer soon do within two and a half minutes (assumption)
LATE_S = (1_200.0, 2_400.0)
LOOKS_AROUND_US = 90 * 60 * SECOND_US
"""An owner who is asked for an evening looks at the hours about it, too: they know that clocks are off."""


class Key:
    """An owner's token and key, of 32 bytes."""

    def __init__(self, seed: bytes) -> None:
        self.token = hashlib.sha256(b"token" + seed).hexdigest()[:40]
        self._key = Ed25519PrivateKey.from_private_bytes(seed)

    @property
    def public(self) -> str:
        raw = self._key.public_key().public_bytes(serialization.Encoding.Raw, serialization.PublicFormat.Raw)
        return raw.hex()

    @property
    def token_sha256(self) -> str:
        return hashlib.sha256(self.token.encode()).hexdigest()

    def headers(self, manifest: Mapping[str, Any]) -> dict[str, str]:
        """The manifest of an answer, and its signature."""
        said = json.dumps({"v": 1, **manifest}, separators=(",", ":")).encode()
        return {
            "community-manifest": base64.b64encode(said).decode(),
            "community-signature": self._key.sign(said).hex(),
        }


def iso(at_us: int) -> str:
    return datetime.fromtimestamp(at_us / SECOND_US, UTC).isoformat(timespec="milliseconds")


class CommunityApp:
    """Looks once a minute whether anything is asked. `film(clip)` is the file of a clip; `epoch` the scenario's start
    in microseconds UTC. An owner who is asked for their camera itself shares it with the chance `agrees`. One that
    `sleeps` looks only once its camera has kept something (`wake`): before that its owner has nothing to answer
    with."""

    def __init__(
        self,
        env: Environment,
        owner: Owner,
        key: Key,
        dice: Random,
        film: Callable[[Clip], bytes],
        *,
        answers: Answers,
        epoch: int,
        agrees: float = 0.0,
        sleeps: bool = False,
        log: Log = unlogged,
    ) -> None:
        self.owner = owner
        self.key = key
        self.visit: Visit | None = None
        self.has_answered = False
        self._env = env
        self._dice = dice
        self._film = film
        self._answers = answers
        self._epoch = epoch
        self._agrees = agrees
        self._log = log
        self._places: dict[str, str] = {}
        self._sent: dict[str, int] = {}
        self._sleeps = True
        if not sleeps:
            self.wake()

    def wake(self) -> None:
        """Begin to look, at some moment of the minute. Once."""
        if self._sleeps:
            self._sleeps = False
            call_later(self._env, self._dice.randrange(EVERY_US), self._pulse)

    def _pulse(self) -> None:
        call_later(self._env, EVERY_US, self._pulse)
        self._look(self._seen)

    def _look(self, then: Callable[[list[dict[str, Any]]], None]) -> None:
        def answered(status: int, body: bytes) -> None:
            if status == 200:
                asks: list[dict[str, Any]] = json.loads(body)["asks"]
                self._places = {ask["ask"]: ask["answer_to"] for ask in asks}
                then(asks)

        if self.visit is not None:
            self.visit("GET", ASKS, {"authorization": f"Bearer {self.key.token}"}, b"", answered)

    def _seen(self, asks: list[dict[str, Any]]) -> None:
        """What is new here is thought about; most people do nothing."""
        for ask in asks:
            if ask["ask"] in self._sent:
                continue
            self._sent[ask["ask"]] = 0
            if self._answers == "never":
                continue
            late = self._answers == "late"
            seconds = self._dice.uniform(*LATE_S) if late else self._dice.lognormvariate(SOON_LN_S, SOON_SIGMA)
            call_later(self._env, round(seconds * SECOND_US), self._answer, ask)

    def _answer(self, ask: dict[str, Any]) -> None:
        if ask["what"] in ("live", "camera"):
            self._share(ask)
            return
        begins, ends = (_micros(ask[key]) - self._epoch for key in ("from", "to"))
        for clip in self.owner.clips:
            if begins - LOOKS_AROUND_US <= clip.claimed_us <= ends + LOOKS_AROUND_US:
                self._send(ask["ask"], clip)
                return

    def _share(self, ask: dict[str, Any]) -> None:
        """Yes, or no: asked in public nobody has to say that."""
        shares = self._dice.random() < self._agrees
        if shares or ask["what"] == "camera":
            self._post(ask["ask"], {"shares": shares}, b"")
            self._log("camera-answered", owner=self.owner.name, ask=ask["ask"], shares=shares)

    def _send(self, ask: str, clip: Clip) -> None:
        film = self._film(clip)
        claimed = self._epoch + clip.claimed_us
        self._post(
            ask,
            {
                "begins": iso(claimed),
                "ends": iso(claimed + round(clip.lasts_s * SECOND_US)),
                "clock": iso(self._epoch + self.owner.clock_us(now_us(self._env))),
                "sha256": hashlib.sha256(film).hexdigest(),
                "size": len(film),
                "says": clip.shows,
            },
            film,
        )
        self._log("clip-sent", owner=self.owner.name, clip=clip.clip, ask=ask)

    def _post(self, ask: str, manifest: dict[str, Any], body: bytes) -> None:
        place = self._places.pop(ask, None)
        if place is None or self.visit is None:
            return
        self.has_answered = True
        headers = self.key.headers({"ask": ask, "owner": self.owner.name, **manifest})
        self.visit("POST", place, {"content-type": "video/mp4", **headers}, body, partial(self._heard, ask))

    def _heard(self, ask: str, status: int, _: bytes) -> None:
        """Whether it was taken."""
        self._log("clip-answered", owner=self.owner.name, ask=ask, status=status)


def _micros(text: str) -> int:
    return round(datetime.fromisoformat(text).timestamp() * 1000) * 1000
