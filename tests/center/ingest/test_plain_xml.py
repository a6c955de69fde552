"""XML from outside is read by a quick parser only where there is nothing to be defended against."""

from __future__ import annotations

from xml.etree.ElementTree import ParseError, tostring

import pytest
from defusedxml import DefusedXmlException
from defusedxml.ElementTree import fromstring as careful
from hypothesis import given
from hypothesis import strategies as st

from center.ingest.plain_xml import read_xml

BOMB = '<!ENTITY a "ha"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;">'
FRAGMENTS = (
    *("<a>", "</a>", "<n:b x='1'>", "</n:b>", "<n:a xmlns:n='u'>", "</n:a>", "<c/>", "text", "&amp;", "&#233;", "é"),
    *(
        "&lt;",
        "&e;",
        "&#0;",
        "<!-- -->",
        "<![CDATA[<]]>",
        "<?p q?>",
        "<",
        ">",
        "\0",
        "]]>",
        " ",
        "<?xml version='1.0'?>",
    ),
)


@pytest.mark.parametrize(
    "text",
    [
        f"<!DOCTYPE r [{BOMB}]><r>&b;</r>",
        f"<?xml version='1.0' encoding='UTF-16'?><!DOCTYPE r [{BOMB}]><r>&b;</r>",
        "<!-- first --><!DOCTYPE r SYSTEM 'file:///etc/passwd'><r/>",
        "<!DOCTYPE\nr><r/>",
    ],
)
def test_a_document_type_is_refused(text: str) -> None:
    """Inside, outside, behind a comment, and whatever encoding the text says it once had."""
    with pytest.raises(DefusedXmlException):
        read_xml(text)


def test_an_entity_that_nobody_declared_is_a_mistake() -> None:
    """Without a document type there are the five of the standard and no others."""
    assert read_xml("<r>&lt;&gt;&amp;&quot;&apos;</r>").text == "<>&\"'"
    with pytest.raises(ParseError):
        read_xml("<r>&b;</r>")


def test_what_only_speaks_of_a_document_type_is_read() -> None:
    """In a comment or between CDATA's brackets it declares nothing."""
    assert read_xml("<r><!-- <!DOCTYPE r> --><![CDATA[<!DOCTYPE r>]]></r>").text == "<!DOCTYPE r>"


@given(st.lists(st.sampled_from(FRAGMENTS), max_size=12).map("".join), st.booleans())
def test_both_parsers_read_the_same(inner: str, wrapped: bool) -> None:
    """Well-formed or not, what comes out is what defusedxml's parser makes of it."""
    text = f"<r>{inner}</r>" if wrapped else inner
    assert _told(read_xml, text) == _told(careful, text)


def test_depth_is_no_danger() -> None:
    """As deep as the longest alert that is looked at can be."""
    depth = (256 << 10) // 7
    deep = read_xml("<a>" * depth + "</a>" * depth)
    assert deep.tag == "a"


def _told(read: object, text: str) -> str:
    assert callable(read)
    try:
        return tostring(read(text), encoding="unicode")
    except (ParseError, ValueError) as error:
        return type(error).__name__
