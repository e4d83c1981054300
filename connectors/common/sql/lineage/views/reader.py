"""Reads definitions, many together: names first, then the columns of what they mean, then what is made of what."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from connectors.common.sql.lineage.relations import KnownRelations, Meanings, known_columns
from connectors.common.sql.lineage.views.build import lineage
from connectors.common.sql.lineage.views.definitions import Definition, recorded
from specs.contracts.parts.statements import Statement, StatementLineage, StatementParser
from specs.entities.lineage import Lineage
from specs.errors import Skip
from specs.sources.database.extracts import LineageExtract


class DefinitionReader:
    """Reads definitions in one dialect with ``parser``; ``relations`` knows what names mean."""

    def __init__(
        self, parser: StatementParser, relations: KnownRelations, dialect: str, settings: LineageExtract
    ) -> None:
        self._parser, self._relations, self._dialect, self._settings = parser, relations, dialect, settings

    def read(self, views: Sequence[Definition]) -> Iterator[Lineage | Skip]:
        """The lineage of each view, or the error for which there is none. A view whose text cannot be read has what the
        source itself records of it. Raises what the parser and the resolver raise.

        All texts are parsed at once; entities, which take more memory than answers, are made one by one."""
        return self._made(views, *self._answers(views))

    def _made(
        self, views: Sequence[Definition], answers: dict[int, StatementLineage], meanings: dict[int, Meanings]
    ) -> Iterator[Lineage | Skip]:
        for at, view in enumerate(views):
            answer = answers.pop(at, None)
            usable = answer if answer is not None and _is_query(answer) else None
            if usable is None and not view.depends_on:
                yield self._unread(view, answer)
            else:
                yield lineage(view, usable, meanings.get(at, {}), filters=self._settings.filters)

    def _answers(self, views: Sequence[Definition]) -> tuple[dict[int, StatementLineage], dict[int, Meanings]]:
        """What the parser says of each text that it may read, and what the names in it mean."""
        statements = [
            Statement(at, view.text, self._dialect, view.relation.table.database, view.relation.table.schema,
                      view.relation.table)
            for at, view in enumerate(views)
            if view.text and view.size <= self._settings.max_statement_bytes
        ]  # fmt: skip
        said = {each.id: recorded(views[each.id]) for each in statements}
        unknown = [each for each in statements if not said[each.id]]
        said |= dict(zip((each.id for each in unknown), self._parser.names(unknown), strict=True))
        known = self._relations.meanings(name for named in said.values() for name in named)
        found = self._parsed(statements, views, known)
        for each in statements:  # what the source records of may be named in a way of its own
            said[each.id] = (*said[each.id], *found[each.id].sources)
        more = self._relations.meanings(name for named in said.values() for name in named)
        lacking = [each for each in statements if any(more[name] and name not in known for name in said[each.id])]
        found |= self._parsed(lacking, views, more)
        return found, {at: {name: more[name] for name in named} for at, named in said.items()}

    def _parsed(
        self, statements: Sequence[Statement], views: Sequence[Definition], known: Meanings
    ) -> dict[int, StatementLineage]:
        columns = {**known_columns(known)}
        columns |= {views[each.id].relation.table: views[each.id].relation.columns for each in statements}
        answers = self._parser.lineage(statements, columns) if statements else []
        return {each.id: _one(answer) for each, answer in zip(statements, answers, strict=True)}

    def _unread(self, view: Definition, answer: StatementLineage | None) -> Skip:
        fqn = view.relation.fqn
        if not view.text:
            return Skip(
                "the catalog has no definition of it",
                fqn,
                "crawl it with ddl: true and the right to see it",
                reason="definition",
            )
        if answer is None:
            what = f"its definition has {view.size:,} bytes, more than max_statement_bytes"
            return Skip(what, fqn, "allow more, where memory does", reason="size")
        what = f"its definition cannot be parsed: {answer.error or 'nothing is known of it'}"
        return Skip(what, fqn, reason="parse")


def _one(answers: tuple[StatementLineage, ...]) -> StatementLineage:
    """What a definition says: its one statement, or the first that is a query."""
    return next(filter(_is_query, answers), answers[0] if answers else StatementLineage("other", level="none"))


def _is_query(answer: StatementLineage) -> bool:
    """Whether anything was understood of a statement, and it is one that a view can have."""
    return bool(answer.sources) or (answer.level == "columns" and answer.kind != "other")
