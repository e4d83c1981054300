"""Reads bodies, many together: names first, then the columns of what they mean, then what is made of what."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence

from connectors.common.sql.lineage.bodies.build import lineage
from connectors.common.sql.lineage.bodies.texts import CodeBody
from connectors.common.sql.lineage.relations import KnownRelations, Meanings
from specs.contracts.parts.statements import Statement, StatementParser, TableName
from specs.entities.lineage import Lineage
from specs.errors import Skip
from specs.sources.database.extracts import LineageExtract


class BodyReader:
    """Reads bodies in one dialect with ``parser``; ``relations`` knows what names mean."""

    def __init__(
        self, parser: StatementParser, relations: KnownRelations, dialect: str, settings: LineageExtract
    ) -> None:
        self._parser, self._relations, self._dialect, self._settings = parser, relations, dialect, settings

    def read(self, bodies: Sequence[CodeBody]) -> list[Lineage | Skip | None]:
        """The lineage of each body, ``None`` for one that moves no data, or the error for which it cannot be told.
        Raises what the parser and the resolver raise."""
        statements = [
            Statement(at, body.text, self._dialect, body.database, body.schema)
            for at, body in enumerate(bodies)
            if body.size <= self._settings.max_statement_bytes
        ]
        said = dict(zip((each.id for each in statements), self._parser.names(statements), strict=True))
        meanings = self._meanings(bodies, said)
        known = [each for found in meanings.values() for relations in found.values() for each in relations]
        answers = self._parser.lineage(statements, {relation.table: relation.columns for relation in known})
        found: list[Lineage | Skip | None] = [self._too_long(body) for body in bodies]
        for each, answer in zip(statements, answers, strict=True):
            body = bodies[each.id]
            errors = [one.error for one in answer if one.error and not one.sources]
            if errors and len(errors) == len(answer):
                found[each.id] = Skip(f"its body cannot be parsed: {errors[0]}", body.fqn, reason="parse")
            else:
                found[each.id] = lineage(body, answer, meanings[each.id], filters=self._settings.filters)
        return found

    def _meanings(self, bodies: Sequence[CodeBody], said: dict[int, tuple[TableName, ...]]) -> dict[int, Meanings]:
        """What the names in each body mean, which depends on its schema."""
        homes: dict[str, list[int]] = defaultdict(list)
        for at in said:
            homes[bodies[at].schema].append(at)
        found: dict[int, Meanings] = {}
        for home, members in homes.items():
            known = self._relations.meanings((name for at in members for name in said[at]), home)
            found |= {at: {name: known[name] for name in said[at]} for at in members}
        return found

    def _too_long(self, body: CodeBody) -> Skip | None:
        if body.size <= self._settings.max_statement_bytes:
            return None
        what = f"its body has {body.size:,} bytes, more than max_statement_bytes"
        return Skip(what, body.fqn, "allow more, where memory does", reason="size")
