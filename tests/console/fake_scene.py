"""What is going on in the fake parish when a page first looks: alerts, calls, feeds.

Knows: one realistic moment of a night shift, with every state the page must be able to show.
Refuses to know: how it goes on.
"""

from __future__ import annotations

from tests.console.fake_parish import Parish, View

SECOND = 1_000_000
MINUTE = 60 * SECOND
HOUR = 60 * MINUTE

READERS: list[View] = [
    {"reader": "i10-exit-20-e", "name": "I-10 exit 20 eastbound", "lat": 30.2225, "lon": -93.372},
    {"reader": "i10-exit-25-e", "name": "I-10 exit 25 eastbound", "lat": 30.2385, "lon": -93.288},
    {"reader": "i10-exit-30-e", "name": "I-10 exit 30 eastbound", "lat": 30.2372, "lon": -93.205},
    {"reader": "i10-exit-43-e", "name": "I-10 exit 43 eastbound", "lat": 30.2385, "lon": -93.014},
    {"reader": "i210-nelson", "name": "I-210 at Nelson Road", "lat": 30.1925, "lon": -93.249},
    {"reader": "i210-ryan", "name": "I-210 at Ryan Street", "lat": 30.1808, "lon": -93.218},
    {"reader": "us171-moss-bluff", "name": "US 171 Moss Bluff", "lat": 30.303, "lon": -93.187},
    {"reader": "la27-carlyss", "name": "LA 27 Carlyss", "lat": 30.17, "lon": -93.3585},
    {"reader": "la14-mcneese", "name": "LA 14 at McNeese Street", "lat": 30.178, "lon": -93.190},
    {"reader": "us90-vinton", "name": "US 90 Vinton", "lat": 30.192, "lon": -93.585},
]
BY_READER = {reader["reader"]: reader for reader in READERS}


def read(reader: str, plate: str, state: str | None, seen: int, confidence: float, **more: object) -> View:
    place = BY_READER[reader]
    return {
        "read": f"{reader}-{seen}",
        "reader": reader,
        "reader_name": place["name"],
        "lat": place["lat"],
        "lon": place["lon"],
        "seen": seen,
        "at": seen + 300_000,
        "plate": plate,
        "state": state,
        "confidence": confidence,
        "crop": f"{plate}-{state or 'LA'}-{seen}.jpg",
        "backward": False,
        **more,
    }


def hit(
    alert: str, now: int, ago: int, *, listed: View, reads: list[View], differs: list[View], **more: object
) -> View:
    """A hotlist hit raised `ago` microseconds before `now`; the last of `reads` is the one it is about."""
    last = reads[-1]
    return {
        "alert": alert,
        "kind": "hotlist-hit",
        "state": "raised",
        "subject": listed["plate"],
        "at": now - ago,
        "headline": f"{listed['reason'].capitalize()} {listed['state']} {listed['plate']} at {last['reader_name']}",
        "lead": True,
        "read": last,
        "reads": reads,
        "listing": listed,
        "differs": differs,
        "history": [],
        "messages": [],
        "disposition": None,
        "detail": None,
        **more,
    }


def next_reader(name: str, earliest: int, latest: int, via: str) -> View:
    reader = BY_READER[name]
    place = {"reader": name, "reader_name": reader["name"], "lat": reader["lat"], "lon": reader["lon"]}
    return {**place, "earliest": earliest, "latest": latest, "via": via}


def listing(plate: str, state: str, now: int, age_h: float, **more: object) -> View:
    return {
        "plate": plate,
        "state": state,
        "reason": "stolen",
        "hotlist": "la-stolen",
        "version": "2026-03-13T17",
        "issued": now - round(age_h * HOUR),
        "age_s": age_h * 3600,
        **more,
    }


def fresh_hit(alert: str, now: int, plate: str = "731XKD") -> View:
    """A new hit for tests that need one to arrive."""
    listed = listing(plate, "LA", now, 9, make="Ford", model="F-150", color="white", case="26-004411")
    car = {"make": "Ford", "model": "F-150", "color": "white"}
    reads = [read("i210-ryan", plate, "LA", now - 2 * SECOND, 0.95, **car)]
    return hit(alert, now, 0, listed=listed, reads=reads, differs=[])


