"""The parish's cameras: which there are, and what each has before its lens.

Knows: the sheriff's cars and what rides in them, cameras on poles, at shops and under the aeroplane, and when something
happens before one.
Refuses to know: protocols, and who watches. As long as nobody does, a camera is a line in a list.

Asked from another thread than the world's, on the wire: it only reads, and what it reads is replaced whole.
"""

from __future__ import annotations

from collections.abc import Callable
from math import hypot

from twin.airfield import WIDE_DEG, Airfield
from twin.devices.cameras.camera import Camera, Clock
from twin.devices.cameras.events import Memory
from twin.devices.cameras.footage import Footage
from twin.devices.cameras.klv import packet
from twin.devices.cameras.scene_above import Above, Corners
from twin.devices.cameras.scenes import scene
from twin.devices.cameras.sound import Sound
from twin.devices.cameras.things import CameraFacts, Kind, Scene, Seen, Shot
from twin.devices.faults import AnyFault
from twin.devices.things import SECOND_US
from twin.filming_above import ground_of, look_of
from twin.fleet import Fleet
from twin.setting import Setting
from twin.sim import overlooks
from twin.sim.parish import COURSE_DEG

IN_CARS: tuple[tuple[Kind, str, float], ...] = (
    ("dash", "dash", 68.0),
    ("body", "body", 110.0),
    ("back-seat", "back seat", 90.0),
    ("microphone", "microphone", 360.0),
)
"""What rides in the sheriff's cars: the kind, what it is called, how wide it looks."""
POLE_VIEW_DEG, POLE_RANGE_M = 45.0, 150.0
NEAR_M = 250.0  # from a camera on a pole: what happens there is worth new pictures
LOOK_US = SECOND_US
AT_SCENE = ("on-scene", "pursuit", "crash")


