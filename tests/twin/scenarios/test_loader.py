"""Scenario files: what a mistake in one is answered with, and that those which are shipped have none."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.twin.outcomes import MINIMAL
from twin.lockstep import FunctionCarrier
from twin.scenarios.loader import MAX_PARTS, SHIPPED, load, located, parse, shipped
from twin.scenarios.reading import MAX_BYTES, ScenarioError
from twin.scenarios.schema import TAGS, json_schema
from twin.setting import WorldError
from twin.world import World

DOCS = Path(__file__).parents[3] / "docs"
FAULTS = ", ".join(TAGS["fault"])
INCIDENTS = "".join(
    ("happens:\n", *(f"  - {{do: incident, at_s: 1, name: crash, place: {place}}}\n" for place in "ab"))
)

BROKEN = (
    ("", "1:1: found nothing, expected a scenario"),
    ("# a comment\n", "1:1: found nothing, expected a scenario"),
    ("hello", "1:1: the scenario: found 'hello': expected `object`, got `str`"),
    ("- a\n", "1:1: the scenario: expected `object`, got `array`"),
    ("name: x\nabout: y\nlasts_s: 1\n", "1:1: the scenario: object missing required field `start`"),
    (f"{MINIMAL}wrold: {{}}\n", "5:1: the scenario: 'wrold' is not known here; did you mean world?"),
    (f"{MINIMAL}zzzzz: 1\n", "5:1: the scenario: 'zzzzz' is not known here"),
    (f"{MINIMAL}name: again\n", "5:1: 'name' is given twice"),
    (f"{MINIMAL}1: 2\n", "5:1: found '1', expected a word"),
    (f"{MINIMAL}? [a]\n: b\n", "5:3: found a list or a table, expected a word"),
    (MINIMAL.replace("600", "-1"), "4:10: lasts_s: found '-1': expected `float` > 0.0"),
    (MINIMAL.replace("600", "long"), "4:10: lasts_s: found 'long': expected `float`, got `str`"),
    (
        MINIMAL.replace("2026-03-14", "2026-02-30"),
        "3:8: start: day is out of range for month; expected a local date and time",
    ),
    (
        MINIMAL.replace("by-hand", "By Hand"),
        "1:7: name: found 'By Hand': expected `str` matching regex '^[a-z0-9]+(-[a-z0-9]+)*$'",
    ),
    (f"{MINIMAL}seed: yes\n", "5:7: seed: found 'yes': expected `int`, got `str`"),
    (
        f"{MINIMAL}seed: 9223372036854775808\n",
        "5:7: seed: found '9223372036854775808': expected `int` <= 9223372036854775807",
    ),
    (f"{MINIMAL}world:\n  readers: -4\n", "6:12: world.readers: found '-4': expected `int` >= 0"),
    (f"{MINIMAL}world: {{think_s: [5]}}\n", "5:18: world.think_s: expected `array` of length 2, got 1"),
    (f"{MINIMAL}happens: panic\n", "5:10: happens: found 'panic': expected `array`, got `str`"),
    (f"{MINIMAL}happens:\n  - {{at_s: 1}}\n", "6:5: happens[0]: object missing required field `do`"),
    (
        f"{MINIMAL}happens:\n  - {{do: steal-car, at_s: 1}}\n",
        f"6:10: happens[0].do: found 'steal-car': expected one of {', '.join(TAGS['do'])}",
    ),
    (
        f"{MINIMAL}happens:\n  - {{do: panic, at_s: 1, unit: A-1}}\n  - {{do: panic, at_s: 1, untit: A-1}}\n",
        "7:26: happens[1]: 'untit' is not known here; did you mean unit or units?",
    ),
    (
        f"{MINIMAL}faults:\n  - {{fault: dleay, on: 'line/*'}}\n",
        f"6:13: faults[0].fault: found 'dleay': expected one of {FAULTS}",
    ),
    (
        f"{MINIMAL}faults:\n  - fault: loss\n    on: line/*\n    rate: 1.5\n",
        "8:11: faults[0].rate: found '1.5': expected `float` <= 1.0",
    ),
    (
        f"{MINIMAL}faults:\n  - {{fault: partition, on: 'line/*', mode: hide}}\n",
        "6:44: faults[0].mode: found 'hide': expected one of drop, hold",
    ),
    (
        f"{MINIMAL}expect:\n  - {{what: alerted, kind: hotlisthit, subject: x}}\n",
        "6:27: expect[0].kind: found 'hotlisthit': expected one of feed-quiet, hotlist-hit, hotlist-refused, "
        "unacknowledged, unit-emergency",
    ),
    (
        f"{MINIMAL}happens:\n  - {{do: panic, at_s: 600, unit: A-1}}\n",
        "6:23: happens[0].at_s: found 600, expected less than lasts_s, which is 600",
    ),
    (
        f"{MINIMAL}{INCIDENTS}",
        "7:35: happens[1].name: found 'crash', expected a name of its own: happens[0] has this one",
    ),
    (
        f"{MINIMAL}expect:\n  - {{what: told, subject: pickup}}\n",
        "6:27: expect[0].subject: found 'pickup', expected what happens: nothing does",
    ),
    (
        f"{MINIMAL}{INCIDENTS.partition('  - ')[0]}  - {{do: incident, at_s: 1, name: fire, place: a}}\n"
        "expect: [{what: incidents, about: x}]\n",
        "7:35: expect[0].about: found 'x', expected what happens: fire",
    ),
    ("name: x\n  about: y\n", "2:8: not YAML: mapping values are not allowed here"),
    ("name: [1, 2\n", "2:1: not YAML: expected ',' or ']', but got '<stream end>'"),
    ("name: x\nabout: \x07\n", "2:8: not YAML: special characters are not allowed"),
    ("about: !!python/object/apply:os.system ['true']\n", None),
    ("a: " + "[" * 60 + "]" * 60, "1:54: nested more than 50 deep"),
    ("a: " + "[" * 50_000, "1:1: nested more than 50 deep"),
    ("a: &a [*a]\n", "1:1: the scenario: 'a' is not known here"),
)


@pytest.mark.parametrize(("text", "said"), BROKEN, ids=[said or "a tag" for _, said in BROKEN])
def test_a_mistake_is_told_with_its_place_and_what_was_expected(text: str, said: str | None) -> None:
    """`file:line:column: what was found, and what was expected`, as editors jump to it."""
    with pytest.raises(ScenarioError) as raised:
        parse(text.encode(), "dir/my.yaml")
    assert str(raised.value).startswith("dir/my.yaml:")
    if said is not None:
        assert str(raised.value) == f"dir/my.yaml:{said}"


@pytest.mark.parametrize(
    ("lines", "said"),
    [
        (
            "happens:\n  - {do: incident, at_s: 1, name: crash, place: Atlantis}\n",
            "6:5: happens[0]: there is no place called 'Atlantis'; close are ",
        ),
        (
            "happens:\n  - {do: panic, at_s: 1, unit: CPSO-01}\n  - {do: panic, at_s: 1, unit: XX-1}\n",
            "7:5: happens[1]: unit: XX-1 has no terminal here",
        ),
        ("faults: [{fault: silent, on: 'avl/moon-*'}]\n", "5:30: faults[0].on: 'avl/moon-*' strikes nothing here"),
        ("world:\n  units: {MOON: 3}\n", "6:10: world.units: no agency is called MOON; there are "),
    ],
)
def test_what_only_the_parish_can_know_is_told_with_its_place_too(lines: str, said: str, tmp_path: Path) -> None:
    """A place, a unit, a device, an agency that is not there: the world says so, and an editor can jump to it."""
    path = tmp_path / "my.yaml"
    path.write_text(MINIMAL + lines)
    with pytest.raises(WorldError) as raised:
        World(load(str(path)), 1, FunctionCarrier(None))
    assert located(str(path), str(raised.value)).startswith(f"{path}:{said}")


def test_a_file_that_is_no_text_is_told_so() -> None:
    """With the place of the byte."""
    with pytest.raises(ScenarioError, match=r"^f\.yaml:2:8: not YAML: "):
        parse(b"name: x\nabout: \xff\xff\n", "f.yaml")


def test_what_aliases_repeat_is_looked_at_once() -> None:
    """Ten lines that stand for ten thousand million entries take no time."""
    lines = ["a: &a [x,x,x,x,x,x,x,x,x,x]"]
    lines += [f"{c}: &{c} [{','.join(['*' + p] * 10)}]" for p, c in zip("abcdefghi", "bcdefghij", strict=True)]
    with pytest.raises(ScenarioError, match="'a' is not known here"):
        parse("\n".join(lines).encode(), "f.yaml")


def test_a_huge_file_is_not_read() -> None:
    """It names the limit."""
    with pytest.raises(ScenarioError, match=f"at most {MAX_BYTES} are read"):
        parse(b"#" * (MAX_BYTES + 1), "f.yaml")


def test_what_yaml_11_would_misread_is_read() -> None:
    """`on` is a key, not the truth, and a time is a text (YAML 1.2, section 10.3)."""
    scenario = parse(f"{MINIMAL}faults:\n  - {{fault: silent, on: avl/SO-1}}\n".encode(), "f.yaml")
    assert scenario.start == "2026-03-14T21:00"
    assert scenario.faults[0].on == "avl/SO-1"


def test_a_name_that_is_not_shipped_is_answered_with_those_that_are(tmp_path: Path) -> None:
    """And a path with why it cannot be read."""
    with pytest.raises(ScenarioError, match=f"stolen-cra: no such scenario; shipped are {', '.join(shipped())}"):
        load("stolen-cra")
    with pytest.raises(ScenarioError, match=r"none\.yaml: No such file or directory"):
        load(str(tmp_path / "none.yaml"))
    (tmp_path / "folder.yaml").mkdir()
    with pytest.raises(ScenarioError, match="Is a directory"):
        load(str(tmp_path / "folder.yaml"))


@pytest.mark.parametrize("name", shipped())
def test_a_shipped_scenario_fits_its_parish(name: str) -> None:
    """Its file is named as it is, says what it expects, and every place, unit and fault in it is one of this parish."""
    scenario = load(name)
    assert scenario.name == name
    assert scenario.about.strip()
    assert scenario.expect
    World(scenario, scenario.seed, FunctionCarrier(None))


def test_the_schema_for_editors_is_the_schema_that_is_checked() -> None:
    """`python -m twin.scenarios.schema > docs/scenario.schema.json` brings it up to date."""
    assert json.loads((DOCS / "scenario.schema.json").read_text()) == json.loads(json.dumps(json_schema()))


# --- parts ------------------------------------------------------------------------------------------------------------


def written(folder: Path, **files: str) -> Path:
    """Files by name, `part_a` as part/a.yaml; the path of `my`."""
    for name, text in files.items():
        path = folder / f"{name.replace('_', '/')}.yaml"
        path.parent.mkdir(exist_ok=True)
        path.write_text(text)
    return folder / "my.yaml"


def test_what_is_included_comes_first_and_has_the_last_word_nowhere(tmp_path: Path) -> None:
    """Lists are joined in order; the world is taken key by key, and the nearer word counts."""
    mine = written(
        tmp_path,
        my=f"{MINIMAL}include: [part/a.yaml, part/b.yaml]\nworld: {{readers: 3}}\nhappens:\n"
        "  - {do: panic, at_s: 3, unit: C}\n",
        part_a="world: {readers: 1, hotlist: 1, operators: 1}\nhappens:\n  - {do: panic, at_s: 1, unit: A}\n",
        part_b="world: {readers: 2, hotlist: 2}\nhappens:\n  - {do: panic, at_s: 2, unit: B}\n"
        "expect:\n  - {what: feeds-alive}\n",
    )
    scenario = load(str(mine))
    assert (scenario.world.readers, scenario.world.hotlist, scenario.world.operators) == (3, 2, 1)
    assert [happening.unit for happening in scenario.happens] == ["A", "B", "C"]  # type: ignore[union-attr]
    assert len(scenario.expect) == 1
    assert scenario.include == ()


def test_parts_include_parts_and_each_counts_once(tmp_path: Path) -> None:
    """From the folder of the part that says so, whichever ways lead there."""
    mine = written(
        tmp_path,
        my=f"{MINIMAL}include: [part/a.yaml, part/b.yaml, part/c.yaml]\n",
        part_a="include: [c.yaml]\n",
        part_b="include: [c.yaml]\n",
        part_c="happens:\n  - {do: panic, at_s: 1, unit: A}\n",
    )
    assert len(load(str(mine)).happens) == 1


def test_a_scenario_of_ones_own_may_include_the_twins_parts(tmp_path: Path) -> None:
    """What lies beside it is looked for first."""
    name = next(path.relative_to(SHIPPED).as_posix() for path in sorted(SHIPPED.glob("parts/*.yaml")))
    mine = written(tmp_path, my=f"{MINIMAL}include: [{name}]\n")
    plain = parse(MINIMAL.encode(), "f.yaml")
    assert load(str(mine)) != plain
    (tmp_path / "parts").mkdir()
    (tmp_path / name).write_text("{}\n")
    assert load(str(mine)) == plain


WRONG_PARTS = (
    ({"part_a": "wrold: {}\n"}, "part/a.yaml:1:1: the scenario: 'wrold' is not known here; did you mean world?"),
    ({"part_a": "name: x\n"}, "part/a.yaml:1:1: the scenario: 'name' is not known here"),
    (
        {"part_a": "\nfaults:\n  - {fault: loss, on: 'line/*', rate: 2}\n"},
        "part/a.yaml:3:39: faults[0].rate: found '2': expected `float` <= 1.0",
    ),
    ({"part_a": ""}, "part/a.yaml:1:1: found nothing, expected a scenario"),
    ({"part_a": "include: [a.yaml]\n"}, "part/a.yaml:1:11: include: a.yaml → a.yaml is a circle"),
    (
        {"part_a": "include: [b.yaml]\n", "part_b": "include: [c.yaml]\n", "part_c": "include: [b.yaml]\n"},
        "part/c.yaml:1:11: include: b.yaml → c.yaml → b.yaml is a circle",
    ),
    ({"part_a": "include: [../my.yaml]\n"}, "part/a.yaml:1:11: include: found '../my.yaml', expected the path of a "),
    ({"part_a": "include: [/etc/a.yaml]\n"}, "part/a.yaml:1:11: include: found '/etc/a.yaml', expected the path of a "),
    ({"part_a": "include: [b.txt]\n"}, "part/a.yaml:1:11: include: found 'b.txt', expected the path of a YAML file"),
    ({"part_a": "include: [b.yaml]\n"}, "part/a.yaml:1:11: include: b.yaml: no such file here or among"),
    ({"part_a": "include: b.yaml\n"}, "part/a.yaml:1:10: include: found 'b.yaml': expected `array`, got `str`"),
    (
        {f"part_{chr(97 + n // 26)}{chr(97 + n % 26)}": "{}\n" for n in range(MAX_PARTS)}
        | {
            "part_a": f"include: [{', '.join(f'{chr(97 + n // 26)}{chr(97 + n % 26)}.yaml' for n in range(MAX_PARTS))}]"
        },
        "include: more than 50 parts",
    ),
)


@pytest.mark.parametrize(("parts", "said"), WRONG_PARTS, ids=[said for _, said in WRONG_PARTS])
def test_a_mistake_in_a_part_names_the_part(parts: dict[str, str], said: str, tmp_path: Path) -> None:
    """File, line and column of the part, not of the scenario that includes it."""
    mine = written(tmp_path, my=f"{MINIMAL}include: [part/a.yaml]\n", **parts)
    with pytest.raises(ScenarioError) as raised:
        load(str(mine))
    assert said in str(raised.value)
    assert str(raised.value).startswith(str(tmp_path / "part"))


def test_a_part_outside_the_folder_is_not_read(tmp_path: Path) -> None:
    """Not by a link either."""
    (tmp_path / "secret.yaml").write_text("{}\n")
    (tmp_path / "inner").mkdir()
    (tmp_path / "inner" / "a.yaml").symlink_to(tmp_path / "secret.yaml")
    (tmp_path / "inner" / "my.yaml").write_text(f"{MINIMAL}include: [a.yaml]\n")
    with pytest.raises(ScenarioError, match=r"my\.yaml:5:11: include: a\.yaml: no such file"):
        load(str(tmp_path / "inner" / "my.yaml"))


def test_a_fault_that_outlasts_the_healing_is_a_mistake() -> None:
    """With the place of the fault, settling and all."""
    text = f"{MINIMAL}heals_at_s: 100\nfaults:\n  - {{fault: reboot, on: 'lpr/*', from_s: 50, for_s: FOR}}\n"
    parse(text.replace("FOR", "30").encode(), "f.yaml")
    with pytest.raises(ScenarioError, match=r"f\.yaml:7:5: faults\[0\]: goes on behind heals_at_s, which is 100"):
        parse(text.replace("FOR", "31").encode(), "f.yaml")
