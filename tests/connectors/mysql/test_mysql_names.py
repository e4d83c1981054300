"""Names of any kind come back to the letter, and none hides another that only differs in case or accent."""

from __future__ import annotations

from urllib.parse import urlsplit

import pytest

from connectors.mysql.connection import MysqlConnection
from connectors.mysql.metadata import MysqlSource
from specs.config import MetadataExtract
from specs.entities.database import Table
from specs.testing import harvest
from specs.topology.reading import Reading
from tests.servers.mariadb import connect

pytestmark = pytest.mark.server

NAMES = [
    "a", "A", "á", "ä", "AE", "Æ", "ß", "ss", "ő", "ö", "a b", " a", "a.b", 'a"b', "a'b", "a`b", "a\\b", "a%b",
    "a%%s", "a_b", "%(names)s", "{a}", "select", "数据", "ﬀ", "a\u0301", "\u00a0", "-- x", "/* x", "a;b", "1", "\ue000",
    "\uff5e",
]  # fmt: skip


@pytest.mark.parametrize("slice_", [1, 1000])
def test_any_name_comes_back(mariadb_database: str, slice_: int) -> None:
    with connect(mariadb_database) as connection, connection.cursor() as cursor:
        for number, name in enumerate(NAMES):
            quoted = name.replace("`", "``")
            cursor.execute(f"CREATE TABLE `{quoted}` (`{quoted}` int, UNIQUE KEY `{quoted}` (`{quoted}`))")
            key = f"CONSTRAINT key{number} FOREIGN KEY (a) REFERENCES `{quoted}` (`{quoted}`)"
            cursor.execute(f"CREATE TABLE `{quoted}.child` (a int, {key})")
    config = MysqlConnection.from_url(urlsplit(mariadb_database))
    extract = MetadataExtract()
    found = harvest.entities(lambda: MysqlSource("s", config, extract, reading=Reading(slice=slice_)))
    tables = {event.entity.name: event.entity for event in found if isinstance(event.entity, Table)}
    assert list(tables) == sorted([*NAMES, *(f"{name}.child" for name in NAMES)])
    for name in NAMES:
        assert [column.name for column in tables[name].columns] == [name]
        assert [(each.name, each.columns) for each in tables[name].constraints] == [(name, (name,))]
        (key,) = tables[f"{name}.child"].constraints
        assert key.referred_table == tables[name].fqn
