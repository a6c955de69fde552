"""What owners are shown, and what becomes of what they send, whatever carries it.

Knows: who signs in, which requests each may answer, tokens that let one answer in, signatures, and the limits.
Refuses to know: HTTP, and what a moderator will say. It keeps no note of who has looked and not answered.

Who does not want to answer sends nothing, and is like one who never looked. An owner who is asked by name for one
camera may say no, which takes the question off their list and is told to nobody.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import secrets
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, NamedTuple, TypeAlias

import msgspec
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

from center.clock import Clock
from center.core.asking import CLIPS_EACH
from center.core.community_facts import ClipOffered, LiveShared
from center.core.effects import AskOwners, DropClip, ReleaseClip
from center.core.events import SECOND, Event, Micros
from center.core.session_events import SessionChanged
from center.hands import KeptClip
from center.ingest.timestamps import micros_of_iso
from center.portal import guesses
from center.portal.inspecting import Found
from center.portal.quarantine import FullError, Incoming, Quarantine
from center.site_community import CommunitySettings, OwnerSettings
from center.store.evidence import Given, Keeper

PATH = "/community/v1"
VERSION = 1
MAX_MANIFEST = 8 * 1024
MEGABYTE = 1_000_000


Spare: TypeAlias = Callable[[Callable[[], KeptClip], Callable[[KeptClip], None]], None]


class Answered(NamedTuple):
    """What an app is told: an HTTP status and a document, once the journal is durable up to `position`."""

    status: int
    said: dict[str, Any]
    position: int = 0


class Manifest(msgspec.Struct, frozen=True):
    """What an owner says of a clip, and signs. Times are ISO 8601; `clock` is what the camera's clock says as this is
    written. Without a clip, `shares` says whether a camera is shared live. `by` is `page` where the owner said it on
    the portal's page: then it is the center that has signed it."""

    v: int
    ask: str
    owner: str
    begins: str = ""
    ends: str = ""
    clock: str = ""
    sha256: str = ""
    size: int = 0
    says: str = ""
    shares: bool | None = None
    by: str = ""


class Slot(NamedTuple):
    """One answer may come in by it, of that owner and to that request."""

    owner: OwnerSettings
    asking: str


class Upload(NamedTuple):
    """A clip that comes in: what was said of it, signed, and when that came."""

    slot: Slot
    manifest: Manifest
    given: Given
    at: Micros
    incoming: Incoming


_manifest = msgspec.json.Decoder(Manifest).decode
GONE = Answered(410, {"why": "there is no such place to answer to any more"})


