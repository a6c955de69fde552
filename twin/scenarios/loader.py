"""Reading scenario files.

Knows: YAML, where every value of it stands, and how to say what is wrong in a way that an editor can jump to.
Refuses to know: what a scenario means.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import datetime
from difflib import get_close_matches
from pathlib import Path

import msgspec
import yaml
from yaml.reader import ReaderError

from twin.scenarios.schema import TAGS, Alerted, Incidents, Scenario, Told, json_schema

MAX_BYTES = 1024 * 1024
MAX_DEPTH = 50
SHIPPED = Path(__file__).parent


class _Yaml12(yaml.SafeLoader):
    """YAML as its authors mend it: only true and false are booleans, so that `on` may be a key, and a time is text."""

    yaml_implicit_resolvers = {  # noqa: RUF012  # PyYAML's own way; never changed
        first: [(tag, pattern) for tag, pattern in resolvers if not tag.endswith((":bool", ":timestamp"))]
        for first, resolvers in yaml.SafeLoader.yaml_implicit_resolvers.items()
    }


_Yaml12.add_implicit_resolver(
    "tag:yaml.org,2002:bool", re.compile(r"^(?:true|True|TRUE|false|False|FALSE)$"), list("tTfF")
)


_WORDS = ("tag:yaml.org,2002:str", "tag:yaml.org,2002:merge")


class ScenarioError(ValueError):
    """`file:line:column: what was found, and what was expected`."""


def shipped() -> list[str]:
    """Names of the scenarios that come with the twin."""
    return sorted(path.stem for path in SHIPPED.glob("*.yaml"))


def load(name_or_path: str) -> Scenario:
    """A shipped scenario by name, or any by path. Raises ScenarioError."""
    path = _path(name_or_path)
    try:
        text = path.read_bytes()
    except OSError as error:
        raise ScenarioError(f"{path}: {error.strerror}") from error
    scenario = parse(text, str(path))
    if scenario.world.roads is not None:
        scenario = with_roads(scenario, path.parent / scenario.world.roads)
    return scenario


def located(name_or_path: str, message: str) -> str:
    """What the world says of a part of a scenario (`happens[2]: there is no …`) with the place of that part in the file
    before it; a message that names no part as it is. The scenario must have been loaded."""
    part, path = re.match(r"[a-z_]+(?:\[\d+\])?(?:\.[a-z_]+)*(?=: )", message), _path(name_or_path)
    root = yaml.compose(path.read_bytes(), Loader=_Yaml12)
    if part is None or root is None:
        return message
    return f"{path}:{_place(_find(root, f'.{part[0]}'))}: {message}"


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
    """A scenario from YAML. `where` names its source. Raises ScenarioError."""
    if len(text) > MAX_BYTES:
        raise ScenarioError(f"{where}: {len(text)} bytes; at most {MAX_BYTES} are read")
    try:
        root = yaml.compose(text, Loader=_Yaml12)
        if root is None:
            raise ScenarioError(f"{where}:1:1: found nothing, expected a scenario")
        _check_keys(root, where, 0, set())
        value = yaml.load(text, Loader=_Yaml12)  # noqa: S506  # a SafeLoader
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        place = f":{mark.line + 1}:{mark.column + 1}" if mark else ""
        raise ScenarioError(f"{where}{place}: not YAML: {error.problem or error.context}") from error
    except ReaderError as error:
        before = text[: error.position].decode(errors="replace")
        place = f"{before.count(chr(10)) + 1}:{len(before) - before.rfind(chr(10))}"
        raise ScenarioError(f"{where}:{place}: not YAML: {error.reason}") from error
    except RecursionError as error:
        raise ScenarioError(f"{where}:1:1: nested more than {MAX_DEPTH} deep") from error
    except (yaml.YAMLError, ValueError) as error:
        if isinstance(error, ScenarioError):
            raise
        raise ScenarioError(f"{where}: not YAML: {error}") from error
    try:
        scenario = msgspec.convert(value, Scenario)
    except msgspec.ValidationError as error:
        raise ScenarioError(_explain(error, root, where)) from error
    try:
        datetime.fromisoformat(scenario.start)
    except ValueError as error:
        node = _find(root, ".start")
        raise ScenarioError(f"{where}:{_place(node)}: start: {error}; expected a local date and time") from error
    for at, problem in _contradictions(scenario):
        raise ScenarioError(f"{where}:{_place(_find(root, f'.{at}'))}: {at}: {problem}")
    return scenario


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
    for index, expected in enumerate(scenario.expect):
        key = "about" if isinstance(expected, Incidents) else "subject"
        about_a_name = isinstance(expected, Incidents | Told) or (
            isinstance(expected, Alerted) and expected.kind == "hotlist-hit"
        )
        if about_a_name and getattr(expected, key) not in names:
            yield (
                f"expect[{index}].{key}",
                f"found {getattr(expected, key)!r}, expected what happens: {', '.join(names) or 'nothing does'}",
            )


def _explain(error: msgspec.ValidationError, root: yaml.Node, where: str) -> str:
    """msgspec says what and on which path; say where that is, what stands there, and what may."""
    what, _, path = str(error).partition(" - at `")
    path = path.rpartition("$")[2].rstrip("`")
    node = _find(root, path)
    unknown = re.search(r"unknown field `(.*)`", what)
    if unknown and isinstance(node, yaml.MappingNode):
        key = next(key for key, _ in node.value if key.value == unknown[1])
        close = get_close_matches(unknown[1], _words(), 3, 0.7)
        hint = f"; did you mean {' or '.join(close)}?" if close else ""
        return f"{where}:{_place(key)}: {path.strip('.') or 'the scenario'}: {unknown[1]!r} is not known here{hint}"
    found = f"found {node.value!r}: " if isinstance(node, yaml.ScalarNode) else ""
    choices = _choices(path.rpartition(".")[2]) if what.startswith("Invalid") else ()
    expected = f"expected one of {', '.join(choices)}" if choices else f"{what[0].lower()}{what[1:]}"
    return f"{where}:{_place(node)}: {path.strip('.') or 'the scenario'}: {found}{expected}"


def _place(node: yaml.Node) -> str:
    return f"{node.start_mark.line + 1}:{node.start_mark.column + 1}"


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


def _check_keys(node: yaml.Node, where: str, depth: int, checked: set[int]) -> None:
    """A key given twice is a mistake that YAML forgives, and one that is no word it allows. What aliases repeat is
    looked at once, so that a few lines cannot stand for a thousand million."""
    if id(node) in checked:
        return
    checked.add(id(node))
    if depth > MAX_DEPTH:
        raise ScenarioError(f"{where}:{_place(node)}: nested more than {MAX_DEPTH} deep")
    if isinstance(node, yaml.SequenceNode):
        for item in node.value:
            _check_keys(item, where, depth + 1, checked)
    if isinstance(node, yaml.MappingNode):
        seen: set[str] = set()
        for key, item in node.value:
            if not isinstance(key, yaml.ScalarNode) or key.tag not in _WORDS:
                shown = f"{key.value!r}" if isinstance(key, yaml.ScalarNode) else "a list or a table"
                raise ScenarioError(f"{where}:{_place(key)}: found {shown}, expected a word")
            if key.value in seen:
                raise ScenarioError(f"{where}:{_place(key)}: {key.value!r} is given twice")
            seen.add(key.value)
            _check_keys(item, where, depth + 1, checked)


def _find(root: yaml.Node, path: str) -> yaml.Node:
    """The node at a msgspec error path such as `.faults[2].rate`, or the deepest one on the way there."""
    node = root
    for key, index in re.findall(r"\.([^.\[\]]+)|\[(\d+|\.\.\.)\]", path):
        if index.isdigit() and isinstance(node, yaml.SequenceNode) and int(index) < len(node.value):
            node = node.value[int(index)]
        elif key and isinstance(node, yaml.MappingNode):
            inner = [item for name, item in node.value if name.value == key]
            if not inner:
                return node
            node = inner[0]
    return node
