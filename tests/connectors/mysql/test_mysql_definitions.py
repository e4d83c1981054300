"""Statements of SHOW CREATE as MySQL and MariaDB write them, taken apart; other text raises nothing."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from connectors.mysql.build import definitions
from connectors.mysql.facets.show_create import quoted, show_create
from specs.errors import HeadraceError, Skip

MYSQL = """CREATE TABLE `t` (
  `i` int NOT NULL AUTO_INCREMENT,
  PRIMARY KEY (`i`)
) ENGINE=InnoDB AUTO_INCREMENT=7 DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_0900_ai_ci
/*!50100 PARTITION BY RANGE (`i`)
SUBPARTITION BY HASH (`i`)
SUBPARTITIONS 2
(PARTITION p0 VALUES LESS THAN (10) ENGINE = InnoDB,
 PARTITION p1 VALUES LESS THAN MAXVALUE ENGINE = InnoDB) */"""


def test_partitions_of_mysql_stand_in_a_comment() -> None:
    found = definitions.table(MYSQL).text
    assert found.endswith("/*!50100 PARTITION BY RANGE (`i`)\nSUBPARTITION BY HASH (`i`)\nSUBPARTITIONS 2 */")
    assert "AUTO_INCREMENT=7" not in found
    assert "NOT NULL AUTO_INCREMENT," in found


@pytest.mark.parametrize(
    "option",
    [
        "CONNECTION='mysql://me:secret-word@db/x'",
        "CONNECTION='it''s \\' secret-word'",
        """COMMENT='wrapper "mysql", password "secret-word", host "h"'""",
        """COMMENT='user "u", PASSWORD = "secret-word"'""",
    ],
)
def test_what_opens_another_server_is_not_kept(option: str) -> None:
    text = definitions.table(f"CREATE TABLE `t` (\n  `a` int\n) ENGINE=FEDERATED {option} ROW_FORMAT=FIXED").text
    assert "secret-word" not in text
    assert "***" in text
    assert text.endswith(" ROW_FORMAT=FIXED")


@pytest.mark.parametrize(
    ("statement", "kind", "body"),
    [
        ("CREATE DEFINER=`a`@`%` PROCEDURE `p`()\nSELECT 1", "PROCEDURE", "SELECT 1"),
        ("CREATE DEFINER=`procedure`@`%` PROCEDURE `procedure`(IN `)` int)\n    DETERMINISTIC\nBEGIN\n    NO SQL\nEND",
         "PROCEDURE", "BEGIN\n    NO SQL\nEND"),
        ("CREATE DEFINER=`a`@`%` FUNCTION `f`(a int) RETURNS enum('(','x') CHARSET latin1\n    READS SQL DATA\n"
         "    SQL SECURITY INVOKER\n    COMMENT 'it''s\\'\\n'\nRETURN '('", "FUNCTION", "RETURN '('"),
        ('CREATE DEFINER="a"@"%" PACKAGE BODY "p" AS PROCEDURE q AS BEGIN NULL; END; END', "PACKAGE BODY",
         "AS PROCEDURE q AS BEGIN NULL; END; END"),
        ("something else", "PROCEDURE", "something else"),
        ("CREATE PROCEDURE", "PROCEDURE", "CREATE PROCEDURE"),
    ],
)  # fmt: skip
def test_the_body_of_a_routine(statement: str, kind: str, body: str) -> None:
    assert definitions.routine(statement, kind).body == body


@given(st.text(alphabet="CREATE PROCEDURE FUNCTION `'\"()\n\\,x /*", max_size=80))
def test_any_text_gives_an_answer(text: str) -> None:
    assert isinstance(definitions.routine(text, "PROCEDURE").body, str)
    assert isinstance(definitions.table(text).text, str)


class Answers:
    """A driver that fails at some statements, and then ends the batch as servers do."""

    def __init__(self, failing: dict[str, HeadraceError]) -> None:
        self.failing = failing
        self.sent: list[int] = []

    def batch(self, statements: Sequence[str]) -> Any:
        self.sent.append(len(statements))
        for statement in statements:
            name = statement.rsplit("`", 2)[1]
            if name in self.failing:
                yield self.failing[name]
                return
            yield [(name, f"CREATE {name}")]


def test_one_denied_statement_does_not_hide_those_behind_it() -> None:
    driver: Any = Answers({"b": Skip("no", reason="denied"), "c": Skip("no", reason="gone")})
    wanted = [(each, "TABLE", quoted("s", each)) for each in "abcd"]
    assert [(id_, row[1]) for id_, row in show_create(driver, wanted)] == [("a", "CREATE a"), ("d", "CREATE d")]
    assert driver.sent == [4, 2, 1]


def test_a_locked_object_fails_so_that_the_slice_is_halved() -> None:
    driver: Any = Answers({"b": Skip("wait", reason="lock")})
    with pytest.raises(Skip, match="wait"):
        list(show_create(driver, [(each, "TABLE", quoted("s", each)) for each in "abc"]))
