"""TAK clients at a real center: pytak and a bare socket, chat both ways, units and leads, TLS with certificates."""

from __future__ import annotations

import re
import socket
import ssl
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from tests import devices
from tests.center.ingest.test_cot import chat, event, ping, receipt
from tests.devices import Wire
from tests.running import PATIENCE_S, Office, becomes, tables
from tests.servers import LOOPBACK, free_port

pytestmark = pytest.mark.wire

CLIENTS = [
    {"client": "TAK-1", "unit": "SO-1"},
    {"client": "ADA", "operator": "ada"},
    {"client": "PD", "operator": "pat"},
]
PYTAK = """
import asyncio, configparser, sys, pytak
async def main():
    config = configparser.ConfigParser()
    config["c"] = {"COT_URL": "tcp://127.0.0.1:%d", "PYTAK_NO_HELLO": "1"}
    reader, writer = await pytak.protocol_factory(config["c"])
    out, come = asyncio.Queue(), asyncio.Queue()
    works = [pytak.TXWorker(out, config["c"], writer), pytak.RXWorker(come, config["c"], reader)]
    tasks = [asyncio.create_task(work.run()) for work in works]
    await out.put(pytak.gen_cot(30.2, -93.2, 5, 5, uid="PYTAK-1", cot_type="a-f-G-U-C", callsign="ADA"))
    loop = asyncio.get_running_loop()
    loop.add_reader(sys.stdin, lambda: out.put_nowait(line.encode()) if (line := sys.stdin.readline()) else None)
    while True:
        print((await come.get()).decode().replace("\\n", " "), flush=True)
asyncio.run(main())
"""


class Heard:
    """What a client was told, event by event."""

    def __init__(self) -> None:
        self.events: list[str] = []

    def one(self, *words: str) -> str:
        """The first event that has all of these words, once it has come."""

        def found() -> list[str]:
            return [told for told in list(self.events) if all(word in told for word in words)]

        becomes(found, lambda: f"nothing with {words} among {self.events[-5:]}")
        return found()[0]


@contextmanager
def bare(port: int, context: ssl.SSLContext | None = None) -> Iterator[tuple[Heard, Callable[[bytes], None]]]:
    """A socket and nothing else."""
    plain = socket.create_connection((LOOPBACK, port), PATIENCE_S)
    sock = context.wrap_socket(plain, server_hostname="center") if context else plain
    heard, held = Heard(), b""

    def read() -> None:
        nonlocal held
        try:
            while data := sock.recv(65536):
                held += data
                *done, held = held.split(b"</event>")
                heard.events.extend(f"{one.decode()}</event>" for one in done)
        except OSError:
            return

    thread = threading.Thread(target=read, daemon=True)
    thread.start()
    try:
        yield heard, sock.sendall
    finally:
        sock.close()


@contextmanager
def by_pytak(port: int) -> Iterator[tuple[Heard, Callable[[bytes], None]]]:
    command = [sys.executable, "-W", "ignore", "-c", PYTAK % port]
    client = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL)
    assert client.stdin is not None
    assert client.stdout is not None
    heard, pipe = Heard(), client.stdin

    def read(lines: Any = client.stdout) -> None:
        heard.events.extend(line.decode() for line in lines)

    def say(data: bytes) -> None:
        pipe.write(data.replace(b"\n", b" ") + b"\n")
        pipe.flush()

    thread = threading.Thread(target=read, daemon=True)
    thread.start()
    try:
        yield heard, say
    finally:
        client.kill()
        client.wait()
        thread.join(PATIENCE_S)
        pipe.close()
        client.stdout.close()


def site(port: int, **cot: Any) -> dict[str, Any]:
    told = tables(deliver_s=3600, read_s=3600)
    told["units"][0] |= {"terminal": None}
    told["units"][0].pop("terminal")
    return {**told, "cot": {"listen": f"{LOOPBACK}:{port}", "clients": CLIENTS, **cot}}


def hello(name: str, uid: str = "ANDROID-7") -> bytes:
    return event(uid, "a-f-G-U-C", f'<contact callsign="{name}" endpoint="*:-1:stcp"/>')


