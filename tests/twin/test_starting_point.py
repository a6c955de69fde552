"""`twin new`: what it writes runs, holds, and is what the published schema describes."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest
from jsonschema import Draft202012Validator

from twin import starting_point
from twin.journals import of_this_center
from twin.runs import Wish, run
from twin.scenarios.loader import load
from twin.scenarios.reading import ScenarioError, read


def test_it_runs_and_holds(tmp_path: Path) -> None:
    (file,) = starting_point.write("my-night", tmp_path)
    scenario = load(str(file))
    assert scenario.name == "my-night"
    done = run(Wish(scenario, scenario.seed), of_this_center())
    assert [f"{one.what}: {one.seen}" for one in done.checked if not one.held] == []


def test_what_is_commented_out_would_be_right_as_well(tmp_path: Path) -> None:
    """Every suggestion is one that loads; but for the part, which nobody has written yet."""
    (file,) = starting_point.write("my-night", tmp_path)
    text = file.read_text().replace("# include:", "include:")
    (tmp_path / "parts").mkdir()
    (tmp_path / "parts" / "friday-night.yaml").write_text("{}\n")
    file.write_text(re.sub(r"^(  )# (?=- \{|units:)", r"\1", text, flags=re.MULTILINE))
    scenario, plain = load(str(file)), tmp_path / "plain"
    plain.mkdir()
    before = load(str(starting_point.write("my-night", plain)[0]))
    assert len(scenario.happens) == len(before.happens) + 2
    assert len(scenario.faults) == len(before.faults) + 1
    assert scenario.world.units is not None


def test_an_editor_checks_it_against_the_published_schema(tmp_path: Path) -> None:
    """The first line leads there, from wherever the file is."""
    (file,) = starting_point.write("my-night", tmp_path)
    named = re.match(r"# yaml-language-server: \$schema=(.+)\n", file.read_text())
    assert named is not None
    schema = (tmp_path / named[1]).resolve()
    assert schema == starting_point.PUBLISHED.resolve()
    validator = Draft202012Validator(json.loads(schema.read_text()))
    _, value = read(file.read_bytes(), "my-night.yaml")
    assert list(validator.iter_errors(value)) == []
    assert list(validator.iter_errors({**value, "wrold": {}})) != []


def test_where_the_schema_is_not_at_hand_it_is_written_beside(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """As in an installed package, which has no docs."""
    monkeypatch.setattr(starting_point, "PUBLISHED", tmp_path / "nowhere.json")
    file, schema = starting_point.write("my-night", tmp_path)
    assert f"$schema={schema.name}\n" in file.read_text()
    Draft202012Validator.check_schema(json.loads(schema.read_text()))


def test_nothing_is_overwritten(tmp_path: Path) -> None:
    (file,) = starting_point.write("my-night", tmp_path)
    file.write_text("mine")
    with pytest.raises(FileExistsError):
        starting_point.write("my-night", tmp_path)
    assert file.read_text() == "mine"
    for name in ("", "../x", "My", "a--b", "x" * 61):
        with pytest.raises(ScenarioError, match="expected a name of small letters"):
            starting_point.write(name, tmp_path)
