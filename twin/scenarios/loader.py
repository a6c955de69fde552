"""Scenarios by name or by path, and what is wrong with them, with the place.

Knows: how a file's parts are put together, and how to say file, line, column, what was found and what was expected.
Refuses to know: what a scenario means.

A scenario may `include` parts: files beside it, or parts that come with the twin. The rule of putting together has
three lines. Lists (`happens`, `faults`, `expect`) are joined, what is included first. `world` is taken key by key, the
including file's word over the included one's, a later part's over an earlier one's. Everything else a scenario says
itself. A part that is reached twice counts once.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import datetime
from difflib import get_close_matches
from pathlib import Path, PurePosixPath
from typing import TypeVar

import msgspec
import yaml

from twin.scenarios.reading import ScenarioError, find, place, read, value_of
from twin.scenarios.schema import (
    TAGS,
    Alerted,
    Incidents,
    Part,
    Scenario,
    Spared,
    Told,
    json_schema,
)
from twin.scenarios.sprees import MOST_NIGHTS, Burglaries, Reported, Spree

MAX_PARTS = 50
SHIPPED = Path(__file__).parent
JOINED = ("happens", "faults", "expect")

Read = TypeVar("Read", bound=Part)


def shipped() -> list[str]:
    """Names of the scenarios that come with the twin."""
    return sorted(path.stem for path in SHIPPED.glob("*.yaml"))


def load(name_or_path: str) -> Scenario:
    """A shipped scenario by name, or any by path. Raises ScenarioError."""
    path = _path(name_or_path)
    scenario = parse(_bytes(path), str(path))
    if scenario.world.roads is not None:
        scenario = with_roads(scenario, path.parent / scenario.world.roads)
    return scenario


def located(name_or_path: str, message: str) -> str:
    """What the world says of a part of a scenario (`happens[2]: there is no …`) with the place of that part in its file
    before it; a message that names no part as it is. The scenario must have been loaded."""
    part, path = re.match(r"[a-z_]+(?:\[\d+\])?(?:\.[a-z_]+)*(?=: )", message), _path(name_or_path)
    if part is None:
        return message
    return f"{place(find(_whole(_bytes(path), str(path)), f'.{part[0]}'))}: {message}"


def _path(name_or_path: str) -> Path:
    path = Path(name_or_path)
    if path.suffix not in (".yaml", ".yml"):
        path = SHIPPED / f"{name_or_path}.yaml"
        if not path.exists():
            raise ScenarioError(f"{name_or_path}: no such scenario; shipped are {', '.join(shipped())}")
    return path


def with_roads(scenario: Scenario, path: Path) -> Scenario:
    """The scenario on the streets of a file."""
    world = msgspec.structs.replace(scenario.world, roads=str(path.absolute()))
    return msgspec.structs.replace(scenario, world=world)


def parse(text: bytes, where: str) -> Scenario:
    """A scenario from YAML. `where` names its source: beside that file are the parts that it includes. Raises
    ScenarioError."""
    root = _whole(text, where)
    scenario = _convert(root, Scenario)
    try:
        datetime.fromisoformat(scenario.start)
    except ValueError as error:
        node = find(root, ".start")
        raise ScenarioError(f"{place(node)}: start: {error}; expected a local date and time") from error
    for at, problem in _contradictions(scenario):
        raise ScenarioError(f"{place(find(root, f'.{at}'))}: {at}: {problem}")
    return scenario


def _whole(text: bytes, where: str) -> yaml.Node:
    """A scenario's nodes, with those of all its parts."""
    root, _ = read(text, where)
    return _Parts(Path(where)).put_together(root) if isinstance(root, yaml.MappingNode) else root


