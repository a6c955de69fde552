"""A parish to look at: the place as GeoJSON, things that drive and fly in it, pictures of plates.

Knows: rough geography around Lake Charles, Louisiana, sketched by hand for the page's tests.
Refuses to know: the wire, the center, and how a page is tested. It is scenery, not a simulation.
"""

from __future__ import annotations

import math
import random
from dataclasses import dataclass, field
from itertools import pairwise
from typing import Any

import cv2
import numpy as np

View = dict[str, Any]
Line = list[tuple[float, float]]

M_PER_DEG = 111_320.0
BOUNDS = [-93.9, 30.0, -92.9, 30.5]

ROADS: list[tuple[str, str, Line]] = [
    ("motorway", "I-10", [(-93.73, 30.125), (-93.58, 30.192), (-93.48, 30.213), (-93.377, 30.222), (-93.30, 30.236),
                          (-93.25, 30.243), (-93.235, 30.237), (-93.215, 30.235), (-93.165, 30.246), (-93.08, 30.243),
                          (-93.014, 30.238), (-92.92, 30.241)]),
    ("motorway", "I-210", [(-93.292, 30.236), (-93.277, 30.207), (-93.258, 30.196), (-93.222, 30.181),
                           (-93.183, 30.186), (-93.166, 30.212), (-93.163, 30.245)]),
    ("trunk", "US 90", [(-93.70, 30.135), (-93.58, 30.196), (-93.47, 30.222), (-93.377, 30.237), (-93.31, 30.238)]),
    ("trunk", "US 90", [(-93.217, 30.229), (-93.16, 30.228), (-93.08, 30.231), (-93.014, 30.236), (-92.92, 30.236)]),
    ("trunk", "US 171", [(-93.172, 30.246), (-93.182, 30.29), (-93.205, 30.34), (-93.213, 30.42), (-93.225, 30.5)]),
    ("trunk", "US 165", [(-93.013, 30.24), (-92.985, 30.31), (-92.93, 30.40), (-92.9, 30.44)]),
    ("primary", "LA 27", [(-93.43, 30.45), (-93.39, 30.36), (-93.375, 30.24), (-93.357, 30.16), (-93.35, 30.0)]),
    ("primary", "LA 14", [(-93.193, 30.216), (-93.187, 30.14), (-93.15, 30.115), (-93.06, 30.108), (-92.93, 30.08)]),
    ("primary", "LA 12", [(-93.72, 30.31), (-93.60, 30.35), (-93.43, 30.45), (-93.30, 30.49)]),
    ("primary", "LA 109", [(-93.58, 30.19), (-93.60, 30.26), (-93.66, 30.31)]),
    ("secondary", "LA 378", [(-93.255, 30.243), (-93.262, 30.29), (-93.235, 30.325), (-93.2, 30.325)]),
    ("secondary", "LA 397", [(-93.118, 30.30), (-93.117, 30.22), (-93.118, 30.11)]),
    ("secondary", "LA 384", [(-93.228, 30.19), (-93.24, 30.13), (-93.20, 30.05), (-93.13, 30.03)]),
    ("secondary", "LA 108", [(-93.377, 30.225), (-93.42, 30.17), (-93.33, 30.155), (-93.30, 30.21)]),
    ("secondary", "Ryan Street", [(-93.219, 30.238), (-93.2185, 30.205), (-93.217, 30.178)]),
    ("secondary", "Common Street", [(-93.210, 30.232), (-93.2095, 30.19), (-93.209, 30.15)]),
    ("secondary", "Enterprise Boulevard", [(-93.203, 30.24), (-93.203, 30.206), (-93.204, 30.186)]),
    ("secondary", "Lake Street", [(-93.232, 30.215), (-93.229, 30.18), (-93.226, 30.14)]),
]  # fmt: skip
STREET_GRIDS = [(-93.235, 30.165, 0.0082, 0.0061, 9, 11), (-93.395, 30.215, 0.0072, 0.0056, 6, 7)]
STREET_NAMES = ["Alder", "Birch", "Cedar", "Dogwood", "Elm", "Fig", "Grove", "Holly", "Iris", "Juniper", "Live Oak"]

