"""PIDF-LO: every shape of RFC 5491, civic addresses, documents with several places, and attacks."""

from __future__ import annotations

from math import cos, radians

import pytest

from center.ingest.pidf_lo import MAX_XML_CHARS, PidfError, Place, read_pidf_lo

EPSG = "urn:ogc:def:crs:EPSG::"
METRE = 'uom="urn:ogc:def:uom:EPSG::9001"'
DEGREE = 'uom="urn:ogc:def:uom:EPSG::9102"'
RADIAN = 'uom="urn:ogc:def:uom:EPSG::9101"'

POINT = f'<gml:Point srsName="{EPSG}4326"><gml:pos>30.2266 -93.2174</gml:pos></gml:Point>'
CIVIC = "<ca:civicAddress><ca:country>US</ca:country><ca:A1>LA</ca:A1><ca:RD>Ryan</ca:RD></ca:civicAddress>"


def circle(radius: str = "50", lat: str = "30.2266", unit: str = METRE) -> str:
    return (
        f'<gs:Circle srsName="{EPSG}4326"><gml:pos>{lat} -93.2174</gml:pos>'
        f"<gs:radius {unit}>{radius}</gs:radius></gs:Circle>"
    )


def presence(*infos: str) -> str:
    """A document with one tuple for each location-info."""
    tuples = "".join(
        f'<tuple id="t{at}"><status><gp:geopriv><gp:location-info>{info}</gp:location-info><gp:usage-rules/>'
        f"</gp:geopriv></status></tuple>"
        for at, info in enumerate(infos)
    )
    return (
        '<?xml version="1.0" encoding="UTF-8"?><presence xmlns="urn:ietf:params:xml:ns:pidf"'
        ' xmlns:gp="urn:ietf:params:xml:ns:pidf:geopriv10" xmlns:gml="http://www.opengis.net/gml"'
        ' xmlns:gs="http://www.opengis.net/pidflo/1.0" xmlns:con="urn:ietf:params:xml:ns:geopriv:conf"'
        f' xmlns:ca="urn:ietf:params:xml:ns:pidf:geopriv10:civicAddr" entity="pres:x@y">{tuples}</presence>'
    )


def place(*infos: str) -> Place:
    return read_pidf_lo(presence(*infos))


def metres_apart(one: Place, lat: float, lon: float) -> float:
    assert one.lat is not None
    assert one.lon is not None
    north, east = (one.lat - lat) * 111_320, (one.lon - lon) * 111_320 * cos(radians(lat))
    return float((north**2 + east**2) ** 0.5)


# --- shapes ---------------------------------------------------------------------------------------------------------


def test_a_point_has_no_uncertainty() -> None:
    """Latitude first (EPSG 4326); nobody said how sure."""
    assert place(POINT) == Place(lat=30.2266, lon=-93.2174)


def test_a_point_in_three_dimensions_has_an_altitude() -> None:
    """EPSG 4979; commas and signs in the list are forgiven."""
    solid = f'<gml:Point srsName="{EPSG}4979"><gml:pos>+30.2266, -93.2174, 12.5,</gml:pos></gml:Point>'
    assert place(solid) == Place(30.2266, -93.2174, None, 12.5)


@pytest.mark.parametrize(
    ("unit", "metres"), [(METRE, 100.0), ("", 100.0), ('uom="urn:ogc:def:uom:EPSG::9002"', 30.48), ('uom="m"', 100.0)]
)
def test_a_circle_has_its_radius(unit: str, metres: float) -> None:
    """In metres, feet, or with the unit left out."""
    assert place(circle("100", unit=unit)).uncertainty_m == pytest.approx(metres)


def test_an_ellipse_becomes_the_circle_about_it() -> None:
    """The longer half-axis is the radius; confidence beside it is no matter."""
    ellipse = (
        f'<gs:Ellipse srsName="{EPSG}4326"><gml:pos>30.2266 -93.2174</gml:pos>'
        f"<gs:semiMajorAxis {METRE}>1275</gs:semiMajorAxis><gs:semiMinorAxis {METRE}>670</gs:semiMinorAxis>"
        f'<gs:orientation {DEGREE}>43.2</gs:orientation></gs:Ellipse><con:confidence pdf="normal">95</con:confidence>'
    )
    assert place(ellipse) == Place(30.2266, -93.2174, 1275.0)


