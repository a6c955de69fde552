"""The audit trail over the interface: it leaves in pieces, it can be checked outside, and who takes it stands in it."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from center.store import audit
from center.store.chain import verify_export
from tests.center.api.room import get, play, posted, room

pytestmark = pytest.mark.wire


def test_an_export_is_the_whole_trail_and_is_checked_without_the_center(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Twenty searches, refused and granted, five lines a piece. Breaks when a page is dropped between two."""
    monkeypatch.setattr(audit, "PAGE", 5)

    async def story() -> None:
        async with room() as here:
            ada, auditor = await here.console("ada"), await here.console("aud")
            for number in range(20):
                case = {"case": "26-1"} if number % 2 else {}
                await posted(ada, "/api/plates/search", {"plate": f"ABC{number:03}", "reason": "theft", **case})
            assert (await get(ada, "/api/audit.ndjson")).status == 403
            answer = await get(auditor, "/api/audit.ndjson")
            lines = [json.loads(line) for line in answer.body.splitlines()]
            asked = [line for line in lines if line["act"] != "session.open"]
            assert [line["act"] for line in asked] == [*["plates.search"] * 20, *["audit.export"] * 2]
            assert [line["granted"] for line in asked] == [number % 2 == 1 for number in range(20)] + [False, True]
            out = tmp_path / "trail.ndjson"
            out.write_bytes(answer.body)
            assert verify_export(out)[:2] == (1, len(lines))
            late = await get(auditor, f"/api/audit.ndjson?since={lines[-1]['at'] + 1}")
            assert [json.loads(line)["act"] for line in late.body.splitlines()] in ([], ["audit.export"])

    play(story())


def test_a_supervisor_reviews_what_was_drawn_and_the_trail_says_so() -> None:
    """An operator who asked for a plate without a case until one came to mind stands out, is drawn, and is asked about
    it; nobody reviews themselves."""

    async def story() -> None:
        async with room() as here:
            ada, sup, auditor = [await here.console(who) for who in ("ada", "sup", "aud")]
            for case in ({}, {}, {"case": "26-7"}):
                await posted(ada, "/api/plates/search", {"plate": "KTR482", "reason": "theft", **case})
            await posted(sup, "/api/plates/search", {"plate": "XYZ1", "reason": "theft", "case": "26-8"})
            found = (await get(sup, "/api/audit/patterns")).said
            assert {one["kind"] for one in found} == {"repeated", "no-case", "case-afterwards"}
            assert {one["operator"] for one in found} == {"ada"}
            sample = (await get(sup, "/api/audit/sample")).said
            assert sample["looks"] == 4
            assert [one["line"]["operator"] for one in sample["drawn"]] == ["ada"] * 3
            line = sample["drawn"][-1]["line"]["id"]
            review = {"verdict": "objects", "note": "26-7 is a noise complaint"}
            assert (await posted(sup, f"/api/audit/{line}/review", {"verdict": "objects"})).status == 403
            assert (await posted(sup, f"/api/audit/{line}/review", review)).status == 200
            (own,) = [one.id for one in here.audited if one.operator == "sup" and one.act == "plates.search"]
            assert (await posted(sup, f"/api/audit/{own}/review", {"verdict": "fine"})).status == 403
            (reviewed,) = [
                one["reviews"] for one in (await get(auditor, "/api/audit/sample")).said["drawn"] if one["reviews"]
            ]
            assert [(one["by"], one["verdict"], one["note"]) for one in reviewed] == [
                ("sup", "objects", review["note"])
            ]
            assert ("sup", "review.object", line, True) in here.audit

    play(story())


@pytest.mark.parametrize("day", ["9999-12-31", "0001-01-01", "2026-02-30", "today"])
def test_a_day_that_no_clock_shows_is_refused(day: str) -> None:
    """Fails when the end of time is reckoned with."""

    async def story() -> None:
        async with room() as here:
            assert (await get(await here.console("sup"), f"/api/audit/sample?day={day}")).status == 422

    play(story())


def test_nobody_says_beforehand_that_a_look_to_come_is_fine() -> None:
    """Lines are called by their place in the journal, which somebody may guess. Fails when a word about a line that was
    not there yet stands beside it as its review."""

    async def story() -> None:
        async with room() as here:
            ada, sup, auditor = [await here.console(who) for who in ("ada", "sup", "aud")]
            ahead = f"u{here.journal.last + 2}.1"
            assert (await posted(sup, f"/api/audit/{ahead}/review", {"verdict": "fine"})).status == 404
            search = {"plate": "KTR482", "reason": "theft", "case": "26-1"}
            assert (await posted(ada, "/api/plates/search", search)).status == 200
            (drawn,) = (await get(auditor, "/api/audit/sample")).said["drawn"]
            assert (drawn["line"]["id"], drawn["reviews"]) == (ahead, [])
            assert (await posted(sup, f"/api/audit/{ahead}/review", {"verdict": "fine"})).status == 200
            (drawn,) = (await get(auditor, "/api/audit/sample")).said["drawn"]
            assert [one["by"] for one in drawn["reviews"]] == ["sup"]

    play(story())
