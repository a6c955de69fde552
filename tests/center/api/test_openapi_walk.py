"""schemathesis asks the whole interface for whatever its document allows, and for what it does not."""

from __future__ import annotations

import warnings
from pathlib import Path
from typing import Any

import hypothesis
import pytest
import schemathesis
from schemathesis.checks import not_a_server_error

from tests.running import Console, Office, tables

pytestmark = pytest.mark.wire

EXAMPLES = 4
"""Of each route, right and wrong ones: some three hundred requests in all."""


def test_nothing_that_can_be_asked_breaks_the_center(tmp_path: Path) -> None:
    """A running center, asked by a supervisor: no answer is a 5xx, the center is up at the end and has said nothing of
    trouble, and the next person is served. The requests are the same every time."""
    office = Office(tmp_path, tables())
    office.up()
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            asked = _asked(office)
        assert asked > 40 * EXAMPLES
        assert office.exit_code() is None
        assert office.console("ben").get("/api/state").status == 200
    finally:
        office.stop()
    assert office.exit_code() == 0
    assert "Traceback" not in office.said()


def _asked(office: Office) -> int:
    """How many requests were made and answered."""
    home = f"http://{office.api[0]}:{office.api[1]}"
    document = Console(office.api).get("/api/openapi.json").said
    schema = schemathesis.openapi.from_dict(document)
    headers = office.console("sup").headers
    count = 0
    for found in schema.get_all_operations():
        operation: Any = found.ok()
        if operation.path == "/api/session" and operation.method.upper() != "GET":
            continue  # it would sign the asker out

        @hypothesis.seed(7)
        @hypothesis.settings(
            max_examples=EXAMPLES,
            deadline=None,
            database=None,
            phases=[hypothesis.Phase.generate],
            suppress_health_check=list(hypothesis.HealthCheck),
        )
        @hypothesis.given(case=operation.as_strategy())
        def ask(case: Any) -> None:
            nonlocal count
            answer = case.call(base_url=home, headers=headers, timeout=20)
            case.validate_response(answer, checks=(not_a_server_error,))
            count += 1

        ask()
    return count
