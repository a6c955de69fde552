"""`[[cameras]]` of the site file: which cameras there are, whose they are, and where each is reached.

Knows: the shape of a camera's table, and what the core is told of it: everything but the address.
Refuses to know: how a camera is opened. An address may hold a password; neither an error nor a listing shows one.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Literal
from urllib.parse import urlsplit

import msgspec

from center.addresses import wrong_address
from center.core.roster import RosterCamera
from center.core.triggers import HAPPENINGS

SCHEMES = ("rtsp", "rtsps", "http", "https", "udp", "tcp", "file")
RIDES = ("dash", "body", "back-seat", "microphone")
"""Kinds of camera that ride on a unit."""


class VideoSettings(msgspec.Struct, forbid_unknown_fields=True, kw_only=True):
    """`[video]`: the relay. Viewers come in at `listen` (port 0 takes any free one); where that is behind a proxy,
    `public` is what pages are told (`wss://video.example`). `ring_s` is how much of an open camera is kept, for
    clips. At most `viewers` streams run at once, `viewers_each` of one person. `keep_on`: what happens to an own unit
    that has its dash camera's memory kept by itself (core/triggers)."""

    listen: str = "127.0.0.1:0"
    public: str | None = None
    ring_s: float = 120.0
    cameras: int = 64
    viewers: int = 1000
    viewers_each: int = 64
    keep_on: tuple[str, ...] = ()


class CameraSettings(msgspec.Struct, forbid_unknown_fields=True, kw_only=True):
    """`[[cameras]]`. `url` (or `env:NAME`) is where it is reached; without one it is only registered: people know that
    it is there and whom to ask. `unit` is what it rides on: a unit, or for kind `aircraft` the aircraft's `icao`; a
    camera that rides nowhere stands `at` [lat, lon] and looks towards `heading` (degrees from north), `view_deg` wide
    and `range_m` far. `agency` is whose it is, by default that of what it rides on. A camera of a private `owner` says
    with `consent` what its owner has agreed to: `always`, `per-incident` (only while something happens near it),
    `on-request` (only for an incident for which they share it when they are asked, see `[community]`), `asked` (the
    same, and until then nobody sees that it is there) or `never`. `events` (or `env:NAME`) is where a camera is asked
    that keeps what was before something happened (docs/relay.md)."""

    id: str
    kind: Literal["dash", "body", "back-seat", "fixed", "community", "aircraft", "microphone"]
    name: str = ""
    url: str | None = None
    events: str | None = None
    unit: str | None = None
    agency: str | None = None
    at: tuple[float, float] | None = None
    heading: float | None = None
    view_deg: float | None = None
    range_m: float | None = None
    owner: str | None = None
    consent: Literal["always", "per-incident", "on-request", "asked", "never"] | None = None

    def __repr__(self) -> str:
        return f"{type(self).__name__}({', '.join(f'{name}={value!r}' for name, value in self.__rich_repr__())})"

    def __rich_repr__(self) -> list[tuple[str, Any]]:
        said = [(name, getattr(self, name)) for name in self.__struct_fields__]
        return [(name, "secret" if value and name in ("url", "events") else value) for name, value in said]


def as_rostered(camera: CameraSettings, agencies: Mapping[str, str]) -> RosterCamera:
    """What the core learns of it. `agencies` by the name of the unit or aircraft a camera may ride on."""
    lat, lon = camera.at or (None, None)
    return RosterCamera(
        camera=camera.id,
        kind=camera.kind,
        agency=camera.agency or agencies.get(camera.unit or "", ""),
        name=camera.name,
        unit=camera.unit,
        lat=lat,
        lon=lon,
        heading_deg=camera.heading,
        view_deg=camera.view_deg,
        range_m=camera.range_m,
        owner=camera.owner,
        consent=camera.consent or "always",
        connected=bool(camera.url),
        remembers=bool(camera.events),
    )


