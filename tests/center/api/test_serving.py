"""What every answer carries, the page, and what anybody may read."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from center.api.map import SiteMap
from center.core.events import FeedFaulted, UnitMoved
from tests.center.api.room import get, play, posted, room
from tests.running import LINKS, Answer, Console, office

pytestmark = pytest.mark.wire


def guarded(answer: Answer) -> Answer:
    """The headers that keep a page from being framed, sniffed, or fed with anybody else's scripts."""
    policy = answer.headers["content-security-policy"]
    assert "default-src 'none'" in policy
    assert "frame-ancestors 'none'" in policy
    assert "unsafe-eval" not in policy
    assert "script-src 'self';" in policy
    assert answer.headers["x-content-type-options"] == "nosniff"
    assert answer.headers["referrer-policy"] == "no-referrer"
    assert answer.headers["cross-origin-opener-policy"] == "same-origin"
    assert answer.headers["cache-control"]
    assert "server" not in answer.headers
    return answer


def test_every_answer_carries_the_guarding_headers() -> None:
    """Granted, refused, malformed, unknown, too large: a header that is missing on an error is missing."""

    async def story() -> None:
        async with room() as here:
            ada, stranger = await here.console(), Console(here.at)
            answers = {
                200: await get(ada, "/api/state"),
                401: await get(stranger, "/api/state"),
                403: await posted(ada, "/api/units/PD-1/look", {"what": "video", "reason": "stop"}),
                404: await get(ada, "/api/nowhere"),
                405: await posted(ada, "/api/state"),
                413: await posted(ada, "/api/plates/search", b" " * 70_000),
                422: await posted(ada, "/api/plates/search", {}),
                503: await get(stranger, "/"),
            }
            for status, answer in answers.items():
                assert answer.status == status
                guarded(answer)

    play(story())


def test_the_page_is_served_as_it_was_built(tmp_path: Path) -> None:
    """What its name identifies may be kept for ever, the page itself is asked for anew; nothing outside is served."""
    (tmp_path / "dist" / "assets").mkdir(parents=True)
    (tmp_path / "dist" / "index.html").write_text("<title>built</title>")
    (tmp_path / "dist" / "assets" / "index-abc.js").write_text("1")
    (tmp_path / "secret").write_text("secret")

    async def story() -> None:
        async with room(tmp_path / "dist") as here:
            stranger = Console(here.at)
            page = guarded(await get(stranger, "/"))
            assert (page.status, page.body) == (200, b"<title>built</title>")
            assert page.headers["cache-control"] == "no-cache"
            script = guarded(await get(stranger, "/assets/index-abc.js"))
            assert "immutable" in script.headers["cache-control"]
            missing = guarded(await get(stranger, "/assets/index-old.js"))
            assert (missing.status, missing.headers["cache-control"]) == (404, "no-cache")
            for path in ("/../secret", "/%2e%2e/secret", "/assets/..%2f..%2fsecret", "/none.js"):
                assert (await get(stranger, path)).status == 404
            assert (await get(stranger, "/api/status")).status == 200

    play(story())


def test_without_a_built_page_the_interface_works_and_says_so() -> None:
    """503 and a plain page that says what to do."""

    async def story() -> None:
        async with room() as here:
            answer = await get(Console(here.at), "/")
            assert answer.status == 503
            assert answer.headers["content-type"].startswith("text/html")
            assert b"make console" in answer.body

    play(story())


def test_status_is_for_anybody_and_tells_how_far_the_disk_is() -> None:
    """A monitor needs no session."""

    async def story() -> None:
        async with room() as here:
            with here.journal.shut():
                here.learn(here.listed("WNT001"))
                said = (await get(Console(here.at), "/api/status")).said
                assert said["position"] == said["durable"] + 1
                assert (said["operators"], said["trouble"]) == (0, "")

    play(story())


def test_the_site_and_its_map(tmp_path: Path) -> None:
    """Bounds are those of the boundary, or of everything where there is none; a site without a map has neither."""
    boundary = {"type": "Polygon", "coordinates": [[[-93.5, 30.0], [-93.0, 30.0], [-93.0, 30.5], [-93.5, 30.0]]]}
    far_road = {"type": "LineString", "coordinates": [[-94.0, 30.0], [-93.0, 31.0]]}

    def written(*features: dict[str, Any]) -> Path:
        path = tmp_path / "map.geojson"
        path.write_text(json.dumps({"type": "FeatureCollection", "features": features}))
        return path

    road = {"type": "Feature", "properties": {"layer": "road"}, "geometry": far_road}
    border = {"type": "Feature", "properties": {"layer": "boundary"}, "geometry": boundary}
    assert SiteMap(written(road, border)).bounds == (-93.5, 30.0, -93.0, 30.5)
    assert SiteMap(written(road)).bounds == (-94.0, 30.0, -93.0, 31.0)

    async def story() -> None:
        async with room() as here:
            ada = await here.console()
            site = (await get(ada, "/api/site")).said
            assert (site["name"], site["simulated"], site["timezone"], site["bounds"]) == (
                "test",
                True,
                "America/Chicago",
                None,
            )
            assert {"agency": "PD", "name": "Police Department", "own": False, "sees": []} in site["agencies"]
            assert {"reader": "R1", "name": "reader R1", "lat": 30.2, "lon": -93.2} in site["readers"]
            answer = await get(ada, "/api/map")
            assert answer.headers["content-type"] == "application/geo+json"
            assert answer.said == {"type": "FeatureCollection", "features": []}

    play(story())


def test_what_is_not_for_a_page_is_not_in_the_state() -> None:
    """No token, no address, no secret of the site file reaches a client."""

    async def story() -> None:
        async with room(simulated=False) as here:
            here.learn(UnitMoved(at=here.clock.now(), source="avl", unit="SO-1", lat=30.2, lon=-93.2))
            here.learn(FeedFaulted(at=here.clock.now(), source="avl", why="checksum", excerpt="$GPRMC"))
            ada = await here.console("ada", "correct horse battery staple")
            for path in ("state", "site", "feeds", "session", "openapi.json"):
                answer = await get(ada, f"/api/{path}")
                assert answer.status == 200
                assert b"token_sha256" not in answer.body
                assert b"correct horse" not in answer.body

    play(story())


def test_the_feeds_are_those_of_the_site_file(tmp_path: Path) -> None:
    """Each with its format and link, heard or not."""
    with office(tmp_path) as center:
        feeds = center.console().get("/api/feeds").said
        assert {feed["feed"]: (feed["format"], feed["link"]) for feed in feeds} == {
            name: kinds for name, kinds in LINKS.items() if kinds[1] != "mqtt"
        }
        assert {feed["state"] for feed in feeds} == {"never"}
