"""What is true now.

Knows: which slices there are, how a new id is minted, and how the whole is written down for a snapshot.
Refuses to know: what any slice means. Each desk owns one slice and reads the others; no desk writes another's.
"""

from __future__ import annotations

import msgspec

from center.core.access import AccessSlice
from center.core.ahead import AheadSlice
from center.core.aircraft import AircraftSlice
from center.core.alerts import AlertsSlice
from center.core.asking import CommunitySlice
from center.core.bulletins import BulletinsSlice
from center.core.calls import CallsSlice
from center.core.cases import CasesSlice
from center.core.checks import ChecksSlice
from center.core.clips import ClipsSlice
from center.core.correlation import IncidentsSlice
from center.core.counts import CountsSlice
from center.core.effects import AnyRequest
from center.core.events import Micros
from center.core.findings import Finding
from center.core.inquiries import InquiriesSlice
from center.core.messages import MessagesSlice
from center.core.occasions import OffersSlice
from center.core.patterns import PatternsSlice
from center.core.permissions import PermissionsSlice
from center.core.plates import PlatesSlice
from center.core.retention import RetentionSlice
from center.core.series import SeriesSlice
from center.core.sharing import SharingSlice
from center.core.site import SiteSlice
from center.core.status_checks import StatusChecksSlice
from center.core.stop_records import StopRecordsSlice
from center.core.stops import StopsSlice
from center.core.threads import ThreadsSlice
from center.core.tips import TipsSlice
from center.core.triggers import TriggersSlice
from center.core.units import UnitsSlice
from center.core.video import VideoSlice
from center.core.watch_log import LogSlice


class Picture(msgspec.Struct, kw_only=True, dict=True):
    """`position` counts the events handled, which is the journal position of the last one; `now` is the latest `at`.

    `pending` holds every request still owed an answer, so that a restarted center (or a standby that takes over) knows
    what to ask again. `found` is what earlier desks in the row found out about the event being handled; it is empty
    between events and never written down.
    """

    position: int = 0
    serial: int = 0
    now: Micros = Micros(0)
    pending: dict[str, AnyRequest] = {}
    site: SiteSlice = msgspec.field(default_factory=SiteSlice)
    units: UnitsSlice = msgspec.field(default_factory=UnitsSlice)
    stops: StopsSlice = msgspec.field(default_factory=StopsSlice)
    stop_records: StopRecordsSlice = msgspec.field(default_factory=StopRecordsSlice)
    inquiries: InquiriesSlice = msgspec.field(default_factory=InquiriesSlice)
    status_checks: StatusChecksSlice = msgspec.field(default_factory=StatusChecksSlice)
    plates: PlatesSlice = msgspec.field(default_factory=PlatesSlice)
    calls: CallsSlice = msgspec.field(default_factory=CallsSlice)
    incidents: IncidentsSlice = msgspec.field(default_factory=IncidentsSlice)
    aircraft: AircraftSlice = msgspec.field(default_factory=AircraftSlice)
    alerts: AlertsSlice = msgspec.field(default_factory=AlertsSlice)
    checks: ChecksSlice = msgspec.field(default_factory=ChecksSlice)
    ahead: AheadSlice = msgspec.field(default_factory=AheadSlice)
    messages: MessagesSlice = msgspec.field(default_factory=MessagesSlice)
    bulletins: BulletinsSlice = msgspec.field(default_factory=BulletinsSlice)
    cases: CasesSlice = msgspec.field(default_factory=CasesSlice)
    tips: TipsSlice = msgspec.field(default_factory=TipsSlice)
    threads: ThreadsSlice = msgspec.field(default_factory=ThreadsSlice)
    video: VideoSlice = msgspec.field(default_factory=VideoSlice)
    offers: OffersSlice = msgspec.field(default_factory=OffersSlice)
    clips: ClipsSlice = msgspec.field(default_factory=ClipsSlice)
    triggers: TriggersSlice = msgspec.field(default_factory=TriggersSlice)
    community: CommunitySlice = msgspec.field(default_factory=CommunitySlice)
    permissions: PermissionsSlice = msgspec.field(default_factory=PermissionsSlice)
    patterns: PatternsSlice = msgspec.field(default_factory=PatternsSlice)
    series: SeriesSlice = msgspec.field(default_factory=SeriesSlice)
    counts: CountsSlice = msgspec.field(default_factory=CountsSlice)
    sharing: SharingSlice = msgspec.field(default_factory=SharingSlice)
    access: AccessSlice = msgspec.field(default_factory=AccessSlice)
    log: LogSlice = msgspec.field(default_factory=LogSlice)
    retention: RetentionSlice = msgspec.field(default_factory=RetentionSlice)

    def __post_init__(self) -> None:
        self.found: list[Finding] = []

    def mint(self, kind: str) -> str:
        """A new id, unique over the life of the journal and the same in every replay of it."""
        self.serial += 1
        return f"{kind}{self.position}.{self.serial}"
