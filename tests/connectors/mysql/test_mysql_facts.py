"""What MariaDB says only when it is asked by the object's own statement, and what it says of rights and turns."""

from __future__ import annotations

from collections.abc import Iterator
from urllib.parse import urlsplit

import pymysql
import pytest

from connectors.mysql.connection.config import MysqlConnection
from connectors.mysql.metadata import MysqlSource
from specs.config import MetadataExtract
from specs.entities.base import Entity
from specs.entities.database.routines import StoredProcedure
from specs.entities.database.tables import Sequence, Table
from specs.entities.database.triggers import Trigger
from specs.testing import harvest
from specs.topology.scope import Scope
from tests.servers.mariadb import connect

pytestmark = pytest.mark.server

BODY = r"""begin
  select 'a\nb', 'it''s', 'it\'s', "d\"q", _latin1'x', 'q\\w', 'p\%c' from t; -- 'quote
end"""


@pytest.fixture
def admin(mariadb_database: str) -> Iterator[pymysql.cursors.Cursor]:
    with connect(mariadb_database) as connection, connection.cursor() as cursor:
        cursor.execute("SET sql_mode = ''")
        cursor.execute("CREATE TABLE t (a INT, b INT)")
        yield cursor


def crawl(url: str, **extract: object) -> dict[str, Entity]:
    config, chosen = MysqlConnection.from_url(urlsplit(url)), MetadataExtract.model_validate(extract)
    found = harvest.entities(lambda: MysqlSource("s", config, chosen))
    start = f"s.def.{urlsplit(url).path.strip('/')}."
    return {event.entity.fqn.removeprefix(start): event.entity for event in found}


def test_bodies_are_kept_byte_for_byte(admin: pymysql.cursors.Cursor, mariadb_database: str) -> None:
    """information_schema has other literals in them: 'q\\w' for 'q\\w'."""
    body = BODY.replace("\n", "\r\n")
    admin.execute(f"CREATE PROCEDURE p(IN x INT /* ) */) SQL SECURITY INVOKER COMMENT 'it''s\\nx' {body}")
    inside = BODY.replace("from t", "into @a, @b, @c, @d, @e, @f, @g").replace("end", "return 1; end")
    admin.execute(f"CREATE FUNCTION f(e ENUM('x)','y')) RETURNS INT DETERMINISTIC NO SQL {inside}")
    admin.execute('CREATE TRIGGER tr BEFORE INSERT ON t FOR EACH ROW SET @a = \'q\\\\w\', @b = "d\\"q"')
    found = crawl(mariadb_database)
    p, f, tr = found["p(int(11))"], found["f(enum('x)','y'))"], found["t.tr"]
    assert isinstance(p, StoredProcedure)
    assert isinstance(f, StoredProcedure)
    assert isinstance(tr, Trigger)
    assert p.code == body
    assert f.code == inside
    assert (f.deterministic, f.properties, p.comment) == (True, {"sql_data_access": "no sql"}, "it's\nx")
    assert (tr.definition or "").endswith('SET @a = \'q\\\\w\', @b = "d\\"q"')


def test_by_whose_rights_code_runs(admin: pymysql.cursors.Cursor, mariadb_database: str) -> None:
    admin.execute("CREATE DEFINER='some one'@'%' PROCEDURE p() SELECT 1")
    admin.execute("CREATE DEFINER='some one'@'%' TRIGGER tr AFTER DELETE ON t FOR EACH ROW SET @a = 1")
    admin.execute("CREATE DEFINER='some one'@'%' SQL SECURITY DEFINER VIEW v AS SELECT 1 AS x")
    found = crawl(mariadb_database)
    assert found["p()"].definer == found["t.tr"].definer == found["v"].owner == "some one@%"  # type: ignore[attr-defined]
    admin.execute("CREATE OR REPLACE DEFINER=CURRENT_USER PROCEDURE p() SELECT 1")
    assert crawl(mariadb_database)["p()"].definer != "some one@%"  # type: ignore[attr-defined]


