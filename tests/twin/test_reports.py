"""A run's report for people (HTML) and for machines (JUnit)."""

from __future__ import annotations

from html.parser import HTMLParser
from pathlib import Path
from xml.etree.ElementTree import Element

import pytest
from defusedxml.ElementTree import parse

from tests.twin.outcomes import at, emergency, hit, listed, outcome, passed, read, reported, stolen, told
from twin import junit, report
from twin.expectations import Checked, check
from twin.outcome import Outcome
from twin.score import score

HOSTILE = '<script>alert(1)</script> & "quotes" \' \x00\x1b\ud800'


def full() -> Outcome:
    """Something of everything, and text that nobody should believe."""
    feeds = {"avl": {"feed": "avl", "format": "nmea", "state": "alive", "messages": 5, "events": 6, "faults": 0}}
    messages = [{"unit": "SO-1", "state": "acked"}, {"unit": "SO-2", "state": "sent"}]
    alert = hit(203, 200, headline="Stolen: <b>WNT001</b>", messages=messages, disposition="correct")
    alert["reads"][0] |= {"lat": 30.2, "lon": -93.2}
    facts = (stolen(), reported(100), listed(100), passed(200), read(200), told(215), at(9, "panic", unit="SO-9"))
    wrong = {**emergency(300, "SO-<i>"), "alert": "a8.1"}
    expect = "  - {what: recall, at_least: 1.0}\n  - {what: alerted, subject: pickup}\n"
    return outcome(*facts, alerts=(alert, wrong), expect=expect, feeds=feeds)


class _Page(HTMLParser):
    """What a browser would find: tags, and where they lead."""

    def __init__(self) -> None:
        super().__init__()
        self.tags: list[str] = []
        self.leads: list[str] = []
        self.text: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        self.leads += [value or "" for name, value in attrs if name in ("src", "href", "xlink:href")]

    def handle_data(self, data: str) -> None:
        self.text.append(data)


def test_a_report_is_one_file_that_needs_nothing_and_runs_nothing(tmp_path: Path) -> None:
    """Score, expectations, reasons and plots are in it; text of devices stays text."""
    made = full()
    report.write(tmp_path / "report.html", made, score(made), check(made, score(made)))
    html = (tmp_path / "report.html").read_text("utf-8")
    page = _Page()
    page.feed(html)
    assert page.tags.count("figure") == page.tags.count("svg") == 3
    assert not {"script", "b", "i", "link", "img", "iframe"} & set(page.tags)
    assert all(lead.startswith("#") for lead in page.leads), page.leads
    text = " ".join(page.text)
    for said in ("SIMULATED", "digest: d1", "0.500", "the unit needed help, and nobody was alerted", "WNT001"):
        assert said in text, said
    assert "Stolen: <b>WNT001</b>" in text


def test_the_same_run_gives_the_same_report(tmp_path: Path) -> None:
    """Byte for byte, so that two can be compared."""
    for name in ("a.html", "b.html"):
        made = full()
        report.write(tmp_path / name, made, score(made), check(made, score(made)))
    assert (tmp_path / "a.html").read_bytes() == (tmp_path / "b.html").read_bytes()


def test_a_run_without_anything_has_a_report(tmp_path: Path) -> None:
    """Nothing happened is something to say as well."""
    made = outcome()
    report.write(tmp_path / "report.html", made, score(made), [])
    assert "None stated" in (tmp_path / "report.html").read_text("utf-8")


def suite(path: Path) -> Element:
    root = parse(path).getroot()
    assert isinstance(root, Element)
    return root


def test_junit_has_a_case_an_expectation(tmp_path: Path) -> None:
    """Counts agree with the cases, and a failure says what was seen."""
    made = full()
    checked = check(made, score(made))
    junit.write(tmp_path / "j.xml", made, checked, 12.3456)
    root = suite(tmp_path / "j.xml")
    assert root.tag == "testsuite"
    assert {key: root.get(key) for key in ("name", "tests", "failures", "errors", "skipped", "time")} == {
        "name": "by-hand seed 1 lockstep",
        "tests": "2",
        "failures": "1",
        "errors": "0",
        "skipped": "0",
        "time": "12.346",
    }
    cases = root.findall("testcase")
    assert [case.get("name") for case in cases] == [one.what for one in checked]
    failures = [case.find("failure") for case in cases]
    assert [failure is None for failure in failures] == [one.held for one in checked]
    assert [failure.get("message") for failure in failures if failure is not None] == ["seen: 0.500"]
    digest = root.find("properties/property[@name='digest']")
    assert digest is not None
    assert digest.get("value") == "d1"


@pytest.mark.parametrize("held", [True, False])
def test_junit_stays_xml_whatever_was_said(held: bool, tmp_path: Path) -> None:
    """What XML cannot hold is replaced; the rest comes through as it was."""
    junit.write(tmp_path / "j.xml", outcome(), [Checked(HOSTILE, held, HOSTILE)], 1.0)
    (case,) = suite(tmp_path / "j.xml").findall("testcase")
    expected = HOSTILE.replace("\x00", "�").replace("\x1b", "�").replace("\ud800", "�")
    assert case.get("name") == expected
    failure = case.find("failure")
    assert (failure is None) == held
    if failure is not None:
        assert failure.text == f"seen: {expected}"
