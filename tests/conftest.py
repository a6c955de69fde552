"""What every test shares.

Knows: how Hypothesis is to behave on shared, noisy machines, that what takes long begins first, and that code is
compiled once.
Refuses to know: any test.
"""

from __future__ import annotations

import os
import sys

import pytest
from hypothesis import HealthCheck, settings

from tests.order import longest_first

# The same code passes or fails the same suite, today and when somebody bisects; RTCC_NEW_EXAMPLES=1 looks for more.
settings.register_profile(
    "house",
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow],
    print_blob=True,
    derandomize="RTCC_NEW_EXAMPLES" not in os.environ,
)
settings.load_profile("house")

# Images of containers like to set this. Each of the hundreds of processes that tests start would compile the center or
# the twin anew, which is as much work as a short test.
os.environ.pop("PYTHONDONTWRITEBYTECODE", None)
sys.dont_write_bytecode = False


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """With several workers; alone, tests run in the order in which they are found."""
    if "PYTEST_XDIST_WORKER" in os.environ:
        items[:] = longest_first(items, lambda item: item.nodeid.partition("::")[0])
