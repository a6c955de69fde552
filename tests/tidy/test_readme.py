"""Every command that README and the operator's manual show can be typed: its words exist, and make has a recipe."""

from __future__ import annotations

import re
import shlex
from collections.abc import Iterator
from importlib.util import find_spec
from typing import Any

import pytest
import typer

from center.cli import app as center
from tests.tidy.source import ROOT
from twin.cli import app as twin

APPS = {"center": typer.main.get_command(center), "twin": typer.main.get_command(twin)}
PAGES = ("README.md", "docs/operations.md")


def shown() -> Iterator[str]:
    """The lines that a reader would copy, without the remark behind."""
    for page in PAGES:
        for line in (ROOT / page).read_text().splitlines():
            if re.match(r" {4}(make|center|twin|python) ", line):
                yield line.partition("#")[0].strip()


COMMANDS = sorted(set(shown()))


def recipes() -> set[str]:
    """The goals of the Makefile that have something to do."""
    return set(re.findall(r"^([a-z]+):[^\n=]*\n(?:ifdef [A-Z]+\n)?\t", (ROOT / "Makefile").read_text(), re.MULTILINE))


def problem(command: str) -> str:
    """What of a command does not exist; empty when all of it does."""
    program, *words = shlex.split(command)
    if program == "make":
        goals = [word for word in words if "=" not in word]
        return " ".join(goal for goal in goals if goal not in recipes())
    if program == "python":
        return "" if find_spec(words[1]) else words[1]
    found: Any = APPS[program]
    options = [word for word in words if word.startswith("-")]
    for word in words:
        if word not in getattr(found, "commands", {}):
            break
        found = found.commands[word]
    known = {option for parameter in found.params for option in (*parameter.opts, *parameter.secondary_opts)}
    missing = [option for option in options if option not in known | {"--help", "-"}]
    return " ".join(missing) if not hasattr(found, "commands") else f"{command}: no such command"


@pytest.mark.parametrize("command", COMMANDS)
def test_a_command_that_is_shown_can_be_typed(command: str) -> None:
    assert problem(command) == ""


def test_the_look_sees() -> None:
    """A command that nobody wrote, an option that was renamed, a goal without a recipe."""
    assert len(COMMANDS) > 20
    for command in (
        "twin fly",
        "twin run x --seeds 7",
        "make fly",
        "center check --sites x",
        "python -m center.nothing",
    ):
        assert problem(command), command
    assert recipes() >= {"run", "test", "lint", "load"}


def test_every_goal_that_is_announced_has_a_recipe() -> None:
    """Fails when make says that there is nothing to be done, and does nothing."""
    announced = re.search(r"^\.PHONY: (.*)", (ROOT / "Makefile").read_text(), re.MULTILINE)
    assert announced is not None
    assert set(announced[1].split()) == recipes()
