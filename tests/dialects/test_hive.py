"""PyHive on Spark's Thrift server, which answers as HiveServer2 does."""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
import time
from collections.abc import Iterator
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import pytest

from connectors.common.sql.inspector.dialects import hive
from specs.entities.database.tables import TableType
from tests.dialects.crawled import Crawled, crawl, needs
from tests.servers.process import free_port

needs("pyhive", "thrift", "puresasl")
pytestmark = pytest.mark.filterwarnings(  # PyHive leaves its socket to the garbage collector
    "ignore::ResourceWarning", "ignore::pytest.PytestUnraisableExceptionWarning"
)
SQL = (
    "CREATE DATABASE shop COMMENT 'the shop'",
    "CREATE TABLE shop.orders (id BIGINT COMMENT 'key', t STRING, n DECIMAL(10,2), a ARRAY<STRING>, m MAP<STRING,INT>,"
    " st STRUCT<x:INT,y:STRING>, day STRING) USING parquet PARTITIONED BY (day) COMMENT 'all orders'",
    "CREATE VIEW shop.v AS SELECT id, t FROM shop.orders",
    "CREATE TEMPORARY VIEW passing AS SELECT 1 AS one",
    "CREATE TABLE default.plain (x INT)",
)
SITE = """<configuration><property><name>javax.jdo.option.ConnectionURL</name>
<value>jdbc:derby:;databaseName={folder}/meta;create=true</value></property></configuration>"""


@pytest.fixture(scope="module")
def crawled(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Crawled]:
    needs("pyspark")
    if shutil.which("java") is None:
        pytest.skip("no java: Spark needs it")
    folder, port = tmp_path_factory.mktemp("spark"), free_port()
    (folder / "hive-site.xml").write_text(SITE.format(folder=folder))
    found = find_spec("pyspark")
    assert found is not None
    assert found.origin is not None
    home = Path(found.origin).parent
    command = [
        str(home / "bin" / "spark-submit"), "--master", "local[1]", "--driver-memory", "700m", "--class",
        "org.apache.spark.sql.hive.thriftserver.HiveThriftServer2", "--conf", "spark.ui.enabled=false",
        "--conf", f"spark.sql.warehouse.dir={folder}/warehouse", "--hiveconf", f"hive.server2.thrift.port={port}",
        "--hiveconf", "hive.server2.thrift.bind.host=127.0.0.1", "spark-internal",
    ]  # fmt: skip
    environment = {**os.environ, "SPARK_HOME": str(home), "SPARK_CONF_DIR": str(folder)}
    with (folder / "log").open("w") as log:
        server = subprocess.Popen(command, cwd=folder, env=environment, stdout=log, stderr=log, start_new_session=True)
    try:
        _fill(_connected(port, server))
        yield crawl(f"hive://reader@127.0.0.1:{port}/default")
    finally:
        server.terminate()
        server.wait(30)


def _connected(port: int, server: subprocess.Popen[bytes]) -> Any:
    from pyhive import hive as driver

    for _ in range(600):
        assert server.poll() is None, "Spark ended"
        try:
            socket.create_connection(("127.0.0.1", port), 1).close()
            return driver.connect("127.0.0.1", port)
        except OSError:
            time.sleep(0.2)
    raise AssertionError("Spark does not listen")


def _fill(connection: Any) -> None:
    cursor = connection.cursor()
    for statement in SQL:
        cursor.execute(statement)


def test_tables_have_their_own_names_and_schemas_are_listed_once(crawled: Crawled) -> None:
    assert crawled.names == {"default.default.plain", "default.shop.orders", "default.shop.v"}
    assert (crawled.outcomes, crawled.incomplete) == ([], [])


def test_nested_types_partitions_comments_and_views(crawled: Crawled) -> None:
    table, columns = crawled.table("s.default.shop.orders"), crawled.columns("s.default.shop.orders")
    assert table.comment == "all orders"
    assert columns["id"].comment == "key"
    assert columns["a"].native_type == "array<string>"
    assert [each.name for each in columns["st"].children] == ["x", "y"]
    assert list(columns) == ["id", "t", "n", "a", "m", "st", "day"]
    assert table.properties["partition_columns"] == "day"
    view = crawled.table("s.default.shop.v")
    assert (view.table_type, view.view_definition) == (TableType.VIEW, "SELECT id, t FROM shop.orders")


def test_a_description_by_hive_itself() -> None:
    found = hive.described([
        ("# col_name            ", "data_type           ", "comment             "),
        ("id                  ", "bigint              ", "key                 "),
        ("", None, None),
        ("# Partition Information", None, None),
        ("# col_name            ", "data_type           ", "comment             "),
        ("day                 ", "string              ", ""),
        ("", None, None),
        ("# Detailed Table Information", None, None),
        ("Location:           ", "hdfs://x/orders     ", None),
        ("Table Type:         ", "VIRTUAL_VIEW        ", None),
        ("Table Parameters:", None, None),
        ("", "comment             ", "all orders          "),
        ("# View Information", None, None),
        ("View Original Text: ", "select 1", None),
    ])  # fmt: skip
    assert [(each["name"], each["native"], each["comment"]) for each in found] == [
        ("id", "bigint", "key"), ("day", "string", None)
    ]  # fmt: skip
    told = found[0]["table"]
    assert (told["comment"], told["partition columns"], told["table type"]) == ("all orders", "day", "VIRTUAL_VIEW")
    assert told["view original text"] == "select 1"
