"""Typed JSON from senders that are careless about types.

Knows: how to read what can be read of an object whose strict reading failed, field by field.
Refuses to know: what the fields mean. A field that cannot be read is left at its default.
"""

from __future__ import annotations

from types import UnionType
from typing import Any, TypeVar, Union, get_args, get_origin

import msgspec

S = TypeVar("S", bound=msgspec.Struct)


def without_nulls(value: object) -> object:
    """Decoded JSON without the fields and elements that are null: their senders mean the same as by leaving them
    out."""
    if isinstance(value, dict):
        return {key: without_nulls(one) for key, one in value.items() if one is not None}
    if isinstance(value, list):
        return [without_nulls(one) for one in value if one is not None]
    return value


def convert_leniently(value: object, kind: type[S]) -> S:
    """A `kind`, all of whose fields must have defaults, from a decoded JSON object. Raises ValidationError when `value`
    is no object."""
    if not isinstance(value, dict):
        raise msgspec.ValidationError(f"Expected `object`, got `{type(value).__name__}`")
    read: dict[str, Any] = {}
    for field in msgspec.structs.fields(kind):
        if value.get(field.encode_name) is not None:
            converted = _convert(value[field.encode_name], field.type)
            if converted is not None:
                read[field.name] = converted
    return kind(**read)


def _convert(value: Any, kind: Any) -> Any:
    """None when nothing of `value` can be read as a `kind`. Lists lose the elements that cannot be read."""
    try:
        return msgspec.convert(value, kind, strict=False)
    except msgspec.ValidationError:
        pass
    options = get_args(kind) if get_origin(kind) in (Union, UnionType) else (kind,)
    for option in options:
        if isinstance(value, list) and get_origin(option) is list:
            (element,) = get_args(option)
            return [one for one in (_convert(each, element) for each in value) if one is not None]
        if isinstance(value, dict) and isinstance(option, type) and issubclass(option, msgspec.Struct):
            return convert_leniently(value, option)
    return None
