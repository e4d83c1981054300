"""What is told of a view: what its text says, what the catalog knows of the names, what the source itself records."""

from __future__ import annotations

import pytest

from specs import names
from specs.entities.lineage import Edge, Lineage
from specs.errors import Skip
from tests.connectors.common.sql.lineage.estate import read, service, table, view

T, U, V = "svc.db.main.t", "svc.db.main.u", "svc.db.main.v"


def edges(found: Lineage | Skip) -> list[Edge]:
    assert isinstance(found, Lineage), found
    return [edge for flow in found.flows for edge in flow.edges]


def skipped(found: Lineage | Skip) -> Skip:
    assert isinstance(found, Skip), found
    return found


def test_an_edge_that_the_source_records_is_proven() -> None:
    known = [*service(), table(T), view(V, "SELECT id, name FROM t", depends=[T])]
    assert edges(read(known, V)) == [Edge(source=T, proven=True)]


def test_an_edge_that_only_the_source_knows_is_added() -> None:
    known = [*service(), table(T), table(U), view(V, "SELECT id, name FROM t", depends=[T, U])]
    assert edges(read(known, V)) == [Edge(source=T, proven=True), Edge(source=U, proven=True)]


def test_what_the_source_does_not_record_is_looked_up_all_the_same() -> None:
    known = [
        *service(),
        table(T),
        table(U, ["id", "more"]),
        view(V, "SELECT t.id, more AS name FROM t, u", depends=[T]),
    ]
    found = read(known, V)
    assert isinstance(found, Lineage)
    told = {column.column: [each.source for each in column.sources] for column in found.flows[0].columns}
    assert told == {"id": [T], "name": [U]}


def test_an_edge_that_the_source_does_not_record_is_in_doubt() -> None:
    known = [*service(), table(T), table(U), view(V, "SELECT t.id, u.name FROM t, u", depends=[T])]
    assert edges(read(known, V)) == [Edge(source=T, proven=True), Edge(source=U, proven=False, confidence=0.5)]


def test_where_nothing_is_recorded_nothing_is_proven_and_nothing_in_doubt() -> None:
    known = [*service("mysql"), table(T), view(V, "SELECT id, name FROM t")]
    assert edges(read(known, V, "mysql")) == [Edge(source=T)]


def test_a_name_that_fits_nothing_is_kept() -> None:
    known = [*service(), table(T), view(V, "SELECT t.id, x.name FROM t JOIN gone.x ON x.id = t.id")]
    found = read(known, V)
    assert edges(found) == [Edge(source=T)]
    assert isinstance(found, Lineage)
    assert found.unresolved == ("db.gone.x",)


def test_a_name_that_fits_two_names_both() -> None:
    known = [*service("sqlite"), table("svc.db.main.Items"), table("svc.db.main.ITEMS"),
             view(V, "CREATE VIEW v AS SELECT id, name FROM items")]  # fmt: skip
    found = read(known, V, "sqlite")
    assert [(edge.source, edge.confidence) for edge in edges(found)] == [
        ("svc.db.main.ITEMS", 0.5), ("svc.db.main.Items", 0.5),
    ]  # fmt: skip
    assert isinstance(found, Lineage)
    sources = {each.source for flow in found.flows for column in flow.columns for each in column.sources}
    assert sources == {"svc.db.main.ITEMS", "svc.db.main.Items"}


def test_a_name_in_quotes_that_fits_nothing_is_not_that_of_another_case() -> None:
    known = [*service(), table(T), view(V, 'SELECT t.id, "T".name FROM t, "T"')]
    found = read(known, V)
    assert edges(found) == [Edge(source=T)]
    assert isinstance(found, Lineage)
    assert found.unresolved == ("db.main.T",)
    told = {column.column: [each.source for each in column.sources] for column in found.flows[0].columns}
    assert told == {"id": [T], "name": []}


@pytest.mark.parametrize(
    "name", ["a.b", "a-b", 'a"b', "a b", "täglich", "Orders", "select", "1st", "a'b", "a`b", "ö.Ä"]
)
def test_any_name_makes_the_round_trip(name: str) -> None:
    fqn, quoted = names.child("svc.db.main", name), '"' + name.replace('"', '""') + '"'
    known = [*service(), table(fqn, ["id", name]), view(V, f"SELECT {quoted}.id, {quoted} FROM {quoted}", ["id", name])]
    found = read(known, V)
    assert edges(found) == [Edge(source=fqn)]
    assert isinstance(found, Lineage)
    told = {column.column: [(each.source, each.column) for each in column.sources] for column in found.flows[0].columns}
    assert told == {"id": [(fqn, "id")], name: [(fqn, name)]}


@pytest.mark.parametrize(
    ("columns", "told"),
    [
        (["id", "name", "new"], {"id": ["id"], "name": ["name"]}),
        (["id"], {"id": ["id"]}),
        ([], {}),
    ],
)
def test_a_star_over_a_table_that_changed_tells_columns_of_the_view_only(
    columns: list[str], told: dict[str, list[str]]
) -> None:
    known = [*service("sqlite"), table(T, columns), view(V, "CREATE VIEW v AS SELECT * FROM t")]
    found = read(known, V, "sqlite")
    assert edges(found) == [Edge(source=T)]
    assert isinstance(found, Lineage)
    assert {each.column: [of.column for of in each.sources] for each in found.flows[0].columns} == told


