"""People with a camera at their door, and their apps: along a car's way, or wherever somebody has joined; and shops
that want to be asked for theirs each time.

Knows: which houses a car passes and when, and which owners answer, late or not at all, or have a clock that is an hour
off.
Refuses to know: what is asked of them, and what carries it.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Sequence
from functools import partial
from random import Random
from typing import Any

import numpy as np
from scipy.spatial import cKDTree

from twin.devices.cameras.clip_file import clip_file
from twin.devices.cameras.things import CameraFacts
from twin.devices.clock import call_later, now_us
from twin.devices.community import Clip, Owner
from twin.devices.community_app import Answers, CommunityApp, Key, Visit
from twin.devices.things import SECOND_US
from twin.scenarios.community import Doorbells
from twin.setting import Setting, WorldError
from twin.sim import homes, overlooks
from twin.sim.overlooks import Overlook
from twin.sim.plates import Vehicle
from twin.sim.routing_leg import Leg

SEES_M = 60.0
NEAR_M = 2_500.0
LOOK_US = SECOND_US
HOUR_US = 3_600 * SECOND_US
HOW: tuple[Answers, ...] = ("soon", "late", "never")
ANSWER = (0.4, 0.2, 0.4)  # of those who have joined by themselves (assumption)


class Neighbours:
    """`apps` are those of doors, `shops` by the camera that each may share; `visit_by` says what carries them to the
    portal."""

    def __init__(self, setting: Setting, cameras: Sequence[CameraFacts] = ()) -> None:
        self.apps: list[CommunityApp] = []
        self.shops: dict[str, CommunityApp] = {}
        self._setting = setting
        known = {f"community-{one.name}": one for one in overlooks.load()}
        for facts in cameras:
            if facts.consent == "on-request":
                self.shops[facts.camera] = self._shop(known[facts.camera])

    @property
    def all(self) -> list[CommunityApp]:
        return [*self.apps, *self.shops.values()]

    def visit_by(self, visit: Visit) -> None:
        for app in self.all:
            app.visit = visit

    def site_rows(self) -> list[dict[str, Any]]:
        """Who has registered, as the center's site file has it."""
        shared = {app.owner.name: {"camera": camera} for camera, app in self.shops.items()}
        return [
            {
                "owner": app.owner.name,
                "at": [app.owner.lat, app.owner.lon],
                "token_sha256": app.key.token_sha256,
                "key": app.key.public,
                **shared.get(app.owner.name, {}),
            }
            for app in self.all
        ]

    def has(self, premise: int) -> bool:
        """Whether somebody there has the app already."""
        return any(app.owner.name == _name(premise) for app in self.apps)

    def join(self, owner: Owner, film: Callable[[Clip], bytes]) -> CommunityApp:
        """Somebody of the parish who agreed to be asked has the app. What they do about a question is theirs."""
        setting = self._setting
        dice = setting.dice("community-app", owner.name)
        app = CommunityApp(
            setting.env,
            owner,
            Key(hashlib.sha256(f"{setting.seed}/{owner.name}".encode()).digest()),
            dice,
            film,
            answers=dice.choices(HOW, ANSWER)[0],
            epoch=setting.epoch,
            sleeps=True,
            log=setting.truth.log,
        )
        self.apps.append(app)
        return app

    def _shop(self, one: Overlook) -> CommunityApp:
        """Whoever minds it answers as the table has it: each shop is of one mind for a whole scenario about how soon,
        and anew each time about what."""
        setting, name = self._setting, f"shop/{one.name}"
        dice = setting.dice("community-app", name)
        return CommunityApp(
            setting.env,
            Owner(name, one.owner or one.name, one.at.lat, one.at.lon, "on-request", dice, 0),
            Key(hashlib.sha256(f"{setting.seed}/{name}".encode()).digest()),
            dice,
            lambda _: b"",
            answers=dice.choices(HOW, (one.soon, one.late, 1.0 - one.soon - one.late))[0],
            agrees=one.agrees,
            epoch=setting.epoch,
            log=setting.truth.log,
        )

    def plan(self, happening: Doorbells, car: Vehicle, way: Sequence[Leg]) -> None:
        """Raises WorldError, UnknownPlaceError."""
        counts = {"soon": happening.soon, "late": happening.late, "never": happening.never}
        kinds: list[tuple[Answers, int]] = [(how, 0) for how in HOW for _ in range(counts[how])]
        kinds += [("soon", HOUR_US)] * happening.wrong_hour
        passed = self._passed(happening, way)
        if len(passed) < len(kinds):
            raise WorldError(f"near: the car passes {len(passed)} doors there, and {len(kinds)} are to have a camera")
        order = list(range(len(kinds)))
        self._setting.dice("doorbells", happening.name).shuffle(order)
        for (premise, at_us), which in zip(passed, order, strict=False):
            answers, off_us = kinds[which]
            app = self._app(premise, answers, off_us, car)
            self.apps.append(app)
            call_later(self._setting.env, at_us, self._saw, app, happening.sees, car, answers)

    def _passed(self, happening: Doorbells, way: Sequence[Leg]) -> list[tuple[int, int]]:
        """Houses near the place that the car comes by, and when it is nearest; the nearest to the place first."""
        here = homes.load(self._setting.scenario.world.roads)
        place = np.array(self._setting.gazetteer.xy(happening.near))
        fixes = [(at_us, *leg.at(at_us)[:2]) for leg in way for at_us in range(leg.departs, leg.arrives, LOOK_US)]
        line = cKDTree([(x, y) for _, x, y in fixes])
        houses = here.of("residential")
        taken = {app.owner.name for app in self.apps}
        metres, nearest = line.query(here.xy[houses])
        away = np.hypot(*(here.xy[houses] - place).T)
        order = np.argsort(away, kind="stable")
        return [
            (int(houses[row]), fixes[int(nearest[row])][0])
            for row in order.tolist()
            if metres[row] <= SEES_M and away[row] <= NEAR_M and _name(int(houses[row])) not in taken
        ]

    def _app(self, premise: int, answers: Answers, off_us: int, car: Vehicle) -> CommunityApp:
        setting, here = self._setting, homes.load(self._setting.scenario.world.roads)
        name = _name(premise)
        lat, lon = setting.parish.plane.latlon(*here.xy[premise].tolist())
        dice = setting.dice("community", str(premise))
        owner = Owner(name, here.address(premise), round(lat, 6), round(lon, 6), "registered", dice, off_us)
        return CommunityApp(
            setting.env,
            owner,
            Key(hashlib.sha256(f"{setting.seed}/{name}".encode()).digest()),
            dice,
            partial(self._film, owner, car),
            answers=answers,
            epoch=setting.epoch,
            log=setting.truth.log,
        )

    def _saw(self, app: CommunityApp, about: str, car: Vehicle, answers: Answers) -> None:
        clip = app.owner.saw(now_us(self._setting.env), f"a {car.color.lower()} {car.make} drives by")
        self._setting.truth.log(
            "clip-kept",
            owner=app.owner.name,
            clip=clip.clip,
            about=about,
            agrees="registered",
            claimed_us=clip.claimed_us,
            answers=answers,
        )

    def _film(self, owner: Owner, car: Vehicle, clip: Clip) -> bytes:
        claimed_us = self._setting.epoch + clip.claimed_us
        return clip_file(owner.address, claimed_us, clip.lasts_s, car.color.lower(), Random(clip.clip))


def _name(premise: int) -> str:
    return f"community/{premise}"
