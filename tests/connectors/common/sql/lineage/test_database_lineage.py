"""The source of lineage: it walks the catalog, and neither a server nor a password is needed."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import closing
from typing import Any

import pytest

from connectors.common.sql.lineage.analysis.analyzer import LineageAnalyzer
from connectors.common.sql.lineage.source import DatabaseLineage
from connectors.postgres.connection.config import PostgresConnection
from specs.config import MetadataExtract
from specs.contracts.parts.statements import Columns, Statement, StatementLineage, StatementParser
from specs.entities.base import Entity
from specs.entities.database.routines import StoredProcedure
from specs.errors import Fatal, Stop
from specs.sources.database.extracts import LineageExtract
from specs.testing.resolver import MemoryResolver
from specs.topology.node import Item, Outcome
from specs.topology.read_mode import ReadMode
from specs.topology.scope import EVERYTHING, KeyRange, Scope
from tests.connectors.common.sql.lineage.estate import service, table, view

MAIN = Scope.of("svc", "db", "main")
NOWHERE = PostgresConnection(host="127.0.0.1", port=1, database="nowhere")


def source(known: list[Entity], *, reading: ReadMode | None = None, settings: Any = None, **extract: Any) -> Any:
    selected = MetadataExtract.model_validate(extract)
    asked = LineageExtract.model_validate(settings or {})
    made = DatabaseLineage("svc", NOWHERE, selected, reading=reading, settings=asked)
    made.resolver = MemoryResolver.of(known)
    return closing(made)


def views(*names: str) -> list[Entity]:
    return [
        *service(),
        table("svc.db.main.t"),
        *(view(f"svc.db.main.{name}", "SELECT id, name FROM t") for name in names),
    ]


def test_only_views_are_listed_by_the_last_part_of_their_fqns() -> None:
    with source(views("b", "a", '"x.y"', "B")) as made:
        found = list(made.targets(MAIN, EVERYTHING))
        assert [each.key for each in found] == ['"x.y"', "B", "a", "b"]
        assert [each.name for each in found] == ["x.y", "B", "a", "b"]
        assert [each.key for each in made.targets(MAIN, KeyRange("B", "a"))] == ["a"]
        assert [each.key for each in made.preview("lineage", MAIN, EVERYTHING)] == ['"x.y"', "B", "a", "b"]
        assert made.statements == 0


def test_filters_of_the_metadata_hold() -> None:
    with source(views("kept", "tmp_1"), views={"exclude": ["^tmp_"]}) as made:
        item, outcome = made.targets(MAIN, EVERYTHING)
    assert isinstance(item, Item)
    assert outcome == Outcome("filtered", "Lineage", "svc.db.main.tmp_1", "tmp_1", "views.exclude: ^tmp_")


def test_views_can_be_left_out() -> None:
    with source(views("a"), settings={"views": False}) as made:
        assert list(made.targets(MAIN, EVERYTHING)) == []
        assert made.lists("lineage"), "routines are asked for"
    with source(views("a"), settings={"views": False, "procedures": False}) as made:
        assert not any(map(made.lists, ("database", "schema", "lineage", "trigger_table", "trigger_lineage")))


def test_views_and_routines_are_one_listing() -> None:
    written = "INSERT INTO t SELECT id, name FROM v"
    routines = [StoredProcedure(fqn=f"svc.db.main.{name}", name=name, parent=MAIN.fqn, language="sql", code=code)
                for name, code in (("a()", written), ("u()", "SELECT 1"), ("z()", written))]  # fmt: skip
    with source([*views("v", "b"), *routines], stored_procedures={"exclude": ["^z"]}) as made:
        found = list(made.targets(MAIN, EVERYTHING))
        shown = list(made.preview("lineage", MAIN, EVERYTHING))
    assert [(each.key, type(each)) for each in found] == [("a()", Item), ("b", Item), ("v", Item), ("z()", Outcome)]
    assert [each.key for each in shown] == [each.key for each in found]
    assert found[-1].reason == "stored_procedures.exclude: ^z"


def test_a_large_listing_splits() -> None:
    with source(views(*(f"v{at:02}" for at in range(10)))) as made:
        assert list(made.split("lineage", MAIN, EVERYTHING, 3)) == ["v02", "v05", "v08"]
        assert list(made.split("lineage", MAIN, KeyRange("v04"), 3)) == ["v07"]


class Counting(LineageAnalyzer):
    """Keeps how many texts were parsed together, and how often it was closed."""

    def __init__(self) -> None:
        self.together: list[int] = []
        self.closed = 0

    def close(self) -> None:
        self.closed += 1

    def lineage(self, statements: Sequence[Statement], columns: Columns) -> list[tuple[StatementLineage, ...]]:
        self.together += [len(statements)] if statements else []
        return super().lineage(statements, columns)


class Counted(DatabaseLineage):
    def new_parser(self) -> StatementParser:
        return Counting()


def test_views_with_many_columns_are_not_parsed_together() -> None:
    names = [f"c{at}" for at in range(200)]
    total = "+".join(names)
    text = f"WITH x AS (SELECT {total} AS s FROM t) SELECT {', '.join(f's AS {name}' for name in names)} FROM x"
    known = [*service(), table("svc.db.main.t", names)]
    known += [view(f"svc.db.main.wide{at}", text, names) for at in range(12)]
    known += [view(f"svc.db.main.z{at:02}", "SELECT c1 FROM t", ["c1"]) for at in range(50)]
    made = Counted("svc", NOWHERE)
    made.resolver = MemoryResolver.of(known)
    assert len(list(made.targets(MAIN, EVERYTHING))) == 62
    assert isinstance(made.parser, Counting)
    assert max(made.parser.together[:-1]) < 6, "each tells of 40,000 pairs of columns"
    assert made.parser.together[-1] >= 50


def test_a_text_that_takes_more_memory_than_the_parser_may_have_fails_alone() -> None:
    names = [f"c{at}" for at in range(20_000)]
    fat = view("svc.db.main.b", f"SELECT {', '.join(f'id + 1 AS {name}' for name in names)} FROM t", names)
    with source([*views("a", "c"), fat], reading=ReadMode(beside=48 << 20)) as made:
        first, failed, last = made.targets(MAIN, EVERYTHING)
    assert (first.key, last.key, failed.key) == ("a", "c", "b")
    assert isinstance(failed, Outcome)
    assert "takes too much memory" in failed.message


def test_where_memory_is_short_the_parser_goes_and_comes_back() -> None:
    made = Counted("svc", NOWHERE)
    made.resolver = MemoryResolver.of(views("a", "b", "c"))
    made.relieve()
    found = made.targets(MAIN, EVERYTHING)
    first = next(found)
    made.relieve()
    assert isinstance(made.parser, Counting)
    assert made.parser.closed == 1
    assert [each.key for each in (first, *found)] == ["a", "b", "c"]
    made.begin(ReadMode())
    assert made.parser.closed == 1, "it stays from one unit to the next"
    made.close()


def test_poison_is_passed_over() -> None:
    poisoned = ReadMode(poison=frozenset({("lineage", MAIN.fqn, "b")}))
    with source(views("a", "b", "c"), reading=poisoned) as made:
        found = list(made.targets(MAIN, EVERYTHING))
    assert [type(each) for each in found] == [Item, Outcome, Item]
    assert found[1].reason == "poison"


def test_lineage_exists_as_long_as_its_view() -> None:
    with source(views("a", "b")) as made:
        assert made.exists("Lineage", MAIN, ["b", "t", "none", "a"]) == {
            "b": "yes",
            "t": "no",
            "none": "no",
            "a": "yes",
        }


def test_a_catalog_that_holds_nothing_is_no_empty_lineage() -> None:
    with source(service()[:1]) as made, pytest.raises(Stop, match="holds nothing of this service") as raised:
        list(made.databases(Scope.of("svc"), EVERYTHING))
    assert raised.value.reason == "metadata"


def test_a_source_without_a_catalog_says_so() -> None:
    with closing(DatabaseLineage("svc", NOWHERE)) as made, pytest.raises(Fatal, match="read from the catalog"):
        list(made.targets(MAIN, EVERYTHING))


def test_a_process_is_started_for_statements_only() -> None:
    with source(service()) as made:
        assert list(made.targets(MAIN, EVERYTHING)) == []
        assert made._parser is None
