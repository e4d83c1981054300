"""A whole crawl into OpenMetadata and DataHub: every table of the catalog is there, odd names included."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from scheduler.app.runs.crawl import crawl
from scheduler.recipes.loader import load
from specs.recipe.recipe import Recipe
from tests.servers.catalogs import DataHub, OpenMetadata
from tests.servers.receiver import Fault, Receiver
from workers.catalog import Catalog
from workers.sinks.datahub.urns import UrnNames
from workers.sinks.openmetadata.names import fqn
from workers.store.database import open_database


def fqns(url: str, type_: str) -> set[str]:
    db = open_database(url)
    try:
        found = [json.loads(line) for line in Catalog(db).export()]
    finally:
        db.close()
    return {entity["fqn"] for entity in found if entity["type"] == type_}


def check(recipe: Recipe, secrets: dict[str, str], folder: Path) -> None:
    url = f"sqlite:///{folder / 'catalog.db'}"
    with Receiver(OpenMetadata()) as metadata, Receiver(DataHub()) as hub:
        metadata.faults = [None, None, Fault("die"), None, Fault(status=503)]
        hub.faults = [None, Fault("die"), Fault(status=422)]
        sinks = [
            {"type": "openmetadata", "url": f"{metadata.url}/api"},
            {"type": "datahub", "url": hub.url, "platform": "postgres"},
        ]
        recipe = recipe.model_copy(update={"sinks": tuple(sinks)})
        summary = crawl(recipe, catalog=url, secrets=secrets)
        assert (summary.exit_code, summary.sink_errors) == (0, [])
        assert isinstance(metadata.work, OpenMetadata)
        assert isinstance(hub.work, DataHub)
        tables = fqns(url, "Table")
        assert set(metadata.work.live("tables")) == {fqn(each) for each in tables}
        assert set(metadata.work.live("databaseSchemas")) == {fqn(each) for each in fqns(url, "Schema")}
        assert set(metadata.work.live("storedProcedures")) == {fqn(each) for each in fqns(url, "StoredProcedure")}
        names = UrnNames("postgres", "PROD", None)
        assert set(hub.work.live()) == {names.dataset(each) for each in tables}
        versions = metadata.work.versions, hub.work.versions
        assert crawl(recipe, catalog=url, secrets=secrets).exit_code == 0
        assert (metadata.work.versions, hub.work.versions) == versions


def test_the_fake_service(tmp_path: Path) -> None:
    connection = {"schemas": 3, "tables": 40, "columns": 5}
    service = {"name": "shop", "type": "specs.testing.fake:spec"}
    check(Recipe.from_dict({"service": service, "connection": connection}), {}, tmp_path)


@pytest.mark.server
def test_the_sample_estate(postgres_estate: str, tmp_path: Path) -> None:
    loaded = load(postgres_estate, lambda name: "", name="shop")
    check(loaded.recipe, loaded.secrets, tmp_path)
