"""`[retention]` and `[audit]` of a site file: how long what is kept, and what reviewers are told of.

Knows: the profiles, the least that a site must keep, and how shifts are written.
Refuses to know: how anything is removed.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Annotated, Literal

import msgspec

from center.core.retention_facts import Retention

LEAST_AUDIT_DAYS = 365
MOST_DAYS = 36_500
SHIFT = r"^([01][0-9]|2[0-3]):[0-5][0-9]-([01][0-9]|2[0-3]):[0-5][0-9]$"
PROFILES = {
    "thirty-days": Retention(),
    "ninety-days": Retention(reads_days=90, positions_days=90, lists_days=90, faults_days=90),
    "one-week": Retention(
        reads_days=7,
        hits_days=90,
        pictures_days=90,
        positions_days=7,
        calls_days=90,
        stops_days=90,
        tips_days=30,
        messages_days=90,
        clips_days=90,
        lists_days=7,
        faults_days=7,
        backups_days=7,
    ),
}
"""By how long a read is kept that no alert came of."""


class RetentionSettings(msgspec.Struct, forbid_unknown_fields=True, kw_only=True):
    """Days that are not named are the profile's."""

    profile: Literal["thirty-days", "ninety-days", "one-week"] = "thirty-days"
    reads_days: int | None = None
    hits_days: int | None = None
    pictures_days: int | None = None
    positions_days: int | None = None
    calls_days: int | None = None
    stops_days: int | None = None
    tips_days: int | None = None
    messages_days: int | None = None
    clips_days: int | None = None
    lists_days: int | None = None
    faults_days: int | None = None
    backups_days: int | None = None
    audit_days: int | None = None

    def rostered(self) -> Retention:
        """As the core has it."""
        named = {name: getattr(self, name) for name in Retention.__struct_fields__}
        changed = {name: days for name, days in named.items() if days is not None}
        return msgspec.structs.replace(PROFILES[self.profile], **changed)


class AuditSettings(msgspec.Struct, forbid_unknown_fields=True, kw_only=True):
    """`shifts`: who works when, by the site's clock, as `06:00-18:00`; a look at another time stands out in review."""

    shifts: dict[str, Annotated[str, msgspec.Meta(pattern=SHIFT)]] = {}


def wrong_retention(settings: RetentionSettings, lookback_s: int) -> Iterator[str]:
    """What a site must not ask for, a sentence each."""
    days = settings.rostered()
    if days.audit_days < LEAST_AUDIT_DAYS:
        expected = f"{LEAST_AUDIT_DAYS} or more: without its trail nobody can answer for a center"
        yield f"retention.audit_days: found {days.audit_days}, expected {expected}"
    for name in Retention.__struct_fields__:
        if name != "audit_days" and not 1 <= getattr(days, name) <= MOST_DAYS:
            yield f"retention.{name}: found {getattr(days, name)}, expected 1 to {MOST_DAYS}"
    if days.reads_days * 86_400 < lookback_s:
        yield f"retention.reads_days: found {days.reads_days}, and policy.lookback_s looks back for longer"
    if days.hits_days < days.reads_days:
        yield f"retention.hits_days: found {days.hits_days}, fewer than reads_days"