PLACES = [
    ("Lake Charles", 84872, -93.2174, 30.2266), ("Sulphur", 21809, -93.3774, 30.2366),
    ("Moss Bluff", 12522, -93.19, 30.303),
    ("Westlake", 4781, -93.251, 30.252), ("Iowa", 3436, -93.0137, 30.2369), ("Vinton", 3400, -93.581, 30.1908),
    ("DeQuincy", 3144, -93.4332, 30.4505), ("Carlyss", 5101, -93.375, 30.169), ("Starks", 1109, -93.66, 30.31),
    ("Hayes", 780, -92.93, 30.108), ("Gillis", 1105, -93.205, 30.37), ("Holmwood", 300, -93.07, 30.111),
]  # fmt: skip
WATERS: list[tuple[str, Line]] = [
    ("Lake Charles", [(-93.236, 30.232), (-93.222, 30.230), (-93.221, 30.218), (-93.229, 30.212), (-93.241, 30.216),
                      (-93.243, 30.226)]),
    ("Prien Lake", [(-93.262, 30.205), (-93.247, 30.203), (-93.243, 30.188), (-93.256, 30.178), (-93.268, 30.188)]),
    ("Moss Lake", [(-93.305, 30.12), (-93.288, 30.123), (-93.285, 30.10), (-93.30, 30.097)]),
    ("Calcasieu Lake", [(-93.36, 30.045), (-93.29, 30.06), (-93.24, 30.03), (-93.24, 30.0), (-93.36, 30.0)]),
]  # fmt: skip
RIVER: Line = [(-93.15, 30.5), (-93.135, 30.44), (-93.155, 30.38), (-93.20, 30.33), (-93.19, 30.285), (-93.232, 30.262),
               (-93.237, 30.232), (-93.25, 30.205), (-93.285, 30.19), (-93.30, 30.15), (-93.295, 30.11),
               (-93.32, 30.05)]  # fmt: skip
PARISH: Line = [(-93.74, 30.12), (-93.71, 30.06), (-93.55, 30.04), (-93.42, 30.035), (-93.10, 30.035), (-92.92, 30.04),
                (-92.90, 30.22), (-92.99, 30.26), (-92.99, 30.40), (-93.13, 30.40), (-93.13, 30.49), (-93.45, 30.49),
                (-93.56, 30.48), (-93.70, 30.40), (-93.74, 30.33), (-93.70, 30.23)]  # fmt: skip

AGENCIES = [
    ("cpso", "Calcasieu Parish Sheriff", True, "C", 26), ("lcpd", "Lake Charles Police", False, "L", 22),
    ("spd", "Sulphur Police", False, "S", 12), ("lsp", "State Police Troop D", False, "D", 9),
    ("wpd", "Westlake Police", False, "W", 4), ("vpd", "Vinton Police", False, "V", 4),
    ("ipd", "Iowa Police", False, "I", 3),
]  # fmt: skip
STATUSES = ["available", "available", "available", "enroute", "on-scene", "out-of-service"]


def map_geojson() -> View:
    """The place in the form of `GET /api/map`."""

    def feature(layer: str, kind: str, coordinates: Any, **properties: Any) -> View:
        return {
            "type": "Feature",
            "properties": {"layer": layer, **properties},
            "geometry": {"type": kind, "coordinates": coordinates},
        }

    features = [feature("boundary", "Polygon", [[*PARISH, PARISH[0]]], name="Calcasieu")]
    features += [feature("water", "Polygon", [[*shore, shore[0]]], name=name) for name, shore in WATERS]
    features.append(feature("water", "LineString", RIVER))
    for west, south, dx, dy, columns, rows in STREET_GRIDS:
        east, north = west + dx * columns, south + dy * rows
        for column in range(columns + 1):
            x = west + dx * column
            features.append(
                feature(
                    "road",
                    "LineString",
                    [(x, south), (x, north)],
                    **{"class": "street"},
                    name=f"{STREET_NAMES[column]} Avenue",
                )
            )
        for row in range(rows + 1):
            y = south + dy * row
            features.append(
                feature("road", "LineString", [(west, y), (east, y)], **{"class": "street"}, name=f"{row + 1}th Street")
            )
    for rank in ("secondary", "primary", "trunk", "motorway"):
        features += [
            feature("road", "LineString", line, **{"class": rank}, name=name)
            for kind, name, line in ROADS
            if kind == rank
        ]
    features += [feature("place", "Point", (x, y), name=name, population=size) for name, size, x, y in PLACES]
    return {"type": "FeatureCollection", "features": features}


def length_m(a: tuple[float, float], b: tuple[float, float]) -> float:
    """Metres between two (lon, lat) points; flat-earth, which is plenty for scenery."""
    east = (b[0] - a[0]) * math.cos(math.radians(a[1])) * M_PER_DEG
    return math.hypot(east, (b[1] - a[1]) * M_PER_DEG)


@dataclass
class Driver:
    """Drives a road to and fro."""

    line: Line
    speed_mps: float
    along_m: float
    back: bool = False

    def step(self, seconds: float) -> None:
        self.along_m += self.speed_mps * seconds
        total = sum(length_m(a, b) for a, b in pairwise(self.line))
        if self.along_m > total:
            self.along_m %= total
            self.back = not self.back

    def where(self) -> tuple[float, float, float]:
        """Longitude, latitude, course in degrees."""
        points = self.line[::-1] if self.back else self.line
        left_m = self.along_m
        for a, b in pairwise(points):
            piece_m = length_m(a, b)
            if left_m <= piece_m:
                share = left_m / piece_m
                east = (b[0] - a[0]) * math.cos(math.radians(a[1]))
                course = math.degrees(math.atan2(east, b[1] - a[1])) % 360
                return a[0] + (b[0] - a[0]) * share, a[1] + (b[1] - a[1]) * share, course
            left_m -= piece_m
        return points[-1][0], points[-1][1], 0.0


