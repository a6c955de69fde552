"""What the states paint on their plates: a small table of layouts, good enough to be told apart.

Knows: per state the name, the slogan, serial patterns, colours, where the name stands and what is drawn beside the
serial.
Refuses to know: how any of it is drawn, and which car bears it.
"""

from __future__ import annotations

from typing import NamedTuple, TypeAlias

Color: TypeAlias = tuple[int, int, int]  # red, green, blue

WHITE: Color = (238, 238, 236)


class Face(NamedTuple):
    """One layout. A pattern has A for a letter, 9 for a digit, a blank for a gap, - . for marks, * for the emblem."""

    state: str
    name: str
    slogan: str
    patterns: tuple[str, ...]
    ink: Color
    sky: tuple[Color, ...] = (WHITE,)  # colours from top to bottom
    name_ink: Color = (30, 50, 120)
    script: bool = False  # the name in handwriting
    low_name: bool = False  # the name below the serial
    emblem: Color | None = None  # drawn at * or, without one, behind the serial


NAVY: Color = (25, 35, 95)
BLUE: Color = (35, 60, 150)
RED: Color = (185, 30, 40)
GREEN: Color = (20, 90, 60)
BLACK: Color = (25, 25, 30)
CREAM: Color = (235, 215, 160)
YELLOW: Color = (240, 205, 70)
SKY: Color = (165, 200, 235)
PINK: Color = (235, 190, 190)

