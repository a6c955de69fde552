"""The law of the house, as far as it can be read off the source.

Each exception stands in a list here with its reason, and an exception that is needed no more fails as well.
"""

from __future__ import annotations

import ast
import json
import re
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TypeAlias

import pytest

from center.ingest import FORMATS
from tests.tidy.source import PACKAGES, ROOT, called, imported, modules, name_of, text, tracked, tree
from twin.devices import faults
from twin.scenarios.schema import json_schema

CORE = modules("center/core")
MODULES = modules(*PACKAGES)
OURS = modules("center", "twin")

Found: TypeAlias = Iterator[tuple[int, str]]
Look: TypeAlias = Callable[[Path], Found]


def places(paths: tuple[Path, ...], look: Look) -> list[str]:
    """`path:line what` for all that a look finds in these modules."""
    return [f"{path}:{line} {what}" for path in paths for line, what in sorted(set(look(path)))]


# --- the core ---------------------------------------------------------------------------------------------------------

PURE = ("__future__", "bisect", "collections", "collections.abc", "math", "typing", "msgspec", "center.core")
"""What the core may import, besides itself: nothing that could tell it the time, or chance, or who is asking."""
IMPURE = {"open", "print", "input", "eval", "exec", "hash", "id", "globals", "vars", "__import__"}


def impure_imports(path: Path) -> Found:
    for node in ast.walk(tree(path)):
        names: list[str] = []
        line = 0
        if isinstance(node, ast.Import):
            names, line = [alias.name for alias in node.names], node.lineno
        elif isinstance(node, ast.ImportFrom):
            names, line = [node.module or "."], node.lineno
        for name in names:
            if name not in PURE and not name.startswith("center.core."):
                yield line, f"imports {name}"


def impure_calls(path: Path) -> Found:
    for node in ast.walk(tree(path)):
        if isinstance(node, ast.Call) and (called(node) in IMPURE or called(node).endswith((".now", ".today"))):
            yield node.lineno, f"calls {called(node)}"
        elif isinstance(node, ast.AsyncFunctionDef | ast.Await | ast.Global):
            yield node.lineno, type(node).__name__


def is_set(node: ast.expr) -> bool:
    """Written as one: `{...}`, `set(...)`, or what set algebra makes of one."""
    if isinstance(node, ast.BinOp):
        return is_set(node.left) or is_set(node.right)
    is_call = isinstance(node, ast.Call) and called(node) in ("set", "frozenset")
    return is_call or isinstance(node, ast.Set | ast.SetComp)


LOOPS = ("list", "tuple", "next", "iter", "enumerate", "map", "zip", "reversed", "dict.fromkeys")


def looped(node: ast.AST) -> list[ast.expr]:
    """What a piece of source goes through in order."""
    if isinstance(node, ast.For | ast.comprehension):
        return [node.iter]
    if isinstance(node, ast.Starred):
        return [node.value]
    return list(node.args) if isinstance(node, ast.Call) and called(node) in LOOPS else []


def iterated_sets(path: Path) -> Found:
    """Loops over sets, and sets that are kept: their order is the hash seed's, or a snapshot's."""
    for scope in ast.walk(tree(path)):
        if not isinstance(scope, ast.FunctionDef | ast.Module):
            continue
        inside = list(ast.walk(scope))
        sets = [node for node in inside if isinstance(node, ast.Assign) and is_set(node.value)]
        named = {target.id for node in sets for target in node.targets if isinstance(target, ast.Name)}
        for node in inside:
            for it in looped(node):
                if is_set(it) or (isinstance(it, ast.Name) and it.id in named):
                    yield it.lineno, "iterates a set"
            if isinstance(node, ast.AnnAssign) and re.search(r"\b(frozen)?set\b", ast.unparse(node.annotation)):
                yield node.lineno, "keeps a set"


