"""How fast reads are matched against lists of 10,000 to a million, and what the matching is worth.

`--quick` leaves the million out. The reference, in the same run, is the least that any program could do: ask a set of
texts for a text. Plates are those of the twin's residents, strangers and listed cars, reads come from the twin's
misreading cameras. `collapsed` looks many plates up at once with look-alike characters folded, which finds the exact
ones as well; `answer` is what one read costs in full: everything near, and how likely it is.

`--trade-off` prints instead what each rule would have an operator look at, and which stolen cars it would miss, in a
day of 300,000 reads against 50,000 listings.

    python -m benchmarks.matching [--quick] [--json]
    python -m benchmarks.matching --trade-off [--quick] [--json]
"""

from __future__ import annotations

import sys
import time
from collections.abc import Callable, Sequence
from random import Random

from benchmarks import trade_off
from benchmarks.figures import Result, Timer, heading, one_core, present, row, spread, tell
from center.core import plates
from center.core.center import Center
from center.core.events import HotlistLoaded, Listing, Micros, SiteLoaded
from center.core.plate_index import PlateIndex
from center.core.plate_text import fold
from twin.sim.listings import Background
from twin.sim.plates import Vehicle
from twin.streams import Streams

SIZES, QUICK_SIZES = (10_000, 100_000, 1_000_000), (10_000, 100_000)
CHANGED_SHARE = 0.01  # of a list, from one version to the next


def main() -> None:
    if "--trade-off" in sys.argv:
        sys.argv.remove("--trade-off")
        present(trade_off.__doc__, trade_off.measure, trade_off.table)
    else:
        present(__doc__, measure, table)


def measure(quick: bool) -> Result:
    rounds = 3 if quick else 5
    asked = 30_000 if quick else 300_000
    with one_core():
        return {"sizes": [at_size(count, asked, rounds) for count in (QUICK_SIZES if quick else SIZES)]}


def at_size(count: int, asked: int, rounds: int) -> Result:
    tell(f"{count:,} listings")
    listings = [Listing(one.plate, one.state) for one in Background(Streams(1), count, 0.0)]
    index, built_s, megabytes = _built(listings)
    texts = {one.plate for one in listings}
    passing = trade_off.passages(asked, Streams(2))
    exact, collapsed = [], []
    for _ in range(rounds):
        exact.append(_rate(passing, lambda plates: sum(map(texts.__contains__, plates))))
        collapsed.append(_rate(passing, lambda plates: len(index.among(plates))))
    return {
        "listings": count,
        "built_s": round(built_s, 2),
        "megabytes": round(megabytes, 1),
        "exact_per_s": spread(exact, 0),
        "collapsed_per_s": spread(collapsed, 0),
        "ratio": spread([ours / theirs for ours, theirs in zip(collapsed, exact, strict=True)], 3),
        **_answers(listings, passing),
    }


def _built(listings: Sequence[Listing]) -> tuple[PlateIndex, float, float]:
    with Timer() as timer:
        index = PlateIndex()
        index.reserve(len(listings))
        for one in listings:
            index.file("state", one)
    return index, timer.took.cpu_s, _size(index) / 1e6


def _size(index: PlateIndex) -> int:
    """Bytes of all that the index holds, but for the listings themselves."""
    size = sys.getsizeof
    held = size(index.listed) + index.sieve_bytes
    for key, entries in index.listed.items():
        held += size(key) + size(entries) + sum(map(size, entries))
    return held


def _rate(passing: Sequence[Vehicle], look: Callable[[list[str]], int]) -> float:
    """Plates a second, of the processor. Their texts are made anew, as decoders make them: one that was asked for
    before has its hash at hand."""
    texts = "\n".join(car.plate for car in passing).split("\n")
    with Timer() as timer:
        look(texts)
    return len(texts) / timer.took.cpu_s


def _answers(listings: list[Listing], passing: list[Vehicle]) -> Result:
    """The whole answer read by read, and a version that changes one listing in a hundred."""
    center = Center()
    now = Micros(1_700_000_000_000_000)
    center.handle(SiteLoaded(at=now, source="site", name="Here"))
    center.handle(HotlistLoaded(at=now, source="list", hotlist="state", version="1", listings=tuple(listings)))
    reads = trade_off.reads(passing[:30_000], Random(3), now)
    for one in reads[:10_000]:
        center.handle(one)
    took = []
    for one in reads[10_000:]:
        key = fold(one.plate)
        others = [fold(other.plate) for other in one.candidates if other.plate != one.plate]
        began = time.thread_time_ns()
        plates.match(one, key, others, center.picture)
        took.append(time.thread_time_ns() - began)
    took.sort()
    changed = int(len(listings) * CHANGED_SHARE)
    after = (*listings[changed:], *(Listing(f"{one.plate[1:]}Q", one.state) for one in listings[:changed]))
    event = HotlistLoaded(at=now, source="list", hotlist="state", version="2", listings=after)
    with Timer() as timer:
        center.handle(event)
    return {
        "answer_us": {
            "p50": round(took[len(took) // 2] / 1e3, 1),
            "p99": round(took[len(took) * 99 // 100] / 1e3, 1),
            "max": round(took[-1] / 1e3, 1),
        },
        "answers_per_s": round(len(took) / sum(took) * 1e9),
        "version_s": round(timer.took.cpu_s, 2),
    }


def table(result: Result) -> str:
    lines = []
    for one in result["sizes"]:
        lines += [
            heading(f"{one['listings']:,} listings"),
            row("exact: a set of texts", one["exact_per_s"], "plates a second"),
            row("collapsed, exact among it", one["collapsed_per_s"], "plates a second"),
            row("  of the set's rate", one["ratio"]),
            f"  the full answer, microseconds: p50 {one['answer_us']['p50']}, p99 {one['answer_us']['p99']}, "
            f"most {one['answer_us']['max']}; {one['answers_per_s']:,} a second",
            f"  filed in {one['built_s']} s, {one['megabytes']} MB; a version with 1 % changed is taken over in "
            f"{one['version_s']} s",
            "",
        ]
    return "\n".join(lines)


if __name__ == "__main__":
    main()