class Portal:
    """`submit` takes facts and returns the position to wait for before an app is told that it is so."""

    submit: Callable[[Sequence[Event]], int]

    def __init__(
        self,
        site: str,
        settings: CommunitySettings,
        folder: Path,
        keeper: Keeper,
        clock: Clock,
        spare: Spare | None = None,
    ) -> None:
        """`folder` is for quarantine; `spare` runs something where nobody waits for it, and calls back. Raises
        OSError."""
        self.quarantine = Quarantine(folder, round(settings.hold_mb * MEGABYTE))
        self.keeper = keeper
        self.most_s = settings.most_s
        self.most = round(settings.most_mb * MEGABYTE)
        self.site = site
        self._clock = clock
        self._spare = spare or self._at_once
        self._owners = {one.token_sha256.lower(): one for one in settings.owners}
        self._open: dict[str, AskOwners] = {}
        self._slots: dict[str, Slot] = {}
        self._token: dict[tuple[str, str], str] = {}
        self._sent: dict[tuple[str, str], int] = {}
        self._shares: dict[tuple[str, str], bool] = {}

    # --- what the core asks -------------------------------------------------------------------------------------------

    def open(self, effect: AskOwners) -> None:
        self._open[effect.id] = effect

    def close(self, request: str) -> None:
        """Tokens for it let nobody in any more."""
        asking = self._open.pop(request, None)
        for owner in asking.owners if asking else ():
            self._slots.pop(self._token.pop((request, owner), ""), None)
            self._sent.pop((request, owner), None)
            self._shares.pop((request, owner), None)

    def drop(self, effect: DropClip) -> None:
        self.quarantine.drop(effect.file)

    def release(self, effect: ReleaseClip, then: Callable[[KeptClip], None]) -> None:
        """Into the evidence first, out of quarantine then: whatever happens between, it is somewhere."""

        def kept(clip: KeptClip) -> None:
            if not clip.trouble:
                self.quarantine.drop(effect.file)
            then(clip)

        self._spare(lambda: self._released(effect), kept)

    def _at_once(self, work: Callable[[], KeptClip], then: Callable[[KeptClip], None]) -> None:
        kept = work()
        self._clock.call_at(self._clock.now(), lambda: then(kept))

    def _released(self, effect: ReleaseClip) -> KeptClip:
        try:
            held = self.quarantine.clip(effect.file)
            if held is None and not self.keeper.path(effect.id).exists():
                return KeptClip(trouble="the clip is not in quarantine any more")
            data, given = held or (b"", Given("", "", ""))
            written = self.keeper.take(effect, data, given, self._clock.now())
        except (OSError, ValueError) as error:
            return KeptClip(trouble=str(error))
        return KeptClip(effect.start, effect.end, written.size, written.sha256)

    def guessed(self, address: str) -> None:
        """Somebody there tries tokens: a line for the audit trail."""
        now = self._clock.now()
        said = SessionChanged(at=now, source="community", operator="", what="guessed", address=address, why=guesses.WHY)
        self.submit((said,))

    # --- what apps ask ------------------------------------------------------------------------------------------------

    def who(self, authorization: str) -> OwnerSettings | None:
        scheme, _, token = authorization.partition(" ")
        return self.whose(token) if scheme.lower() == "bearer" else None

    def whose(self, token: str) -> OwnerSettings | None:
        return self._owners.get(hashlib.sha256(token.encode()).hexdigest())

    def asks(self, owner: OwnerSettings) -> Answered:
        """What this owner may answer now, each with a place to answer to."""
        mine = [one for one in self._open.values() if owner.owner in one.owners]
        shown = [self._shown(one, owner) for one in mine if self._sent.get((one.id, owner.owner), 0) < CLIPS_EACH]
        return Answered(200, {"v": VERSION, "from": self.site, "asks": shown})

    def _shown(self, asking: AskOwners, owner: OwnerSettings) -> dict[str, Any]:
        key = asking.id, owner.owner
        token = self._token.get(key)
        if token is None:
            token = self._token[key] = secrets.token_urlsafe(24)
            self._slots[token] = Slot(owner, asking.id)
        circle = {"lat": asking.lat, "lon": asking.lon, "radius_m": asking.radius_m}
        named = {"camera": asking.camera} if asking.camera else {}
        said = {"shares": self._shares[key]} if key in self._shares else {}
        return {
            **named,
            **said,
            "ask": asking.request,
            "what": "camera" if asking.camera else "live" if asking.live else "clips",
            "area": {"corners": asking.corners} if asking.corners else circle,
            "from": _iso(asking.start),
            "to": _iso(asking.end),
            "until": _iso(asking.until),
            "words": asking.words,
            "answer_to": f"{PATH}/answers/{token}",
            "most_bytes": self.most,
            "most_s": self.most_s,
        }

    def begin(self, token: str, said: str, signature: str) -> Upload | Answered:
        """An answer comes: its place, its manifest (base64) and the signature of that (hexadecimal). The token is
        spent, whatever comes of it; a further answer needs another. A clip goes on with `complete` and `finish`."""
        slot, asking = self._place(token)
        if slot is None or asking is None:
            return GONE
        given, manifest = _read(said, signature, slot.owner.key)
        if manifest is None:
            return _no(422, "the manifest cannot be read, or is not what was signed")
        if manifest.ask != asking.request or manifest.owner != slot.owner.owner:
            return _no(422, "the manifest is about something else")
        if asking.live:
            return self._shared(asking, manifest)
        return self._coming(slot, manifest, given)

    def _place(self, token: str, owner: str | None = None) -> tuple[Slot | None, AskOwners | None]:
        """A place to answer to is taken, and what is asked there; by that owner only, where one is named."""
        slot = self._slots.get(token)
        if slot is None or (owner is not None and slot.owner.owner != owner):
            return None, None
        del self._slots[token]
        self._token.pop((slot.asking, slot.owner.owner), None)
        return slot, self._open.get(slot.asking)

    def _shared(self, asking: AskOwners, manifest: Manifest) -> Answered:
        if manifest.shares is None:
            return _no(422, "this asks for a camera, not for a clip")
        self._shares[asking.id, manifest.owner] = manifest.shares
        return Answered(200, {}, self._share(asking.request, manifest.owner, manifest.shares))

    def _coming(self, slot: Slot, manifest: Manifest, given: Given) -> Upload | Answered:
        if not 0 < manifest.size <= self.most:
            return _no(413, f"a clip has at most {self.most} bytes")
        try:
            incoming = self.quarantine.open(manifest.size, manifest.owner)
        except (FullError, OSError):
            return _no(507, "there is no room at the moment; try again later")
        return Upload(slot, manifest, given, self._clock.now(), incoming)

    def _share(self, request: str, owner: str, shares: bool) -> int:
        now = self._clock.now()
        return self.submit((LiveShared(at=now, source="community", request=request, owner=owner, shares=shares),))

    # --- what the page asks, for owners who have no app (see by_page) -------------------------------------------------

    def share_by_page(self, place: str, owner: OwnerSettings, *, shares: bool) -> Answered:
        """What an app says with `shares`."""
        slot, asking = self._place(place, owner.owner)
        if slot is None or asking is None:
            return GONE
        said = Manifest(VERSION, asking.request, owner.owner, shares=shares, by="page")
        return self._shared(asking, said) if asking.live else _no(422, "this asks for a clip, not for a camera")

    def clip_by_page(self, place: str, owner: OwnerSettings, size: int) -> Upload | Answered:
        """A clip of at most `size` bytes begins to come. What is said of it is known when it is here (`say`)."""
        slot, asking = self._place(place, owner.owner)
        if slot is None or asking is None:
            return GONE
        if asking.live:
            return _no(422, "this asks for a camera, not for a clip")
        said = Manifest(VERSION, asking.request, owner.owner, size=size, by="page")
        return self._coming(slot, said, Given("", "", ""))

    def say(self, upload: Upload, digest: str, begins: int, lasts_s: float, off_us: int | None, says: str) -> Upload:
        """The manifest of a clip that has come by the page, as an app would have sent it, signed with our key. `begins`
        is by the camera's clock, which is `off_us` ahead of ours."""
        manifest = msgspec.structs.replace(
            upload.manifest,
            begins=_iso(Micros(begins)),
            ends=_iso(Micros(begins + round(lasts_s * SECOND))),
            clock="" if off_us is None else _iso(Micros(upload.at + off_us)),
            sha256=digest,
            size=upload.incoming.size,
            says=says,
        )
        return upload._replace(manifest=manifest, given=self.keeper.given(msgspec.json.encode(manifest).decode()))

    # --- what comes, by either ----------------------------------------------------------------------------------------

    def complete(self, upload: Upload) -> Answered | None:
        """Everything has come: None when it is what was signed."""
        digest = upload.incoming.close()
        if upload.incoming.size != upload.manifest.size or digest != upload.manifest.sha256.lower():
            upload.incoming.forget()
            return _no(422, "what came is not what the manifest says")
        return None

    def finish(self, upload: Upload, found: Found) -> Answered:
        """What another process found of it is known: keep it, and tell the room."""
        asking, manifest = self._open.get(upload.slot.asking), upload.manifest
        why = "it came too late" if asking is None else found.why or _wrong_times(manifest)
        if asking is None or why:
            upload.incoming.forget()
            return _no(410 if asking is None else 422, why)
        owner = upload.slot.owner.owner
        name = hashlib.sha256(f"{owner}/{asking.id}/{manifest.sha256.lower()}".encode()).hexdigest()[:32]
        try:
            self.quarantine.keep(upload.incoming, name, found.still, upload.given)
        except OSError:
            upload.incoming.forget()
            return _no(507, "there is no room at the moment; try again later")
        self._sent[asking.id, owner] = self._sent.get((asking.id, owner), 0) + 1
        clock = _micros(manifest.clock)
        event = ClipOffered(
            at=self._clock.now(),
            source="community",
            request=asking.request,
            owner=owner,
            file=name,
            begins=_micros(manifest.begins) or Micros(0),
            ends=_micros(manifest.ends) or Micros(0),
            size=manifest.size,
            sha256=manifest.sha256.lower(),
            seconds=found.seconds,
            width=found.width,
            height=found.height,
            codec=found.codec,
            clock_off_us=None if clock is None else clock - upload.at,
            says=" ".join(manifest.says.split()),
        )
        return Answered(201, {"sha256": event.sha256}, self.submit((event,)))


