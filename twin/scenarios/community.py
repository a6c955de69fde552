"""What a scenario may say of people with cameras at their doors.

Knows: who of them answers, and what is expected of what they send.
Refuses to know: which houses these are.
"""

from __future__ import annotations

from twin.scenarios.parts import Expects, Happens, Many, Name


class Doorbells(Happens, frozen=True, kw_only=True):
    """Houses near the place `near` that the stolen car `sees`, which happens above, drives by have cameras at their
    doors, whose owners have registered: `soon` of them answer within minutes when they are asked, `late` only after
    twenty and more, `never` do nothing, and the clocks of `wrong_hour` further ones are an hour ahead. A supervisor
    moderates what they send. Expectations speak of the car."""

    name: Name
    sees: Name
    near: str
    soon: Many = 2
    wrong_hour: Many = 1
    late: Many = 1
    never: Many = 4


class Filmed(Expects, frozen=True, kw_only=True):
    """Clips of the community that show the car `subject`, each at the time at which it passed there (five seconds off
    at most, with the camera's clock put right), are on an incident, and no other clip of the community is."""

    subject: Name
    at_least: Many = 1