@pytest.mark.parametrize(("start", "unit"), [("20", DEGREE), ("0.3490658503988659", RADIAN)])
def test_an_arc_band_is_centred_in_its_sector(start: str, unit: str) -> None:
    """RFC 5491's example of a cell's sector: the middle lies on its bisector (30 degrees) within the band, and the
    circle covers the corners."""
    arc = (
        f'<gs:ArcBand srsName="{EPSG}4326"><gml:pos>-43.5723 153.21760</gml:pos>'
        f"<gs:innerRadius {METRE}>3594</gs:innerRadius><gs:outerRadius {METRE}>4148</gs:outerRadius>"
        f"<gs:startAngle {unit}>{start}</gs:startAngle><gs:openingAngle {DEGREE}>20</gs:openingAngle></gs:ArcBand>"
    )
    middle = place(arc)
    assert 3594 < metres_apart(middle, -43.5723, 153.2176) < 4148
    assert middle.lat is not None
    assert (middle.lat + 43.5723) * 111_320 == pytest.approx(
        metres_apart(middle, -43.5723, 153.2176) * cos(radians(30)), rel=0.01
    )
    assert middle.uncertainty_m == pytest.approx(755, abs=5)


def test_a_whole_ring_is_centred_on_its_tower() -> None:
    """An opening of 360 degrees has no direction."""
    ring = (
        f'<gs:ArcBand srsName="{EPSG}4326"><gml:pos>30.2 -93.2</gml:pos>'
        f"<gs:innerRadius {METRE}>100</gs:innerRadius><gs:outerRadius {METRE}>900</gs:outerRadius>"
        f"<gs:startAngle {DEGREE}>0</gs:startAngle><gs:openingAngle {DEGREE}>360</gs:openingAngle></gs:ArcBand>"
    )
    assert metres_apart(place(ring), 30.2, -93.2) < 1
    assert place(ring).uncertainty_m == pytest.approx(900)


SQUARE = ((30.20, -93.20), (30.21, -93.20), (30.21, -93.21), (30.20, -93.21), (30.20, -93.20))


@pytest.mark.parametrize("listed", [True, False])
def test_a_polygon_becomes_its_centroid_and_farthest_corner(listed: bool) -> None:
    """Corners as one list or one by one; the closing corner does not pull the middle towards it."""
    pairs = [f"{lat} {lon}" for lat, lon in SQUARE]
    corners = (
        f"<gml:posList>{' '.join(pairs)}</gml:posList>" if listed else "".join(f"<gml:pos>{p}</gml:pos>" for p in pairs)
    )
    ring = f"<gml:exterior><gml:LinearRing>{corners}</gml:LinearRing></gml:exterior>"
    middle = place(f'<gml:Polygon srsName="{EPSG}4326">{ring}</gml:Polygon>')
    assert metres_apart(middle, 30.205, -93.205) < 1
    assert middle.uncertainty_m == pytest.approx(735, abs=2)


def test_a_prism_is_its_base() -> None:
    """Its reference system stands on the outermost element only, and its list is three-dimensional."""
    triples = " ".join(f"{lat} {lon} 36.6" for lat, lon in SQUARE)
    ring = f"<gml:exterior><gml:LinearRing><gml:posList>{triples}</gml:posList></gml:LinearRing></gml:exterior>"
    base = f"<gs:base><gml:Polygon>{ring}</gml:Polygon></gs:base><gs:height {METRE}>2.4</gs:height>"
    middle = place(f'<gs:Prism srsName="{EPSG}4979">{base}</gs:Prism>')
    assert metres_apart(middle, 30.205, -93.205) < 1
    assert middle.altitude_m == 36.6


def test_crs84_is_longitude_first() -> None:
    """The one system that turns the pair round, when the document says so."""
    turned = '<gml:Point srsName="urn:ogc:def:crs:OGC::CRS84"><gml:pos>-93.2174 30.2266</gml:pos></gml:Point>'
    assert place(turned) == place(POINT)


def test_namespaces_may_be_bound_to_anything() -> None:
    """GML 3.2's namespace, other prefixes, or none at all."""
    plain = "<presence><location-info><Point><pos>30.2266 -93.2174</pos></Point></location-info></presence>"
    assert read_pidf_lo(plain) == place(POINT)
    assert read_pidf_lo(presence(POINT).replace("opengis.net/gml", "opengis.net/gml/3.2")) == place(POINT)


# --- addresses and choices ------------------------------------------------------------------------------------------


