"""YAML as a scenario file may use it, read so that every mistake can name its place.

Knows: nodes with their file, line and column; which YAML is allowed; how deep and how long it may be.
Refuses to know: what a scenario is.
"""

from __future__ import annotations

import re
from typing import Any

import yaml
from yaml.reader import ReaderError

MAX_BYTES = 1024 * 1024
MAX_DEPTH = 50


class ScenarioError(ValueError):
    """`file:line:column: what was found, and what was expected`."""


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


def read(text: bytes, where: str) -> tuple[yaml.Node, Any]:
    """The file's nodes, and the value they stand for. `where` names its source. Raises ScenarioError."""
    if len(text) > MAX_BYTES:
        raise ScenarioError(f"{where}: {len(text)} bytes; at most {MAX_BYTES} are read")
    try:
        loader = _Yaml12(text)
        loader.name = where
        root = loader.get_single_node()
        if root is None:
            raise ScenarioError(f"{where}:1:1: found nothing, expected a scenario")
        _check_keys(root, 0, set())
        return root, value_of(root)
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        at = f":{mark.line + 1}:{mark.column + 1}" if mark else ""
        raise ScenarioError(f"{where}{at}: not YAML: {error.problem or error.context}") from error
    except ReaderError as error:
        before = text[: error.position].decode(errors="replace")
        at = f"{before.count(chr(10)) + 1}:{len(before) - before.rfind(chr(10))}"
        raise ScenarioError(f"{where}:{at}: not YAML: {error.reason}") from error
    except RecursionError as error:
        raise ScenarioError(f"{where}:1:1: nested more than {MAX_DEPTH} deep") from error
    except (yaml.YAMLError, ValueError) as error:
        if isinstance(error, ScenarioError):
            raise
        raise ScenarioError(f"{where}: not YAML: {error}") from error


def value_of(root: yaml.Node) -> Any:
    """What nodes stand for; they may come from several files. Raises yaml.YAMLError, ValueError."""
    return _Yaml12("").construct_document(root)


def place(node: yaml.Node) -> str:
    """`file:line:column`."""
    mark = node.start_mark
    return f"{mark.name}:{mark.line + 1}:{mark.column + 1}"


def find(root: yaml.Node, path: str) -> yaml.Node:
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


def _check_keys(node: yaml.Node, depth: int, checked: set[int]) -> None:
    """A key given twice is a mistake that YAML forgives, and one that is no word it allows. What aliases repeat is
    looked at once, so that a few lines cannot stand for a thousand million."""
    if id(node) in checked:
        return
    checked.add(id(node))
    if depth > MAX_DEPTH:
        raise ScenarioError(f"{place(node)}: nested more than {MAX_DEPTH} deep")
    if isinstance(node, yaml.SequenceNode):
        for item in node.value:
            _check_keys(item, depth + 1, checked)
    if isinstance(node, yaml.MappingNode):
        seen: set[str] = set()
        for key, item in node.value:
            if not isinstance(key, yaml.ScalarNode) or key.tag not in _WORDS:
                shown = f"{key.value!r}" if isinstance(key, yaml.ScalarNode) else "a list or a table"
                raise ScenarioError(f"{place(key)}: found {shown}, expected a word")
            if key.value in seen:
                raise ScenarioError(f"{place(key)}: {key.value!r} is given twice")
            seen.add(key.value)
            _check_keys(item, depth + 1, checked)