class _Parts:
    """The parts of one scenario, each taken once."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._taken: set[Path] = {path.resolve()}

    def put_together(self, root: yaml.MappingNode) -> yaml.MappingNode:
        return self._with_parts(root, self._path, (self._path.resolve(),))

    def _with_parts(self, root: yaml.MappingNode, path: Path, way: tuple[Path, ...]) -> yaml.MappingNode:
        """`way`: the files that led here, to see a circle by."""
        includes = find(root, ".include")
        if includes is root:
            return root
        if not isinstance(includes, yaml.SequenceNode):
            raise ScenarioError(f"{place(includes)}: include: expected a list of paths")
        found = yaml.MappingNode(root.tag, [], root.start_mark, root.end_mark)
        for node in includes.value:
            file = _part_file(node, path)
            resolved = file.resolve()
            if resolved in way:
                circle = " → ".join(one.name for one in (*way[way.index(resolved) :], resolved))
                raise ScenarioError(f"{place(node)}: include: {circle} is a circle")
            if resolved in self._taken:
                continue
            if len(self._taken) > MAX_PARTS:
                raise ScenarioError(f"{place(node)}: include: more than {MAX_PARTS} parts")
            self._taken.add(resolved)
            part, _ = read(_bytes(file), str(file))
            _convert(part, Part)
            if isinstance(part, yaml.MappingNode):
                found = _over(found, self._with_parts(part, file, (*way, resolved)))
        return _over(found, root)


def _part_file(node: yaml.Node, including: Path) -> Path:
    """Where a part is: beside the file that includes it, else among those that come with the twin."""
    name = PurePosixPath(node.value if isinstance(node, yaml.ScalarNode) else "")
    if name.suffix not in (".yaml", ".yml") or name.is_absolute() or ".." in name.parts:
        shown = f"{node.value!r}" if isinstance(node, yaml.ScalarNode) else "a list or a table"
        raise ScenarioError(f"{place(node)}: include: found {shown}, expected the path of a YAML file at or below here")
    for folder in (including.parent, SHIPPED):
        path = folder / name
        if path.is_file() and path.resolve().is_relative_to(folder.resolve()):
            return path
    raise ScenarioError(f"{place(node)}: include: {name}: no such file here or among the twin's own parts")


def _over(under: yaml.MappingNode, over: yaml.MappingNode) -> yaml.MappingNode:
    """Both mappings in one; where both speak, by the rule above."""
    entries = {key.value: (key, item) for key, item in under.value}
    for key, item in over.value:
        _, before = entries.get(key.value, (key, None))
        if key.value in JOINED and isinstance(before, yaml.SequenceNode) and isinstance(item, yaml.SequenceNode):
            item = yaml.SequenceNode(item.tag, before.value + item.value, item.start_mark, item.end_mark)
        elif key.value == "world" and isinstance(before, yaml.MappingNode) and isinstance(item, yaml.MappingNode):
            item = _over(before, item)
        entries[key.value] = (key, item)
    entries.pop("include", None)
    return yaml.MappingNode(over.tag, list(entries.values()), over.start_mark, over.end_mark)


def _convert(root: yaml.Node, kind: type[Read]) -> Read:
    try:
        return msgspec.convert(value_of(root), kind)
    except msgspec.ValidationError as error:
        raise ScenarioError(_explain(error, root)) from error


def _contradictions(scenario: Scenario) -> Iterator[tuple[str, str]]:
    """What the parts may say each by itself and not together: (path, problem)."""
    names: dict[str, str] = {}
    for index, happening in enumerate(scenario.happens):
        part = f"happens[{index}]"
        if happening.at_s >= scenario.lasts_s:
            yield f"{part}.at_s", f"found {happening.at_s:g}, expected less than lasts_s, which is {scenario.lasts_s:g}"
        name = getattr(happening, "name", None)
        if name is not None and names.setdefault(name, part) != part:
            yield f"{part}.name", f"found {name!r}, expected a name of its own: {names[name]} has this one"
        if isinstance(happening, Spree) and happening.car != "own":
            names |= {f"{name}-car-{night}": part for night in range(1, (happening.nights or MOST_NIGHTS) + 1)}
    for index, expected in enumerate(scenario.expect):
        key = "about" if isinstance(expected, Incidents) else "subject"
        key = "by" if isinstance(expected, Burglaries | Reported) else key
        about_a_name = isinstance(expected, Incidents | Told | Spared) or (
            isinstance(expected, Alerted) and expected.kind == "hotlist-hit"
        )
        about_a_name |= key == "by" and getattr(expected, key) is not None
        if about_a_name and getattr(expected, key) not in names:
            yield (
                f"expect[{index}].{key}",
                f"found {getattr(expected, key)!r}, expected what happens: {', '.join(names) or 'nothing does'}",
            )
    heals_us = round((scenario.heals_at_s or 0.0) * 1e6)
    for index, fault in enumerate(scenario.faults):
        if heals_us and fault.interval_us()[1] > heals_us:
            yield f"faults[{index}]", f"goes on behind heals_at_s, which is {scenario.heals_at_s:g}"


def _bytes(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError as error:
        raise ScenarioError(f"{path}: {error.strerror}") from error


def _explain(error: msgspec.ValidationError, root: yaml.Node) -> str:
    """msgspec says what and on which path; say where that is, what stands there, and what may."""
    what, _, path = str(error).partition(" - at `")
    path = path.rpartition("$")[2].rstrip("`")
    node = find(root, path)
    unknown = re.search(r"unknown field `(.*)`", what)
    if unknown and isinstance(node, yaml.MappingNode):
        key = next(key for key, _ in node.value if key.value == unknown[1])
        close = [word for word in get_close_matches(unknown[1], _words(), 3, 0.7) if word != unknown[1]]
        hint = f"; did you mean {' or '.join(close)}?" if close else ""
        return f"{place(key)}: {path.strip('.') or 'the scenario'}: {unknown[1]!r} is not known here{hint}"
    found = f"found {node.value!r}: " if isinstance(node, yaml.ScalarNode) else ""
    choices = _choices(path.rpartition(".")[2]) if what.startswith("Invalid") else ()
    expected = f"expected one of {', '.join(choices)}" if choices else f"{what[0].lower()}{what[1:]}"
    return f"{place(node)}: {path.strip('.') or 'the scenario'}: {found}{expected}"


def _words() -> list[str]:
    """Every key a scenario file can hold."""
    schema = json_schema()
    return sorted({key for part in schema["$defs"].values() for key in part.get("properties", {})})


def _choices(key: str) -> tuple[str, ...]:
    """The words that may stand behind a key which takes only some."""
    parts = json_schema()["$defs"].values()
    return TAGS.get(key) or tuple(
        dict.fromkeys(word for part in parts for word in part.get("properties", {}).get(key, {}).get("enum", ()))
    )