@dataclass
class Parish:
    """Units that drive and aircraft that fly; `step` moves them and gives the views that changed."""

    units_wanted: int = 80
    seed: int = 1
    units: dict[str, View] = field(default_factory=dict)
    aircraft: dict[str, View] = field(default_factory=dict)
    drivers: dict[str, Driver] = field(default_factory=dict)
    turn_s: float = 0.0

    def __post_init__(self) -> None:
        dice = random.Random(self.seed)
        lines = [line for kind, _, line in ROADS for _ in range(3 if kind == "motorway" else 2)]
        for west, south, dx, dy, columns, rows in STREET_GRIDS:
            lines += [[(west + dx * c, south), (west + dx * c, south + dy * rows)] for c in range(columns + 1)]
            lines += [[(west, south + dy * r), (west + dx * columns, south + dy * r)] for r in range(rows + 1)]
        share = self.units_wanted / sum(count for *_, count in AGENCIES)
        for agency, _, own, letter, count in AGENCIES:
            for number in range(max(1, round(count * share))):
                name = f"{letter}{101 + number}"
                line = dice.choice(lines)
                self.drivers[name] = Driver(line, dice.uniform(6, 24), dice.uniform(0, 3000), dice.random() < 0.5)
                self.units[name] = {
                    "unit": name,
                    "agency": agency,
                    "own": own,
                    "media": own,
                    "doubt": [],
                    "status": dice.choice(STATUSES),
                    "stale": False,
                }

    def step(self, at: int, seconds: float) -> tuple[list[View], list[View]]:
        """Everything moves for `seconds`; `at` is the new time in microseconds."""
        self.turn_s += seconds
        moved = []
        for name, unit in self.units.items():
            driver = self.drivers[name]
            resting = unit["status"] in {"on-scene", "out-of-service"}
            if not resting:
                driver.step(seconds)
            lon, lat, course = driver.where()
            if unit["stale"]:
                continue
            unit |= {
                "lat": lat,
                "lon": lon,
                "course_deg": None if resting else course,
                "speed_mps": 0.0 if resting else driver.speed_mps,
                "at": at,
                "seen": at - 400_000,
            }
            moved.append(unit)
        return moved, self.fly(at)

    def fly(self, at: int) -> list[View]:
        angle = self.turn_s / 40
        lon, lat = -93.21 + 0.07 * math.cos(angle), 30.215 + 0.035 * math.sin(angle)
        orbit = {
            "icao": "a4f2c1",
            "callsign": "N412CP",
            "name": "Sheriff Air 1",
            "own": True,
            "lat": lat,
            "lon": lon,
            "altitude_m": 610.0,
            "speed_mps": 52.0,
            "course_deg": (-math.degrees(angle)) % 360,
            "on_ground": False,
            "at": at,
        }
        self.aircraft["a4f2c1"] = orbit
        for number, (callsign, south, east) in enumerate([("UAL1482", 30.36, 0.0024), ("SWA311", 30.09, -0.0027)]):
            lon = -93.4 + ((self.turn_s * east + number * 0.4 + 0.5) % 1.0) - 0.5
            icao = f"a8b1{number:02x}"
            self.aircraft[icao] = {
                "icao": icao,
                "callsign": callsign,
                "lat": south,
                "lon": lon,
                "altitude_m": 9750.0,
                "speed_mps": 230.0,
                "course_deg": 90.0 if east > 0 else 270.0,
                "on_ground": False,
                "at": at,
            }
        return list(self.aircraft.values())


def plate_picture(text: str, state: str, seed: int = 0) -> bytes:
    """A JPEG such as a reader's camera gives at night: a lit plate, some grain, a little out of true."""
    noise = np.random.default_rng(seed)
    image = np.full((150, 330, 3), 22, np.uint8)
    cv2.rectangle(image, (38, 26), (292, 126), (226, 228, 222), -1)
    cv2.rectangle(image, (38, 26), (292, 126), (120, 122, 118), 2)
    name = {"LA": "LOUISIANA", "TX": "TEXAS", "MS": "MISSISSIPPI"}.get(state, state)
    cv2.putText(image, name, (118, 46), cv2.FONT_HERSHEY_SIMPLEX, 0.5, (150, 70, 40), 1, cv2.LINE_AA)
    size, _ = cv2.getTextSize(text, cv2.FONT_HERSHEY_SIMPLEX, 1.75, 4)
    cv2.putText(image, text, (165 - size[0] // 2, 105), cv2.FONT_HERSHEY_SIMPLEX, 1.75, (60, 30, 20), 4, cv2.LINE_AA)
    tilt = cv2.getRotationMatrix2D((165, 75), 2.5 - seed % 5, 1.05)
    image = cv2.warpAffine(image, tilt, (330, 150), borderValue=(18, 18, 18)).astype(np.uint8)
    image = cv2.GaussianBlur(image, (3, 3), 0.8).astype(np.uint8)
    grainy = np.clip(image.astype(np.int16) + noise.normal(0, 9, image.shape), 0, 255).astype(np.uint8)
    done, jpeg = cv2.imencode(".jpg", grainy, [cv2.IMWRITE_JPEG_QUALITY, 82])
    assert done
    return bytes(jpeg.tobytes())