def test_clients_see_units_and_leads_and_chat_with_the_room(tmp_path: Path) -> None:
    """pytak is an operator's, the bare socket a deputy's, who has no terminal: a message to the unit comes by GeoChat,
    its receipts and the answer come back, and what the room reads is receipted. A stranger is told nothing."""
    port = free_port()
    center = Office(tmp_path, site(port))
    center.up()
    try:
        with (
            by_pytak(port) as (ada, _),
            bare(port) as (deputy, says),
            bare(port) as (stranger, lies),
            Wire(center) as wire,
        ):
            says(hello("TAK-1"))
            lies(hello("NOBODY", "U-9"))
            devices.drop(center.folder / "lists", "wanted.csv", devices.hot_list(["WNT001"]))
            wire.udp("avl", devices.nmea_report("SO-2", 1))
            room = center.console("sup")
            becomes(
                lambda: wire.post("lpr", devices.plate_read("WNT001", 1)) == 200 and room.alerts(kind="hotlist-hit")
            )
            for heard in (ada, deputy):
                assert 'callsign="RTCC"' in heard.one('uid="RTCC"')
                assert 'callsign="SO-2"' in heard.one('uid="unit.SO-2"', "a-f-G-E-V-C")
            assert "LEAD, NOT CONFIRMED" in ada.one('uid="hit.')
            assert room.post("/api/messages", {"to": "unit/SO-1", "text": "which door?"}).status == 200
            said = deputy.one('type="b-t-f"', "which door?")
            message = re.search('messageId="([^"]+)"', said)
            assert message is not None
            says(receipt("b-t-f-d", message[1]) + receipt("b-t-f-r", message[1]) + chat("the back door", "c1") + ping())
            deputy.one('type="t-x-c-t-r"')
            assert 'uid="c1"' in deputy.one('type="b-t-f-d"')
            (thread,) = room.get("/api/messages").said["threads"]
            asked, answer = thread["posts"]
            assert (asked["to"][0]["state"], answer["author"], answer["text"]) == ("read", "SO-1", "the back door")
            assert room.post(f"/api/messages/{answer['post']}/read").status == 200
            assert 'uid="c1"' in deputy.one('type="b-t-f-r"')
            assert not any("hit." in told for told in deputy.events)
            assert stranger.events == []
        becomes(lambda: center.console("aud").get("/api/audit?act=cot.watch").said)
    finally:
        center.stop()
    assert "Traceback" not in center.said()


def named(name: str, key: Any, issuer: tuple[Any, Any] | None = None) -> Any:
    """A certificate, the authority's own without an issuer."""
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
    now = datetime.now(UTC)
    builder = (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(issuer[0].subject if issuer else subject)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=1))
        .add_extension(x509.BasicConstraints(ca=issuer is None, path_length=None), critical=True)
        .add_extension(x509.SubjectAlternativeName([x509.DNSName(name)]), critical=False)
    )
    return builder.sign(issuer[1] if issuer else key, hashes.SHA256())


def files(folder: Path) -> None:
    """An authority, and certificates of the center and two clients, as PEM files."""
    keys = {name: ec.generate_private_key(ec.SECP256R1()) for name in ("ca", "center", "TAK-1", "OTHER")}
    ca = named("ca", keys["ca"])
    plain = (serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    for name, key in keys.items():
        certificate = ca if name == "ca" else named(name, key, (ca, keys["ca"]))
        (folder / f"{name}.pem").write_bytes(certificate.public_bytes(serialization.Encoding.PEM))
        (folder / f"{name}.key").write_bytes(key.private_bytes(*plain))


def test_with_certificates_a_client_is_who_signed_for_it_says(tmp_path: Path) -> None:
    """Whatever it calls itself; one that is on no roster is let go, and one without a certificate does not come in."""
    files(tmp_path)
    port = free_port()
    tls = {"certificate": "center.pem", "key": "center.key", "clients_ca": "ca.pem"}
    center = Office(tmp_path, site(port, **tls))
    center.up()
    try:
        context = {name: ssl.create_default_context(cafile=tmp_path / "ca.pem") for name in ("TAK-1", "OTHER", "none")}
        for name in ("TAK-1", "OTHER"):
            context[name].load_cert_chain(tmp_path / f"{name}.pem", tmp_path / f"{name}.key")
        with bare(port, context["TAK-1"]) as (deputy, says), bare(port, context["OTHER"]) as (other, lies):
            says(hello("SOMEBODY"))
            with suppress(OSError):  # it may have been let go before it could say a word
                lies(hello("TAK-1"))
            deputy.one('uid="RTCC"')
            says(chat("10-4", "c9"))
            deputy.one('type="b-t-f-d"', 'uid="c9"')
            assert other.events == []
        with pytest.raises((ConnectionError, ssl.SSLError)), bare(port, context["none"]) as (nobody, says):  # noqa: PT012  # 1.3 tells late
            says(hello("TAK-1"))
            becomes(lambda: says(ping()))
            assert nobody.events == []
    finally:
        center.stop()
