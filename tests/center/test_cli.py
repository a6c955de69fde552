"""The `center` command as somebody meets it who types it for the first time."""

from __future__ import annotations

import hashlib
import json
import re
from contextlib import chdir
from pathlib import Path
from typing import Any, NoReturn

import pytest
from typer.testing import CliRunner

from center.cli import app
from center.ingest import FORMATS

HELD, FAILED, BAD_INPUT = 0, 1, 2
SITE = """
[site]
name = "Example"
[[feeds]]
name = "avl"
format = "nmea"
link = "udp"
listen = "127.0.0.1:0"
[[feeds]]
name = "a-receiver-with-quite-a-long-name"
format = "sbs"
link = "tcp"
connect = "127.0.0.1:9"
"""


def said(*words: str, given: bytes = b"", cwd: Path | None = None) -> tuple[int, str, str]:
    """Exit code, standard output and standard error, on a terminal of the usual width. Whatever is raised beside an
    exit would be a traceback."""
    with chdir(cwd or Path.cwd()):
        result = CliRunner().invoke(app, words, input=given, env={"COLUMNS": "80"})
    if result.exception is not None and not isinstance(result.exception, SystemExit):
        raise result.exception
    return result.exit_code, result.stdout, result.stderr


def not_finite(word: str) -> NoReturn:
    raise AssertionError(f"{word} is no JSON")


def objects(lines: str) -> list[dict[str, Any]]:
    return [json.loads(line, parse_constant=not_finite) for line in lines.splitlines()]


@pytest.mark.parametrize("command", ["run", "decode", "check", "record", "owner-link"])
def test_every_command_shows_an_example(command: str) -> None:
    code, out, _ = said(command, "--help")
    assert code == HELD
    assert f"Example: center {command}" in out


def test_the_formats_are_listed() -> None:
    code, out, _ = said("decode", "--list")
    assert code == HELD
    assert {line.split()[0] for line in out.splitlines() if line[1:2].strip()} >= FORMATS.keys()


@pytest.mark.parametrize("name", list(FORMATS))
def test_garbage_is_faults_and_exit_0(name: str) -> None:
    """Every byte there is, in an order nobody means: one JSON object a line, each with its type, and no traceback."""
    garbage = bytes(range(256)) * 40 + b"\n{[<>\n$GP,,*ZZ\nMSG,3\n" + "\u0000\ud7ff é\n".encode()
    code, out, err = said("decode", name, "-", given=garbage)
    assert (code, err) == (HELD, "")
    events = objects(out)
    assert events
    kinds = {event["type"] for event in events}
    assert "FeedFaulted" in kinds
    assert kinds <= {"FeedFaulted", "HotlistSpoiled"}  # of a list the room is told as well: no list came of it


@pytest.mark.parametrize("name", [name for name in FORMATS if name != "hotlist"])
def test_nothing_is_nothing(name: str) -> None:
    """But for a list: an empty one is a failed export."""
    assert said("decode", name, "-") == (HELD, "", "")


@pytest.mark.parametrize(
    ("words", "why"),
    [
        (["decode", "smoke", "-"], "no format is called 'smoke'; the formats are"),
        (["decode", "nmea", "nowhere.log"], "nowhere.log"),
        (["decode", "nmea", "."], "Is a directory"),
        (["decode", "nmea", "-", "--option", "x"], "'x' is not name=value"),
        (["decode", "sbs", "-", "--option", "tz=Mars"], "'Mars' is no IANA time zone"),
        (["decode", "nmea", "-", "--at", "noon"], "noon"),
        (["check", "--site", "nowhere.toml"], "nowhere.toml: No such file or directory"),
        (["run", "--site", "bad.toml"], "bad.toml: feeds[0].link: Invalid enum value 'radio', expected one of udp,"),
        (["record", "out.mcap", "--site", "bad.toml"], "bad.toml: feeds[0].link"),
    ],
)
def test_wrong_input_is_exit_2_and_a_sentence(words: list[str], why: str, tmp_path: Path) -> None:
    """Nothing on standard output, no traceback."""
    (tmp_path / "bad.toml").write_text(SITE.replace('"udp"', '"radio"'))
    code, out, err = said(*words, cwd=tmp_path)
    assert (code, out) == (BAD_INPUT, "")
    assert why in " ".join(err.split())


def test_a_check_fits_a_terminal_and_says_why(tmp_path: Path) -> None:
    """Eighty columns: every verdict is a whole word, every reason is whole. Fails when the columns share the width."""
    (tmp_path / "site.toml").write_text(SITE)
    code, out, _ = said("check", "--site", "site.toml", "--for", "0.5", cwd=tmp_path)
    assert code == FAILED
    assert out.count("silent") == 2
    assert "a-receiver-with-quite-a-long-name: TCP 127.0.0.1:9: Connection refused" in out


def test_an_owner_without_an_app_is_given_a_link_that_no_log_sees(tmp_path: Path) -> None:
    """The secret stands behind the sign that browsers keep to themselves; the site file gets its digest, and each link
    is another."""
    path = tmp_path / "site.toml"
    path.write_text(SITE + '[community]\nlisten = "127.0.0.1:8100"\npublic = "https://cameras.example/"\n')
    links = set()
    for _ in range(2):
        code, out, _ = said("owner-link", str(path))
        found = re.search(r"(https://cameras\.example/owner#)([a-z2-9]{26})\n.*\n +token_sha256 = \"(\w+)\"", out)
        assert code == HELD
        assert found, out
        assert hashlib.sha256(found[2].encode()).hexdigest() == found[3]
        links.add(found[2])
    assert len(links) == 2
    path.write_text(SITE)
    assert said("owner-link", str(path))[0] == BAD_INPUT
