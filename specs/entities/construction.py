"""Builds entities without validating the types of their values, for connectors that build tens of thousands.

Validation checks the type of every value down to the columns of a table, which takes a third of the time of building a
table. The catalog's own rules (clean names, tidy comments, sorted collections) are applied here too, so that an entity
is equal to the one that validation would have made from the same values.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from types import NoneType, UnionType
from typing import Annotated, Any, NamedTuple, TypeVar, Union, get_args, get_origin

from pydantic import AfterValidator, BeforeValidator

from specs import names
from specs.entities.base import MADE, Part, clean

P = TypeVar("P", bound=Part)
Rule = Callable[[Any], Any]
"""Returns what validation would make of a value of the right type."""

_FASTER: dict[Any, Rule] = {clean: names.clean}
"""Rules by a slower rule that does the same to text, but first checks whether the value is text."""

_put = object.__setattr__


class _Plan(NamedTuple):
    """How to build a class: default values by field, factories of the defaults that must be new objects each time, and
    rules by field, for fields that have one."""

    defaults: dict[str, Any]
    factories: tuple[tuple[str, Callable[[], Any]], ...]
    rules: dict[str, Rule]


def trusted(kind: type[P], fields: dict[str, Any], /) -> P:
    """The same as ``kind(**fields)`` for fields of the right types and no others: parts instead of mappings, tuples
    instead of lists, members of an enum instead of their text. Required fields must be given; nothing is checked.

    >>> from specs.entities.database.indexes import Index
    >>> trusted(Index, {"name": "by_day", "columns": ("day",)}) == Index(name="by_day", columns=("day",))
    True
    """
    defaults, factories, rules = _plan(kind)
    values = defaults | fields
    for name, make in factories:
        if name not in fields:
            values[name] = make()
    for name in fields:
        if name in rules:
            values[name] = rules[name](fields[name])
    return _made(kind, values, set(fields))


def varied(part: P, name: str) -> P:
    """The same as ``part``, under another name."""
    values = part.__dict__ | {"name": names.clean(name)}
    values.pop(MADE, None)
    return _made(type(part), values, part.__pydantic_fields_set__)


def _made(kind: type[P], values: dict[str, Any], given: set[str]) -> P:
    made = kind.__new__(kind)
    _put(made, "__dict__", values)
    _put(made, "__pydantic_fields_set__", given)
    _put(made, "__pydantic_extra__", None)
    _put(made, "__pydantic_private__", None)
    return made


@cache
def _plan(kind: type[Part]) -> _Plan:
    kind.model_rebuild()  # resolves annotations that name classes defined further down
    defaults: dict[str, Any] = {}
    factories = []
    rules = {}
    for name, field in kind.model_fields.items():
        if field.default_factory is not None:
            factories.append((name, field.default_factory))
            defaults[name] = None  # keeps the order of the fields
        else:
            defaults[name] = field.get_default()
        rule = _rule(field.annotation, field.metadata)
        if rule is not None:
            rules[name] = rule
    return _Plan(defaults, tuple(factories), rules)  # type: ignore[arg-type]  # no factory of ours takes the fields


def _rule(annotation: Any, metadata: Any = ()) -> Rule | None:
    """The change that validation makes to a value of this type, or ``None`` when it only checks. Raises ``TypeError``
    when the change depends on the value."""
    if get_origin(annotation) is Annotated:
        annotation, *inner = get_args(annotation)
        metadata = (*inner, *metadata)
    before = [_FASTER.get(each.func, each.func) for each in metadata if isinstance(each, BeforeValidator)]
    after = [each.func for each in metadata if isinstance(each, AfterValidator)]
    within = _within(annotation)
    steps: list[Rule] = [*before, *([within] if within else []), *after]  # type: ignore[list-item]  # none takes info
    if not steps:
        return None
    return steps[0] if len(steps) == 1 else lambda value: _all(steps, value)


def _clean_all(texts: tuple[str, ...]) -> tuple[str, ...]:
    for text in texts:
        if not text.isascii() or "\0" in text:
            return tuple([names.clean(text) for text in texts])
    return texts


def _all(steps: list[Rule], value: Any) -> Any:
    for step in steps:
        value = step(value)
    return value


def _within(annotation: Any) -> Rule | None:
    """The rule for the values inside a value: the members of a tuple, the value of an optional field. Raises
    ``TypeError`` for a union or mapping whose rules depend on the value."""
    origin, inner = get_origin(annotation), get_args(annotation)
    if origin is tuple and inner[1:] == (...,):
        each = _rule(inner[0])
        if each is names.clean:
            return _clean_all
        return None if each is None else lambda values: tuple([each(value) for value in values])
    if origin in (Union, UnionType):
        rules = [_rule(arm) for arm in inner if arm is not NoneType]
        if not any(rules):
            return None
        if len(rules) == 1 and rules[0] is not None:
            rule = rules[0]
            return lambda value: None if value is None else rule(value)
        raise TypeError(f"which rule of {annotation} holds depends on the value: use validation")
    if origin is dict and any(_rule(each) for each in inner):
        raise TypeError(f"{annotation} has rules for its keys or values: use validation")
    return None
