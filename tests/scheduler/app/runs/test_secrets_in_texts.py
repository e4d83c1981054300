"""Secrets in the texts of statements are in no file, failure, log line or export of a run."""

from __future__ import annotations

import json
import logging
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path

import duckdb
import pytest

from scheduler.app.history.failures import failures
from scheduler.app.runs.crawl import crawl
from specs.recipe.recipe import Recipe
from workers.catalog import Catalog
from workers.store.database import open_database

S = "Geheim7"
ADDRESS = f"https://u:{S}@h/x.csv?sig={S}"
LOGGED = [
    f"insert into t select id from read_csv('{ADDRESS}')",
    f"insert into t select id from '{ADDRESS}'",
    f'insert into t select id from "{ADDRESS}"',
    f"copy t from '{ADDRESS}'",
    f"copy t to '{ADDRESS}'",
    f"create table n as select *, '{S}' as pw from '{ADDRESS}'",
    f"insert into m select aes_decrypt(id, '{S}') from t",
    f"insert into n select id from t where pw = '{S}",
    f"insert into n select id from t where pw = '{S}' limit limit",
    f"attach 'postgres://u:{S}@h/d' as p (type postgres)",
    f"create secret x (type s3, key_id 'A', secret '{S}')",
    f"select id from t where pw = '{S}' -- {S}",
    f"{S.lower()} {S}!",
]


def test_nothing_holds_a_secret_of_a_text(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    file, log = tmp_path / "shop.db", tmp_path / "log.jsonl"
    catalog, exported = f"sqlite:///{tmp_path / 'catalog.db'}", tmp_path / "out.jsonl"
    with closing(duckdb.connect(str(file))) as connection:
        connection.execute("CREATE TABLE t (id INT, pw TEXT); CREATE TABLE n (id INT); CREATE TABLE m (id INT)")
    now = datetime.now(UTC).isoformat()
    lines = [json.dumps({"time": now, "user": "ann", "session": "1", "text": text}) for text in LOGGED]
    log.write_text("\n".join([*lines, f'{{"time": "{S}", "text": "{S}"}}', f'{{"text": "{S}', ""]))
    query_log = {"type": "jsonl", "files": [str(log)]}
    recipe = Recipe.from_dict({
        "service": {"name": "s", "type": "duckdb"}, "connection": {"path": str(file)},
        "extract": {"lineage": {"query_log": query_log}, "usage": {"query_log": query_log, "window": "1d"}},
        "sinks": [{"type": "jsonl", "path": str(exported)},
                  {"type": "openlineage", "mode": "snapshot", "path": str(tmp_path / "events.jsonl")}],
    })  # fmt: skip
    with caplog.at_level(logging.DEBUG):
        found = crawl(recipe, catalog=catalog)
    assert found.reconciles
    with open_database(catalog, create=False) as db:
        entities = "\n".join(Catalog(db).export())
    assert '"evidence":"query_log"' in entities
    assert "aes_decrypt" in entities, "the statements were read"
    failed = repr(failures(catalog, found.run))
    for held in (entities, failed, caplog.text, *(each.read_bytes().decode("latin-1") for each in _written(tmp_path))):
        assert S.lower() not in held.lower()


def _written(folder: Path) -> list[Path]:
    """Everything that the run wrote."""
    return [each for each in folder.rglob("*") if each.is_file() and each.name not in ("shop.db", "log.jsonl")]
