"""Crews that sign on and off: what their terminals say, what the room sees of it, and who is sent."""

from __future__ import annotations

from pathlib import Path

from twin.lockstep import Lockstep
from twin.scenarios.loader import parse

EVENING = """
name: evening
about: The change of crews.
start: 2026-03-14T17:50
lasts_s: 5400
world:
  units: {CPSO: 4}
  shifts: {night: 0.5}
  readers: 0
  reads_a_day: 0
  calls_a_day: 0
  hotlist: 0
  reader_cars: 0
  aircraft: false
  receivers: {}
  cameras: {fixed: 0, others: 0, aircraft: false}
happens:
  - {do: incident, at_s: 4500, name: fight, kind: assault, place: Moss Bluff, priority: 1}
"""


def test_who_has_signed_off_is_shown_so_and_neither_sent_nor_among_the_nearest(tmp_path: Path) -> None:
    """All four cars' crews sign off at their stations, half an hour apart; two have a crew for the night. Whoever is
    off duty is so in the room, too, and the call is for the others."""
    run = Lockstep(parse(EVENING.encode(), "evening.yaml"), 1, tmp_path / "j.db")
    facts = run.run().facts
    signed = [(fact.facts["unit"], fact.kind) for fact in facts if fact.kind in ("signed-off", "signed-on")]
    off = {unit for unit, kind in signed if kind == "signed-off"}
    on = {unit for unit, kind in signed if kind == "signed-on"}
    assert (off, len(on)) == (set(run.world.fleet.units), 2)
    said = [fact.facts for fact in facts if fact.kind == "status"]
    for unit in off:
        words = [one["status"] for one in said if one["unit"] == unit]
        assert words[words.index("off-duty") :][1:2] == (["available"] if unit in on else [])
    home = off - on
    picture = run.center._assembly.center.picture
    assert {unit.unit for unit in picture.units.units.values() if unit.status == "off-duty"} == home
    sent = {fact.facts["unit"] for fact in facts if fact.kind == "dispatched"}
    assert sent
    assert sent <= on
    (incident,) = picture.incidents.incidents.values()
    assert {one.unit for one in incident.units} == on
