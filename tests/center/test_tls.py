"""The page, a listener for devices, and a broker, each by TLS as the site file asks for it."""

from __future__ import annotations

import asyncio
import http.client
import json
import re
import ssl
from pathlib import Path
from typing import Any

import paho.mqtt.publish
import pytest

from center import tls
from center.site import SiteError, from_tables
from center.wiring import open_wires
from tests.center.links.basin import Basin, carrying
from tests.certificates import Authority
from tests.devices import LAT, LON
from tests.running import LOOPBACK, PATIENCE_S, Office, becomes, free_port, tables
from tests.servers import mosquitto

pytestmark = pytest.mark.wire


def trusting(ca: Path | None) -> ssl.SSLContext:
    return ssl.create_default_context(cafile=ca)


def asked(at: tuple[str, int], path: str, context: ssl.SSLContext, body: bytes | None = None) -> Any:
    connection = http.client.HTTPSConnection(*at, timeout=PATIENCE_S, context=context)
    try:
        connection.request("GET" if body is None else "POST", path, body, {"Content-Type": "application/json"})
        answer = connection.getresponse()
        answer.read()
        return answer
    finally:
        connection.close()


def test_the_page_by_tls_and_by_nothing_else(tmp_path: Path) -> None:
    """A center run with a certificate: whoever trusts its authority comes in, with Secure cookies and HSTS, and finds
    the relay by TLS as well, and owners' apps the portal; plain HTTP and a TLS older than 1.2 get nothing."""
    authority = Authority(tmp_path)
    certificate, key = authority.sign("rtcc")
    site = tables()
    site["api"] |= {"tls_certificate": certificate.name, "tls_key": key.name}
    portal = free_port({int(site["api"]["listen"].rpartition(":")[2])})
    site["community"] = {"listen": f"{LOOPBACK}:{portal}", "owners": []} | {
        key: site["api"][key] for key in ("tls_certificate", "tls_key")
    }
    site["cameras"] = [
        {"id": "gate", "kind": "fixed", "agency": "SO", "at": [LAT, LON], "range_m": 100, "url": "rtsp://127.0.0.1:9/a"}
    ]
    office = Office(tmp_path, site)
    office.start()
    try:
        trusted = trusting(authority.ca)
        becomes(lambda: _up(office.api, trusted), office.said)
        answer = asked(office.api, "/api/session", trusted, json.dumps({"operator": "ada"}).encode())
        assert answer.status == 200
        assert "secure" in answer.headers["set-cookie"].lower()
        assert answer.headers["strict-transport-security"]
        assert "https://" in office.said()
        policy = asked(office.api, "/", trusted).headers["content-security-policy"]
        relay = re.search(r"connect-src 'self' wss://127\.0\.0\.1:(\d+);", policy)
        assert relay is not None, policy
        assert asked((LOOPBACK, int(relay[1])), f"/{'a' * 32}.mp4", trusted).status == 404
        assert asked((LOOPBACK, portal), "/community/v1/asks", trusted).status == 401
        with pytest.raises(ssl.SSLCertVerificationError):
            asked(office.api, "/api/status", trusting(None))
        old = trusting(authority.ca)
        with pytest.warns(DeprecationWarning, match="TLSv1_1"):
            old.maximum_version = ssl.TLSVersion.TLSv1_1
        with pytest.raises(ssl.SSLError):
            asked(office.api, "/api/status", old)
        plain = http.client.HTTPConnection(*office.api, timeout=PATIENCE_S)
        with pytest.raises((http.client.HTTPException, OSError)):  # noqa: PT012  # either may be the one that notices
            plain.request("GET", "/api/status")
            plain.getresponse()
        plain.close()
    finally:
        office.stop()


def _up(at: tuple[str, int], context: ssl.SSLContext) -> bool:
    try:
        return asked(at, "/api/status", context).status == 200
    except ConnectionError:
        return False


def test_devices_and_terminals_by_mqtts(tmp_path: Path) -> None:
    """A broker that wants a certificate gets the center's; what comes by it arrives. A broker that cannot show who it
    is hears nothing."""
    authority, other = Authority(tmp_path), Authority(tmp_path, "stranger")
    certificate, key = authority.sign("broker")
    mine, my_key = authority.sign("rtcc")
    config = f"cafile {authority.ca}\ncertfile {certificate}\nkeyfile {key}\nrequire_certificate true\n"
    with mosquitto(config=config) as broker:

        def wire(ca: Path) -> Any:
            feed = {"name": "phones", "format": "owntracks", "link": "mqtt", "topic": "owntracks/#"}
            there = {"connect": f"mqtts://{LOOPBACK}:{broker.port}", "ca": ca.name}
            shown = {"certificate": mine.name, "key": my_key.name}
            site = from_tables({**tables(), "feeds": [{**feed, **there, **shown}]}, "here")
            (one,) = open_wires(site, tmp_path)
            return one

        def publish() -> None:
            paho.mqtt.publish.single(
                "owntracks/a/b",
                b"{}",
                qos=1,
                hostname=LOOPBACK,
                port=broker.port,
                tls={"ca_certs": str(authority.ca), "certfile": str(mine), "keyfile": str(my_key)},
            )

        async def story() -> None:
            basin, doubtful = Basin(), Basin()
            async with carrying(wire(authority.ca), {"phones": basin}):
                await asyncio.to_thread(publish)
                await basin.until(lambda: basin.data == [b"{}"])
            async with carrying(wire(other.ca), {"phones": doubtful}, up=False):
                await doubtful.until(lambda: bool(doubtful.troubles))
            assert "certificate" in doubtful.troubles[0].lower()

        asyncio.run(story())


@pytest.mark.parametrize(
    ("said", "why"),
    [
        ({"connect": "127.0.0.1:1883", "ca": "ca.pem"}, "feeds[0].connect: certificates are for mqtts://"),
        ({"connect": "mqtts://nowhere"}, "feeds[0].connect: 'nowhere' is not host:port"),
        ({"connect": "mqtts://127.0.0.1:1", "certificate": "a"}, "feeds[0]: certificate and key go together"),
    ],
)
def test_a_site_file_that_would_not_be_safe_says_so(said: dict[str, str], why: str) -> None:
    feed = {"name": "phones", "format": "owntracks", "link": "mqtt", "topic": "owntracks/#", **said}
    with pytest.raises(SiteError) as caught:
        from_tables({**tables(), "feeds": [feed]}, "here")
    assert str(caught.value).startswith(f"here: {why}")


def test_a_file_that_is_none_is_named(tmp_path: Path) -> None:
    """Before anything listens."""
    authority = Authority(tmp_path)
    certificate, key = authority.sign("rtcc")
    tls.server(certificate, key)
    assert tls.client(authority.ca, certificate, key).minimum_version == ssl.TLSVersion.TLSv1_2
    spoiled = tmp_path / "spoiled.pem"
    spoiled.write_text("no certificate")
    for wrong in (tmp_path / "none.pem", spoiled):
        with pytest.raises(ValueError, match=wrong.name):
            tls.server(wrong, key)
    with pytest.raises(ValueError, match="none"):
        tls.client(tmp_path / "none.pem", None, None)
