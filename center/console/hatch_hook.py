"""Builds the operators' page when the package is built, so that a wheel brings it along.

Knows: Hatchling's build hooks.
Refuses to know: how the page is built (see build.py). An editable install needs no page: `make console` makes it there.
"""

from __future__ import annotations

import sys
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface


class ConsoleHook(BuildHookInterface):  # type: ignore[type-arg]
    PLUGIN_NAME = "custom"

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:  # noqa: ARG002
        if version == "editable":
            return
        sys.path.insert(0, self.root)
        from center.console.build import ensure

        ensure()
