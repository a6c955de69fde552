"""A decoded picture as a JPEG of modest size: the stills of cameras and of owners' clips.

Knows: how large a still is at most.
Refuses to know: whose picture it is. It calls native code and is only called in processes apart (relay/stills,
portal/inspecting).
"""

from __future__ import annotations

import io
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from av import VideoFrame

MOST_WIDTH = 640


def jpeg(picture: VideoFrame) -> bytes:
    """At most MOST_WIDTH wide, in its own proportions. Raises av.FFmpegError, ValueError."""
    import av

    width = min(picture.width, MOST_WIDTH) & ~1
    height = max(2, picture.height * width // picture.width) & ~1
    written = io.BytesIO()
    with av.open(written, "w", format="mjpeg") as out:
        stream = out.add_stream("mjpeg", rate=1)
        stream.width, stream.height, stream.pix_fmt = width, height, "yuvj420p"
        out.mux(stream.encode(picture.reformat(width, height, "yuvj420p")))
        out.mux(stream.encode(None))
    return written.getvalue()
