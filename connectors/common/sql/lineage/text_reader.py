"""Reads the texts of stored objects of any kind: views, routines, triggers."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from connectors.common.sql.lineage.bodies.reader import BodyReader
from connectors.common.sql.lineage.bodies.texts import CodeBody, function_of, is_hidden, routine, trigger
from connectors.common.sql.lineage.listings import ROUTINE, VIEW, Teller
from connectors.common.sql.lineage.relations import KnownRelations
from connectors.common.sql.lineage.views.definitions import definition
from connectors.common.sql.lineage.views.reader import DefinitionReader
from connectors.common.sql.stored_objects import named
from specs import names
from specs.contracts.parts.resolver import NameQuery, Resolver, StoredObject
from specs.contracts.parts.statements import StatementParser
from specs.entities.lineage import Lineage
from specs.errors import Skip
from specs.sources.database.extracts import LineageExtract

Told = Lineage | Skip | None
"""What an object tells: its lineage, nothing, or why that is not known."""


class TextReader:
    """Reads in one dialect with ``parser``. Raises what the parser and the resolver raise."""

    def __init__(
        self, parser: StatementParser, catalog: Resolver, relations: KnownRelations, dialect: str,
        settings: LineageExtract,
    ) -> None:  # fmt: skip
        self._catalog = catalog
        self._definitions = DefinitionReader(parser, relations, dialect, settings)
        self._bodies = BodyReader(parser, relations, dialect, settings)

    def read(self, type_: Teller, objects: Sequence[StoredObject]) -> Iterable[Told]:
        """What each object of one type tells. All of them are parsed at once."""
        if not objects:
            return []
        if type_ == VIEW:
            return self._definitions.read([definition(each) for each in objects])
        bodies = [routine(each) for each in objects] if type_ == ROUTINE else self._triggers(objects)
        read = iter(self._bodies.read([body for body in bodies if body is not None]))
        found = [next(read) if body is not None else None for body in bodies]
        if type_ == ROUTINE:
            hidden = map(is_hidden, objects)
            found = [
                _no_text(each) if hides else told for each, told, hides in zip(objects, found, hidden, strict=True)
            ]
        return found

    def _triggers(self, objects: Sequence[StoredObject]) -> list[CodeBody | None]:
        """The bodies of triggers, with those of the functions that they run, which are looked up together."""
        wanted = [function_of(each) for each in objects]
        queries = [
            NameQuery(names.build(*path[:-1]), path[-1])
            for path in (names.split(fqn) for fqn in dict.fromkeys(filter(None, wanted)))
        ]
        found = named(self._catalog, queries, ("StoredProcedure",))
        functions = {each.fqn: each for fitting in found for each in fitting}
        return [
            trigger(each, functions.get(fqn) if fqn else None) if not fqn or fqn in functions else None
            for each, fqn in zip(objects, wanted, strict=True)
        ]


def _no_text(stored: StoredObject) -> Skip:
    remedy = "crawl it with ddl: true and the right to see it"
    return Skip("the catalog has no text of its body", stored.fqn, remedy, reason="definition")
