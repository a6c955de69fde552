"""XML from outside, without a document type.

Knows: that only a document type can declare entities (XML 1.0, section 4.2), so that a text in which none is written
holds nothing that a parser must be defended against, and the standard library's may read it: defusedxml has the
parser that is written in Python, which takes more than twice as long.
Refuses to know: what a document means.
"""

from __future__ import annotations

from xml.etree import ElementTree

from defusedxml.ElementTree import fromstring

_DOCUMENT_TYPE = "<!DOCTYPE"


def read_xml(text: str) -> ElementTree.Element:
    """The root element. Text, not bytes: of those another encoding may hide a document type. Raises
    DefusedXmlException where there is one, and what the standard library raises for what is not well-formed."""
    if _DOCUMENT_TYPE in text:  # be it in a comment: let the careful one tell
        return fromstring(text, forbid_dtd=True)
    return ElementTree.fromstring(text)  # noqa: S314  # nothing in it can declare an entity
