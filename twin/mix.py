"""A mix of faults drawn by chance, as a plain scenario.

Knows: which faults there are, how strong each may be, and that all of them end when the world heals.
Refuses to know: how a run is carried out and judged.

Drawn in two steps, as swarm testing has it: first which kinds of fault there are at all, so that some runs have one
kind and others most; then how many of each, where, when and how strong. What is drawn depends on scenario and seed and
on nothing else.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from random import Random
from typing import Any

import msgspec
import yaml

from twin.devices import faults as f
from twin.devices.carrier import Answered
from twin.parish_site import links
from twin.scenarios.schema import Alerted, FeedsAlive, Scenario, StolenCar, Told
from twin.sim import parish
from twin.sim.mishearing import SLIPS
from twin.streams import Streams
from twin.world import World

KIND_SHARE = (0.1, 0.9)  # the chance of each kind to be there, drawn once for the whole mix
MOST_OF_A_KIND = 3
AFTER_S = 900.0  # of health, at the end
CAR_AFTER_S, REPORT_AFTER_S = 20.0, 20.0
ALERTED_WITHIN_S, TOLD_WITHIN_S = 180.0, 300.0
SHORTEST_S, FINISH_S = 5.0, 20.0

Drawn = dict[str, Any]


def drawn(scenario: Scenario, seed: int) -> Scenario:
    """The scenario under a mix of faults that ends when it used to end, and fifteen healthy minutes more in which
    another car is stolen. What the scenario expected of a good day is not expected of this one. Raises WorldError."""
    heals_s = scenario.lasts_s
    dice = Streams(seed).of("faults", "mix")
    setting = World(scenario, seed, _Deaf()).setting
    mute = sorted(
        links(scenario.world).keys() - {line.link for line in setting.lines}
    )  # nobody in this world speaks there
    known = tuple(_ended(fault, heals_s) for fault in scenario.faults)
    car, expect = _after(scenario, heals_s)
    return msgspec.structs.replace(
        scenario,
        seed=seed,
        lasts_s=heals_s + AFTER_S,
        heals_at_s=heals_s,
        happens=scenario.happens + car,
        faults=known + tuple(mix_of(setting.names, dice, heals_s)),
        expect=(FeedsAlive(but=tuple(mute)), *expect),
    )


def as_yaml(scenario: Scenario) -> str:
    """A scenario file that says the same."""
    value = msgspec.to_builtins(scenario, order="sorted")
    first = ("name", "about", "start", "lasts_s", "seed", "heals_at_s", "world", "happens", "faults", "expect")
    text = {key: value[key] for key in first if value.get(key) not in (None, [])}
    lines = yaml.safe_dump(text, sort_keys=False, width=120, default_flow_style=None, allow_unicode=True)
    return "# yaml-language-server: $schema=docs/scenario.schema.json\n" + lines


def _after(scenario: Scenario, heals_s: float) -> tuple[tuple[StolenCar, ...], tuple[Alerted | Told, ...]]:
    """A car along the interstate, where there are readers to see it, and what must become of it."""
    if scenario.world.readers < len(parish.load().readers):
        return (), ()
    car = StolenCar(
        name="after-healing",
        at_s=heals_s + CAR_AFTER_S,
        origin="Vinton",
        to="Iowa",
        reported_after_s=REPORT_AFTER_S,
    )
    alerted = Alerted(subject=car.name, within_s=ALERTED_WITHIN_S)
    if not scenario.world.operators:
        return (car,), (alerted,)
    return (car,), (alerted, Told(subject=car.name, within_s=TOLD_WITHIN_S))


def _ended(fault: f.AnyFault, heals_s: float) -> f.AnyFault:
    """A fault of the scenario's own, over when the world heals."""
    for_s = heals_s - fault.from_s - (fault.settle_s if isinstance(fault, f.Reboot) else 0.0)
    if fault.interval_us()[1] <= round(heals_s * 1e6):
        return fault
    return msgspec.structs.replace(fault, for_s=max(0.001, for_s))


