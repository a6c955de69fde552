"""A running center forgets once a day, by a process beside it; what came of it is a fact like any other."""

from __future__ import annotations

import asyncio
from contextlib import closing
from itertools import pairwise
from pathlib import Path

import msgspec
import pytest
from typer.testing import CliRunner

from center import clearing
from center.clearing import Clearing
from center.cli import app
from center.core.center import Center
from center.core.effects import Forget
from center.core.events import DAY, Micros
from center.core.retention_facts import Retention, RetentionDue
from center.hands import Cleared
from center.store.journal import JournalFile, encode
from tests.center.core.facts import T0, site
from tests.center.core.facts import read as passed

PAST = "GXB771"
DUE = Micros(int(T0) + 31 * DAY)


def state(folder: Path, *more: RetentionDue) -> Path:
    folder.mkdir(parents=True)
    events = [msgspec.structs.replace(site(), retention=Retention()), passed(PAST, 3), *more]
    with closing(JournalFile(folder / "journal.db")) as file:
        file.write([encode(event) for event in events])
    return folder


def test_the_process_beside_it_clears_what_is_past_and_says_how_much(tmp_path: Path) -> None:
    """On the folder of a center that goes on running: the journal says already that it is time."""
    folder = state(tmp_path / "state", RetentionDue(at=DUE, source="retention"))

    async def story() -> Cleared:
        stores = Clearing(folder, lambda _: None)
        cleared: asyncio.Future[Cleared] = asyncio.get_running_loop().create_future()
        running = asyncio.create_task(stores.run())
        stores.forget(Forget(id="f3.1", at=DUE), cleared.set_result)
        try:
            return await asyncio.wait_for(cleared, 60)
        finally:
            running.cancel()

    assert asyncio.run(story()) == Cleared({"reads": 1})
    assert not any(PAST.encode() in path.read_bytes() for path in folder.iterdir())


@pytest.mark.parametrize(("days", "due_then", "told_then"), [(400, 0, [True]), (6, 1, [])])
def test_a_clock_that_has_leapt_takes_nothing_away_before_somebody_could_see_it(
    days: int, due_then: int, told_then: list[bool], monkeypatch: pytest.MonkeyPatch
) -> None:
    """A machine that starts with a wrong year is told of, and has a day to be put right; a week's holiday is none.
    Fails when ten minutes after such a start everything is past its days."""
    monkeypatch.setattr(clearing, "FIRST_S", 0.0)
    said: list[str] = []
    due: list[RetentionDue] = []

    class Clock:
        def now(self) -> Micros:
            return DUE

    class House:
        clock = Clock()
        center = Center()

        def submit_one(self, event: RetentionDue) -> None:
            due.append(event)

    async def story() -> None:
        reminding = asyncio.create_task(Clearing(Path(), said.append, days * DAY).remind(House()))  # type: ignore[arg-type]
        while not said and not due:
            await asyncio.sleep(0)
        for _ in range(100):
            await asyncio.sleep(0)
        reminding.cancel()

    asyncio.run(story())
    assert (len(due), [f"heard nothing for {days} days" in one for one in said]) == (due_then, told_then)


def test_it_is_due_once_a_day_of_the_centers_clock(monkeypatch: pytest.MonkeyPatch) -> None:
    """Looked at every hour; what was due while the center was down is due at its start."""
    told: list[RetentionDue] = []
    center = Center()

    class Clock:
        at = int(DUE)

        def now(self) -> Micros:
            self.at += DAY // 3
            return Micros(self.at)

    class House:
        clock = Clock()

        def __init__(self) -> None:
            self.center = center

        def submit_one(self, event: RetentionDue) -> None:
            told.append(event)
            center.handle(event)

    async def story() -> None:
        reminding = asyncio.create_task(Clearing(Path(), lambda _: None).remind(House()))  # type: ignore[arg-type]
        while len(told) < 3:
            await asyncio.sleep(0)
        reminding.cancel()

    monkeypatch.setattr(clearing, "FIRST_S", 0.0)
    monkeypatch.setattr(clearing, "LOOK_S", 0.0)
    asyncio.run(story())
    assert [later.at - earlier.at for earlier, later in pairwise(told)] == [DAY, DAY]


def test_the_commands_copy_count_and_clear(tmp_path: Path) -> None:
    state(tmp_path / "state", RetentionDue(at=DUE, source="retention"))
    file = tmp_path / "site.toml"
    file.write_text('[site]\nname = "t"\nsimulated = true\n')
    run = CliRunner().invoke
    assert run(app, ["backup", str(file), str(tmp_path / "copies")]).exit_code == 0
    (copy,) = (tmp_path / "copies").iterdir()
    counted = run(app, ["purge", "--dry-run", str(file)])
    assert (counted.exit_code, counted.stdout) == (0, "1 reads would go\n")
    assert PAST.encode() in (tmp_path / "state" / "journal.db").read_bytes()
    assert run(app, ["purge", str(file)]).stdout == "1 reads gone\n"
    for folder in (tmp_path / "state", copy):
        assert not any(PAST.encode() in path.read_bytes() for path in folder.iterdir() if path.is_file())
    assert run(app, ["purge", str(tmp_path / "none.toml")]).exit_code == 2