def alerts(now: int) -> list[View]:
    camry = {"make": "Toyota", "model": "Camry", "color": "silver"}
    stolen = [
        read("i10-exit-20-e", "482KLM", "LA", now - 372 * SECOND, 0.93, **camry),
        read("i10-exit-25-e", "482KLM", "LA", now - 118 * SECOND, 0.88, **camry),
        read("i10-exit-30-e", "482KLM", "LA", now - 44 * SECOND, 0.96, **(camry | {"color": "gray"})),
    ]
    confused = [read("i210-nelson", "88Z4I2", "LA", now - 96 * SECOND, 0.71, make="Chevrolet", color="black")]
    earlier = [
        read(
            "us171-moss-bluff",
            "KDA9930",
            "TX",
            now - 47 * MINUTE,
            0.91,
            make="Nissan",
            model="Altima",
            color="red",
            backward=True,
        )
    ]
    done = [read("la14-mcneese", "205CWB", "LA", now - 66 * MINUTE, 0.97, make="Honda", model="Civic", color="blue")]
    wrong = [read("us90-vinton", "HTR440", "TX", now - 95 * MINUTE, 0.9, make="Ram", color="white")]
    ago = now - 62 * MINUTE
    return [
        hit(
            "a-1041",
            now,
            42 * SECOND,
            reads=stolen,
            listed=listing("482KLM", "LA", now, 9.2, case="26-004379", make="Toyota", model="Camry", color="silver"),
            differs=[{"what": "color", "read": "gray", "listed": "silver"}],
            likely=0.9312,
            check="listed",
            checked_at=now - 41 * SECOND,
            next=[
                next_reader("i10-exit-43-e", now + 330 * SECOND, now + 1200 * SECOND, "I-10"),
                next_reader("us171-moss-bluff", now + 250 * SECOND, now + 900 * SECOND, "US 171"),
                next_reader("us90-vinton", now - 200 * SECOND, now - 2 * SECOND, "US 90"),
            ],
        ),
        hit(
            "a-1040",
            now,
            93 * SECOND,
            reads=confused,
            listed=listing(
                "B8Z412",
                "TX",
                now,
                9.2,
                reason="bolo",
                category="armed robbery",
                off=True,
                case="26-004402",
                make="Chevrolet",
                model="Tahoe",
                color="black",
            ),
            differs=[
                {"what": "state", "read": "LA", "listed": "TX"},
                {"what": "letter", "read": "8", "listed": "B"},
                {"what": "letter", "read": "I", "listed": "1"},
            ],
            likely=0.1784,
            check="not-listed",
            checked_at=now - 92 * SECOND,
            detail="the records say that it is not listed any more",
        ),
        {
            "alert": "a-1038",
            "kind": "feed-quiet",
            "state": "raised",
            "subject": "avl/vinton-pd",
            "at": now - 200 * SECOND,
            "headline": "Nothing from avl/vinton-pd for 3 minutes",
            "history": [],
        },
        hit(
            "a-1033",
            now,
            12 * MINUTE,
            reads=earlier,
            state="acknowledged",
            listed=listing(
                "KDA9930",
                "TX",
                now,
                31,
                hotlist="tx-stolen",
                case="H-88121",
                make="Nissan",
                model="Altima",
                color="red",
            ),
            differs=[],
            history=[{"at": now - 11 * MINUTE, "operator": "fontenot", "act": "acknowledge"}],
        ),
        hit(
            "a-1020",
            now,
            65 * MINUTE,
            reads=done,
            state="confirmed",
            lead=False,
            disposition="correct",
            listed=listing("205CWB", "LA", now, 8, case="26-004288", make="Honda", model="Civic", color="blue"),
            differs=[],
            messages=[
                {
                    "message": "m-1",
                    "unit": "C104",
                    "sent_at": ago,
                    "state": "acked",
                    "acked_at": ago + 7 * SECOND,
                    "level": 0,
                },
                {"message": "m-2", "unit": "C111", "sent_at": ago, "state": "silent", "level": 0},
                {"message": "m-3", "unit": "C118", "sent_at": ago + 30 * SECOND, "state": "sent", "level": 1},
            ],
            history=[
                {"at": ago - 2 * MINUTE, "operator": "landry", "act": "acknowledge"},
                {
                    "at": ago,
                    "operator": "landry",
                    "act": "confirm",
                    "disposition": "correct",
                    "action": "Deputies sent to stop the vehicle",
                    "note": "Two people in the car",
                },
            ],
        ),
        hit(
            "a-1012",
            now,
            94 * MINUTE,
            reads=wrong,
            state="dismissed",
            lead=False,
            disposition="wrong-state",
            listed=listing("HTR440", "LA", now, 8, case="26-004101", make="Ford", color="white"),
            differs=[
                {"what": "state", "read": "TX", "listed": "LA"},
                {"what": "make", "read": "Ram", "listed": "Ford"},
            ],
            history=[
                {
                    "at": now - 93 * MINUTE,
                    "operator": "landry",
                    "act": "dismiss",
                    "disposition": "wrong-state",
                    "action": "No action needed",
                }
            ],
        ),
    ]