def test_packages_are_routines(admin: pymysql.cursors.Cursor, mariadb_database: str) -> None:
    admin.execute("SET sql_mode = ORACLE")
    admin.execute("CREATE PACKAGE pk COMMENT 'c' AS PROCEDURE p(a INT); FUNCTION f RETURN INT; END")
    admin.execute(
        "CREATE PACKAGE BODY pk AS PROCEDURE p(a INT) AS BEGIN NULL; END; "
        "FUNCTION f RETURN INT AS BEGIN RETURN 1; END; END"
    )
    admin.execute("CREATE PROCEDURE pk AS BEGIN NULL; END")
    found = crawl(mariadb_database)
    head, body, own = found["package pk"], found["package body pk"], found["pk()"]
    assert isinstance(head, StoredProcedure)
    assert isinstance(body, StoredProcedure)
    assert (head.kind, head.display_name, head.comment) == ("package", "pk", "c")
    assert (body.kind, body.display_name) == ("package body", "pk")
    assert (head.code or "").endswith("AS PROCEDURE p(a INT); FUNCTION f RETURN INT; END")
    assert (body.code or "").startswith("AS PROCEDURE p(a INT) AS BEGIN")
    assert "ORACLE" in head.settings["sql_mode"]
    assert own.kind == "procedure"  # type: ignore[attr-defined]
    source = MysqlSource("s", MysqlConnection.from_url(urlsplit(mariadb_database)))
    schema = Scope.of("s", "def", urlsplit(mariadb_database).path.strip("/"))
    admin.execute("DROP PACKAGE BODY pk")
    names = ["package pk", "package body pk", "pk()"]
    assert list(source.exists("StoredProcedure", schema, names).values()) == ["yes", "no", "yes"]
    source.close()
    without = crawl(mariadb_database, stored_procedures={"exclude": ["^package "]})
    assert [name for name in without if "pk" in name] == ["pk()"]


def test_events_are_routines_that_the_server_runs(admin: pymysql.cursors.Cursor, mariadb_database: str) -> None:
    body = BODY.replace("\n", "\r\n")
    admin.execute(
        "CREATE DEFINER='some one'@'%' EVENT `e DO v` ON SCHEDULE EVERY 1 DAY STARTS '2027-01-01' ENDS '2028-01-01' "
        f"ON COMPLETION PRESERVE DISABLE COMMENT 'it''s to DO' DO {body}"
    )
    admin.execute("CREATE EVENT once ON SCHEDULE AT '2037-01-01 10:00:00' DO SELECT 1")
    found = crawl(mariadb_database)
    event, once = found["event e DO v"], found["event once"]
    assert isinstance(event, StoredProcedure)
    assert isinstance(once, StoredProcedure)
    assert (event.kind, event.display_name, event.comment) == ("event", "e DO v", "it's to DO")
    assert (event.code, event.definer, event.security_definer) == (body, "some one@%", True)
    assert event.properties == {
        "schedule": "every 1 DAY", "starts": "2027-01-01 00:00:00", "ends": "2028-01-01 00:00:00",
        "on_completion": "preserve", "status": "disabled", "time_zone": event.properties["time_zone"],
    }  # fmt: skip
    assert (once.code, once.properties["schedule"]) == ("SELECT 1", "at 2037-01-01 10:00:00")
    source = MysqlSource("s", MysqlConnection.from_url(urlsplit(mariadb_database)))
    schema = Scope.of("s", "def", urlsplit(mariadb_database).path.strip("/"))
    admin.execute("DROP EVENT once")
    assert source.exists("StoredProcedure", schema, ["event once", "event e DO v"]) == {
        "event once": "no", "event e DO v": "yes",
    }  # fmt: skip
    source.close()


def test_aggregate_functions(admin: pymysql.cursors.Cursor, mariadb_database: str) -> None:
    admin.execute(
        "CREATE AGGREGATE FUNCTION total(x INT) RETURNS INT BEGIN DECLARE s INT DEFAULT 0; "
        "DECLARE CONTINUE HANDLER FOR NOT FOUND RETURN s; LOOP FETCH GROUP NEXT ROW; SET s = s + x; END LOOP; END"
    )
    assert crawl(mariadb_database)["total(int(11))"].kind == "aggregate"  # type: ignore[attr-defined]


def test_the_turns_of_triggers(admin: pymysql.cursors.Cursor, mariadb_database: str) -> None:
    admin.execute("CREATE TRIGGER one BEFORE INSERT ON t FOR EACH ROW SET @a = 1")
    admin.execute("CREATE TRIGGER two BEFORE INSERT ON t FOR EACH ROW PRECEDES one SET @a = 2")
    admin.execute("CREATE TRIGGER three AFTER INSERT ON t FOR EACH ROW SET @a = 2")
    found = crawl(mariadb_database)
    turns = {name: found[f"t.{name}"].order for name in ("one", "two", "three")}  # type: ignore[attr-defined]
    assert turns == {"one": 2, "two": None, "three": None}


