"""What every catalog object has: identity, content, hash, statistics."""

from __future__ import annotations

import re
from functools import cache
from hashlib import blake2b
from typing import Annotated, Any, ClassVar

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict

from specs import names

HASH_VERSION = 1
"""Raised when the canonical form changes: stored hashes of another version are compared by content, silently."""

_BLANKS = re.compile(r"[ \t]+(?=\n|\Z)")


def _clean(value: Any) -> Any:
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


Name = Annotated[str, BeforeValidator(_clean)]
"""Text kept to the letter (names, SQL), but for NUL and lone surrogates, which become U+FFFD."""
Prose = Annotated[str, BeforeValidator(_tidy)]
"""Text for people (comments): line ends become ``\\n``, trailing blanks go."""


class Part(BaseModel):
    """Base of everything inside an entity: frozen, and unknown fields are refused."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class Entity(Part):
    """One catalog object. Identity is ``(type, fqn)``; ``parent`` is the FQN of what contains it, or empty.

    ``VOLATILE`` names the fields that change without a change of the object (row estimates, sizes): they stay out of
    the content and its hash, and are stored beside it.
    """

    VOLATILE: ClassVar[frozenset[str]] = frozenset()

    fqn: str
    name: Name
    parent: str = ""
    display_name: Name | None = None
    comment: Prose | None = None
    owner: Name | None = None
    tags: Annotated[tuple[str, ...], AfterValidator(lambda tags: tuple(sorted(tags)))] = ()

    @classmethod
    @cache
    def type_name(cls) -> str:
        """The name of the entity type, as the catalog and people spell it: ``Table``, ``StoredProcedure``."""
        return cls.__name__

    def content(self) -> str:
        """Canonical JSON without defaults and without volatile fields; equal objects give equal text."""
        return self.model_dump_json(exclude_defaults=True, exclude=self.VOLATILE or None)  # type: ignore[arg-type]

    def stats(self) -> str | None:
        """The volatile fields as JSON, or ``None`` when none is known."""
        if not self.VOLATILE:
            return None
        text = self.model_dump_json(exclude_defaults=True, include=self.VOLATILE)  # type: ignore[arg-type]
        return None if text == "{}" else text

    def search_text(self) -> str:
        """The words that full-text search finds this object by."""
        return " ".join(filter(None, (self.name, self.display_name, self.comment, *self.tags)))


def content_hash(content: str) -> bytes:
    """blake2b-128 over the canonical JSON of ``Entity.content``."""
    return blake2b(content.encode(), digest_size=16, person=b"hr%d" % HASH_VERSION).digest()
