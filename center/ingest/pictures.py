"""Pictures that come inside messages.

Knows: that they are base64 of a JPEG, how large one may be, and how many may wait to be taken away.
Refuses to know: what they show.
"""

from __future__ import annotations

from base64 import b64decode
from collections.abc import Sequence
from hashlib import sha256

from center.ingest.feed import Attachment

MAX_PICTURE_BYTES = 256 * 1024
MAX_WAITING_BYTES = 64 << 20
REF_CHARS = 32

_JPEG_START = b"\xff\xd8\xff"


class Pictures:
    """The pictures one feed has found and nobody has taken yet."""

    def __init__(self) -> None:
        self._waiting: dict[str, Attachment] = {}
        self._waiting_bytes = 0

    def add(self, text: str) -> str:
        """The ref of a picture given in base64 (RFC 4648; a `data:` URL's head is skipped). Raises ValueError when it
        is not a JPEG, is too large, or too many are waiting."""
        if len(text) > MAX_PICTURE_BYTES * 4 // 3 + 128:
            raise ValueError(f"picture larger than {MAX_PICTURE_BYTES} bytes")
        if text.startswith("data:"):
            text = text.partition(",")[2]
        try:
            data = b64decode(text, validate=True)
        except ValueError:
            raise ValueError("picture is not base64") from None
        if not data.startswith(_JPEG_START):
            raise ValueError("picture is not a JPEG")
        if len(data) > MAX_PICTURE_BYTES:
            raise ValueError(f"picture larger than {MAX_PICTURE_BYTES} bytes")
        ref = sha256(data).hexdigest()[:REF_CHARS]
        if ref not in self._waiting:
            if self._waiting_bytes + len(data) > MAX_WAITING_BYTES:
                raise ValueError("too many pictures are waiting to be taken")
            self._waiting_bytes += len(data)
            self._waiting[ref] = Attachment(ref, "image/jpeg", data)
        return ref

    def take(self) -> Sequence[Attachment]:
        taken = tuple(self._waiting.values())
        self._waiting.clear()
        self._waiting_bytes = 0
        return taken
