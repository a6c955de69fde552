"""The formats the center reads, by name.

Knows: which decoder reads which format, and the public description each was written from.
Refuses to know: what carries the bytes.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import NamedTuple

from center.ingest.aircraft_json import AircraftJsonFeed
from center.ingest.avr import AvrFeed
from center.ingest.beast import BeastFeed
from center.ingest.cot import CotFeed
from center.ingest.cradlepoint import CradlepointFeed
from center.ingest.eido import EidoFeed
from center.ingest.feed import Feed, Origin
from center.ingest.frigate import FrigateFeed
from center.ingest.hikvision import HikvisionFeed
from center.ingest.hotlist import HotlistFeed
from center.ingest.klv import KlvFeed
from center.ingest.lpr_frames import LprFramesFeed
from center.ingest.nmea import NmeaFeed
from center.ingest.owntracks import OwntracksFeed
from center.ingest.rekor import RekorFeed
from center.ingest.sbs import SbsFeed
from center.ingest.taip import TaipFeed
from center.ingest.terminal import TerminalFeed
from center.ingest.tips import TipsFeed


class Format(NamedTuple):
    """`feed` makes a decoder for one connection, and raises ValueError for an option it does not have. `named`: who
    sends is told by the MQTT topic, or by the HTTP path behind the feed's own or its query, and each message is whole:
    the links that a feed may come by. `anonymous`: its bytes may say who somebody is, so that no fault shows any."""

    feed: Callable[[Origin, Mapping[str, str]], Feed]
    about: str
    standard: str
    named: tuple[str, ...] = ()
    anonymous: bool = False


FORMATS: Mapping[str, Format] = {
    "nmea": Format(NmeaFeed, "vehicle positions from modems and GPS receivers", "NMEA 0183 (IEC 61162-1)"),
    "cradlepoint": Format(CradlepointFeed, "vehicle positions from Cradlepoint routers", "Cradlepoint GPS CSV"),
    "taip": Format(TaipFeed, "vehicle positions from Trimble and Sierra Wireless modems", "Trimble ASCII (TAIP)"),
    "owntracks": Format(OwntracksFeed, "positions of telephones over MQTT", "OwnTracks JSON"),
    "cot": Format(CotFeed, "positions, chat and emergencies of another agency", "Cursor-on-Target 2.0 XML (TAK)"),
    "sbs": Format(SbsFeed, "aircraft from a Mode S / ADS-B receiver", "SBS-1 / BaseStation, port 30003"),
    "beast": Format(BeastFeed, "aircraft from a Mode S / ADS-B receiver", "Mode-S Beast binary, port 30005"),
    "avr": Format(AvrFeed, "aircraft from a Mode S / ADS-B receiver", "AVR hexadecimal lines, port 30002"),
    "aircraft-json": Format(AircraftJsonFeed, "aircraft from a receiver's web page", "readsb / dump1090 aircraft.json"),
    "klv": Format(KlvFeed, "where an aircraft's camera looks", "MISB ST 0601, SMPTE ST 336"),
    "rekor": Format(RekorFeed, "plate reads and vehicles from Rekor Scout and OpenALPR", "Rekor webhook JSON 1 to 5"),
    "frigate": Format(FrigateFeed, "plate reads from Frigate over MQTT", "Frigate MQTT events and LPR updates"),
    "hikvision": Format(HikvisionFeed, "plate reads from Hikvision cameras", "ISAPI EventNotificationAlert (ANPR)"),
    "lpr-frames": Format(
        LprFramesFeed,
        "frames of plate-reader cameras, to be read here",
        "JPEG (ITU T.81), Exif 2.32",
        named=("mqtt", "http", "rtsp"),
    ),
    "eido": Format(EidoFeed, "911 calls, CAD incidents and CAD units", "NENA-STA-021.1 EIDO, STA-024.1 conveyance"),
    "hotlist": Format(
        HotlistFeed, "lists of wanted plates, delimited or fixed width", "none; see docs/feeds/hotlist.md"
    ),
    "tips": Format(TipsFeed, "anonymous tips of a tip line", "none; see docs/feeds/tips.md", anonymous=True),
    "terminal": Format(TerminalFeed, "what deputies' terminals answer", "ours; see docs/feeds/terminal.md"),
}


def open_feed(format: str, origin: Origin, options: Mapping[str, str]) -> Feed:  # noqa: A002
    """A decoder for one connection. Raises ValueError for a format or an option that does not exist, naming those that
    do."""
    if format not in FORMATS:
        raise ValueError(f"no format is called {format!r}; the formats are {', '.join(sorted(FORMATS))}")
    return FORMATS[format].feed(origin, options)