class _Deaf:
    """Carries nothing: a world is only asked who is in it."""

    def send(self, link: str, peer: str, data: bytes) -> None: ...
    def post(self, link: str, peer: str, data: bytes, answered: Answered) -> None: ...
    def cut(self, link: str, peer: str) -> None: ...


def mix_of(names: list[str], dice: Random, heals_s: float) -> list[f.AnyFault]:
    """Faults that strike some of `names` and are over after `heals_s` seconds."""
    share = dice.uniform(*KIND_SHARE)
    mix: list[f.AnyFault] = []
    for kind, strength in STRENGTHS.items():
        on = dice.random() < share
        count = dice.randint(1, MOST_OF_A_KIND)
        groups = _groups(kind, names)
        if not on or not groups:
            continue
        for _ in range(count):
            within = dice.choice(groups)
            mix.append(kind(on=_on(dice, within), **_window(kind, dice, heals_s), **strength(dice, within)))
    return mix


def _groups(kind: type[f.AnyFault], names: list[str]) -> list[list[str]]:
    """What the fault can strike, by family: plate readers, their lines, the call systems' lines … Each family is as
    likely as another, however many are in it."""
    families: dict[str, list[str]] = {}
    for name in names:
        if name.partition("/")[0] in kind.kinds:
            families.setdefault(_family(name), []).append(name)
    spared = SPARED.get(kind, ())
    return [families[family] for family in sorted(families) if family not in spared]


def _family(name: str) -> str:
    """`avl` of `avl/CPSO-07`, `line/avl` of `line/avl-CPSO-07`."""
    kind, _, rest = name.partition("/")
    return f"line/{rest.partition('-')[0]}" if kind == "line" else kind


def _on(dice: Random, names: list[str]) -> str:
    """One of them, its neighbours, or the whole family."""
    name = dice.choice(names)
    near = re.sub(r"[^-/]+$", "*", name)
    family = f"{_family(name)}-*" if name.startswith("line/") else f"{_family(name)}/*"
    return dice.choice((name, near, family))


def _window(kind: type[f.AnyFault], dice: Random, heals_s: float) -> Drawn:
    """Some time before the healing, and over by then, its own after-effects included."""
    last_s = heals_s - (FINISH_S + SETTLE_S if issubclass(kind, (f.Reboot, f.HalfWritten, f.Retransmit)) else 0.0)
    from_s = round(dice.uniform(0.0, max(0.0, last_s - SHORTEST_S)), 1)
    longest_s = max(0.1, last_s - from_s)
    if issubclass(kind, f.Reboot):
        longest_s = min(longest_s, 120.0)
    return {"from_s": from_s, "for_s": max(0.1, int(dice.uniform(min(SHORTEST_S, longest_s), longest_s) * 10) / 10)}


SETTLE_S = 20.0
SPARED: dict[type[f.AnyFault], tuple[str, ...]] = {
    f.Damage: ("line/hotlist",),
    **dict.fromkeys((f.Freeze, f.ClockSkew, f.Reboot, f.RebootStorm, f.Silent), ("camera",)),
}
"""Where a fault is never drawn. A list carries no checksum: a flipped letter in it is another car, and nobody could
tell. In lockstep nobody looks at cameras: what can strike others strikes others."""


def _rate(dice: Random, most: float) -> float:
    return round(dice.uniform(0.01, most), 3)


def _skew(dice: Random, within: list[str]) -> Drawn:
    """A list's clock goes wrong into the past only: one from the future stays in force until the future comes, which is
    what its rule says."""
    if _family(within[0]) == "hotlist":
        return {"by_s": -round(dice.uniform(60, 20_000))}
    if dice.random() < 0.3:
        return {"to": dice.choice(("year-1999", "week-rollover"))}
    return {"by_s": round(dice.uniform(-20_000, 20_000))}


