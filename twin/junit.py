"""A run as JUnit XML, for whatever shows test results.

Knows: the shape that CI servers read: a suite a run, a case an expectation.
Refuses to know: what an expectation means.
"""

from __future__ import annotations

import re
from pathlib import Path
from xml.sax.saxutils import escape, quoteattr

from twin.expectations import Checked
from twin.outcome import Outcome

_NOT_XML = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


def write(path: Path, outcome: Outcome, checked: list[Checked], seconds: float) -> None:
    """Raises OSError."""
    name = f"{outcome.scenario.name} seed {outcome.seed} {outcome.mode}"
    failures = sum(not one.held for one in checked)
    lines = [
        '<?xml version="1.0" encoding="UTF-8"?>',
        f'<testsuite name={_attribute(name)} tests="{len(checked)}" failures="{failures}" errors="0" skipped="0"'
        f' time="{seconds:.3f}">',
        f'  <properties><property name="digest" value={_attribute(outcome.digest)}/></properties>',
    ]
    for one in checked:
        case = f"  <testcase classname={_attribute(f'twin.{outcome.scenario.name}')} name={_attribute(one.what)}"
        if one.held:
            lines.append(f"{case}/>")
        else:
            seen = f"seen: {one.seen}"
            lines.append(f"{case}><failure message={_attribute(seen)}>{escape(_text(seen))}</failure></testcase>")
    lines.append("</testsuite>")
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")


def _attribute(text: str) -> str:
    return quoteattr(_text(text))


def _text(text: str) -> str:
    return _NOT_XML.sub("\ufffd", text)
