"""A MariaDB primary and its replica: GTIDs say how far each is."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from connectors.mysql.connection.config import MysqlConnection
from connectors.mysql.driver import positions
from connectors.mysql.metadata import MysqlSource
from scheduler.app.runs.crawl import crawl
from scheduler.app.runs.summary import Summary
from specs.recipe.recipe import Recipe
from tests.servers import mariadb
from tests.servers.process import Unavailable
from workers.catalog import Catalog
from workers.store.database import open_database

pytestmark = pytest.mark.server

LOGGED = ("--log-bin=log", "--log-slave-updates")


def tell(server: mariadb.MariadbServer, *statements: str) -> None:
    with mariadb.connect(server.url) as connection, connection.cursor() as cursor:
        for statement in statements:
            cursor.execute(statement)


@pytest.fixture
def pair() -> Iterator[tuple[mariadb.MariadbServer, mariadb.MariadbServer]]:
    """A primary and a replica that has followed it so far."""
    binary = mariadb.binary()
    if binary is None:
        pytest.skip(mariadb.NEEDED)
    servers: list[mariadb.MariadbServer] = []
    try:
        servers += (mariadb.MariadbServer(binary, f"--server-id={number}", *LOGGED) for number in (1, 2))
        primary, replica = servers
        for each in servers:
            tell(each, "RESET MASTER")
        tell(
            replica,
            f"CHANGE MASTER TO MASTER_HOST='127.0.0.1', MASTER_PORT={primary.port}, MASTER_USER='{mariadb.USER}',"
            f" MASTER_PASSWORD='{mariadb.PASSWORD}', MASTER_USE_GTID=slave_pos, MASTER_CONNECT_RETRY=1",
            "START SLAVE",
        )
        tell(primary, "CREATE DATABASE shop", "CREATE TABLE shop.base (id int) COMMENT 'older'")
        catch_up(primary, replica)
        yield primary, replica
    except Unavailable as error:
        pytest.skip(f"MariaDB: {error}")
    finally:
        for each in servers:
            each.stop()


def catch_up(primary: mariadb.MariadbServer, replica: mariadb.MariadbServer) -> None:
    with mariadb.connect(primary.url) as connection, connection.cursor() as cursor:
        cursor.execute("SELECT @@gtid_binlog_pos")
        reached = cursor.fetchall()[0][0]
    with mariadb.connect(replica.url) as connection, connection.cursor() as cursor:
        cursor.execute("SELECT MASTER_GTID_WAIT(%s, 60)", [reached])
        assert cursor.fetchall() == ((0,),)


class Service:
    def __init__(self, folder: Path) -> None:
        self.url = f"sqlite:///{folder / 'catalog.db'}"

    def crawl(self, server: mariadb.MariadbServer, accept: bool = False) -> Summary:
        login = {"username": mariadb.USER, "password": mariadb.PASSWORD}
        connection = {"host": "127.0.0.1", "port": server.port, "database": "shop", **login}
        recipe = Recipe.from_dict({"service": {"name": "shop", "type": "mysql"}, "connection": connection})
        return crawl(recipe, catalog=self.url, accept_identity=accept)

    def found(self) -> dict[str, dict[str, object]]:
        with closing(open_database(self.url)) as db:
            return {each["fqn"]: each for each in map(json.loads, Catalog(db).export())}


def test_a_replica_that_is_behind_takes_nothing_away(
    pair: tuple[mariadb.MariadbServer, mariadb.MariadbServer], tmp_path: Path
) -> None:
    primary, replica = pair
    service = Service(tmp_path)
    assert service.crawl(primary).status == "complete"
    unknown = service.crawl(replica)
    assert (unknown.status, "--accept-identity" in unknown.reason) == ("failed", True)
    assert service.crawl(replica, accept=True).status == "complete"
    tell(replica, "STOP SLAVE SQL_THREAD")
    tell(primary, *(f"CREATE TABLE shop.new{n} (id int)" for n in range(5)), "ALTER TABLE shop.base COMMENT 'newer'")
    assert service.crawl(primary).status == "complete", "both are known from then on"
    before = service.found()
    for _ in range(2):
        told = service.crawl(replica)
        assert (told.status, told.exit_code) == ("partial", 3)
        assert "behind" in told.doubt
        assert service.found() == before
    assert before["shop.def.shop.base"]["comment"] == "newer"
    tell(replica, "START SLAVE SQL_THREAD")
    catch_up(primary, replica)
    assert service.crawl(replica).status == "complete"
    assert service.found() == before
    tell(primary, "DROP TABLE shop.new3")
    catch_up(primary, replica)
    assert service.crawl(replica).missing == {"Table": 1}


def test_a_promoted_replica_has_another_history_where_it_lacks_what_was_read(
    pair: tuple[mariadb.MariadbServer, mariadb.MariadbServer], tmp_path: Path
) -> None:
    primary, replica = pair
    service = Service(tmp_path)
    assert service.crawl(primary).status == "complete"
    assert service.crawl(replica, accept=True).status == "complete"
    tell(replica, "STOP SLAVE", "RESET SLAVE ALL")
    tell(primary, "CREATE TABLE shop.lost (id int)")
    assert service.crawl(primary).status == "complete"
    before = service.found()
    tell(replica, *(f"CREATE TABLE shop.own{n} (id int)" for n in range(3)))
    told = service.crawl(replica)
    assert (told.status, "another history" in told.reason) == ("failed", True)
    assert service.found() == before
    assert service.crawl(replica, accept=True).status == "complete"
    tell(primary, *(f"CREATE TABLE shop.more{n} (id int)" for n in range(5)))
    told = service.crawl(primary)
    assert (told.status, "promoted" in told.doubt) == ("partial", True), "the old primary went on alone"


def test_a_failover_goes_on_with_the_same_history(
    pair: tuple[mariadb.MariadbServer, mariadb.MariadbServer], tmp_path: Path
) -> None:
    primary, replica = pair
    service = Service(tmp_path)
    assert service.crawl(primary).status == "complete"
    assert service.crawl(replica, accept=True).status == "complete"
    tell(primary, "CREATE TABLE shop.kept (id int)")
    assert service.crawl(primary).status == "complete"
    catch_up(primary, replica)
    tell(replica, "STOP SLAVE", "RESET SLAVE ALL", "CREATE TABLE shop.own (id int)")
    told = service.crawl(replica)
    assert (told.status, told.doubt) == ("complete", "")
    assert {"shop.def.shop.kept", "shop.def.shop.own"} <= service.found().keys()


def test_check_tells_primary_and_replica(pair: tuple[mariadb.MariadbServer, mariadb.MariadbServer]) -> None:
    for server, word in zip(pair, ("primary, at GTIDs 0 ", "replica, at GTIDs 0 "), strict=True):
        with closing(MysqlSource("s", MysqlConnection.from_url(urlsplit(server.url)))) as one:
            assert word in next(step for step in one.check() if step.name == "identify the server").evidence


@pytest.mark.parametrize(
    ("gtids", "marks"),
    [
        ("", {}),
        ("3e11fa47-71ca-11e1-9e33-c80aa9429562:1-90:95-100", {"3e11fa47-71ca-11e1-9e33-c80aa9429562": 90}),
        (
            "3E11FA47-71CA-11E1-9E33-C80AA9429562:1,\n4e11fa47-71ca-11e1-9e33-c80aa9429562:7-9",
            {"3e11fa47-71ca-11e1-9e33-c80aa9429562": 1, "4e11fa47-71ca-11e1-9e33-c80aa9429562": 0},
        ),
        ("3e11fa47-71ca-11e1-9e33-c80aa9429562:ours:1-5", {"3e11fa47-71ca-11e1-9e33-c80aa9429562:ours": 5}),
    ],
)
def test_sets_of_mysql(gtids: str, marks: dict[str, int]) -> None:
    assert positions.sources(gtids) == marks


def test_positions_of_mariadb() -> None:
    assert positions.writers("0-1-90,0-2-100,5-2-7") == {"0": {"1": 90, "2": 100}, "5": {"2": 7}}
    assert positions.writers("") == {}
    assert positions.domains("0-1-100,5-2-7") == {"0": 100, "5": 7}
    assert positions.domains("") == {}
