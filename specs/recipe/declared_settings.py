"""What the model of a connector or a sink declares about a setting: whether it is plain, or holds a secret."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import date, time, timedelta
from enum import Enum
from types import NoneType, UnionType
from typing import Annotated, Any, Literal, Union, get_args, get_origin

from pydantic import AliasChoices, AliasPath, BaseModel, Secret, SecretBytes, SecretStr
from pydantic.fields import FieldInfo

from specs.config import NO_SECRET
from specs.recipe.allow_list import SECRET_NAME

_TYPES = (bool, int, float, NoneType, Enum, date, time, timedelta)
_SEVERAL = (Union, UnionType, tuple, list, set, frozenset)
_SECRETS = (Secret, SecretBytes, SecretStr)


def plain(name: str, field: FieldInfo | None) -> bool:
    """Whether a declared setting may be stored as it is written, whatever stands in it.

    The name counts: a number called ``pin`` is a secret, unless it is marked as none.
    """
    if field is None:
        return False
    if any(each is NO_SECRET for each in field.metadata):
        return True
    return _plain(field.annotation) and not SECRET_NAME.search(name)


def declared(model: type[BaseModel], key: str) -> tuple[str, FieldInfo | None]:
    """The attribute and the field that a model reads from ``key``, which may be an alias; no field where the model
    only lets it pass."""
    for name, field in model.model_fields.items():
        if key == name or key in _aliases(field.alias) or key in _aliases(field.validation_alias):
            return name, field
    return key, None


def holds_secret(field: FieldInfo, checked: Any) -> bool:
    """Whether a setting is declared as a secret, or holds one anywhere: in a list, a mapping, a union or a model."""
    return _mentions(field.annotation) or next(_secrets(checked), None) is not None


def secret_texts(config: BaseModel) -> tuple[str, ...]:
    """The values of all settings that are declared as secrets, which no message may contain."""
    values = (each.get_secret_value() for each in _secrets(config))
    texts = (value.decode(errors="replace") if isinstance(value, bytes) else str(value) for value in values)
    return tuple(dict.fromkeys(text for text in texts if text))


def _secrets(checked: Any) -> Iterator[Secret[Any] | SecretBytes | SecretStr]:
    if isinstance(checked, _SECRETS):
        yield checked
    elif isinstance(checked, BaseModel):
        for _, value in checked:
            yield from _secrets(value)
    elif isinstance(checked, Mapping):
        for value in checked.values():
            yield from _secrets(value)
    elif isinstance(checked, list | tuple | set | frozenset):
        for value in checked:
            yield from _secrets(value)


def _aliases(alias: str | AliasPath | AliasChoices | None) -> set[Any]:
    if isinstance(alias, AliasChoices):
        return {name for each in alias.choices for name in _aliases(each)}
    return {alias.path[0]} if isinstance(alias, AliasPath) else {alias}


def _mentions(annotation: Any) -> bool:
    if annotation in _SECRETS or get_origin(annotation) in _SECRETS:
        return True
    return any(_mentions(each) for each in get_args(annotation) if not isinstance(each, str | int))


def _plain(annotation: Any) -> bool:
    """Numbers, switches, dates and choices, and several of them. Mappings are not: their keys are not declared."""
    origin = get_origin(annotation)
    if origin is Annotated:
        return _plain(get_args(annotation)[0])
    if origin is Literal:
        return True
    if origin in _SEVERAL:
        return all(_plain(each) for each in get_args(annotation) if each is not Ellipsis)
    return isinstance(annotation, type) and issubclass(annotation, _TYPES)
