"""Reads bodies, many together: names first, then the columns of what they mean, then what is made of what."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence

from connectors.common.sql.lineage.bodies.build import lineage
from connectors.common.sql.lineage.bodies.texts import CodeBody
from connectors.common.sql.lineage.relations import KnownRelations, Meanings, known_columns
from specs.contracts.parts.statements import Statement, StatementLineage, StatementParser, TableName
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
        homes: dict[str, list[int]] = defaultdict(list)
        for at, body in enumerate(bodies):
            if body.size <= self._settings.max_statement_bytes:
                homes[body.schema].append(at)
        found: list[Lineage | Skip | None] = [self._too_long(body) for body in bodies]
        for home, members in homes.items():  # what names mean depends on the schema
            for at, told in zip(members, self._of_schema(home, [bodies[at] for at in members]), strict=True):
                found[at] = told
        return found

    def _of_schema(self, home: str, bodies: Sequence[CodeBody]) -> list[Lineage | Skip | None]:
        schema = self._relations.rules.completed_with(home)
        statements = [Statement(at, body.text, self._dialect, body.database, schema) for at, body in enumerate(bodies)]
        said = self._parser.names(statements)
        known = self._relations.meanings((name for named in said for name in named), home)
        answers = self._parser.lineage(statements, known_columns(known))
        return [
            self._told(body, answer, {name: known[name] for name in named})
            for body, answer, named in zip(bodies, answers, said, strict=True)
        ]

    def _told(self, body: CodeBody, answer: Sequence[StatementLineage], meanings: Meanings) -> Lineage | Skip | None:
        errors = [each.error for each in answer if each.error and not each.sources]
        if errors and len(errors) == len(answer):
            return Skip(f"its body cannot be parsed: {errors[0]}", body.fqn, reason="parse")
        completed = [_completed(each, meanings, body.schema) for each in answer]
        return lineage(body, completed, meanings, filters=self._settings.filters)

    def _too_long(self, body: CodeBody) -> Skip | None:
        if body.size <= self._settings.max_statement_bytes:
            return None
        what = f"its body has {body.size:,} bytes, more than max_statement_bytes"
        return Skip(what, body.fqn, "allow more, where memory does", reason="size")


def _completed(answer: StatementLineage, meanings: Meanings, home: str) -> StatementLineage:
    """The answer with the schema in names that fit nothing, as they would have been understood there."""

    def whole(name: TableName) -> TableName:
        known = name.schema or not name.database or meanings.get(name)
        return name if known else name._replace(schema=home)

    target = None if answer.target is None else whole(answer.target)
    return answer._replace(target=target, sources=tuple(map(whole, answer.sources)))