class Filming:
    """`facts`: every camera of the scenario's world."""

    def __init__(self, setting: Setting, fleet: Fleet, airfield: Airfield) -> None:
        self._setting = setting
        self._fleet = fleet
        self._airfield = airfield
        self._own = next(agency.agency for agency in setting.parish.agencies if agency.own)
        self.facts = [*self._riding(), *self._standing(), *self._flying()]
        self._faults: dict[str, tuple[AnyFault, ...]] = {
            one.camera: setting.faults(f"camera/{one.camera}") for one in self.facts
        }
        self._scenes_us = -LOOK_US
        self._scenes: list[tuple[float, float]] = []

    def camera(self, facts: CameraFacts, clock: Clock) -> Camera:
        """The device itself. Its dice are its own, so it looks the same whoever else films."""
        shot, faults = Shot(), self._faults[facts.camera]
        if facts.kind == "aircraft":
            return self._flown(facts, clock, shot)
        sees = self._eyes(facts, clock.now_us)

        def hears() -> Sound:
            return Sound(self._setting.dice("camera", facts.camera))

        def films() -> Footage:
            return Footage(facts.name, self._scene(facts, shot), shot)

        if facts.kind == "microphone":
            return Camera(facts, clock, hears=hears, sees=sees, faults=faults)
        return Camera(facts, clock, shot=shot, films=films, sees=sees, faults=faults)

    def memory(self, facts: CameraFacts, camera: Camera) -> Memory | None:
        """What a dash camera keeps of the time before an event."""
        shot = camera.shot
        if facts.kind != "dash" or shot is None:
            return None
        return Memory(camera, lambda: Footage(facts.name, self._scene(facts, shot), shot))

    def _flown(self, facts: CameraFacts, clock: Clock, shot: Shot) -> Camera:
        """What it films is where it looks: nothing is ever shown twice."""
        plane, craft = self._setting.parish.plane, self._setting.parish.patrol_aircraft

        def corners() -> Corners | None:
            seen = self._airfield.view(clock.now_us())
            return None if seen is None else tuple(corner for corner in seen[1].corners if corner is not None)

        def films() -> Footage:
            return Footage(facts.name, Above(ground_of(self._setting), corners, shot), shot, can_repeat=False)

        def looks(clock_us: int) -> bytes | None:
            look = look_of(self._airfield, plane, clock.now_us())
            return None if look is None else packet(clock_us, look, craft.tail, craft.callsign)

        return Camera(facts, clock, shot=shot, films=films, looks=looks, faults=self._faults[facts.camera])

    # --- which there are ------------------------------------------------------------------------------------------

    def _riding(self) -> list[CameraFacts]:
        wanted = self._setting.scenario.world.cameras
        own = [one for one in self._fleet.roster if one.own]
        counts = {
            "dash": wanted.dash,
            "body": wanted.body,
            "back-seat": wanted.back_seat,
            "microphone": wanted.microphone,
        }
        return [
            CameraFacts(f"{kind}-{one.unit}", kind, f"{one.unit} {word}", one.agency, one.unit, view_deg=view_deg)
            for kind, word, view_deg in IN_CARS
            for one in own[: counts[kind]]
        ]

    def _standing(self) -> list[CameraFacts]:
        world, parish = self._setting.scenario.world, self._setting.parish
        poles = [
            CameraFacts(
                f"fixed-{site.reader}",
                "fixed",
                site.name,
                self._own,
                lat=site.at.lat,
                lon=site.at.lon,
                heading_deg=COURSE_DEG[site.watches],
                view_deg=POLE_VIEW_DEG,
                range_m=POLE_RANGE_M,
            )
            for site in parish.readers[: min(world.readers, world.cameras.fixed)]
        ]
        others = [
            CameraFacts(
                f"{'fixed' if one.owner is None else 'community'}-{one.name}",
                "fixed" if one.owner is None else "community",
                " ".join(self._said(word) for word in one.name.split("-")),
                one.agency or self._own,
                lat=one.at.lat,
                lon=one.at.lon,
                heading_deg=one.heading_deg,
                view_deg=one.view_deg,
                range_m=one.range_m,
                owner=one.owner,
                consent=one.consent,
            )
            for one in overlooks.load()[: world.cameras.others]
        ]
        return poles + others

    def _said(self, word: str) -> str:
        """A word of a camera's name, as it stands on a list."""
        agencies = [agency.agency for agency in self._setting.parish.agencies]
        if word.upper() in agencies:
            return word.upper()
        return word if word in ("and", "at", "of") else word.capitalize()

    def _flying(self) -> list[CameraFacts]:
        if not self._setting.scenario.world.cameras.aircraft:
            return []
        craft = self._setting.parish.patrol_aircraft
        name, icao = f"aircraft-{craft.callsign.lower()}", self._airfield.plane.icao
        return [CameraFacts(name, "aircraft", f"{craft.callsign} from above", self._own, icao, view_deg=WIDE_DEG)]

    # --- what is before them --------------------------------------------------------------------------------------

    def _scene(self, facts: CameraFacts, shot: Shot) -> Scene:
        return scene(facts.kind, self._setting.dice("camera", facts.camera), shot)

    def _eyes(self, facts: CameraFacts, now_us: Callable[[], int]) -> Callable[[], Seen]:
        """What goes on about a camera: it rides on a unit, or stands where others come by."""
        if facts.unit is not None and facts.unit in self._fleet.units:
            unit = self._fleet.units[facts.unit]

            def rides() -> Seen:
                speed_mps, status = unit.position(now_us()).speed_mps, unit.status
                return Seen(speed_mps, status in ("enroute", *AT_SCENE), unit.code_3 or status == "pursuit")

            return rides
        assert facts.lat is not None
        assert facts.lon is not None
        x, y = self._setting.parish.plane.xy(facts.lat, facts.lon)

        def stands() -> Seen:
            return Seen(busy=any(hypot(x - ox, y - oy) < NEAR_M for ox, oy in self._where(now_us())))

        return stands

    def _where(self, now_us: int) -> list[tuple[float, float]]:
        """Where units are at a scene, looked up once a second for all cameras."""
        if now_us - self._scenes_us >= LOOK_US:
            self._scenes_us = now_us
            self._scenes = [unit.xy() for unit in self._fleet.units.values() if unit.status in AT_SCENE]
        return self._scenes
