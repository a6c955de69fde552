"""`[cot]` of a site file: where TAK clients connect, and who they are.

Knows: the table's keys, what is wrong with them, and how TLS with client certificates is set up.
Refuses to know: what a client is shown.
"""

from __future__ import annotations

import ipaddress
import ssl
from collections.abc import Iterator, Mapping
from pathlib import Path

import msgspec

from center.addresses import split_address, wrong_address
from center.core.message_facts import PERSON
from center.core.roster import RosterCot


class CotSettings(msgspec.Struct, forbid_unknown_fields=True, kw_only=True):
    """`[cot]`. With `certificate`, `key` (the server's) and `clients_ca` (who signs the clients'), PEM files relative
    to the site file, a client is whoever its certificate's common name says. Without them it is whoever it says it is,
    which only a simulated site may believe, and only on loopback may a real one. `[[cot.clients]]`: a `client`'s name,
    and whose it is: a `unit` or a person (`operator`)."""

    listen: str = "127.0.0.1:8087"
    certificate: str | None = None
    key: str | None = None
    clients_ca: str | None = None
    clients: tuple[RosterCot, ...] = ()


def wrong_cot(
    cot: CotSettings, units: Mapping[str, str], people: Mapping[str, str], *, simulated: bool
) -> Iterator[str]:
    """`units` and `people` by name."""
    yield from wrong_address("cot.listen", cot.listen)
    given = [name for name in ("certificate", "key", "clients_ca") if getattr(cot, name)]
    if given and len(given) < 3:
        yield f"cot: {' and '.join(given)} alone is no TLS; certificate, key and clients_ca go together"
    if not given and not simulated and not _is_loopback(cot.listen):
        yield "cot.listen: without certificate, key and clients_ca only 127.0.0.1 or ::1, for anybody could be anyone"
    names: dict[str, int] = {}
    for index, client in enumerate(cot.clients):
        where = f"cot.clients[{index}]"
        if not client.client or names.setdefault(client.client, index) != index:
            yield f"{where}.client: {client.client!r} is empty or used twice"
        if bool(client.unit) == bool(client.operator):
            yield f"{where}: it is a unit's or an operator's, one of them"
        if client.unit and client.unit not in units:
            yield f"{where}.unit: {client.unit!r} is not among the units"
        if client.operator and client.operator not in people:
            yield f"{where}.operator: {client.operator!r} is not among the operators"


def _is_loopback(listen: str) -> bool:
    try:
        return ipaddress.ip_address(split_address(listen)[0]).is_loopback
    except ValueError:
        return False


def whose(clients: tuple[RosterCot, ...]) -> dict[str, str]:
    """By a client's name: the unit, or `person/NAME`."""
    return {one.client: one.unit or f"{PERSON}{one.operator}" for one in clients}


def tls(cot: CotSettings, folder: Path) -> ssl.SSLContext | None:
    """Raises ValueError for files that are not what they should be."""
    if cot.certificate is None or cot.key is None or cot.clients_ca is None:
        return None
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    context.verify_mode = ssl.CERT_REQUIRED
    try:
        context.load_cert_chain(folder / cot.certificate, folder / cot.key)
        context.load_verify_locations(folder / cot.clients_ca)
    except (OSError, ssl.SSLError) as error:
        raise ValueError(f"cot: {error.strerror or error}: certificate, key or clients_ca cannot be used") from error
    return context
