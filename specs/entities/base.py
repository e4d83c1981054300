"""What every catalog object has: identity, content, hash, statistics."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from functools import cache
from hashlib import blake2b
from typing import Annotated, Any, ClassVar, Self

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict

from specs import names

HASH_VERSION = 2
"""To be increased when the canonical form changes, or the meaning of a field: see ``specs.entities.versions``."""

MADE = "_json_text"
"""The key under which a part caches its JSON text; a copy with other values must not inherit it."""
_PIECE = 1 << 20
_PERSON = b"hr%d" % HASH_VERSION
_BLANKS = re.compile(r"[ \t]+(?=\n|\Z)")


def clean(value: Any) -> Any:
    """``names.clean`` of text; anything else is left to validation."""
    return names.clean(value) if type(value) is str else value


def _tidy(value: Any) -> Any:
    if type(value) is not str:
        return value
    value = names.clean(value)
    if "\r" in value:
        value = value.replace("\r\n", "\n").replace("\r", "\n")
    if "\n" in value or value[-1:] in (" ", "\t"):
        value = _BLANKS.sub("", value)
    return value


Name = Annotated[str, BeforeValidator(clean)]
"""Text that is kept unchanged (names, SQL), except for NUL and lone surrogates, which become U+FFFD."""
Prose = Annotated[str, BeforeValidator(_tidy)]
"""Text for people (comments): line ends become ``\\n``, trailing blanks are removed."""


def ordered(key: Callable[[Any], Any] | None = None) -> AfterValidator:
    """Sort an unordered collection when it is built, so that equal objects have equal content."""
    return AfterValidator(lambda items: items if len(items) < 2 else tuple(sorted(items, key=key)))


Properties = Annotated[dict[str, str], AfterValidator(lambda given: dict(sorted(given.items())))]
"""Settings in the source's own terms, sorted by key."""


class Part(BaseModel):
    """Base of everything inside an entity: frozen, and unknown fields are refused."""

    model_config = ConfigDict(frozen=True, extra="forbid", defer_build=True)  # importing stays cheap

    def json_text(self) -> str:
        """The part as JSON without defaults. It is cached, because many entities may share a part (a column)."""
        text: str | None = self.__dict__.get(MADE)  # no cached_property: Python 3.11's takes a lock
        if text is None:
            text = self.__dict__[MADE] = _dump(self)
        return text

    def model_copy(self, *, update: Mapping[str, Any] | None = None, deep: bool = False) -> Self:
        copy = super().model_copy(update=update, deep=deep)
        copy.__dict__.pop(MADE, None)
        return copy


def _joined(parts: tuple[Part, ...]) -> str:
    try:
        return ",".join([part.__dict__[MADE] for part in parts])
    except KeyError:  # one of them is dumped for the first time
        return ",".join([part.json_text() for part in parts])


def _dump(part: Part, *, include: set[str] | None = None, exclude: set[str] | None = None) -> str:
    """``model_dump_json`` without its keyword arguments, which cost as much as a small part's dump."""
    dump = part.__pydantic_serializer__.to_json
    return dump(part, include=include, exclude=exclude, exclude_defaults=True).decode()


class Entity(Part):
    """One catalog object. Identity is ``(type, fqn)``; ``parent`` is the FQN of what contains it, or empty.

    ``VOLATILE`` names the fields that change without a change of the object (row estimates, sizes): they stay out of
    the content and its hash, and are stored beside it. ``SHARED`` names the fields whose parts are dumped one by one,
    since many entities share them.
    """

    VOLATILE: ClassVar[frozenset[str]] = frozenset()
    DESCRIBES: ClassVar[bool] = False
    """It tells something of another object, whose FQN it has: nothing lies below it."""
    SHARED: ClassVar[tuple[str, ...]] = ()
    MEASURED: ClassVar[bool] = False
    """Its volatile fields are what it tells: sinks that follow the catalog get them, and learn when they change."""

    fqn: str
    name: Name
    parent: str = ""
    display_name: Name | None = None
    comment: Prose | None = None
    owner: Name | None = None
    tags: Annotated[tuple[str, ...], ordered()] = ()

    @classmethod
    @cache
    def type_name(cls) -> str:
        """The name of the entity type, as the catalog and people spell it: ``Table``, ``StoredProcedure``."""
        return cls.__name__

    @classmethod
    @cache
    def _apart(cls) -> set[str] | None:
        return {*cls.VOLATILE, *cls.SHARED} or None

    def content(self) -> str:
        """Canonical JSON without defaults and without volatile fields; equal objects give equal text."""
        text = _dump(self, exclude=self._apart())
        for field in self.SHARED:
            parts: tuple[Part, ...] = getattr(self, field)
            if parts:
                text = f'{text[:-1]},"{field}":[{_joined(parts)}]}}'
        return text

    @classmethod
    @cache
    def _volatile(cls) -> tuple[str, ...]:
        """The names of the volatile fields, in the order of their definition."""
        return tuple([field for field in cls.model_fields if field in cls.VOLATILE])

    def stats(self) -> str | None:
        """The volatile fields as JSON, or ``None`` when none is known."""
        fields = self.__dict__
        known = [field for field in self._volatile() if fields[field] is not None]
        if not known:
            return None
        values = [fields[field] for field in known]
        if {*map(type, values)} == {int}:  # pydantic's dump would take ten times as long
            return "{" + ",".join([f'"{field}":{value}' for field, value in zip(known, values, strict=True)]) + "}"
        return _dump(self, include=set(known))

    def search_text(self) -> str:
        """The text that full-text search looks in to find this object. What describes another one is not found beside
        it."""
        if self.DESCRIBES:
            return ""
        return " ".join(filter(None, (self.name, self.display_name, self.comment, *self.tags)))


def content_hash(content: str) -> bytes:
    """The 16 bytes of blake2b-128 over the canonical JSON of ``Entity.content``. Text above 1 MiB is hashed in pieces,
    so that no encoded copy of all of it is in memory."""
    if len(content) <= _PIECE:
        return blake2b(content.encode(), digest_size=16, person=_PERSON).digest()
    digest = blake2b(digest_size=16, person=_PERSON)
    for at in range(0, len(content), _PIECE):
        digest.update(content[at : at + _PIECE].encode())
    return digest.digest()
