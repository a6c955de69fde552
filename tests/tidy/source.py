"""The project's own source, as the tidy tests read it.

Knows: where it lies, and how Python is parsed.
Refuses to know: what is tidy.
"""

from __future__ import annotations

import ast
import functools
import subprocess
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).parents[2]
PACKAGES = ("center", "twin", "benchmarks", "tests")


@functools.cache
def modules(*packages: str) -> tuple[Path, ...]:
    """Every Python file of these packages, by its path from the root; none of what tools put beside them."""
    found = (path for package in packages for path in (ROOT / package).rglob("*.py"))
    return tuple(sorted(path.relative_to(ROOT) for path in found if "node_modules" not in path.parts))


@functools.cache
def tree(path: Path) -> ast.Module:
    return ast.parse(text(path), str(path))


@functools.cache
def text(path: Path) -> str:
    return (ROOT / path).read_text(encoding="utf-8")


def name_of(path: Path) -> str:
    """The dotted name of a module."""
    parts = path.with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


def imported(path: Path) -> Iterator[str]:
    """Dotted names that a module imports, wherever in it; of `from a import b` both `a` and `a.b`."""
    for node in ast.walk(tree(path)):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert node.module, "relative imports hide where a name comes from"
            assert node.level == 0
            yield node.module
            yield from (f"{node.module}.{alias.name}" for alias in node.names)


def called(node: ast.Call) -> str:
    """The dotted name of what is called, as far as it is written out."""
    parts, here = [], node.func
    while isinstance(here, ast.Attribute):
        parts.append(here.attr)
        here = here.value
    parts.append(here.id if isinstance(here, ast.Name) else "?")
    return ".".join(reversed(parts))


@functools.cache
def tracked() -> tuple[Path, ...] | None:
    """Files under version control, as they lie here; None where this is no checkout."""
    command = ["git", "-c", "core.quotepath=off", "ls-files", "-z"]
    try:
        listed = subprocess.run(command, cwd=ROOT, capture_output=True, check=True).stdout
    except (OSError, subprocess.CalledProcessError):
        return None
    paths = (Path(name.decode()) for name in listed.split(b"\0") if name)
    return tuple(path for path in paths if (ROOT / path).is_file())
