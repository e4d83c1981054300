"""What MySQL and MariaDB say in different words becomes the same columns, constraints and routines."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any
from urllib.parse import urlsplit

import pymysql
import pytest

from connectors.common.sql.slices import Listed, Raw
from connectors.mysql import listing
from connectors.mysql.build import tables as build
from connectors.mysql.build.columns import columns
from connectors.mysql.build.constraints import constraints, indexes
from connectors.mysql.connection.config import MysqlConnection
from connectors.mysql.errors import classify
from connectors.mysql.facets.facets import ROWS, Facets
from specs.config import MetadataExtract
from specs.entities.database.tables import Column
from specs.errors import Fatal, HeadraceError, Retry, Skip
from specs.topology.scope import Scope

ID = ("shop", "t")
SCOPE = Scope.of("s", "def", "shop", "t")


def raw(**rows: list[tuple[object, ...]]) -> Raw:
    return Raw(Listed("shop", "t", "t", ID), {name: [(ID, *row) for row in each] for name, each in rows.items()})


def column(
    maria: bool, default: str | None, native: str = "varchar(9)", extra: str = "", expression: str = ""
) -> Column:
    row = ("c", 1, default, "YES", native, "utf8mb4_bin", extra, "", expression)
    (found,) = columns(raw(columns=[row]), maria=maria)
    return found


@pytest.mark.parametrize(
    ("maria", "default", "extra", "expected"),
    [
        (True, None, "", None),
        (True, "NULL", "", None),
        (True, "'a'", "", "'a'"),
        (False, None, "", None),
        (False, "NULL", "", "'NULL'"),
        (False, "it's", "", "'it''s'"),
        (False, "12.50", "", "12.50"),
        (False, "b'0101'", "", "b'0101'"),
        (False, "uuid()", "DEFAULT_GENERATED", "uuid()"),
        (False, "CURRENT_TIMESTAMP(3)", "DEFAULT_GENERATED on update CURRENT_TIMESTAMP(3)",
         "CURRENT_TIMESTAMP(3) on update current_timestamp(3)"),
        (True, "current_timestamp()", "on update current_timestamp()",
         "current_timestamp() on update current_timestamp()"),
    ],
)  # fmt: skip
def test_defaults_are_spelled_as_ddl(maria: bool, default: str | None, extra: str, expected: str | None) -> None:
    assert column(maria, default, extra=extra).default == expected


def test_generated_columns_of_both_servers() -> None:
    mysql = column(False, None, "int", "STORED GENERATED", "(`a` + 1)")
    maria = column(True, "NULL", "int(11)", "VIRTUAL GENERATED", "`a` + 1")
    assert (mysql.generated, mysql.generated_kind, mysql.default) == ("(`a` + 1)", "stored", None)
    assert (maria.generated, maria.generated_kind, maria.default) == ("`a` + 1", "virtual", None)
    assert column(False, "x", extra="DEFAULT_GENERATED").generated is None


def test_json_is_a_checked_text_on_mariadb() -> None:
    row = ("do`c", 1, "NULL", "YES", "longtext", "utf8mb4_bin", "", "", None)
    told = raw(columns=[row], checks=[("do`c", "json_valid(`do``c`)", "YES"), ("ck", "`a` > 0", "YES")])
    (found,) = columns(told, maria=True)
    assert found.type == "json"
    assert [each.name for each in constraints(told, SCOPE)] == ["ck"]


def test_an_index_over_an_expression_and_a_head() -> None:
    told = raw(
        indexes=[
            ("i", 1, 1, None, None, "A", "BTREE", "", "lower(`a`)", 1),
            ("i", 2, 1, "b", 10, "D", "BTREE", "", None, 1),
            ("s", 1, 1, "p", 32, "A", "SPATIAL", "a comment", None, 0),
        ]
    )
    one, two = indexes(told)
    assert one.columns == ("(lower(`a`))", "b")
    assert [(each.name, each.length, each.order) for each in one.keys] == [
        ("(lower(`a`))", None, None), ("b", 10, "desc"),
    ]  # fmt: skip
    assert (one.options, two.options, two.keys) == ({}, {"visible": "no"}, ())
    assert (two.columns, two.method, two.comment) == (("p",), "spatial", "a comment")


def test_a_foreign_key_points_into_another_schema() -> None:
    told = raw(
        foreign_keys=[("fk", "a", "other.db", "t", "x"), ("fk", "b", "other.db", "t", "y")],
        rules=[("fk", "CASCADE", "NO ACTION")],
    )
    (found,) = constraints(told, SCOPE)
    assert found.referred_table == 's.def."other.db".t'
    assert (found.columns, found.referred_columns) == (("a", "b"), ("x", "y"))
    assert (found.on_update, found.on_delete) == ("cascade", "no action")


@pytest.mark.parametrize(
    ("method", "expression", "expected"),
    [
        ("RANGE", "year(`d`)", ("range", (), "year(`d`)")),
        ("RANGE COLUMNS", "`a`,`b`", ("range", ("a", "b"), None)),
        ("LINEAR HASH", "`a`", ("hash", ("a",), None)),
        ("KEY", None, ("key", (), None)),
        ("LIST", "`a` + `b`", ("list", (), "`a` + `b`")),
        ("SYSTEM_TIME", "unix_timestamp(`row_end`)", ("system_time", (), None)),
    ],
)
def test_partitioning(method: str, expression: str | None, expected: tuple[object, ...]) -> None:
    found = build._partitioning((ID, method, expression, 2, None, None, 2))
    assert (found.strategy, found.columns, found.expression) == expected


def test_a_function_and_a_procedure_of_one_signature_differ() -> None:
    rows = [
        ("shop", "f", "FUNCTION", 1, "IN", "a", "int", 9),
        ("shop", "f", "PROCEDURE", 1, "IN", "a", "int", 9),
        ("shop", "g", "PROCEDURE", None, None, None, None, None),
    ]
    keys = [each.key for each in listing.routines(rows, MetadataExtract())]
    assert keys == ["f(int)", "f(int) procedure", "g()"]


def test_filters_mean_a_routine_by_name_or_by_signature() -> None:
    rows = [
        ("shop", "f", "FUNCTION", 1, "IN", "a", "int", 9),
        ("shop", "g", "FUNCTION", None, None, None, None, 5_000_000),
    ]
    for pattern in ("^f$", r"^f\(int\)$"):
        include = MetadataExtract.model_validate({"stored_procedures": {"include": [pattern]}})
        assert [each.rule for each in listing.routines(rows, include)] == [None, "stored_procedures.include"]
        exclude = MetadataExtract.model_validate({"stored_procedures": {"exclude": [pattern]}})
        assert [bool(each.rule) for each in listing.routines(rows, exclude)] == [True, False]


class Wide:
    """Answers any statement with a column for each table, ``count`` times."""

    mariadb = True

    def __init__(self, count: int) -> None:
        self.count = count

    def rows(self, sql: str, parameters: dict[str, list[str]], *, strict: bool) -> Iterator[tuple[object, ...]]:
        for name in parameters["names"]:
            for number in range(self.count):
                yield ("shop", name, f"c{number}", number)


def test_a_slice_that_is_too_wide_is_halved_but_a_single_table_is_read() -> None:
    listed = [Listed("shop", name, name, ("shop", name), data="BASE TABLE") for name in ("a", "b")]
    driver: Any = Wide(ROWS - 1)
    facet = next(each for each in Facets(driver, True).of("table") if each.name == "columns")
    with pytest.raises(Skip, match="too many rows"):
        list(facet.read(listed))
    assert len(list(facet.read(listed[:1]))) == ROWS - 1
    driver.count = ROWS + 1
    assert len(list(facet.read(listed[:1]))) == ROWS + 1


@pytest.mark.parametrize(
    ("error", "kind", "reason"),
    [
        (pymysql.OperationalError(2003, "no"), Retry, "connection"),
        (pymysql.OperationalError(2013, "lost"), Retry, "connection"),
        (pymysql.InterfaceError(0, ""), Retry, "connection"),
        (ConnectionResetError("reset"), Retry, "connection"),
        (pymysql.OperationalError(1040, "many"), Retry, "busy"),
        (pymysql.OperationalError(2026, "SSL connection error"), Fatal, "tls"),
        (pymysql.OperationalError(1045, "denied"), Fatal, "denied"),
        (pymysql.OperationalError(1142, "denied"), Skip, "denied"),
        (pymysql.OperationalError(1205, "wait"), Skip, "lock"),
        (pymysql.OperationalError(1969, "late"), Skip, "timeout"),
        (pymysql.OperationalError(3024, "late"), Skip, "timeout"),
        (pymysql.ProgrammingError(1146, "none"), Skip, "gone"),
        (RuntimeError("'cryptography' package is required"), Fatal, "driver"),
        (ValueError("odd"), Skip, "error"),
    ],
)
def test_errors_are_named_by_what_to_do(error: Exception, kind: type[HeadraceError], reason: str) -> None:
    found = classify(error, "db:3306", "me", 60, 90)
    assert type(found) is kind
    assert found.reason == reason
    assert found.where == "db:3306"


def test_a_url_gives_all_settings() -> None:
    found = MysqlConnection.from_url(urlsplit("mariadb://me:p%40ss@db:3307/shop?ssl_mode=required"))
    assert (found.host, found.port, found.database, found.username) == ("db", 3307, "shop", "me")
    assert found.password is not None
    assert found.password.get_secret_value() == "p@ss"
    assert found.endpoint() == "db:3307/shop"
    with pytest.raises(ValueError, match="unknown URL parameter 'tls'"):
        MysqlConnection.from_url(urlsplit("mysql://db/?tls=1"))
