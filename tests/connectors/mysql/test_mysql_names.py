"""Names of any kind come back to the letter, and none hides another that only differs in case or accent."""

from __future__ import annotations

from contextlib import closing
from urllib.parse import urlsplit

import pytest

from connectors.mysql.connection.config import MysqlConnection
from connectors.mysql.metadata import MysqlSource
from specs.config import MetadataExtract
from specs.entities.database.tables import Column, Sequence, Table
from specs.testing import harvest
from specs.topology.read_mode import ReadMode
from specs.topology.scope import EVERYTHING, KeyRange
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
    found = harvest.entities(lambda: MysqlSource("s", config, extract, reading=ReadMode(slice=slice_)))
    tables = {event.entity.name: event.entity for event in found if isinstance(event.entity, Table)}
    assert list(tables) == sorted([*NAMES, *(f"{name}.child" for name in NAMES)])
    for name in NAMES:
        assert [column.name for column in tables[name].columns] == [name]
        assert [(each.name, each.columns) for each in tables[name].constraints] == [(name, (name,))]
        (key,) = tables[f"{name}.child"].constraints
        assert key.referred_table == tables[name].fqn


@pytest.mark.parametrize("slice_", [1, 1000])
def test_sequences_of_any_name_are_read(mariadb_database: str, slice_: int) -> None:
    names = [name for name in NAMES if name.strip()]
    with connect(mariadb_database) as connection, connection.cursor() as cursor:
        for number, name in enumerate(names, 1):
            quoted = name.replace("`", "``")
            cursor.execute(f"CREATE SEQUENCE `{quoted}` START WITH {number}")
    config = MysqlConnection.from_url(urlsplit(mariadb_database))
    found = harvest.entities(lambda: MysqlSource("s", config, reading=ReadMode(slice=slice_)))
    starts = {event.entity.name: event.entity.start for event in found if isinstance(event.entity, Sequence)}
    assert starts == {name: number for number, name in enumerate(names, 1)}


LABELS = ["x\\y", "end\\", "b", "nl\nx", "cr\rx", "tab\tx", "it's", '"d"', "c;d", "%s", "\\n", "數", "a)b"]


@pytest.mark.parametrize("mode", ["", "NO_BACKSLASH_ESCAPES", "ANSI_QUOTES"])
def test_labels_are_what_the_server_stores(mariadb_database: str, mode: str) -> None:
    """The server is asked for the bytes of each label; what its session takes for an escape plays no part."""
    with connect(mariadb_database) as connection, connection.cursor() as cursor:
        cursor.execute("SET sql_mode = %s", (mode,))
        marks = ", ".join(connection.escape(label) for label in LABELS)
        cursor.execute(
            f"CREATE TABLE t (e ENUM({marks}), s SET({marks}), d VARCHAR(9) DEFAULT {connection.escape(LABELS[0])})"
        )
        for number in range(len(LABELS)):
            cursor.execute(f"INSERT INTO t (e, s) VALUES ({number + 1}, {1 << number})")
        cursor.execute("SELECT HEX(e), HEX(s) FROM t ORDER BY e + 0")
        stored = [tuple(bytes.fromhex(text).decode() for text in row) for row in cursor.fetchall()]
    assert stored == [(label, label) for label in LABELS]
    config = MysqlConnection.from_url(urlsplit(mariadb_database))
    (table,) = [e.entity for e in harvest.entities(lambda: MysqlSource("s", config)) if isinstance(e.entity, Table)]
    columns: dict[str, Column] = {column.name: column for column in table.columns}
    assert columns["e"].values == columns["s"].values == tuple(LABELS)
    assert columns["d"].default == r"'x\\y'"


@pytest.mark.parametrize("size", [1, 2, 3, 7, 1000])
def test_pages_of_routines_are_their_listing_whatever_they_are_called(mariadb_database: str, size: int) -> None:
    names = ["a", "a(b", "a b", "A2", "ő", "event x", "z%s", "a(", "a'b"]
    with connect(mariadb_database) as connection, connection.cursor() as cursor:
        for name in names:
            cursor.execute(f"CREATE PROCEDURE `{name}`(p INT, q VARCHAR(9)) SELECT 1")
        for name in ("a", "a(b", "b"):
            cursor.execute(f"CREATE FUNCTION `{name}`(p INT, q VARCHAR(9)) RETURNS INT RETURN 1")
        for name in ("x", "x(", "y"):
            cursor.execute(f"CREATE EVENT `{name}` ON SCHEDULE EVERY 1 DAY DISABLE DO SELECT 1")
    source = MysqlSource("s", MysqlConnection.from_url(urlsplit(mariadb_database)))
    schema = mariadb_database.rpartition("/")[2]
    with closing(source):
        whole = source.names.below("stored_procedure", [schema], EVERYTHING)
        assert len(whole) == len({each.key for each in whole}) == 15
        pages = list(source.pages("stored_procedure", schema, EVERYTHING, size))
        assert [each for page in pages for each in page] == whole
        for after in range(0, len(whole), 3):
            span = KeyRange(whole[after].key, whole[-2].key)
            rest = source.pages("stored_procedure", schema, span, size)
            assert [each for page in rest for each in page] == whole[after + 1 : -1]
