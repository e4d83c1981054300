"""Asks the source whether suspects exist: objects that the catalog has and that the run did not list."""

from __future__ import annotations

import logging
from collections.abc import Iterable, Iterator, Mapping

from specs import names
from specs.contracts.work import Verdict
from specs.errors import Fatal, HeadraceError, Retry
from specs.errors.mistakes import told
from specs.sources.base import Source
from specs.topology.scope import Scope

log = logging.getLogger("headrace.worker")
_PASS = (Retry, Fatal, MemoryError)
_Group = tuple[str, tuple[str, ...]]
"""``(type, path)`` of objects of one type below one container."""
_Named = tuple[str, str]
"""``(name, FQN)``."""


def confirm(source: Source, suspects: Iterable[tuple[str, str]]) -> Iterator[list[Verdict]]:
    """Yields the verdicts of one question to the source after the other, one verdict per suspect ``(type, fqn)``. It is
    ``unknown`` when the question cannot be answered.

    One question names at most as many objects as the source's slice. Raises ``Retry`` and ``Fatal`` of the source.
    """
    groups: dict[_Group, list[_Named]] = {}
    for type_, fqn in suspects:
        *parent, name = names.split(fqn)
        groups.setdefault((type_, tuple(parent)), []).append((name, fqn))
    for (type_, path), members in _slices(groups, source.reading.slice):
        answers: dict[str, str] = {}
        try:
            if path:
                answers = dict(source.exists(type_, Scope(path), [name for name, _ in members]))
        except _PASS:
            raise
        except HeadraceError:  # denied or unsupported, which is no evidence that objects are gone
            answers = {}
        except Exception as error:  # a bug in the connector, which is no evidence either
            log.warning("nothing can be said about objects of %s: %s", ".".join(path), told(error))
            answers = {}
        yield [Verdict(type_, fqn, answers.get(name, "unknown")) for name, fqn in members]


def _slices(groups: Mapping[_Group, list[_Named]], size: int) -> Iterator[tuple[_Group, list[_Named]]]:
    for group, members in groups.items():
        for at in range(0, len(members), size):
            yield group, members[at : at + size]