@pytest.mark.parametrize("dialect", ["postgres", "mysql", "sqlite", "duckdb"])
def test_a_schema_that_was_not_crawled_is_never_another_one(dialect: str) -> None:
    known = [*service(dialect), table(T), view(V, "SELECT id, name FROM fresh.t")]
    found = read(known, V, dialect)
    assert isinstance(found, Lineage)
    assert (found.flows, found.unresolved) == ((), ("db.fresh.t",))


@pytest.mark.parametrize(
    ("dialect", "written", "meant"),
    [
        ("postgres", "T", ["t"]),
        ("postgres", '"T"', ["T"]),
        ("mysql", "T", ["T"]),
        ("mysql", "t", ["t"]),
    ],
)
def test_case_is_folded_as_the_dialect_does_it(dialect: str, written: str, meant: list[str]) -> None:
    known = [*service(dialect), table(T), table("svc.db.main.T"), view(V, f"SELECT id FROM {written}", ["id"])]
    assert [edge.source.rpartition(".")[2] for edge in edges(read(known, V, dialect))] == meant


def test_names_reach_other_schemas_and_databases() -> None:
    places = ("svc.db", "svc.db.main", "svc.db.raw", "svc.other", "svc.other.main")
    text = "CREATE VIEW v AS SELECT a.id, b.id, c.id FROM raw.t a, other.u b, other.main.u c"
    tables = [table("svc.db.raw.t"), table("svc.other.main.u")]
    known = [*service("duckdb", *places), *tables, view(V, text, ["a", "b", "c"])]
    assert [edge.source for edge in edges(read(known, V, "duckdb"))] == ["svc.db.raw.t", "svc.other.main.u"]


CUT = "SELECT id, name FROM t WHERE ("
DEEP = "SELECT " + "(" * 20_000 + "1" + ")" * 20_000


@pytest.mark.parametrize("text", [CUT, DEEP, "SELEKT !! $$", "\x00\x01", "'"])
def test_a_text_that_cannot_be_read_is_an_outcome(text: str) -> None:
    known = [*service(), table(T), view(V, text)]
    found = read(known, V)
    if text == CUT:  # its relations can still be told
        assert edges(found) == [Edge(source=T, confidence=0.5)]
        assert isinstance(found, Lineage)
        assert [flow.columns for flow in found.flows] == [()]
    else:
        assert (skipped(found).reason, skipped(found).where) == ("parse", V)


def test_what_the_source_records_stands_for_a_text_that_cannot_be_read() -> None:
    known = [*service(), table(T), view(V, "SELEKT !! $$", depends=[T])]
    assert edges(read(known, V)) == [Edge(source=T, proven=True)]
    known = [*service(), table(T), view(V, None, depends=[T])]
    assert edges(read(known, V)) == [Edge(source=T, proven=True)]


def test_a_view_without_a_text_is_an_outcome() -> None:
    assert skipped(read([*service(), view(V, None)], V)).reason == "definition"


def test_a_text_that_is_too_long_is_an_outcome() -> None:
    known = [*service(), table(T), view(V, "SELECT id, name FROM t -- " + "x" * 2000)]
    found = skipped(read(known, V, max_statement_bytes=2000))
    assert found.reason == "size"
    assert "2,026 bytes" in found.what


def test_filters_are_kept_where_they_are_asked_for() -> None:
    known = [*service(), table(T, ["id", "name", "day"]), view(V, "SELECT id, name FROM t WHERE day > '2026-01-01'")]
    for asked, expected in ((False, set()), (True, {"day"})):
        found = read(known, V, filters=asked)
        assert isinstance(found, Lineage)
        assert {each.column for flow in found.flows for each in flow.filters} == expected


def test_columns_have_the_names_of_the_view() -> None:
    known = [*service("sqlite"), table(T, ["Id", "x"]),
             view(V, "CREATE VIEW v AS SELECT ID, X * 2, 7 FROM T", ["Id", "X * 2", "7"])]  # fmt: skip
    found = read(known, V, "sqlite")
    assert isinstance(found, Lineage)
    told = {column.column: [each.column for each in column.sources] for column in found.flows[0].columns}
    assert told == {"Id": ["Id"], "X * 2": ["x"], "7": []}


def test_views_that_name_each_other_end() -> None:
    known = [*service(), view(V, "SELECT id, name FROM w"), view("svc.db.main.w", "SELECT id, name FROM v")]
    assert edges(read(known, V)) == [Edge(source="svc.db.main.w")]
    assert edges(read(known, "svc.db.main.w")) == [Edge(source=V)]


def test_wide_tables_and_long_unions_are_read() -> None:
    wide = [f"c{at}" for at in range(10_000)]
    known = [*service(), table(T, wide), view(V, "SELECT * FROM t", wide)]
    found = read(known, V)
    assert isinstance(found, Lineage)
    assert len(found.flows[0].columns) == 10_000
    text = " UNION ALL ".join(["SELECT id, name FROM t"] * 5000)
    known = [*service(), table(T), view(V, text)]
    assert [edge.source for edge in edges(read(known, V))] == [T]
