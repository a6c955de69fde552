"""What residents post: the steady noise of everyday, and what has to do with what happens.

Knows: who has an account, how much is posted, and in which words somebody shows off a stolen car, announces a takeover
or threatens.
Refuses to know: how posts are searched and served (devices/social.py), and who reads them.

Every account is a made-up resident's. Where nobody posts (`world: {posts: true}` is not said), no resident is made.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import timedelta
from random import Random
from typing import Any

from twin.devices.clock import call_later, now_us
from twin.devices.social import Account, Post, SocialNetwork
from twin.devices.things import SECOND_US
from twin.scenarios.posts import Publish
from twin.setting import Setting, WorldError
from twin.sim.people_records import state_number
from twin.sim.plates import Vehicle
from twin.sim.routing_leg import Leg

A_DAY = 400  # everyday posts of the parish (assumption)
BEFORE_US = 24 * 3_600 * SECOND_US
"""What was posted so long before the scenario is there already."""
FOR_FRIENDS = 0.15  # of a public account's everyday posts (assumption)
WITH_POINT = 0.3  # of everyday posts (assumption)
AROUND_M = 800.0
VISIBLE = 3
"""Characters of a plate, its last, that a boastful picture shows."""

EVERYDAY = (
    "Anybody else without power in {place}?",
    "Best boudin in {place} is still the little shop by the tracks",
    "Lost dog in {place}, brown, answers to Boots. Please call",
    "Traffic in {place} is not moving at all",
    "My white truck is for sale, runs well, {place}",
    "Choir practice moved to seven, see you in {place}",
    "Third train this hour. {place} waits again",
    "Who plays at the hall in {place} on Saturday?",
    "Caught two reds off the pier and let them go",
    "Happy birthday to my little sister, nine already",
    "Rain on the way, bring your washing in",
    "New menu at the diner in {place} tonight",
    "Looking for a ride to {place} tomorrow, will share gas",
    "Go Cowboys. What a game",
    "Lost my keys near the school in {place}",
    "Yard sale in {place}, come early",
)
SHOWN_OFF = (
    "New ride, do not ask where from. [picture: {car}, end of the plate {plate}]",
    "Look what followed me home. [picture: {car}, end of the plate {plate}]",
    "Needed something faster. [picture: {car}, end of the plate {plate}]",
)
TAKEOVER = (
    "Street takeover tonight, {place}, {hour}. Bring the loud ones and pass it on",
    "{hour}, {place}: takeover. We close the street, you bring the tyres",
)
THREAT = (
    "Somebody at {place} will pay for last night. I know when you close",
    "I am coming to {place} tonight and you will all pay for this",
)


class Posting:
    """`network` is what can be asked."""

    def __init__(self, setting: Setting) -> None:
        self._setting = setting
        self._wanted = setting.scenario.world.posts
        self._centres = [(one.name, *setting.parish.plane.xy(*one.at)) for one in setting.parish.centres]
        self.network = SocialNetwork(
            setting.env,
            "posts/network",
            f"{setting.scenario.name}/{setting.seed}",
            setting.dice("posts", "network"),
            epoch=setting.epoch,
            faults=setting.faults("posts/network") if self._wanted else (),
            log=setting.truth.log,
        )
        if self._wanted:
            self._everyday(setting.dice("posts", "everyday"))

    def site_table(self, address: str) -> dict[str, Any]:
        """`[open_sources]` of the center's site file, or nothing."""
        return {"open_sources": {"url": f"http://{address}", "run": self.network.run}} if self._wanted else {}

    def plan(self, happening: Publish, ways: Mapping[str, tuple[Vehicle, Sequence[Leg]]]) -> None:
        """`ways`: of stolen cars, by what they are called. Raises WorldError, UnknownPlaceError."""
        if not self._wanted:
            raise WorldError("do: nobody posts here; world: {posts: true} has people do so")
        at_us = round(happening.at_s * SECOND_US)
        dice = self._setting.dice("posts", happening.name)
        if happening.says == "shown-off":
            if happening.car is None or happening.car not in ways:
                raise WorldError(f"car: no stolen car {happening.car} happens above")
            place, xy, text = self._shown_off(at_us, *ways[happening.car], dice)
        else:
            if happening.place is None:
                raise WorldError(f"place: a {happening.says} is of a place")
            place, xy = happening.place, self._setting.gazetteer.xy(happening.place)
            when = self._setting.local_start + timedelta(seconds=happening.at_s + happening.in_s)
            said = TAKEOVER if happening.says == "takeover" else THREAT
            text = dice.choice(said).format(place=place, hour=f"{when:%H:%M}")
        person, account = self._somebody(dice, public=happening.public)
        lat, lon = self._setting.parish.plane.latlon(*xy)
        post = Post(account, at_us, text, place, round(lat, 3), round(lon, 3), happening.public, happening.name)
        call_later(self._setting.env, at_us, self._publish, person, post)

    def _shown_off(
        self, at_us: int, car: Vehicle, way: Sequence[Leg], dice: Random
    ) -> tuple[str, tuple[float, float], str]:
        """The nearest place by name, where the car is, and what is said of it."""
        leg = next((leg for leg in reversed(way) if leg.departs <= at_us), way[0])
        x, y = leg.at(at_us)[:2]
        place = min(self._centres, key=lambda one: ((one[1] - x) ** 2 + (one[2] - y) ** 2, one[0]))[0]
        looks = f"a {car.color.lower()} {car.make} {car.model}"
        return place, (x, y), dice.choice(SHOWN_OFF).format(car=looks, plate=car.plate[-VISIBLE:])

    def _everyday(self, dice: Random) -> None:
        at_us = -BEFORE_US
        while (at_us := at_us + _pause_us(dice)) < 0:
            self.network.publish(self._chat(at_us, dice)[1])
        call_later(self._setting.env, at_us, self._chats, dice)

    def _chats(self, dice: Random) -> None:
        """Somebody says something, and somebody else will."""
        self._publish(*self._chat(now_us(self._setting.env), dice))
        call_later(self._setting.env, _pause_us(dice), self._chats, dice)

    def _chat(self, at_us: int, dice: Random) -> tuple[int, Post]:
        person, account = self._somebody(dice)
        place, x, y = dice.choice(self._centres)
        text = dice.choice(EVERYDAY)
        is_public = account.public and dice.random() >= FOR_FRIENDS
        spread = [dice.gauss(0.0, AROUND_M) for _ in "xy"]
        has_point = dice.random() < WITH_POINT
        post = Post(account, at_us, text.format(place=place), place if "{place}" in text else "", public=is_public)
        if not has_point:
            return person, post
        lat, lon = self._setting.parish.plane.latlon(x + spread[0], y + spread[1])
        return person, post._replace(lat=round(lat, 3), lon=round(lon, 3))

    def _somebody(self, dice: Random, *, public: bool | None = None) -> tuple[int, Account]:
        """A resident who has an account, of that kind if one is wanted."""
        people = self._setting.people
        while True:
            person = dice.randrange(len(people))
            account = people.account(person)
            if account is not None and public in (None, account.public):
                return person, Account(account.handle, account.shown, account.public)

    def _publish(self, person: int, post: Post) -> None:
        self._setting.truth.log(
            "posted",
            post=self.network.publish(post),
            account=post.account.handle,
            person=state_number(person),
            public=post.public and post.account.public,
            about=post.about,
        )


def _pause_us(dice: Random) -> int:
    return round(dice.expovariate(A_DAY / 86_400) * SECOND_US)