def _read(said: str, signature: str, key: str) -> tuple[Given, Manifest | None]:
    """What was said, and what it means when it is really the owner's."""
    nothing = Given("", "", ""), None
    if len(said) > MAX_MANIFEST:
        return nothing
    try:
        raw = base64.b64decode(said, validate=True)
        Ed25519PublicKey.from_public_bytes(bytes.fromhex(key)).verify(bytes.fromhex(signature), raw)
        manifest = _manifest(raw)
        text = raw.decode()
    except (binascii.Error, ValueError, InvalidSignature, msgspec.DecodeError):
        return nothing
    return (Given(text, signature, key), manifest) if manifest.v == VERSION else nothing


def _wrong_times(manifest: Manifest) -> str:
    begins, ends = _micros(manifest.begins), _micros(manifest.ends)
    if begins is None or ends is None or begins >= ends:
        return "it must say when it begins and ends"
    if manifest.clock and _micros(manifest.clock) is None:
        return "what its clock says is no time"
    return ""


def _micros(text: str) -> Micros | None:
    try:
        return micros_of_iso(text)
    except (ValueError, OverflowError):
        return None


def _iso(at: Micros) -> str:
    return datetime.fromtimestamp(at / 1_000_000, UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def _no(status: int, why: str) -> Answered:
    return Answered(status, {"why": why})
