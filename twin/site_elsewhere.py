"""A recorded site file at other addresses.

Knows: which of a site file's tables hold an address, and what was a file of another day.
Refuses to know: who is at an address.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from twin.parish_films import film_url
from twin.parish_site import Addresses, feed_row, streams

RECORD = ("history", "premises")
_ADDRESSED = ("listen", "connect", "folder", "url")


def with_addresses(site: Mapping[str, Any], addresses: Addresses) -> dict[str, Any]:
    """A recorded site file at other addresses, without maps, which were files of another day."""
    kept = {key: value for key, value in site["site"].items() if key not in ("map", "roads")}
    feeds = [
        {**feed, **{key: value for key, value in _anew(feed, addresses).items() if key in _ADDRESSED}}
        for feed in site["feeds"]
    ]
    for feed in feeds:
        if feed["link"] == "rtsp":
            feed |= streams("rtsp", list(feed["streams"]), addresses)
    films = [
        {**film, "url": film_url(film["id"], addresses.cameras)}
        | ({"events": film_url(f"{film['id']}/events", addresses.cameras, "http")} if "events" in film else {})
        for film in site.get("cameras", ())
    ]
    site = {key: table for key, table in site.items() if key != "sign_in"}  # its issuer is gone
    here = {"site": kept, "api": {"listen": addresses.api}, "terminals": {"connect": addresses.broker}, "feeds": feeds}
    if "patterns" in site:  # these were files of that day's run
        here["patterns"] = {key: value for key, value in site["patterns"].items() if key not in RECORD}
    if "cot" in site:
        here["cot"] = {**site["cot"], "listen": addresses.cot}
    if "community" in site:
        here["community"] = {**site["community"], "listen": addresses.portal}
    return {**site, **here, **({"cameras": films} if films else {})}


def _anew(feed: Mapping[str, Any], addresses: Addresses) -> dict[str, Any]:
    return feed_row(feed["name"], feed["format"], feed["link"], addresses)
