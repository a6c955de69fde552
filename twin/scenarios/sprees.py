"""What a scenario may say of burglaries: a crew that goes out, and what is expected of the reports.

Knows: what a crew may be told to do. Refuses to know: whom it burgles, and what it does of its own accord.
"""

from __future__ import annotations

from typing import Annotated, Literal

from msgspec import Meta

from twin.scenarios.parts import Expects, Happens, Many, Name, Share

MOST_NIGHTS = 30


class Spree(Happens, frozen=True, kw_only=True):
    """A crew burgles. It lives and works around `base` (the name of a place), goes out on `nights` nights in a row,
    drives its own `car` or one that was stolen for the night, and is arrested after `caught_after` of them. What is not
    said is drawn as for other crews that burgle the same; `big_night` makes it one that enters a hundred cars a night.
    Expectations speak of it as `name`; a car it takes is `<name>-car-<night>`."""

    name: Name
    burgles: Literal["residential", "business", "vehicle"] = "vehicle"
    base: str | None = None
    nights: Annotated[int, Meta(ge=1, le=MOST_NIGHTS)] | None = None
    big_night: bool = False
    car: Literal["own", "stolen", "either"] = "either"
    caught_after: Annotated[int, Meta(ge=1, le=MOST_NIGHTS)] | None = None


class Burglaries(Expects, frozen=True, kw_only=True):
    """How many burglaries there really were; with `by` those of one crew."""

    by: Name | None = None
    at_least: Many = 0
    at_most: Many = 10_000


class Reported(Expects, frozen=True, kw_only=True):
    """What share of the burglaries that people reported, with `by` of one crew's, the center holds as incidents."""

    by: Name | None = None
    at_least: Share = 1.0
