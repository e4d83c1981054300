"""Which settings of a model hold no secret: what its author marked, and types that cannot hold one."""

from __future__ import annotations

from datetime import date, time, timedelta
from enum import Enum
from types import NoneType, UnionType
from typing import Annotated, Any, Literal, Union, get_args, get_origin

from pydantic.fields import FieldInfo

from specs.config import NO_SECRET
from specs.recipe.allow_list import SECRET_NAME

_TYPES = (bool, int, float, NoneType, Enum, date, time, timedelta)
_SEVERAL = (Union, UnionType, tuple, list, set, frozenset)


def plain(name: str, field: FieldInfo | None) -> bool:
    """Whether a declared setting may be stored as it is written, whatever stands in it.

    The name counts: a number called ``pin`` is a secret, unless it is marked as none.
    """
    if field is None:
        return False
    if any(each is NO_SECRET for each in field.metadata):
        return True
    return _plain(field.annotation) and not SECRET_NAME.search(name)


def _plain(annotation: Any) -> bool:
    """Numbers, switches, dates and choices, and several of them. Mappings are not: their keys are anybody's."""
    origin = get_origin(annotation)
    if origin is Annotated:
        return _plain(get_args(annotation)[0])
    if origin is Literal:
        return True
    if origin in _SEVERAL:
        return all(_plain(each) for each in get_args(annotation) if each is not Ellipsis)
    return isinstance(annotation, type) and issubclass(annotation, _TYPES)
