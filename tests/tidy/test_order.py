"""The order of tests: nobody is lost, and what takes long begins first."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.order import LONG, longest_first

ROOT = Path(__file__).parents[2]


def test_what_takes_long_begins_first_and_all_tests_run_once() -> None:
    """In a module, and among modules that take no long, tests keep the order in which they were found."""
    found = [f"{name}::{test}" for name in ("tests/a.py", *reversed(LONG), "tests/z.py") for test in range(3)]
    ordered = longest_first(found, lambda test: test.partition("::")[0])
    modules = [*LONG, "tests/a.py", "tests/z.py"]
    assert ordered == [f"{name}::{test}" for name in modules for test in range(3)]


@pytest.mark.parametrize("name", LONG)
def test_what_is_said_to_take_long_is_there(name: str) -> None:
    assert (ROOT / name).is_file()
