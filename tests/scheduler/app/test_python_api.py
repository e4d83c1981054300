"""``import headrace``: what programs call."""

from __future__ import annotations

import json
import sqlite3
import subprocess
import sys
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

import headrace
from specs.service_spec import ServiceSpec
from tests.scheduler.cli.commands.calling import Estate, called, crawled

ROOT = Path(__file__).parents[3]


@pytest.fixture
def estate(tmp_path: Path) -> Estate:
    catalog, recipe = f"sqlite:///{tmp_path}/c.db", tmp_path / "r.yml"
    first = crawled(recipe, catalog, 0)
    return Estate(catalog, first, crawled(recipe, catalog, 3, broken=0.2), str(recipe))


def fake(**connection: Any) -> dict[str, Any]:
    return {"service": {"name": "shop", "type": "specs.testing.fake:spec"}, "connection": {"schemas": 1, **connection}}


def test_every_public_name_is_there_and_typed() -> None:
    for name in headrace.__all__:
        assert getattr(headrace, name) is not None
    assert {"crawl", "catalog", "resume", "retry", "Table", "Column", "DatabaseSource", "DefaultDatabaseSpec"} <= set(
        dir(headrace)
    )
    with pytest.raises(AttributeError, match="no attribute 'nonsense'"):
        headrace.nonsense  # noqa: B018


def test_the_spec_of_every_family_is_public() -> None:
    """Without its own spec a source of a family would not get the model of its filters."""
    families = {
        family.__name__ for family in ServiceSpec.__subclasses__() if family.__module__ == ServiceSpec.__module__
    }
    assert {"DashboardSpec", "DefaultDatabaseSpec"} <= families <= set(headrace.__all__)


def test_importing_it_costs_next_to_nothing() -> None:
    code = "import sys, headrace; print(*{name.partition('.')[0] for name in sys.modules})"
    out = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True).stdout
    assert not {"pydantic", "click", "sqlalchemy", "specs", "workers", "scheduler"} & set(out.split())


def test_a_plugin_loads_no_more_than_the_language() -> None:
    code = "import sys\nfrom headrace import Column, DatabaseSource, DefaultDatabaseSpec\nprint(*sys.modules)"
    out = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True).stdout
    assert not {"click", "sqlalchemy", "workers", "scheduler"} & set(out.split())


@pytest.mark.parametrize("kind", ["mapping", "recipe", "path", "text"])
def test_crawl_takes_recipes_in_every_form(kind: str, tmp_path: Path) -> None:
    (tmp_path / "r.yml").write_text(
        'service: {name: shop, type: "specs.testing.fake:spec"}\nconnection: {schemas: 1}\n'
    )
    source: Any = {
        "mapping": fake(), "recipe": headrace.Recipe.from_dict(fake()), "path": tmp_path / "r.yml",
        "text": str(tmp_path / "r.yml"),
    }[kind]  # fmt: skip
    seen: list[headrace.Progress] = []
    summary = headrace.crawl(source, catalog=str(tmp_path / "c.db"), name="mine", on_progress=seen.append)
    assert (summary.status, summary.exit_code, summary.service) == ("complete", 0, "mine")
    assert summary.reconciles
    assert seen


def test_crawl_takes_urls_and_files(sqlite_estate: Path, tmp_path: Path) -> None:
    for source in (f"sqlite:///{sqlite_estate}", sqlite_estate):
        assert headrace.crawl(source, catalog=str(tmp_path / "c.db")).status == "complete"


def test_mistakes_are_errors_of_their_own_and_nobody_is_asked(tmp_path: Path) -> None:
    with pytest.raises(headrace.UsageError, match="did you mean 'connection'"):
        headrace.crawl({**fake(), "conection": {}}, catalog=str(tmp_path / "c.db"))
    with pytest.raises(headrace.UsageError, match="asks for the pin"):
        headrace.crawl({**fake(server="${prompt:pin}")}, catalog=str(tmp_path / "c.db"))
    given = {"pin": "1"}
    assert headrace.crawl(fake(server="${prompt:pin}"), catalog=str(tmp_path / "c.db"), secrets=given).exit_code == 0
    with pytest.raises(headrace.UsageError, match="no catalog here"):
        headrace.catalog(tmp_path / "none.db")