def test_a_civic_address_is_one_line() -> None:
    """As it would stand on an envelope."""
    fields = {
        "country": "US", "A1": "LA", "A2": "Calcasieu", "A3": "Lake Charles", "PRD": "W", "RD": "Prien Lake",
        "STS": "Road", "HNO": "484", "HNS": "B", "NAM": "Prien Lake Mall", "FLR": "2", "PC": "70601",
        "LOC": "  by the\n fountain ",
    }  # fmt: skip
    civic = "".join(f"<ca:{name}>{text}</ca:{name}>" for name, text in fields.items())
    address = place(f"<ca:civicAddress>{civic}</ca:civicAddress>").address
    assert address == "Prien Lake Mall, 484B W Prien Lake Road, floor 2, by the fountain, Lake Charles, LA 70601"


def test_a_milepost_is_part_of_the_address() -> None:
    """RFC 6848: how places on an interstate are named."""
    civic = (
        "<ca:civicAddress><ca:A1>LA</ca:A1><ca:RD>I-10</ca:RD><ca:POD>E</ca:POD><ca:MP>32.4</ca:MP></ca:civicAddress>"
    )
    assert place(civic).address == "I-10 E, milepost 32.4, LA"


def test_position_and_address_may_come_together() -> None:
    """In one location-info or in two tuples."""
    assert place(POINT + CIVIC) == place(POINT, CIVIC) == Place(30.2266, -93.2174, address="Ryan, LA")


def test_the_surest_of_several_positions_is_taken() -> None:
    """A cell's sector beside a handset's own fix."""
    assert place(circle("2000", "30.1"), circle("20", "30.3"), circle("500", "30.2")).lat == 30.3


def test_a_bare_point_is_supposed_to_be_good_to_a_hundred_metres() -> None:
    """Better than a sector, worse than a fix with a radius."""
    assert place(circle("2000", "30.1"), POINT).lat == 30.2266
    assert place(circle("20", "30.1"), POINT).lat == 30.1


def test_one_broken_shape_does_not_cost_the_other() -> None:
    """As long as something is left."""
    assert place(POINT.replace("30.2266", "99"), circle("20", "30.3")).lat == 30.3


# --- what is refused ------------------------------------------------------------------------------------------------

LAUGHS = '<!DOCTYPE p [<!ENTITY a "ha"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;">]><presence>&b;</presence>'


@pytest.mark.parametrize(
    ("text", "why"),
    [
        (LAUGHS, "document type or entities"),
        ('<!DOCTYPE p SYSTEM "file:///etc/passwd"><presence/>', "document type or entities"),
        ("", "not well-formed"),
        ("<presence>", "not well-formed"),
        ("<a>" * 50_000, "not well-formed"),
        ("x" * (MAX_XML_CHARS + 1), "larger than the limit"),
        (presence(), "without a position or an address"),
        (presence(POINT.replace("30.2266", "91")), "position out of range"),
        (presence(POINT.replace("30.2266 -93.2174", "0 0")), "position is 0,0"),
        (presence(POINT.replace("30.2266", "NaN")), "coordinates are not numbers"),
        (presence(POINT.replace("30.2266", "1e400")), "coordinates are not numbers"),
        (presence(POINT.replace("30.2266", "thirty")), "coordinates are not numbers"),
        (presence(POINT.replace("30.2266 -93.2174", "30.2266")), "coordinate is cut short"),
        (presence(POINT.replace("30.2266 -93.2174", "")), "coordinate is cut short"),
        (presence('<gml:Point srsName="EPSG:3857"><gml:pos>1 2</gml:pos></gml:Point>'), "unknown reference system"),
        (presence("<gml:Point/>"), "shape without coordinates"),
        (presence(circle("-1")), "radius out of range"),
        (presence(circle("1e9")), "radius out of range"),
        (presence(circle("")), "shape without radius"),
        (presence(circle(unit='uom="furlong"')), "radius in an unknown unit"),
        (presence(f"<gml:Polygon><gml:posList>{'1 2 ' * 20_000}</gml:posList></gml:Polygon>"), "too many points"),
    ],
)
def test_what_is_wrong_is_said_in_a_few_words(text: str, why: str) -> None:
    """Attacks, damage and nonsense all end in one kind of error."""
    with pytest.raises(PidfError, match=why):
        read_pidf_lo(text)


def test_a_deep_document_is_read_without_recursion() -> None:
    """Nesting costs no stack."""
    deep = presence("<x>" * 5000 + POINT + "</x>" * 5000)
    assert read_pidf_lo(deep).lat == 30.2266
