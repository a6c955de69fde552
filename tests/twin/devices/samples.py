"""Where the captured samples lie, which are not part of the project.

Knows: the folder (`RTCC_SAMPLES`, else beside the project), and how a test says that it is absent.
Refuses to know: what is in a sample.
"""

from __future__ import annotations

import os
from pathlib import Path

import pytest

BESIDE = Path(__file__).parents[4] / "shared" / "samples"


def sample(name: str) -> Path:
    """The path of a sample; skips the test when it is not there."""
    path = Path(os.environ.get("RTCC_SAMPLES", BESIDE)) / name
    if not path.exists():
        pytest.skip(f"The captured samples are not here ({name}); set RTCC_SAMPLES to their folder to run this test.")
    return path