def test_the_catalog(estate: Estate) -> None:
    with headrace.catalog(estate.catalog) as catalog:
        assert [(each.service, each.state) for each in catalog.services()] == [("shop", "partial")]
        assert [run.id for run in catalog.runs()] == [estate.last, estate.first]
        assert catalog.status().run == catalog.status("latest", "shop").run == estate.last
        tables = list(catalog.entities(headrace.Table))
        assert [type(each) for each in tables] == [headrace.Table] * len(tables)
        assert [each.fqn for each in tables] == [each["fqn"] for each in catalog.records("Table")]
        assert catalog.get(tables[0].fqn) == tables[0]
        assert {type(each).__name__ for each in catalog.entities()} >= {"Service", "Database", "Schema", "Table"}
        columns = list(catalog.columns("shop"))
        assert len(columns) == sum(len(table.columns) for table in tables)
        assert set(columns[0]) == {
            "table", "column", "ordinal", "native_type", "type", "nullable", "default", "comment",
        }  # fmt: skip
        assert catalog.search("t0000001")
        assert [each.fqn for each in catalog.children()] == ["shop"]
        assert catalog.changes(limit=3)
        assert list(catalog.diff(estate.first)) == list(catalog.diff(estate.first))
        with pytest.raises(headrace.UsageError, match="unknown entity type 'Tabel'"):
            list(catalog.records("Tabel"))
        with pytest.raises(headrace.UsageError, match="there is no service 'other'"):
            list(catalog.records("Table", "other"))
        with pytest.raises(headrace.UsageError, match="nothing in the catalog"):
            catalog.get("shop.none")


@pytest.fixture(scope="module")
def feeding(tmp_path_factory: pytest.TempPathFactory) -> str:
    """The catalog of a database with a view, whose usage was read from a log of yesterday and today."""
    folder = tmp_path_factory.mktemp("feeding")
    with closing(sqlite3.connect(folder / "own.db")) as own:
        own.executescript(
            "CREATE TABLE orders (id INTEGER PRIMARY KEY, amount NUMERIC, tax NUMERIC);"
            "CREATE VIEW totals AS SELECT id, amount + tax AS total FROM orders;"
        )
    now = datetime.now(UTC)
    lines = [{"time": at.isoformat(), "text": "SELECT total FROM totals"} for at in (now, now - timedelta(days=1))]
    (folder / "log.jsonl").write_text("".join(f"{json.dumps(line)}\n" for line in lines))
    log = {"type": "jsonl", "files": [str(folder / "log.jsonl")], "default_schema": "main"}
    recipe = {
        "service": {"name": "own", "type": "sqlite"}, "connection": {"path": str(folder / "own.db")},
        "extract": {"lineage": True, "usage": {"window": "3d", "query_log": log}},
    }  # fmt: skip
    assert headrace.crawl(recipe, catalog=str(folder / "c.db")).exit_code == 0
    return str(folder / "c.db")


def test_lineage_is_that_of_the_command(feeding: str) -> None:
    def printed(*words: str) -> Any:
        return called(*words, "--json", "--catalog", feeding).json

    def plain(found: Any) -> Any:
        return {
            key: [each.as_json() for each in value] if isinstance(value, tuple) else value
            for key, value in found.as_json().items()
        }

    with headrace.catalog(feeding) as catalog:
        graph = catalog.lineage("own.main.main.totals", depth=3)
        assert plain(graph) == printed("lineage", "own.main.main.totals", "--columns")
        assert [link.source for link in graph.links] == [headrace.FlowPlace("Table", "own.main.main.orders")]
        assert ("total", "tax", "expression") in graph.links[0].columns
        upstream = catalog.lineage("own.main.main.totals", column="total", directions=("upstream",))
        assert {node.place.column for node in upstream.nodes} == {"total", "amount", "tax"}
        assert plain(catalog.impact("own.main.main.orders.tax")) == printed("impact", "own.main.main.orders.tax")
        assert plain(catalog.lineage_overview("own")) == printed("lineage", "own", "--columns")
        with pytest.raises(headrace.UsageError, match="no service, database or schema"):
            catalog.lineage_overview("own.main.main.orders")
        with pytest.raises(headrace.UsageError, match=r"did you mean own\.main\.main\.totals"):
            catalog.lineage("own.totals")


def test_usage_is_that_of_the_command(feeding: str) -> None:
    with headrace.catalog(feeding) as catalog:
        used, whole = catalog.usage("own.main.main.totals"), catalog.usage("own", days=7)
        assert isinstance(used, headrace.ObjectUsage)
        assert isinstance(whole, headrace.ContainerUsage)
        assert (used.use.queries, whole.used) == (2, 1)
        [idle] = catalog.unused(90)
        assert idle.objects == {"own.main.main.orders": None}
        for found, words in ((used, ["own.main.main.totals"]), (whole, ["own", "--days", "7"])):
            assert (
                json.loads(json.dumps(found.as_json())) == called("usage", *words, "--json", "--catalog", feeding).json
            )


def test_retry_and_resume(estate: Estate) -> None:
    again = headrace.retry(catalog=estate.catalog)
    assert again.status == "partial"
    assert called("runs", "--json", "--catalog", estate.catalog).json[0]["parent"] == estate.last
    with pytest.raises(headrace.UsageError, match="nothing to resume"):
        headrace.resume(estate.first[-4:], catalog=estate.catalog)
