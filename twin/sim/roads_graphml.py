"""Roads from GraphML, as NetworkX and OSMnx write it.

Knows: GraphML's keys, nodes and edges; OSMnx's attributes (`x`, `y`, `highway`, `oneway`, `maxspeed`, `name`, `ref`,
`geometry` as WKT); and at which line of the file it is.
Refuses to know: ports, hyperedges and nested graphs, and what becomes of the roads.

Coordinates must be degrees (WGS 84): OSMnx's graphs are, unless they were projected.
"""

from __future__ import annotations

import math
import re
from pathlib import Path
from xml.sax import SAXException, SAXParseException
from xml.sax.handler import ContentHandler
from xml.sax.xmlreader import AttributesImpl, Locator

import defusedxml.sax
from defusedxml.common import DefusedXmlException

from twin.sim.parish import LatLon
from twin.sim.roads_drawn import Drawn, RoadsError
from twin.sim.roads_tags import road

LONGEST_TEXT = 1 << 20  # characters of one attribute
_WKT = re.compile(r"\s*LINESTRING\s*\(([-+\d.eE,\s]+)\)\s*", re.IGNORECASE)


def read(path: Path, drawn: Drawn) -> None:
    """Draw the file's roads. Raises RoadsError that names the line."""
    handler = _Handler(drawn, str(path))
    try:
        with path.open("rb") as file:
            defusedxml.sax.parse(file, handler, forbid_dtd=True)
    except SAXParseException as error:
        place = f"{path}:{error.getLineNumber()}:{(error.getColumnNumber() or 0) + 1}"
        raise RoadsError(f"{place}: not XML: {error.getMessage()}") from error
    except (SAXException, DefusedXmlException, UnicodeError) as error:
        raise RoadsError(f"{handler.place()}: not XML that is read here: {error}") from error
    if not handler.is_graph:
        raise RoadsError(f"{path}: found no <graph>, expected GraphML")


class _Handler(ContentHandler):
    """Nodes must come before the edges that name them, as in every file that OSMnx and NetworkX write."""

    def __init__(self, drawn: Drawn, name: str) -> None:
        super().__init__()
        self.is_graph = False
        self._drawn = drawn
        self._name = name
        self._locator: Locator | None = None
        self._keys: dict[str, str] = {}
        self._directed = True
        self._nodes: dict[str, LatLon] = {}
        self._of: tuple[str, ...] = ()  # the node or edge that is open: (id,) or (source, target)
        self._data: dict[str, str] = {}
        self._key: str | None = None
        self._text: list[str] = []
        self._length = 0

    def place(self) -> str:
        line = self._locator.getLineNumber() if self._locator else 1
        return f"{self._name}:{line}"

    def setDocumentLocator(self, locator: Locator) -> None:  # noqa: N802  # SAX's name
        self._locator = locator

    def startElement(self, name: str, attrs: AttributesImpl) -> None:  # noqa: N802  # SAX's name
        tag = name.rpartition(":")[2]
        if tag == "key":
            self._keys[self._attribute(attrs, "id")] = attrs.get("attr.name", "")
        elif tag == "graph":
            self.is_graph = True
            self._directed = attrs.get("edgedefault", "directed") != "undirected"
        elif tag == "node":
            self._of, self._data = (self._attribute(attrs, "id"),), {}
        elif tag == "edge":
            self._of, self._data = (self._attribute(attrs, "source"), self._attribute(attrs, "target")), {}
        elif tag == "data":
            self._key, self._text, self._length = self._keys.get(self._attribute(attrs, "key"), ""), [], 0

    def characters(self, content: str) -> None:
        if self._key is not None:
            self._length += len(content)
            if self._length > LONGEST_TEXT:
                raise RoadsError(f"{self.place()}: {self._key}: more than {LONGEST_TEXT:,} characters")
            self._text.append(content)

    def endElement(self, name: str) -> None:  # noqa: N802  # SAX's name
        tag = name.rpartition(":")[2]
        if tag == "data" and self._key is not None:
            self._data[self._key], self._key = "".join(self._text).strip(), None
        elif tag == "node" and self._of:
            self._nodes[self._of[0]] = LatLon(self._degrees("y", 90.0), self._degrees("x", 180.0))
        elif tag == "edge":
            self._edge(*self._of)

    def _edge(self, source: str, target: str) -> None:
        found = road({**self._data, "oneway": "yes" if self._is_one_way() else "no"})
        if found is None:
            return
        for end in (source, target):
            if end not in self._nodes:
                raise RoadsError(f"{self.place()}: edge {source} -> {target}: there is no node {end} before it")
        between = self._between()
        line = [(source, self._nodes[source]), *(((*self._pair(source, target), *at), at) for at in between)]
        self._drawn.line([*line, (target, self._nodes[target])], found)

    def _is_one_way(self) -> bool:
        """An edge of a directed graph is one direction, unless it says that it is both."""
        said = self._data.get("oneway", "").casefold()
        return said in ("true", "yes", "1") or (self._directed and said not in ("false", "no", "0"))

    def _pair(self, source: str, target: str) -> tuple[str, str]:
        """The two directions of a road share the points between its ends; other roads share only ends."""
        return (source, target) if source <= target else (target, source)

    def _between(self) -> list[LatLon]:
        """The points of an edge's line, without its ends."""
        written = self._data.get("geometry")
        if not written:
            return []
        match = _WKT.fullmatch(written)
        try:
            pairs = [[float(number) for number in pair.split()[:2]] for pair in match[1].split(",")] if match else []
            points = [LatLon(lat, lon) for lon, lat in pairs]
        except ValueError:
            points = []
        if len(points) < 2 or not all(abs(p.lat) <= 90 and abs(p.lon) <= 180 for p in points):
            raise RoadsError(f"{self.place()}: geometry: found {written[:60]!r}, expected LINESTRING (lon lat, ...)")
        return points[1:-1]

    def _attribute(self, attrs: AttributesImpl, name: str) -> str:
        value = attrs.get(name)
        if value is None:
            raise RoadsError(f"{self.place()}: found no {name}, expected one")
        return str(value)

    def _degrees(self, key: str, most: float) -> float:
        written = self._data.get(key, "")
        try:
            value = float(written)
        except ValueError:
            value = math.nan
        if not abs(value) <= most:
            found = f"found {written!r}" if written else "found none"
            raise RoadsError(f"{self.place()}: node {self._of[0]}: {key}: {found}, expected degrees (WGS 84)")
        return value
