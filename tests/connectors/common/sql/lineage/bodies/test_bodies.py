"""What is told of routines and triggers: which of them are read, and what becomes of several statements."""

from __future__ import annotations

import json
from collections.abc import Sequence

import pytest

from connectors.common.sql.lineage.analysis.analyzer import LineageAnalyzer
from connectors.common.sql.lineage.bodies import texts
from connectors.common.sql.lineage.listings import ROUTINE
from connectors.common.sql.lineage.naming import rules_of
from connectors.common.sql.lineage.relations import KnownRelations
from connectors.common.sql.lineage.text_reader import TextReader, Told
from specs.contracts.parts.resolver import StoredObject
from specs.entities.base import Entity
from specs.entities.lineage import Lineage
from specs.errors import Skip
from specs.sources.database.extracts import LineageExtract
from specs.testing.resolver import MemoryResolver
from tests.connectors.common.sql.lineage.estate import service, table

T, U, W = "svc.db.main.t", "svc.db.main.u", "svc.db.main.w"


def routine(code: object, **fields: object) -> StoredObject:
    content = {"fqn": "svc.db.main.f()", "name": "f()", "language": "plpgsql", "code": code, **fields}
    return StoredObject("StoredProcedure", "svc.db.main.f()", "f()", json.dumps(content))


def read(code: str | None, known: Sequence[Entity] = (), **fields: object) -> Told:
    settings = {name: fields.pop(name) for name in list(fields) if name in LineageExtract.model_fields}
    catalog = MemoryResolver.of([*service(), table(T), table(U), table(W), *known])
    relations = KnownRelations(catalog, "svc", rules_of("postgres"))
    asked = LineageExtract.model_validate(settings)
    (found,) = TextReader(LineageAnalyzer(), catalog, relations, "postgres", asked).read(
        ROUTINE, [routine(code, **fields)]
    )
    return found


def lineage(code: str, known: Sequence[Entity] = (), **settings: object) -> Lineage:
    found = read(code, known, **settings)
    assert isinstance(found, Lineage), found
    return found


@pytest.mark.parametrize(
    "fields",
    [{"language": "python"}, {"language": "C"}, {"returns": "trigger"}, {"code": None}, {"code": ""}],
)
def test_some_routines_tell_nothing(fields: dict[str, object]) -> None:
    assert texts.routine(routine(**{"code": "INSERT INTO t SELECT * FROM u"} | fields)) is None


@pytest.mark.parametrize("language", ["SQL", "plpgsql"])
def test_a_body_that_the_source_hides_is_an_outcome(language: str) -> None:
    found = read(None, language=language)
    assert isinstance(found, Skip)
    assert (found.reason, found.remedy) == ("definition", "crawl it with ddl: true and the right to see it")
    for others in ({"language": "c"}, {"language": "internal"}, {"language": None}, {"returns": "trigger"}):
        assert read(None, **{"language": language} | others) is None


def test_a_body_may_contain_its_own_quotes() -> None:
    body = texts.routine(routine("INSERT INTO t SELECT id, '$body$' FROM u"))
    assert body is not None
    assert body.text.count("$bodyy$") == 2


@pytest.mark.parametrize(
    "code", ["BEGIN DELETE FROM t; END", "BEGIN RETURN 1; END", "BEGIN PERFORM * FROM t; END", "BEGIN END"]
)
def test_what_moves_nothing_tells_nothing(code: str) -> None:
    assert read(code) is None


def test_statements_that_write_the_same_relation_are_one_flow() -> None:
    code = """
    BEGIN
        INSERT INTO t (id, name) SELECT id, name FROM u;
        INSERT INTO t (id, name) SELECT id, upper(name) FROM w;
        UPDATE u SET name = w.name FROM w WHERE w.id = u.id;
    END"""
    found = lineage(code)
    assert [(flow.target, [edge.source for edge in flow.edges]) for flow in found.flows] == [(T, [U, W]), (U, [W])]
    columns = {column.column: [each.source for each in column.sources] for column in found.flows[0].columns}
    assert columns == {"id": [U, W], "name": [U, W]}
    assert {column.expression for column in found.flows[0].columns} == {None}, "no single one says it"


def test_a_relation_that_nobody_knows_is_kept() -> None:
    found = lineage("BEGIN INSERT INTO gone SELECT id FROM t; INSERT INTO t SELECT id FROM lost; END")
    assert found.unresolved == ("db.main.gone", "db.main.lost")
    assert [flow.target for flow in found.flows] in ([], [T])


def test_names_that_the_schema_lacks_are_looked_for_in_public() -> None:
    known = [*service("postgres", "svc.db.public")[1:], table("svc.db.public.p"), table("svc.db.public.t")]
    found = lineage("BEGIN INSERT INTO t SELECT * FROM p; END", known)
    assert [(flow.target, flow.edges[0].source) for flow in found.flows] == [(T, "svc.db.public.p")]


def test_a_schema_that_is_named_is_never_another_one() -> None:
    known = [*service("postgres", "svc.db.public")[1:], table("svc.db.public.p"), table("svc.db.public.t")]
    found = lineage("BEGIN INSERT INTO t SELECT * FROM main.p; INSERT INTO other.t SELECT * FROM public.p; END", known)
    assert found.unresolved == ("db.main.p", "db.other.t")
    assert [edge for flow in found.flows for edge in flow.edges] == []


def test_a_name_in_quotes_means_exactly_that() -> None:
    found = lineage('BEGIN INSERT INTO t SELECT t.id, "T".name FROM u t, "T"; INSERT INTO "W" SELECT * FROM w; END')
    assert found.unresolved == ("db.main.T", "db.main.W")
    assert [(flow.target, [edge.source for edge in flow.edges]) for flow in found.flows] == [(T, [U])]


def test_a_body_that_cannot_be_read_is_an_outcome() -> None:
    found = read("BEGIN INSERT INTO t VALUES (" + "(" * 20_000)
    assert isinstance(found, Skip)
    assert found.reason == "parse"


def test_a_body_that_is_too_long_is_an_outcome() -> None:
    found = read("BEGIN INSERT INTO t SELECT * FROM u; END -- " + "x" * 2000, max_statement_bytes=2000)
    assert isinstance(found, Skip)
    assert found.reason == "size"