def test_numbers_taken_from_a_sequence_do_not_change_it(admin: pymysql.cursors.Cursor, mariadb_database: str) -> None:
    admin.execute("CREATE SEQUENCE q START WITH 5 INCREMENT BY 2 CACHE 10")
    before = crawl(mariadb_database)["q"]
    admin.execute("SELECT NEXTVAL(q)")
    after = crawl(mariadb_database)["q"]
    assert isinstance(before, Sequence)
    assert isinstance(after, Sequence)
    assert (before.next_value, after.next_value, after.last_value) == (5, 25, None)
    assert (after.start, after.increment, after.cache) == (5, 2, 10)
    assert before.content() == after.content()


def test_the_ddl_of_tables_without_what_changes_by_itself(admin: pymysql.cursors.Cursor, mariadb_database: str) -> None:
    admin.execute(
        "CREATE TABLE d (i INT AUTO_INCREMENT PRIMARY KEY COMMENT 'AUTO_INCREMENT=7') COMMENT ') AUTO_INCREMENT=8' "
        "PARTITION BY RANGE (i) (PARTITION p0 VALUES LESS THAN (10), PARTITION p1 VALUES LESS THAN (20))"
    )
    before = crawl(mariadb_database)["d"]
    admin.execute("INSERT INTO d VALUES (NULL), (NULL)")
    admin.execute("ALTER TABLE d ADD PARTITION (PARTITION p2 VALUES LESS THAN MAXVALUE)")
    after = crawl(mariadb_database)["d"]
    assert isinstance(after, Table)
    assert before.content() == after.content()
    assert after.ddl is not None
    assert after.ddl.startswith("CREATE TABLE `d` (")
    assert after.ddl.endswith("COMMENT=') AUTO_INCREMENT=8'\n PARTITION BY RANGE (`i`)")
    assert "COMMENT 'AUTO_INCREMENT=7'" in after.ddl
    assert after.partitions == 3
    without = crawl(mariadb_database, ddl=False)["d"]
    assert without.ddl is None  # type: ignore[attr-defined]


def test_how_tables_are_partitioned(admin: pymysql.cursors.Cursor, mariadb_database: str) -> None:
    admin.execute(
        "CREATE TABLE h (i INT) WITH SYSTEM VERSIONING PARTITION BY SYSTEM_TIME INTERVAL 1 WEEK "
        "STARTS '2027-01-01 00:00:00' AUTO PARTITIONS 3"
    )
    admin.execute(
        "CREATE TABLE s (i INT, d DATE) PARTITION BY RANGE (YEAR(d)) SUBPARTITION BY HASH (i) SUBPARTITIONS 2 "
        "(PARTITION p0 VALUES LESS THAN (2000), PARTITION p1 VALUES LESS THAN MAXVALUE)"
    )
    found = crawl(mariadb_database)
    h, s = found["h"], found["s"]
    assert isinstance(h, Table)
    assert isinstance(s, Table)
    assert h.table_type == "system_versioned"
    assert h.partitioning is not None
    assert h.partitioning.strategy == "system_time"
    assert h.partitioning.expression == "INTERVAL 7 DAY STARTS TIMESTAMP'2027-01-01 00:00:00' AUTO"
    assert s.partitioning is not None
    assert (s.partitioning.strategy, s.partitioning.expression, s.partitions) == ("range", "year(`d`)", 2)
    inner = s.partitioning.subpartitions
    assert inner is not None
    assert (inner.strategy, inner.columns, inner.count) == ("hash", ("i",), 2)


