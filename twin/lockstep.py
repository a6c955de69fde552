"""World and center on one simulated clock: bytes are function calls, and effects take the time they would.

Knows: how the devices' bytes reach the center's decoders, and how its effects reach terminals and operators.
Refuses to know: what either side makes of them. Decoders, host, core, store and board are the very objects that a real
center runs.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import partial
from pathlib import Path
from typing import Any

import msgspec
from simpy import Environment

from center.embedded import Embedded, Micros
from twin import garbage, parish_people, parish_site
from twin.devices.carrier import Answered
from twin.devices.clock import call_later, now_us
from twin.devices.operator import Operator
from twin.devices.things import SECOND_US
from twin.liveness import Ended, ended
from twin.outcome import Outcome
from twin.parish_files import roads_file
from twin.progress import Progress, unwatched
from twin.safety import Witness
from twin.scenarios.schema import Scenario
from twin.tablet_calls import TabletCalls
from twin.world import World, record_of, sergeant

FRAME_US = 50_000
FEEDS_US = 1 * SECOND_US
BROKER_US = 40_000
POST_US = 20_000
STEP_US = 30 * SECOND_US

ACTS_OF = {"boxes": "box"}

Tap = Callable[[str, str, bytes], None]


class SimClock:
    """The center's clock is the world's."""

    def __init__(self, env: Environment, epoch: int) -> None:
        self._env = env
        self._epoch = epoch

    def now(self) -> Micros:
        return Micros(self._epoch + now_us(self._env))

    def call_at(self, when: Micros, then: Callable[[], None]) -> None:
        call_later(self._env, max(0, when - self._epoch - now_us(self._env)), then)


class FunctionCarrier:
    """Carries by calling. `tap(link, peer, data)` sees every message just before the center does."""

    def __init__(self, tap: Tap | None) -> None:
        self.center: Embedded | None = None
        self._tap = tap

    def send(self, link: str, peer: str, data: bytes) -> None:
        assert self.center is not None
        if self._tap is not None:
            self._tap(link, peer, data)
        self.center.arrive(link, peer, data)

    def post(self, link: str, peer: str, data: bytes, answered: Answered) -> None:
        self.send(link, peer, data)
        answered(True)

    def cut(self, link: str, peer: str) -> None:
        assert self.center is not None
        self.center.gone(link, peer)


class Lockstep:
    """One run of a scenario, from its first moment to its last."""

    def __init__(self, scenario: Scenario, seed: int, journal: Path, tap: Tap | None = None) -> None:
        """Raises WorldError."""
        carrier = FunctionCarrier(tap)
        self.world = World(scenario, seed, carrier)
        self._env = self.world.setting.env
        self._journal = journal
        self.site = parish_site.tables(
            scenario.name,
            self.world.setting.parish,
            self.world.fleet.roster,
            self.world.roadside.cameras,
            self.world.reader_cars.cameras,
            self.world.filming.facts,
            world=scenario.world,
            cases=parish_people.cases_of(scenario),
            owners=self.world.neighbours.site_rows(),
            record=record_of(self.world, journal.with_suffix(".past.csv")),
        ) | self.world.posting.site_table(parish_site.NOWHERE.posts)
        self.site |= self.world.tablets.site_table(parish_site.NOWHERE.cot)
        self.center = carrier.center = Embedded(
            self.site,
            clock=SimClock(self._env, self.world.setting.epoch),
            journal=journal,
            publish=self._publish,
            ring=self._ring,
            roads=roads_file(self.world.setting.parish, self.world.setting.network),
            records=self.world.records.ask,
            open_sources=self.world.posting.network.ask,
        )
        if self.world.neighbours.all:
            self.world.neighbours.visit_by(self._visit)
        if self.world.tablets.tablets:
            self.world.tablets.connect_by(TabletCalls(self._env, self.center.tak, tap))
        self.witness = Witness(self.world, lambda: self.center.owed)
        self._rung = False
        self.operators = [self._operator(name) for name in parish_people.seated(scenario)]

    def run(self, progress: Progress = unwatched) -> Outcome:
        """Play it. `progress` gets the share that is done, now and then."""
        self.center.start()
        self._look_at_feeds()
        ends_us = self.world.setting.ends_us
        with garbage.seldom():
            while now_us(self._env) < ends_us:
                self._env.run(until=min(ends_us, now_us(self._env) + STEP_US))
                self.witness.look()
                progress(now_us(self._env) / ends_us)
        self._last = self.center.state()
        self._show(self._last)
        patterns = msgspec.json.decode(self.center.patterns()) if self._wants_patterns else None
        self.center.close()
        audit = tuple(msgspec.to_builtins(line) for line in self.center.audit)
        digest = self.center.digest
        return Outcome.of(self.world, "lockstep", digest, self.operators[0], self._journal, audit, patterns)

    @property
    def _wants_patterns(self) -> bool:
        return self.world.setting.scenario.world.patterns is not None

    def ended(self) -> Ended:
        """What the end was like, once it has been played."""
        return ended(self.world, self.witness, self._last, self.center.lists)

    def _operator(self, name: str) -> Operator:
        setting = self.world.setting
        return Operator(
            self._env,
            name,
            setting.dice("operator", name),
            setting.truth.on_picture,
            partial(self._post, name),
            think_s=setting.scenario.world.think_s,
            acts=setting.scenario.world.operators > 0 and name != parish_people.SUPERVISOR,
            log=setting.truth.log,
            plans=self.world.asks.get(name, ()),
            moderates=name == parish_people.SUPERVISOR,
            sergeant=sergeant(setting, name, partial(self._post, name)),
        )

    def _visit(
        self, method: str, path: str, headers: Mapping[str, str], body: bytes, answered: Callable[[int, bytes], None]
    ) -> None:
        """From an owner's app, over the internet."""
        call_later(self._env, POST_US, self.center.visit, method, path, headers, body, answered)

    def _publish(self, topic: str, payload: bytes) -> None:
        self.witness.heard(topic, payload)
        terminal = self.world.fleet.terminals.get(topic.split("/")[1])
        if terminal is not None:
            call_later(self._env, BROKER_US, terminal.receive, payload)

    def _post(self, operator: str, path: str, body: dict[str, Any], answered: Callable[[bool], None]) -> None:
        call_later(self._env, POST_US, self._act, operator, path, dict(body), answered)

    def _act(self, operator: str, path: str, body: dict[str, Any], answered: Callable[[bool], None]) -> None:
        """What the routes of docs/api.md make of a path and its body."""
        _, _, kind, *rest = path.split("/")
        subject, *act = rest or [""]
        if kind == "plates":
            act_name, subject = "plates.search", body.pop("plate")
        elif kind == "posts":
            act_name, subject = "posts.search", body["words"]
        elif kind == "messages":
            act_name, subject = "message.send", body.pop("to")
        elif act == ["ask"]:
            act_name = "owner.ask"
        elif act == ["look"]:
            act_name = f"unit.{body.pop('what')}"
        else:
            act_name = f"{ACTS_OF.get(kind, kind.removesuffix('s'))}.{act[0]}"
        if "units" in body:
            body["units"] = " ".join(body["units"])
        request, reason, case = (body.pop(key, None) for key in ("request", "reason", "case"))
        assert request is not None
        self.center.act(operator, act_name, subject, request, body, reason=reason, case=case, answered=answered)

    def _ring(self) -> None:
        if not self._rung:
            self._rung = True
            call_later(self._env, FRAME_US, self._frame)

    def _frame(self) -> None:
        self._rung = False
        self._show(self.center.delta(feeds=False))

    def _look_at_feeds(self) -> None:
        call_later(self._env, FEEDS_US, self._look_at_feeds)
        self._show(self.center.delta(feeds=False))

    def _show(self, frame: bytes | None) -> None:
        if frame is not None:
            self.witness.saw(frame)
            for operator in self.operators:
                operator.receive(frame)