_ROWS: tuple[Face, ...] = (
    Face("AK", "ALASKA", "THE LAST FRONTIER", ("AAA 999",), NAVY, (YELLOW,), NAVY),
    Face("AL", "Alabama", "Stars Fell On", ("99A999A", "9A9999A", "99A99AA"), RED, ((80, 110, 190), WHITE, WHITE),
        RED, True, True),
    Face("AL", "Alabama", "Sweet Home", ("9A99999", "99A99A9"), NAVY, (SKY, (225, 240, 250), (150, 190, 120)), RED),
    Face("AR", "Arkansas", "The Natural State", ("999 AAA", "AAA 99A"), (120, 30, 40), (WHITE,), RED, False, False,
        (200, 205, 210)),
    Face("AR", "Arkansas", "The Natural State", ("999*AAA", "AAA*99A"), BLACK, (SKY, WHITE, WHITE), (140, 25, 35),
        False, False, (205, 215, 225)),
    Face("AZ", "ARIZONA", "GRAND CANYON STATE", ("999-AAA", "AAA9999"), (20, 70, 80), ((120, 180, 190), (240, 235,
        215), (235, 160, 120)), GREEN, False, False, (110, 60, 120)),
    Face("CA", "California", "dmv.ca.gov", ("9AAA999", "9AAA999", "9A99999"), NAVY, (WHITE,), RED, True),
    Face("CO", "COLORADO", "", ("999.AAA", "AAA.999", "AAA-A99"), GREEN, ((20, 90, 60), WHITE, WHITE), GREEN, False,
        True, (215, 222, 220)),
    Face("CT", "Connecticut", "Constitution State", ("999.AAA", "AAA-9999", "AA.99999"), NAVY, ((100, 150, 215),
        (225, 235, 245)), (30, 40, 90)),
    Face("DC", "WASHINGTON, DC", "TAXATION WITHOUT REPRESENTATION", ("AA * 9999",), BLUE, (WHITE,), BLUE, False,
        False, RED),
    Face("DE", "DELAWARE", "THE FIRST STATE", ("999999", "99999", "A99999"), (225, 195, 90), ((20, 40, 90),), (225,
        195, 90), False, True),
    Face("FL", "MYFLORIDA.COM", "SUNSHINE STATE", ("AAA*99A", "A99*9AA", "AAAA99", "999*AAA"), (15, 80, 60),
        (WHITE,), (20, 90, 70), False, False, (235, 140, 40)),
    Face("GA", "GEORGIA", "IN GOD WE TRUST", ("AAA 9999", "AAA*9999"), (40, 40, 60), (WHITE, (245, 225, 205)), (40,
        60, 60), False, False, (235, 160, 100)),
    Face("HI", "HAWAII", "ALOHA STATE", ("AAA 999",), BLACK, (WHITE,), (50, 50, 60), False, False, (240, 200, 120)),
    Face("IA", "IOWA", "", ("999 AAA", "AAA 999"), NAVY, ((110, 160, 220), (225, 235, 245), WHITE), BLUE, False,
        False, (190, 205, 220)),
    Face("ID", "Scenic IDAHO", "FAMOUS POTATOES", ("9A 99999", "9A A999A", "A 999999"), NAVY, (RED, WHITE, (120, 150,
        190)), (230, 230, 230), False, False, (60, 85, 120)),
    Face("IL", "Illinois", "Land of Lincoln", ("A99 9999", "999 9999", "AA 99999"), RED, ((200, 220, 240), WHITE,
        (190, 215, 240)), (40, 80, 170), True, False, (185, 205, 225)),
    Face("IN", "INDIANA", "", ("999AAA", "999A", "AAA999"), WHITE, ((25, 50, 130),), WHITE, False, True, (225, 200,
        100)),
    Face("KS", "KANSAS", "", ("999 AAA",), NAVY, ((165, 190, 215), (205, 218, 232)), NAVY, False, False, (150, 175,
        200)),
    Face("KY", "Kentucky", "UNBRIDLED SPIRIT", ("999*AAA", "AAA 999"), NAVY, ((130, 180, 225), WHITE, (170, 205,
        235)), NAVY, True, False, (120, 140, 170)),
    Face("LA", "Louisiana", "SPORTSMAN'S PARADISE", ("AAA 999", "999 AAA", "A999999"), NAVY, (WHITE,), RED, True),
    Face("LA", "Louisiana", "Sportsman's Paradise", ("999 AAA", "AAA 999"), NAVY, ((205, 220, 232), WHITE, (230, 220,
        200)), (165, 35, 45), True, False, (185, 170, 150)),
    Face("MA", "Massachusetts", "The Spirit of America", ("9AA A99", "999 AA9", "99A A99"), RED, (WHITE,), BLUE),
    Face("MD", "Maryland", "www.maryland.gov", ("9AA*A99", "AAA*999", "99A*A99"), BLACK, (WHITE,), BLACK, True,
        False, (210, 150, 40)),
    Face("ME", "MAINE", "Vacationland", ("9999 AA", "999 AAA"), (25, 30, 40), ((225, 232, 225), WHITE), (30, 60, 45),
        False, False, (90, 130, 95)),
    Face("MI", "MICHIGAN", "Great Lakes Splendor", ("AAA 9999", "9AA A99"), BLUE, ((35, 60, 150), WHITE, WHITE),
        WHITE),
    Face("MN", "Minnesota", "10,000 lakes", ("AAA*999", "999*AAA"), BLUE, ((160, 200, 235), WHITE, (190, 218, 240)),
        (30, 60, 130), False, False, (60, 120, 190)),
    Face("MO", "Missouri", "SHOW-ME STATE", ("AA9*A9A", "999*AAA", "AAA*999"), (25, 45, 95), ((180, 205, 225), WHITE,
        (205, 220, 215)), (30, 60, 110), False, False, (150, 165, 175)),
    Face("MS", "MISSISSIPPI", "", ("AAA*999", "AAA 999"), NAVY, ((200, 215, 235), (240, 220, 235), (240, 220, 130)),
        NAVY, False, False, (190, 150, 110)),
    Face("MT", "MONTANA", "Treasure State", ("9-99999A", "AAA999"), WHITE, ((25, 55, 120),), WHITE),
    Face("NC", "NORTH CAROLINA", "First in Flight", ("AAA-9999",), BLUE, (WHITE, (205, 222, 240)), RED, False, True,
        (160, 190, 225)),
    Face("ND", "NORTH DAKOTA", "PEACE GARDEN STATE", ("AAA 999", "999 AAA"), BLACK, ((90, 150, 210), (225, 210, 160),
        (210, 170, 90)), BLACK, False, True, (140, 90, 60)),
    Face("NE", "NEBRASKA", "www.nebraska.gov", ("AAA 999", "99-A999"), BLACK, ((225, 232, 240), (240, 225, 160)),
        BLUE),
    Face("NH", "New HAMPSHIRE", "LIVE FREE OR DIE", ("999 9999", "999 999"), GREEN, ((200, 225, 225), (215, 232,
        228), (170, 205, 200)), GREEN, False, True, (160, 190, 190)),
    Face("NJ", "New Jersey", "Garden State", ("AAA*99A", "A99.AAA", "AAA.99A"), BLACK, ((240, 215, 110), (240, 228,
        180), (235, 220, 170)), BLACK, False, False, (40, 40, 40)),
    Face("NM", "NEW MEXICO", "LAND OF ENCHANTMENT", ("AAA*999", "999*AAA"), (240, 205, 60), ((40, 165, 175),), (240,
        205, 60), False, True, RED),
    Face("NM", "NEW MEXICO", "LAND OF ENCHANTMENT", ("AAA 999", "999 AAA"), RED, (YELLOW,), RED, False, False, (200,
        60, 40)),
    Face("NV", "NEVADA", "THE SILVER STATE", ("999.AAA", "99A.999"), NAVY, ((235, 170, 90), (110, 165, 220), (150,
        190, 230)), NAVY, False, False, (90, 140, 200)),
    Face("NY", "NEW YORK", "THE EMPIRE STATE", ("AAA*9999",), NAVY, ((30, 45, 110), WHITE, WHITE, (30, 45, 110)),
        WHITE, False, False, NAVY),
    Face("NY", "NEW YORK", "EMPIRE STATE", ("AAA*9999",), NAVY, (NAVY, (240, 165, 40), (240, 165, 40), (240, 165,
        40)), (240, 165, 40), False, False, NAVY),
    Face("OH", "OHIO", "Birthplace of Aviation", ("AAA 9999",), NAVY, ((205, 60, 60), WHITE, WHITE, (205, 220, 235)),
        BLUE, True),
    Face("OK", "OKLAHOMA", "NATIVE AMERICA", ("999AAA", "AAA-999"), RED, ((185, 210, 230), WHITE), (35, 65, 110),
        False, False, (60, 90, 130)),
    Face("OR", "Oregon", "", ("999*AAA", "AAA*999"), (60, 40, 110), ((180, 200, 230), (230, 225, 235), (190, 180,
        215)), NAVY, False, False, GREEN),
    Face("PA", "PENNSYLVANIA", "visitPA.com", ("AAA*9999",), NAVY, ((30, 50, 120), WHITE, WHITE, (240, 205, 70)),
        WHITE, False, False, NAVY),
    Face("RI", "Rhode Island", "Ocean State", ("AA-999", "999-999"), NAVY, (WHITE, (215, 222, 228)), NAVY, False,
        False, (195, 208, 218)),
    Face("SC", "South Carolina", "While I Breathe, I Hope", ("AAA 999", "9999 AA"), NAVY, ((130, 170, 220), WHITE,
        (240, 220, 170)), NAVY, False, False, (90, 110, 160)),
    Face("SD", "South Dakota", "GREAT FACES. GREAT PLACES.", ("99A A99", "9AA 999", "99AA99"), NAVY, ((90, 130, 200),
        WHITE, (170, 200, 235)), RED, True, False, (180, 195, 215)),
    Face("TN", "Tennessee", "The Volunteer State", ("999-AAA", "AAA 999", "A99-99A"), NAVY, ((190, 205, 190), (225,
        230, 220), (140, 170, 140)), NAVY),
    Face("TX", "TEXAS", "The Lone Star State", ("AAA-9999", "AAA.9999"), BLACK, (WHITE,), BLACK, False, False, (30,
        30, 30)),
    Face("TX", "TEXAS", "The Lone Star State", ("AA9*A999", "999*AAA"), BLACK, ((90, 130, 200), WHITE, WHITE, (80,
        95, 140)), (185, 40, 50), False, False, RED),
    Face("UT", "UTAH", "CENTENNIAL", ("999 AAA", "A99 9AA"), (60, 35, 90), ((180, 200, 235), (240, 190, 140), (220,
        130, 80)), BLUE, False, False, (225, 120, 60)),
    Face("VA", "VIRGINIA", "", ("AAA-9999", "AAA 9999"), NAVY, (WHITE,), (50, 60, 160)),
    Face("VT", "Vermont", "Green Mountain State", ("AAA 999", "999A999"), WHITE, ((20, 120, 80),), WHITE),
    Face("WA", "WASHINGTON", "EVERGREEN STATE", ("999-AAA", "AAA9999"), NAVY, (WHITE,), (190, 40, 50), False, False,
        (170, 200, 230)),
    Face("WI", "WISCONSIN", "America's Dairyland", ("999-AAA", "AAA-999"), BLACK, (WHITE,), RED, False, False, None),
    Face("WV", "West Virginia", "Wild, Wonderful", ("9A 9999", "9AA 999"), NAVY, ((35, 60, 130), WHITE, WHITE, (240,
        210, 90)), YELLOW),
    Face("WY", "WYOMING", "", ("9*9999", "99*999A"), (25, 25, 30), ((120, 175, 225), (225, 235, 240), (170, 175,
        110)), (60, 60, 50), False, True, (40, 35, 30)),
)  # fmt: skip

FACES: dict[str, tuple[Face, ...]] = {
    state: tuple(face for face in _ROWS if face.state == state) for state in sorted({face.state for face in _ROWS})
}
ALL: tuple[Face, ...] = _ROWS
PAPER = Face("LA", "TEMPORARY", "EXPIRES", ("A9999999", "99999999"), BLACK, ((232, 232, 226),), BLACK)