def _identity(dice: Random, within: list[str]) -> Drawn:
    """Another unit's name, or another camera's number."""
    if _family(within[0]) == "avl":
        return {"identity": dice.choice(within).partition("/")[2]}
    return {"identity": str(dice.randint(1, len(within)))}


def _text(dice: Random) -> str:
    return "".join(dice.choice("ABCDEFGHJKLMNPRSTUVWXYZ0123456789") for _ in range(6))


STRENGTHS: dict[type[f.AnyFault], Callable[[Random, list[str]], Drawn]] = {
    f.Delay: lambda dice, _: {"add_ms": round(dice.uniform(20, 4_000)), "jitter_ms": round(dice.uniform(0, 2_000))},
    f.Loss: lambda dice, _: {"rate": _rate(dice, 0.6)},
    f.Duplicate: lambda dice, _: {"rate": _rate(dice, 0.6), "within_ms": round(dice.uniform(10, 5_000))},
    f.Reorder: lambda dice, _: {"rate": _rate(dice, 0.5), "by_ms": round(dice.uniform(200, 8_000))},
    f.Damage: lambda dice, _: {"rate": _rate(dice, 0.3), "how": dice.choice(("any", "flip", "truncate", "insert"))},
    f.Cut: lambda dice, _: {"rate": _rate(dice, 0.2)},
    f.Partition: lambda dice, _: {"mode": dice.choice(("drop", "hold"))},
    f.Drift: lambda dice, _: {"rate_mps": round(dice.uniform(0.2, 15.0), 1), "bearing_deg": dice.randrange(360)},
    f.Freeze: lambda dice, _: {"clock": dice.choice(("runs", "stopped"))},
    f.Jump: lambda dice, _: {"by_m": dice.randint(500, 60_000), "share": _rate(dice, 0.5)},
    f.Lie: lambda dice, _: {"north_m": dice.randint(-3_000, 3_000), "east_m": dice.randint(-3_000, 3_000)},
    f.UrbanDrift: lambda dice, _: {"by_m": round(dice.uniform(5.0, 150.0), 1)},
    f.ClockSkew: _skew,
    f.Reboot: lambda dice, _: {"settle_s": round(dice.uniform(0, SETTLE_S), 1), "then": dice.choice(("zero", "burst"))},
    f.RebootStorm: lambda dice, _: {"every_s": dice.randint(30, 120), "silent_s": dice.randint(5, 25)},
    f.Silent: lambda _dice, _: {},
    f.DuplicateId: _identity,
    f.Misread: lambda dice, _: (
        {"text": _text(dice)} if dice.random() < 0.2 else {"times": round(dice.uniform(1.5, 12.0), 1)}
    ),
    f.WrongState: lambda dice, _: {"rate": _rate(dice, 1.0)},
    f.Retransmit: lambda dice, _: {"times": dice.randint(1, 4), "after_s": round(dice.uniform(0.5, 5.0), 1)},
    f.HalfWritten: lambda dice, _: {"finish_after_s": round(dice.uniform(1.0, FINISH_S), 1)},
    f.EmptyList: lambda dice, _: {"trailer": dice.random() < 0.5},
    f.ShrunkList: lambda dice, _: {"keep": _rate(dice, 0.9)},
    f.StaleList: lambda dice, _: {"restamped": dice.random() < 0.5},
    f.Deaf: lambda _dice, _: {},
    f.SaysWho: lambda _dice, _: {},
    f.Black: lambda _dice, _: {},
    f.Stutter: lambda dice, _: {"every_s": round(dice.uniform(2, 10), 1), "hold_s": round(dice.uniform(0.2, 1.9), 1)},
    f.LostLink: lambda dice, _: {"connections": dice.choice(("hang", "cut"))},
    f.Misheard: lambda dice, _: {"rate": _rate(dice, 1.0), "how": dice.choice((None, *SLIPS))},
    f.SlowReader: lambda _dice, _: {},
    f.MalformedXml: lambda dice, _: {"rate": _rate(dice, 0.6)},
    f.HalfSaid: lambda _dice, _: {},
}
"""How strong each may be."""
