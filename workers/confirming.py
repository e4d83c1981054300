"""Asks the source about suspects: objects that were there before and were not listed now."""

from __future__ import annotations

from collections.abc import Iterable

from specs import names
from specs.errors import Fatal, Retry
from specs.sources.base import Source
from specs.topology.scope import Scope
from specs.work import Verdict

_PASS = (Retry, Fatal, MemoryError)


def confirm(source: Source, suspects: Iterable[tuple[str, str]]) -> list[Verdict]:
    """One verdict per ``(type, fqn)``; a container that cannot be asked gives ``unknown``.

    Raises ``Retry`` and ``Fatal`` of the source.
    """
    groups: dict[tuple[str, tuple[str, ...]], list[tuple[str, str]]] = {}
    for type_, fqn in suspects:
        *parent, name = names.split(fqn)
        groups.setdefault((type_, tuple(parent)), []).append((name, fqn))
    verdicts: list[Verdict] = []
    for (type_, path), members in groups.items():
        answers: dict[str, str] = {}
        try:
            if path:
                answers = dict(source.exists(type_, Scope(path), [name for name, _ in members]))
        except _PASS:
            raise
        except Exception:  # denied, unsupported, broken: no evidence, which is an answer of its own
            answers = {}
        verdicts += [Verdict(type_, fqn, answers.get(name, "unknown")) for name, fqn in members]
    return verdicts