def wrong_video(video: VideoSettings) -> Iterator[str]:
    yield from wrong_address("video.listen", video.listen)
    for key in ("ring_s", "cameras", "viewers", "viewers_each"):
        if not (value := getattr(video, key)) > 0:
            yield f"video.{key}: found {value}, expected a number above 0"
    for word in video.keep_on:
        if word not in HAPPENINGS:
            yield f"video.keep_on: {word!r} is not among {', '.join(sorted(HAPPENINGS))}"
    if video.public is not None and not video.public.startswith(("ws://", "wss://")):
        yield f"video.public: {video.public!r} does not begin with ws:// or wss://"


def wrong_cameras(
    cameras: tuple[CameraSettings, ...], agencies: Mapping[str, str], units: Mapping[str, str], craft: Mapping[str, str]
) -> Iterator[str]:
    """What is wrong beyond types. `agencies` by name; `units` and aircraft (`craft`) with their agency."""
    for index, camera in enumerate(cameras):
        where = f"cameras[{index}]"
        yield from _wrong_id(f"{where}.id", camera.id)
        if camera.agency is not None and camera.agency not in agencies:
            yield f"{where}.agency: {camera.agency!r} is not among the agencies"
        if camera.url is not None:
            yield from _wrong_url(f"{where}.url", camera.url)
        if camera.events is not None:
            yield from _wrong_url(f"{where}.events", camera.events, ("http", "https"))
        yield from _wrong_bearer(where, camera, units, craft)
        yield from _wrong_view(where, camera)
        if camera.owner and camera.consent is None:
            words = "always, per-incident, on-request, asked or never"
            yield f"{where}.consent: missing; what has its owner agreed to: {words}?"


def wrong_streams(where: str, streams: Mapping[str, str]) -> Iterator[str]:
    """Of a feed: addresses by camera."""
    for camera, url in streams.items():
        yield from _wrong_id(where, camera)
        yield from _wrong_url(f"{where}.{camera}", url)


def _wrong_id(where: str, name: str) -> Iterator[str]:
    if not name.isascii() or not name.isprintable() or set(name) & set(" /?#%"):
        yield f"{where}: {name!r} must do in an address: no spaces, slashes or %"


def _wrong_url(where: str, url: str, schemes: Sequence[str] = SCHEMES) -> Iterator[str]:
    """Never shows the address."""
    if url.startswith("env:"):
        return
    try:
        parts = urlsplit(url)
        known = parts.scheme in schemes and bool(parts.netloc or parts.path)
        _ = parts.port
    except ValueError:
        known = False
    if not known:
        yield f"{where}: not an address that begins with one of {', '.join(f'{scheme}://' for scheme in schemes)}"


def _wrong_bearer(
    where: str, camera: CameraSettings, units: Mapping[str, str], craft: Mapping[str, str]
) -> Iterator[str]:
    if camera.unit is not None:
        among, what = (craft, "aircraft") if camera.kind == "aircraft" else (units, "units")
        if camera.unit not in among:
            yield f"{where}.unit: {camera.unit!r} is not among the {what}"
    elif camera.kind in RIDES or camera.kind == "aircraft":
        yield f"{where}.unit: missing; kind {camera.kind!r} rides on something"
    elif camera.agency is None:
        yield f"{where}.agency: missing; whose is it?"


def _wrong_view(where: str, camera: CameraSettings) -> Iterator[str]:
    if camera.at is not None and not (abs(camera.at[0]) <= 90 and abs(camera.at[1]) <= 180):
        yield f"{where}.at: found {list(camera.at)}, expected [latitude, longitude] in degrees"
    if camera.heading is not None and not 0 <= camera.heading < 360:
        yield f"{where}.heading: found {camera.heading}, expected degrees from 0 to below 360"
    for key, value, most in (("view_deg", camera.view_deg, 360), ("range_m", camera.range_m, 100_000)):
        if value is not None and not 0 < value <= most:
            yield f"{where}.{key}: found {value}, expected a number above 0, up to {most}"
    if camera.unit is None and camera.kind in ("fixed", "community") and camera.at is None:
        yield f"{where}.at: missing; a camera that stands still stands somewhere"