def incidents(now: int) -> list[View]:
    crash = [
        {
            "call": f"c-{n}",
            "system": "cpso-cad" if n % 2 else "lcpd-cad",
            "number": f"26-0{8812 + n}",
            "at": now - (250 - 23 * n) * SECOND,
            "text": text,
        }
        for n, text in enumerate(
            [
                "Two cars and a truck, one on its side",
                "Smoke from the truck, people out of the cars",
                "Traffic is stopped both ways",
                "Caller drives past, sees three vehicles",
                "Someone may be trapped",
            ]
        )
    ]
    return [
        {
            "incident": "i-301",
            "kind": "crash",
            "priority": 1,
            "lat": 30.2445,
            "lon": -93.185,
            "uncertainty_m": 620,
            "address": "I-10 eastbound near mile 31",
            "opened_at": now - 250 * SECOND,
            "state": "open",
            "calls": crash,
            "units": [
                {"unit": "C104", "seconds": 145},
                {"unit": "L107", "seconds": 190},
                {"unit": "C111", "seconds": 333},
            ],
            "changes": [
                {"at": now - 227 * SECOND, "what": "Second call joined"},
                {"at": now - 180 * SECOND, "what": "Location improved from 1,900 ft to 620 m; C104 now before L107"},
            ],
            "plates": [{"plate": "482KLM", "reader": "I-10 exit 30", "seen": now - 44 * SECOND, "alert": "a-1041"}],
        },
        {
            "incident": "i-299",
            "kind": "disturbance",
            "priority": 2,
            "lat": 30.206,
            "lon": -93.2185,
            "uncertainty_m": 90,
            "address": "3100 block Ryan Street",
            "opened_at": now - 19 * MINUTE,
            "state": "open",
            "calls": crash[:1],
            "units": [{"unit": "L110", "seconds": 62}],
            "changes": [],
            "plates": [],
        },
        {
            "incident": "i-296",
            "kind": "burglary-report",
            "priority": 3,
            "lat": 30.246,
            "lon": -93.366,
            "uncertainty_m": 30,
            "address": "Elm Avenue, Sulphur",
            "opened_at": now - 41 * MINUTE,
            "state": "open",
            "calls": crash[:1],
            "units": [{"unit": "S103", "seconds": 260}],
            "changes": [],
            "plates": [],
        },
        {
            "incident": "i-288",
            "kind": "suspicious-vehicle",
            "priority": 4,
            "lat": None,
            "lon": None,
            "address": "LA 384 south of Big Lake Road",
            "opened_at": now - 66 * MINUTE,
            "state": "open",
            "calls": crash[:1],
            "units": [],
            "changes": [],
            "plates": [],
        },
    ]


def feeds(now: int) -> list[View]:
    rows = [
        ("avl/cpso", "nmea", "udp", "alive", 0.3, 60),
        ("avl/lcpd", "taip", "tcp", "alive", 0.8, 60),
        ("avl/vinton-pd", "owntracks", "mqtt", "silent", 204, 60),
        ("lpr/i10", "rekor", "http", "alive", 1.4, 300),
        ("lpr/i210", "rekor", "http", "alive", 2.2, 300),
        ("adsb/roof", "sbs", "tcp", "alive", 0.1, 30),
        ("cad/cpso", "eido", "http", "alive", 12, 900),
        ("cad/lcpd", "eido", "http", "late", 1020, 900),
        ("hotlist/la-stolen", "hotlist", "file", "alive", 33120, 129600),
        ("hotlist/amber", "hotlist", "file", "never", None, 129600),
    ]
    return [
        {
            "feed": feed,
            "format": form,
            "link": link,
            "state": state,
            "last": None if ago is None else now - round(ago * SECOND),
            "messages": 120_400 if ago is not None else 0,
            "events": 118_212 if ago is not None else 0,
            "faults": 14 if state == "silent" else 0,
            "quiet_after_s": quiet,
        }
        for feed, form, link, state, ago, quiet in rows
    ]


def starting_views(now: int, parish: Parish) -> dict[str, list[View]]:
    units, aircraft = parish.step(now, 1.0)
    by_name = {unit["unit"]: unit for unit in units}
    for name, ago_s in (("V101", 240), ("V102", 700), ("L103", 190)):
        by_name[name] |= {"stale": True, "at": now - ago_s * SECOND, "seen": now - ago_s * SECOND}
    by_name["C107"]["doubt"] = ["frozen"]
    by_name["S102"]["doubt"] = ["clock", "jumped"]
    return {
        "units": units,
        "aircraft": aircraft,
        "alerts": alerts(now),
        "incidents": incidents(now),
        "feeds": feeds(now),
    }


def unit_emergency(alert: str, at: int, unit: str) -> View:
    """A deputy has pressed the emergency key."""
    return {
        "alert": alert,
        "kind": "unit-emergency",
        "state": "raised",
        "subject": unit,
        "at": at,
        "headline": f"Emergency key pressed in {unit}",
        "history": [],
    }
