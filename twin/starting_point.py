"""A scenario to begin with: one that runs, and says in comments what else it could say.

Knows: how to write it, and where an editor finds what to check it against.
Refuses to know: what scenarios mean.
"""

from __future__ import annotations

import json
import os
import re
from importlib import resources
from pathlib import Path

from jinja2 import Environment, StrictUndefined

from twin.scenarios.reading import ScenarioError
from twin.scenarios.schema import json_schema

PUBLISHED = Path(__file__).parents[1] / "docs" / "scenario.schema.json"
BESIDE = "scenario.schema.json"


def write(name: str, folder: Path) -> list[Path]:
    """`folder/NAME.yaml`, and beside it the schema where the published one is not at hand. Returns what was written.
    Raises ScenarioError, OSError."""
    if not re.fullmatch(r"[a-z0-9]+(-[a-z0-9]+)*", name) or len(name) > 60:
        raise ScenarioError(f"found {name!r}, expected a name of small letters and digits, such as my-night")
    file, schema = folder / f"{name}.yaml", PUBLISHED
    written = [file]
    if not schema.exists():
        schema = folder / BESIDE
        schema.write_text(json.dumps(json_schema(), indent=1) + "\n")
        written.append(schema)
    template = (resources.files("twin") / "starting_point.yaml.j2").read_text("utf-8")
    page = Environment(autoescape=False, undefined=StrictUndefined, keep_trailing_newline=True)  # noqa: S701  # YAML
    text = page.from_string(template).render(
        name=name, file=file.name, schema=Path(os.path.relpath(schema, folder)).as_posix()
    )
    with file.open("x", encoding="utf-8") as out:
        out.write(text)
    return written