def test_periods_and_keys_without_overlaps(admin: pymysql.cursors.Cursor, mariadb_database: str) -> None:
    admin.execute(
        "CREATE TABLE p (a INT, s DATE, e DATE, PERIOD FOR app (s, e), UNIQUE u (a, app WITHOUT OVERLAPS), "
        "rs TIMESTAMP(6) GENERATED ALWAYS AS ROW START INVISIBLE, re TIMESTAMP(6) GENERATED ALWAYS AS ROW END, "
        "x INT WITHOUT SYSTEM VERSIONING, PERIOD FOR SYSTEM_TIME (rs, re), CHECK (a > 1)) WITH SYSTEM VERSIONING"
    )
    table = crawl(mariadb_database)["p"]
    assert isinstance(table, Table)
    assert (table.properties["period app"], table.properties["period system_time"]) == ("s, e", "rs, re")
    (unique,) = [each for each in table.constraints if each.kind == "unique"]
    assert (unique.name, unique.without_overlaps) == ("u", True)
    checks = {each.name: each.expression for each in table.constraints if each.kind == "check"}
    assert checks == {"app": "`s` < `e`", "CONSTRAINT_1": "`a` > 1"}, "a period stands among them, as MariaDB lists it"
    columns = {column.name: column for column in table.columns}
    assert (columns["rs"].generated, columns["rs"].tags) == ("ROW START", ("invisible",))
    assert columns["x"].properties == {"system_versioning": "no"}


def test_the_parts_of_an_index(admin: pymysql.cursors.Cursor, mariadb_database: str) -> None:
    admin.execute(
        "CREATE TABLE i (a VARCHAR(99), b INT, c TEXT COMPRESSED, "
        "KEY k (a(10) DESC, b) COMMENT 'kk', KEY g (b) IGNORED)"
    )
    table = crawl(mariadb_database)["i"]
    assert isinstance(table, Table)
    g, k = table.indexes
    assert (k.columns, k.comment, k.options) == (("a", "b"), "kk", {})
    assert [(key.name, key.order, key.length) for key in k.keys] == [("a", "desc", 10), ("b", None, None)]
    assert (g.keys, g.options) == ((), {"visible": "no"})
    assert (table.columns[2].type, table.columns[2].compression) == ("text", "compressed")


def test_who_may_do_what(admin: pymysql.cursors.Cursor, mariadb_database: str) -> None:
    """Rights are told to whoever may read those of all; an account that sees only its own is told none."""
    name = urlsplit(mariadb_database).path.strip("/")
    admin.execute("CREATE PROCEDURE p() SELECT 1")
    admin.execute("CREATE OR REPLACE USER 'a b'@'%' IDENTIFIED BY 'only-for-reading'")
    admin.execute("CREATE OR REPLACE ROLE readers")
    admin.execute("GRANT SELECT, INSERT ON t TO 'a b'@'%' WITH GRANT OPTION")
    admin.execute("GRANT UPDATE (b) ON t TO readers")
    admin.execute("GRANT EXECUTE ON PROCEDURE p TO 'a b'@'%'")
    admin.execute(f"GRANT SHOW VIEW ON `{name}`.* TO 'a b'@'%'")
    found = crawl(mariadb_database)
    narrow = crawl(mariadb_database.replace("headrace:headrace", "a%20b:only-for-reading"))
    admin.execute("DROP USER 'a b'@'%'")
    admin.execute("DROP ROLE readers")
    table, routine = found["t"], found["p()"]
    assert isinstance(table, Table)
    assert isinstance(routine, StoredProcedure)
    assert [(each.grantee, each.column, each.privileges, each.grantable) for each in table.grants] == [
        ("a b@%", None, ("insert", "select"), ("insert", "select")), ("readers", "b", ("update",), ()),
    ]  # fmt: skip
    assert [each.privileges for each in routine.grants if each.grantee == "a b@%"] == [("execute",)]
    assert [narrow[name].grants for name in ("t", "p()")] == [(), ()]  # type: ignore[attr-defined]


def test_code_that_we_may_not_read_is_not_told_and_spoils_nothing(
    admin: pymysql.cursors.Cursor, mariadb_database: str
) -> None:
    admin.execute("CREATE PROCEDURE hidden() SELECT 1")
    name = urlsplit(mariadb_database).path.strip("/")
    admin.execute("CREATE OR REPLACE USER caller@'%' IDENTIFIED BY 'only-for-calling'")
    admin.execute(f"GRANT EXECUTE ON `{name}`.* TO caller@'%'")
    admin.execute(f"GRANT SELECT (a) ON `{name}`.t TO caller@'%'")
    found = crawl(mariadb_database.replace("headrace:headrace", "caller:only-for-calling"))
    admin.execute("DROP USER caller@'%'")
    hidden, table = found["hidden()"], found["t"]
    assert hidden.code is None  # type: ignore[attr-defined]
    assert isinstance(table, Table)
    assert [column.name for column in table.columns] == ["a"]
    assert table.ddl is None
