"""An operator at a console of the center, who compares image and text.

Knows: the frames and calls of docs/api.md as any client of it does, and how long a person takes.
Refuses to know: what the center knows besides; and the truth, but for what a picture shows to anyone who looks at it.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from datetime import datetime
from functools import partial
from random import Random
from typing import Any, NamedTuple, TypeAlias

import msgspec
from simpy import Environment

from twin.devices.clock import call_later, now_us
from twin.devices.sergeant import Post, Sergeant
from twin.devices.things import SECOND_US, Log, unlogged

Looked: TypeAlias = Callable[[str | None], tuple[str, str] | None]

ACKNOWLEDGE_SHARE = 0.4
MAX_ALERTS = 10_000
AROUND_M = 2_500
HALF_AN_HOUR_US = 1_800 * SECOND_US
MOST_ASKED_US = 24 * 3_600 * SECOND_US
WINDOW = re.compile(r"from (\d{4}-\S+) to (\d{4}-\S+)")
SEARCHES = {"plates": ("/api/plates/search", "plate"), "posts": ("/api/posts/search", "words")}
"""Where something is searched for, and under which name it is put there."""

_decode = msgspec.json.Decoder(dict[str, Any]).decode


class Plan(NamedTuple):
    """What somebody at a console will want, and when; see `Operator.ask`."""

    at_us: int
    what: str
    about: str
    reason: str | None = None
    case: str | None = None
    text: str = ""


class Operator:
    """`receive` takes a frame; `post` puts an act to the center; `look(ref)` is a look at a picture.
    One who does not act only watches, but for what is in its `plans`; one who `moderates` decides about clips, and one
    with a `sergeant`'s duty about patrol boxes."""

    def __init__(
        self,
        env: Environment,
        name: str,
        dice: Random,
        look: Looked,
        post: Post,
        *,
        think_s: tuple[float, float],
        acts: bool = True,
        log: Log = unlogged,
        plans: Iterable[Plan] = (),
        moderates: bool = False,
        sergeant: Sergeant | None = None,
    ) -> None:
        self.name = name
        self.alerts: dict[str, dict[str, Any]] = {}
        self.incidents: dict[str, dict[str, Any]] = {}
        self.feeds: dict[str, dict[str, Any]] = {}
        self.frames = 0
        self._env = env
        self._dice = dice
        self._look = look
        self._post = post
        self._think_s = think_s
        self._acts = acts
        self._log = log
        self._moderates = moderates
        self._sergeant = sergeant
        self._judged: set[str] = set()
        self._serial = 0
        for plan in plans:
            if plan.what == "write":
                call_later(env, plan.at_us, self.write, plan.about, plan.text)
            else:
                call_later(env, plan.at_us, self.ask, plan.what, plan.about, plan.reason, plan.case)

    def receive(self, data: bytes) -> None:
        """One frame from the center, in the world's own thread."""
        frame = _decode(data)
        self.frames += 1
        if self._sergeant is not None:
            self._sergeant.saw(frame.get("units", ()), frame.get("alerts", ()))
        for alert in frame.get("alerts", ()):
            known = self.alerts.get(alert["alert"])
            if known is None and len(self.alerts) >= MAX_ALERTS:
                continue
            self.alerts[alert["alert"]] = alert
            if self._moderates and alert["kind"] == "community-clips":
                self._moderate(alert)
            if known is None:
                self._log("alert-shown", operator=self.name, alert=alert["alert"], alert_kind=alert["kind"])
                if alert["state"] == "raised" and self._acts:
                    self._think(alert["alert"])
            elif self._acts and self._was_stopped(alert, known):
                seconds = self._dice.uniform(*self._think_s)
                call_later(self._env, round(seconds * SECOND_US), self._decide_again, alert["alert"])
        for incident in frame.get("incidents", ()):
            self.incidents[incident["incident"]] = incident
        for feed in frame.get("feeds", ()):
            self.feeds[feed["feed"]] = feed

    def _think(self, alert: str) -> None:
        """A person first takes the alert, then looks, then decides."""
        seconds = self._dice.uniform(*self._think_s)
        call_later(self._env, round(seconds * ACKNOWLEDGE_SHARE * SECOND_US), self._acknowledge, alert)
        call_later(self._env, round(seconds * SECOND_US), self._decide, alert)

    def _acknowledge(self, alert: str) -> None:
        if self.alerts[alert]["state"] == "raised":
            self._act(alert, "acknowledge")

    def _decide(self, alert: str) -> None:
        shown = self.alerts[alert]
        if shown["state"] not in ("raised", "acknowledged") or self._taken_by_another(shown):
            return
        if shown["kind"] != "hotlist-hit":
            self._act(alert, "confirm", action="supervisor told")
            return
        disposition = self._judge(shown)
        if disposition == "correct":
            self._act(alert, "confirm", action="nearest units sent to look")
        else:
            self._act(alert, "dismiss", disposition=disposition, action="none")

    def _was_stopped(self, shown: dict[str, Any], before: dict[str, Any]) -> bool:
        """Whether the records have just kept this person's word from the street: not listed, or not heard in time."""
        last = (shown.get("history") or [{}])[-1]
        is_mine = (last.get("act"), last.get("operator")) == ("confirm", self.name)
        is_news = before.get("check") == "asked" and shown.get("check") in ("not-listed", "not-checked")
        return is_mine and is_news and shown["state"] == "acknowledged"

    def _decide_again(self, alert: str) -> None:
        """What is not on file is stale; what could not be checked is told all the same, and said to be unchecked."""
        shown = self.alerts[alert]
        if shown["state"] != "acknowledged":
            return
        if shown.get("check") == "not-listed":
            self._act(alert, "dismiss", disposition="stale-listing", action="list's maker told")
        else:
            self._act(alert, "confirm", action="nearest units sent to look", note="unchecked")

    def _judge(self, shown: dict[str, Any]) -> str:
        """Image against text: what the picture shows, not what the camera made of it."""
        listing, read = shown["listing"], shown["read"]
        seen = self._look(read.get("crop")) or self._look(read.get("frame"))
        if seen is None:
            return "dismissed" if shown.get("differs") else "correct"
        plate, state = seen
        if plate.replace("O", "0") != listing["plate"].replace("O", "0"):
            return "misread"
        if listing.get("state") and state != listing["state"]:
            return "wrong-state"
        return "stale-listing" if shown.get("check") == "not-listed" or listing.get("off") else "correct"

    def _moderate(self, shown: dict[str, Any]) -> None:
        """A clip that shows the time that was asked for is let through, any other is not."""
        for clip in shown.get("clips", ()):
            name, fits = clip["offer"], clip["fit"]
            if name not in self._judged:
                self._judged.add(name)
                act = "approve" if "within the time" in fits else "reject"
                seconds = self._dice.uniform(*self._think_s)
                call_later(self._env, round(seconds * SECOND_US), self._judge_clip, name, act, fits)

    def _judge_clip(self, clip: str, act: str, fits: str) -> None:
        self._serial += 1
        self._log("moderated", operator=self.name, clip=clip, act=act)
        body = {"request": f"{self.name}-{self._serial}", "reason": fits}
        self._post(f"/api/community/{clip}/{act}", body, _unread)

    def _taken_by_another(self, shown: dict[str, Any]) -> bool:
        """Two may press the key before either has seen the other's: the first has it."""
        taken = [step["operator"] for step in shown.get("history", ()) if step["act"] == "acknowledge"]
        return bool(taken) and taken[0] != self.name

    def _act(self, alert: str, act: str, **body: str) -> None:
        self._serial += 1
        self._log("acted", operator=self.name, alert=alert, act=act, at_us=now_us(self._env), **body)
        self._post(f"/api/alerts/{alert}/{act}", {"request": f"{self.name}-{self._serial}", **body}, _unread)

    def ask(self, what: str, about: str, reason: str | None, case: str | None) -> None:
        """Want to see or hear a unit (`position`, `video`, `audio`), where a plate has been (`plates`), what is said in
        public with some words in it (`posts`), what owners of cameras kept near the last incident of a kind
        (`community`), or what a camera shows whose owner is asked each time (`owner`)."""
        if what in ("community", "owner"):
            (self._ask_owners if what == "community" else self._ask_one)(about, reason)
            return
        self._serial += 1
        path, asked = SEARCHES.get(what, (f"/api/units/{about}/look", ""))
        said = {"reason": reason, "case": case, **({asked: about} if asked else {"what": what})}
        body = {key: value for key, value in said.items() if value is not None}
        self._log("asked", operator=self.name, asked=what, about=about, reason=reason, case=case)
        self._post(path, {"request": f"{self.name}-{self._serial}", **body}, partial(self._hear, what, about))

    def write(self, to: str, text: str) -> None:
        """A message to a unit or a group."""
        self._serial += 1
        self._log("wrote", operator=self.name, to=to, text=text)
        body = {"request": f"{self.name}-{self._serial}", "to": to, "text": text}
        self._post("/api/messages", body, partial(self._hear, "write", to))

    def _ask_owners(self, kind: str, reason: str | None) -> None:
        """Half a kilometre and more about it, from half an hour before its first call to half an hour after it; of a
        report that says between which times it was, for those."""
        known = [one for one in self.incidents.values() if one.get("kind") == kind and "lat" in one]
        if not known:
            self._log("answered", operator=self.name, asked="community", about=kind, granted=False)
            return
        incident = known[-1]
        starts, ends = _window(incident)
        self._serial += 1
        body = {
            "request": f"{self.name}-{self._serial}",
            "case": incident["incident"],
            "lat": str(incident["lat"]),
            "lon": str(incident["lon"]),
            "radius_m": str(AROUND_M),
            "start": str(starts),
            "end": str(ends),
            "open_s": "7200",
        } | ({"reason": reason} if reason is not None else {})
        self._log("asked", operator=self.name, asked="community", about=kind, reason=reason, case=incident["incident"])
        path = f"/api/community/{incident['incident']}/request"
        self._post(path, body, partial(self._hear, "community", kind))

    def _ask_one(self, camera: str, reason: str | None) -> None:
        """For the last incident beside which the camera is offered, for an hour."""
        beside = [name for name, one in self.incidents.items() if _offers(one, camera)]
        if not beside:
            self._log("answered", operator=self.name, asked="owner", about=camera, granted=False)
            return
        self._serial += 1
        body = {"request": f"{self.name}-{self._serial}", "case": beside[-1], "minutes": "60"}
        self._log("asked", operator=self.name, asked="owner", about=camera, reason=reason, case=beside[-1])
        said = body | ({"reason": reason} if reason is not None else {})
        self._post(f"/api/cameras/{camera}/ask", said, partial(self._hear, "owner", camera))

    def _hear(self, what: str, about: str, granted: bool) -> None:
        self._log("answered", operator=self.name, asked=what, about=about, granted=granted)


def _offers(incident: dict[str, Any], camera: str) -> bool:
    return any(offer["camera"] == camera for offer in incident.get("cameras", ()))


def _window(incident: dict[str, Any]) -> tuple[int, int]:
    """The time that somebody asks the public for."""
    opened_at: int = incident["opened_at"]
    for call in incident.get("calls", ()):
        told = WINDOW.search(call.get("text") or "")
        if told is not None:
            starts, ends = (round(datetime.fromisoformat(one).timestamp() * SECOND_US) for one in told.groups())
            return max(starts, ends - MOST_ASKED_US), ends
    return opened_at - HALF_AN_HOUR_US, opened_at + HALF_AN_HOUR_US


def _unread(_: bool) -> None:
    """The frames show what came of it."""
