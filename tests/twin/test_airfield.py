"""The sky in a running world: three receivers with three dialects, one sky, and a camera that looks down on it."""

from __future__ import annotations

from collections import defaultdict
from math import cos, hypot, radians
from pathlib import Path

import msgspec
import pytest

from center.embedded import journal_events
from twin.lockstep import Lockstep
from twin.scenarios.schema import Fly, Scenario, World
from twin.setting import WorldError
from twin.sim import parish

RECEIVERS = {"klch": "sbs", "kuxl": "beast", "kcwf": "aircraft-json"}
MORNING = Scenario(
    name="morning",
    about="Half an hour of a busy morning's sky, and nothing else.",
    start="2026-03-12T11:00",
    lasts_s=1_800,
    seed=5,
    world=World(units={}, readers=0, reads_a_day=0, calls_a_day=0, hotlist=1, receivers=RECEIVERS),  # type: ignore[arg-type]
    happens=(Fly(at_s=30.0, over="Sulphur", for_s=1_500.0),),
)


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory) -> tuple[Lockstep, Path]:
    journal = tmp_path_factory.mktemp("sky") / "journal.db"
    run = Lockstep(MORNING, MORNING.seed, journal)
    run.run()
    return run, journal


def test_three_receivers_hear_one_sky(run: tuple[Lockstep, Path]) -> None:
    """Whoever two of them place at about the same moment is in about the same place, whatever each speaks; none of them
    says anything that its decoder does not understand."""
    places: dict[str, dict[str, list[tuple[int, float, float]]]] = defaultdict(lambda: defaultdict(list))
    for _, _, body in journal_events(run[1]):
        event = msgspec.json.decode(body)
        assert event["type"] != "FeedFaulted", event
        if event["type"] == "AircraftSeen" and event.get("lat") is not None:
            feed = event["source"].partition("/")[0]
            places[event["icao"]][feed].append((event["at"], event["lat"], event["lon"]))
    both = [feeds for feeds in places.values() if len(feeds) == 3]
    assert len(both) >= 4
    for feeds in both:
        first, *others = feeds.values()
        for other in others:
            at, lat, lon = other[len(other) // 2]
            near_at, near_lat, near_lon = min(first, key=lambda place: abs(place[0] - at))
            if abs(near_at - at) < 3_000_000:
                apart_m = hypot(lat - near_lat, (lon - near_lon) * cos(radians(lat))) * 111_320
                assert apart_m < 1_500.0


def test_every_receivers_feed_is_alive(run: tuple[Lockstep, Path]) -> None:
    feeds = {name: feed["state"] for name, feed in run[0].operators[0].feeds.items() if name.startswith("adsb")}
    assert set(feeds) == {"adsb-klch", "adsb-kuxl", "adsb-kcwf"}
    assert set(feeds.values()) <= {"alive", "late"}


def test_the_camera_looks_where_the_aeroplane_was_sent(run: tuple[Lockstep, Path]) -> None:
    """The truth log has the middle and the corners of the picture every ten seconds on station, about the place."""
    facts = parish.load()
    views = [fact for fact in run[0].world.setting.truth.facts if fact.kind == "camera-view"]
    assert len(views) > 60
    over = facts.plane.xy(*views[0].facts["centre"])
    place = run[0].world.setting.gazetteer.xy("Sulphur")
    assert hypot(over[0] - place[0], over[1] - place[1]) < 5.0
    for view in views:
        corners = [facts.plane.xy(*corner) for corner in view.facts["corners"]]
        middle = (sum(x for x, _ in corners) / 4, sum(y for _, y in corners) / 4)
        assert hypot(middle[0] - place[0], middle[1] - place[1]) < view.facts["width_m"]
        assert 20.0 < view.facts["width_m"] < 600.0


def test_the_own_aeroplane_is_the_rosters(run: tuple[Lockstep, Path]) -> None:
    """The address that its transponder sends is the one the site file knows."""
    rostered = run[0].site["aircraft"][0]["icao"]
    assert rostered == run[0].world.airfield.plane.icao
    called = [fact for fact in run[0].world.setting.truth.facts if fact.kind == "aircraft-called"]
    assert [fact.facts["icao"] for fact in called] == [rostered]


def test_nobody_listens_at_a_place_that_has_no_antenna(tmp_path: Path) -> None:
    """The message names those that there are."""
    world = msgspec.structs.replace(MORNING.world, receivers={"kbtr": "sbs"})
    with pytest.raises(WorldError, match=r"world\.receivers: no receiver is called kbtr; there are klch, kuxl, kcwf"):
        Lockstep(msgspec.structs.replace(MORNING, world=world), 1, tmp_path / "journal.db")
