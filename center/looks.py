"""Where aircraft's cameras look, asked of the cameras themselves.

Knows: which cameras may tell (an aircraft's, by RTSP in a track of its own: KLV as in RFC 6597; else in the stream of
its pictures, which the relay takes apart), and that they are asked for as long as the center runs, watched or not.
Refuses to know: what the packets say (see ingest/klv), and pictures: none is asked for here.
"""

from __future__ import annotations

import asyncio
from collections.abc import Mapping

from center.intake import Intake
from center.relay.media import Offer
from center.relay.rtp import Unit
from center.relay.rtsp import NotSpokenError, play
from center.relaying import sources
from center.site import Site

FIRST_WAIT_S, MOST_WAIT_S = 2.0, 60.0


def tellers(site: Site) -> dict[str, str]:
    """The address of every camera that may tell, by its id. Raises SiteError."""
    above = {camera.id for camera in site.cameras if camera.kind == "aircraft"}
    addresses = {source.camera: source.url for source in sources(site) if source.camera in above}
    return {camera: url for camera, url in addresses.items() if url.startswith(("rtsp://", "rtsps://"))}


def told_beside(site: Site) -> list[str]:
    """Cameras whose words the relay finds beside their pictures, by id. Raises SiteError."""
    return [source.camera for source in sources(site) if source.is_always_on]


def intake_name(camera: str) -> str:
    """The feed under which it is shown how well a camera tells."""
    return f"looks/{camera}"


async def ask(cameras: Mapping[str, str], intakes: Mapping[str, Intake]) -> None:
    """Until cancelled. `intakes` by name."""
    async with asyncio.TaskGroup() as asking:
        for camera, url in cameras.items():
            asking.create_task(_keep(camera, url, intakes[intake_name(camera)]))


class _Ear:
    """Hands on what comes as it comes: a packet may be cut into several."""

    def __init__(self, camera: str, intake: Intake) -> None:
        self._camera = camera
        self._intake = intake
        self.has_heard = False

    def opened(self, offer: Offer) -> None:
        """There is only one codec that is asked for."""

    def heard(self, unit: Unit) -> None:
        self.has_heard = True
        self._intake.arrive([(self._camera, part) for part in unit.parts])


async def _keep(camera: str, url: str, intake: Intake) -> None:
    wait_s = FIRST_WAIT_S
    while True:
        ear = _Ear(camera, intake)
        try:
            why = await play(url, "application", ear)
        except NotSpokenError as codec:
            why = f"{codec} is not KLV"
        except OSError as error:
            why = error.strerror or str(error)
        intake.trouble(why)
        intake.gone(camera)
        wait_s = FIRST_WAIT_S if ear.has_heard else wait_s
        await asyncio.sleep(wait_s)
        wait_s = min(2 * wait_s, MOST_WAIT_S)