def test_the_core_imports_nothing_that_could_tell_it_the_time() -> None:
    """Promise B rests on this: a clock, chance, a file, a thread or the environment in the core, and a replay decides
    otherwise than the original did."""
    assert places(CORE, impure_imports) == []


def test_the_core_calls_nothing_whose_answer_is_not_in_an_event() -> None:
    assert places(CORE, impure_calls) == []


def test_the_core_iterates_no_set() -> None:
    """Nor keeps one: the order would be PYTHONHASHSEED's."""
    assert places(CORE, iterated_sets) == []


@pytest.mark.parametrize(
    ("look", "source"),
    [
        (impure_imports, "import time"),
        (impure_imports, "from os import environ"),
        (impure_imports, "from center.clock import WallClock"),
        (impure_calls, "at = datetime.now()"),
        (impure_calls, "open('x')"),
        (impure_calls, "async def f(): pass"),
        (iterated_sets, "for x in {1, 2}: pass"),
        (iterated_sets, "[x for x in set(y)]"),
        (iterated_sets, "def f(y):\n    z = {v for v in y}\n    return [*z]"),
        (iterated_sets, "def f(y):\n    z = frozenset(y) - {1}\n    for x in z: pass"),
        (iterated_sets, "list({1, 2})"),
        (iterated_sets, "class A:\n    seen: set[str]"),
    ],
)
def test_the_looks_see(look: Look, source: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A test that cannot fail proves nothing: each look finds what it is for."""
    path = tmp_path / "core.py"
    path.write_text(source)
    assert len(places((path,), look)) == 1


# --- sizes and names --------------------------------------------------------------------------------------------------

MOST_LINES = {"tests": 600}
MOST_LINES_ELSEWHERE = 400
MOST_FUNCTION_LINES = 70
LONG_FILES: dict[str, str] = {}
"""path: why it must be longer."""
LONG_FUNCTIONS = {
    "tests/console/fake_scene.py:alerts": "a scene written out as the interface shows it: data, not steps",
    "tests/console/fake_scene.py:incidents": "the same",
}
"""path:function: why it must be longer."""
FORBIDDEN = {"utils", "util", "common", "helpers", "helper", "manager", "managers", "base"}


def test_files_fit_the_head() -> None:
    """400 lines, a test's 600. A file with two jobs is two files."""
    long = {
        str(path) for path in MODULES if text(path).count("\n") > MOST_LINES.get(path.parts[0], MOST_LINES_ELSEWHERE)
    }
    assert long == LONG_FILES.keys()


def test_functions_fit_a_screen() -> None:
    long = {
        f"{path}:{node.name}"
        for path in MODULES
        for node in ast.walk(tree(path))
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
        and (node.end_lineno or 0) - node.lineno >= MOST_FUNCTION_LINES
    }
    assert long == LONG_FUNCTIONS.keys()


def test_no_module_is_named_for_nothing() -> None:
    """What is in utils? Everything."""
    named = [
        path
        for path in MODULES
        if FORBIDDEN & {word for part in path.with_suffix("").parts for word in part.split("_")}
    ]
    assert named == []


def test_a_modules_first_lines_say_what_it_knows_and_what_it_refuses_to_know() -> None:
    """So that a newcomer can tell where something belongs. Empty package files say nothing, tests say what they claim,
    and a benchmark says what it measures and how it is run."""
    silent = []
    for path in MODULES:
        said = ast.get_docstring(tree(path)) or ""
        is_empty = not text(path).strip() or (path.name == "__init__.py" and len(tree(path).body) == 1)
        is_claim = path.name.startswith("test_") or path.name == "conftest.py"
        is_measurement = path.parts[0] == "benchmarks" and f"python -m {name_of(path)}" in said
        if not (is_empty or is_claim or is_measurement or ("Knows:" in said and "Refuses to know:" in said)):
            silent.append(str(path))
    assert silent == []


def test_every_test_module_says_what_it_is_about() -> None:
    assert [str(path) for path in modules("tests") if text(path).strip() and not ast.get_docstring(tree(path))] == []


# --- dead things ------------------------------------------------------------------------------------------------------

ENTRIES = {
    "center.cli": "the command `center`",
    "twin.cli": "the command `twin`",
    "center.relay.__main__": "`RelayProcess` starts it as a process of its own",
    "center.console.hatch_hook": "hatchling runs it when a wheel is built",
    "twin.sim.people_figures": "`python -m twin.sim.people_figures` makes the figures of docs/world.md",
    "twin.sim.routing_figures": "`python -m twin.sim.routing_figures` makes the figures of docs/world.md",
}
"""Modules that nothing of ours imports, and why they are alive."""


def test_no_module_is_dead() -> None:
    """Of center and twin, each is imported by another one of them, or is an entry. A test is no reason to live."""
    used = {name for path in OURS for name in imported(path) if name != name_of(path)}
    unused = {name_of(path) for path in OURS if path.name != "__init__.py"} - used
    assert unused == ENTRIES.keys()


# --- tests ------------------------------------------------------------------------------------------------------------

WAITING = {
    "tests/servers.py": "a server is asked again and again whether it is up",
    "tests/running.py": "a condition in another process is looked at again and again",
    "tests/center/links/conftest.py": "threads and sockets that were told to go are looked at until they are gone",
    "tests/center/links/basin.py": "a condition that nobody announces is looked at again and again",
    "tests/center/api/test_frames.py": "for as long as several frames take, nothing may come",
    "tests/center/relay/camera.py": "a camera has a rhythm",
    "tests/center/relay/test_sources.py": "a camera that sends by UDP has one, too",
    "tests/console/fake_center.py": "a center that stands in for the real one has a rhythm",
}
"""Where a test may sleep, and why: in a loop, between two looks. Nowhere else: a sleep is a guess about a machine."""


def sleeps(path: Path) -> Found:
    for node in ast.walk(tree(path)):
        if not isinstance(node, ast.Call) or called(node).rpartition(".")[2] != "sleep":
            continue
        if not (node.args and isinstance(node.args[0], ast.Constant) and node.args[0].value == 0):
            yield node.lineno, ast.unparse(node)


def test_no_test_sleeps() -> None:
    """A test waits for a condition. `sleep(0)` gives way and waits for nothing."""
    sleeping = {str(path): list(sleeps(path)) for path in modules("tests") if list(sleeps(path))}
    assert {path: found for path, found in sleeping.items() if path not in WAITING} == {}
    assert sleeping.keys() == WAITING.keys()


def test_a_poll_is_inside_a_loop() -> None:
    """Where sleeping is allowed, it is between two looks."""
    for name in WAITING:
        loops = [node for node in ast.walk(tree(Path(name))) if isinstance(node, ast.While | ast.For)]
        for line, what in sleeps(Path(name)):
            assert any(loop.lineno < line <= (loop.end_lineno or 0) for loop in loops), f"{name}:{line} {what}"


# --- what is written down elsewhere -----------------------------------------------------------------------------------


def test_the_published_schema_of_scenarios_is_the_one_that_checks_them() -> None:
    """Editors read docs/scenario.schema.json. Make it with `python -m twin.scenarios.schema`."""
    assert json.loads((ROOT / "docs" / "scenario.schema.json").read_text()) == json.loads(json.dumps(json_schema()))


def test_every_fault_is_in_the_manual_with_all_its_numbers() -> None:
    """docs/devices.md: a row a fault, whose second column names every field of its own."""
    rows = {
        row[1].strip(" `"): row[2]
        for line in (ROOT / "docs" / "devices.md").read_text().splitlines()
        if (row := line.split("|")) and len(row) > 4
    }
    for fault in faults.AnyFault.__args__:
        tag = fault.__struct_config__.tag
        assert tag in rows, f"{tag} is not in docs/devices.md"
        shared = set(faults.Fault.__struct_fields__) if hasattr(faults, "Fault") else {"on", "from_s", "for_s"}
        for field in fault.__struct_fields__:
            assert field in shared or f"`{field}`" in rows[tag], f"{tag}.{field} is not in docs/devices.md"


def test_every_format_has_a_page() -> None:
    """docs/feeds: what the decoder reads, rejects, and how a site file asks for it."""
    pages = "".join(page.read_text() for page in sorted((ROOT / "docs" / "feeds").glob("*.md")))
    for name in FORMATS:
        assert f'format = "{name}"' in pages or f"`{name}`" in pages, f"{name} has no page in docs/feeds"


# --- what must not leave this machine ---------------------------------------------------------------------------------

LOCKS = ("requirements.lock", "requirements-dev.lock", "center/console/node-requirements.lock")
REGISTRIES = ("pypi" + ".org", "pythonhosted" + ".org", "npmjs" + ".org", "npmjs" + ".com", "yarnpkg" + ".com")
HOMES = re.compile(r"(?<![\w.$}~-])/(?:work|root|home/\w|Users/\w)/?[\w.]")
"""A path that is only there on one machine."""


@pytest.mark.parametrize("name", LOCKS)
def test_a_lock_file_holds_no_address(name: str) -> None:
    """Where packages come from is the machine's business, not the project's."""
    assert re.findall(r"https?://\S+", (ROOT / name).read_text()) == []


def test_the_pages_lock_file_holds_no_address_but_where_authors_ask_for_money() -> None:
    """npm writes each package's `funding` down; what it must not write is where the package was fetched."""

    def addresses(of: object, key: str = "") -> Iterator[str]:
        if isinstance(of, dict):
            for name, value in of.items():
                yield from addresses(value, key if key == "funding" else name)
        elif isinstance(of, list):
            for value in of:
                yield from addresses(value, key)
        elif isinstance(of, str) and "://" in of and key != "funding":
            yield of

    lock = json.loads((ROOT / "center" / "console" / "package-lock.json").read_text())
    assert list(addresses(lock)) == []
    assert "resolved" not in json.dumps(lock)


@pytest.mark.parametrize("place", ["/work" + "/main", "/root" + "/.cache", "/home" + "/ada/x", "/Users" + "/ada/x"])
def test_a_path_of_a_machine_is_seen(place: str) -> None:
    """And what only looks like one is not: a route, a word of prose, a path below another."""
    for line in (f'open("{place}")', f"cd {place}", f"# in {place}."):
        assert HOMES.search(line)
    for line in ("a network/worker pool", "GET /api/work", "~/work" + "/x", "$HOME/root" + "/x", "docs/home" + "/x"):
        assert not HOMES.search(line)


def test_nothing_under_version_control_names_a_machine_or_a_registry() -> None:
    """No home directory, no mirror: the checkout works anywhere."""
    files = tracked()
    if files is None:
        pytest.skip("skipped: this is not a git checkout")
    found = []
    for path in files:
        try:
            lines = text(path).splitlines()
        except UnicodeDecodeError:
            continue
        found += [
            f"{path}:{number} {line.strip()[:80]}"
            for number, line in enumerate(lines, 1)
            if HOMES.search(line) or any(registry in line for registry in REGISTRIES)
        ]
    assert found == []


TOP = {
    *(".ci", ".gitignore", "CHANGELOG.md", "CONTRIBUTING.md", "Makefile", "README.md", "pyproject.toml"),
    *("benchmarks", "center", "docs", "tests", "twin", "requirements.lock", "requirements-dev.lock"),
}


def test_nothing_lies_at_the_top_but_what_belongs_there() -> None:
    """A file that a test left behind is committed in a moment."""
    files = tracked()
    if files is None:
        pytest.skip("skipped: this is not a git checkout")
    assert {path.parts[0] for path in files} <= TOP
