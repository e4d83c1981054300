"""Statements in bodies of routines are read, whatever controls when they run."""

from __future__ import annotations

from connectors.common.sql.lineage.analysis.analyzer import LineageAnalyzer
from specs.contracts.parts.statements import Statement

PLPGSQL = """
CREATE OR REPLACE FUNCTION f() RETURNS trigger AS $$
DECLARE v integer := 0;
BEGIN
  IF TG_OP = 'DELETE' THEN
    INSERT INTO audit (op) SELECT s.op FROM states s;
    RETURN OLD;
  END IF;
  SELECT count(*) INTO v FROM orders WHERE id = NEW.id;
  UPDATE totals t SET n = o.amount FROM orders o WHERE o.id = t.id;
  RETURN QUERY SELECT a.x FROM a;
  EXECUTE 'insert into dynamic select y from source';
  PERFORM g(b.z) FROM b;
  FETCH NEXT FROM cursor_of_rows INTO v;
  v := (SELECT max(w) FROM h);
  CASE WHEN v > 1 THEN DELETE FROM q1; ELSE DELETE FROM q2; END CASE;
EXCEPTION WHEN OTHERS THEN
  INSERT INTO errors (x) SELECT y FROM stack;
END $$ LANGUAGE plpgsql
"""
MYSQL = """
CREATE PROCEDURE p()
BEGIN
  DECLARE EXIT HANDLER FOR SQLEXCEPTION BEGIN INSERT INTO errors (m) SELECT m FROM stack; END;
  START TRANSACTION;
  REPEAT SET i = REPLACE(i, 1, 2); INSERT INTO a (x) SELECT y FROM b WHERE z = i; UNTIL i > 3 END REPEAT;
  IF i > 1 THEN INSERT INTO c (x) SELECT y FROM d; ELSEIF i THEN DELETE FROM e; END IF;
  SELECT max(v) INTO @m FROM g;
  COMMIT;
END
"""


def _told(sql: str, dialect: str) -> list[tuple[str, str | None, list[str]]]:
    (found,) = LineageAnalyzer().lineage([Statement(1, sql, dialect)], {})
    assert [each.error for each in found if each.error] == []
    return [(each.kind, each.target and each.target.name, [source.name for source in each.sources]) for each in found]


def test_plpgsql() -> None:
    assert _told(PLPGSQL, "postgres") == [
        ("insert", "audit", ["states"]),
        ("select", None, ["orders"]),
        ("update", "totals", ["orders"]),
        ("select", None, ["a"]),
        ("insert", "dynamic", ["source"]),
        ("select", None, ["b"]),
        ("select", None, ["h"]),
        ("delete", "q1", []),
        ("delete", "q2", []),
        ("insert", "errors", ["stack"]),
    ]


def test_mysql() -> None:
    assert _told(MYSQL, "mysql") == [
        ("insert", "errors", ["stack"]),
        ("insert", "a", ["b"]),
        ("insert", "c", ["d"]),
        ("delete", "e", []),
        ("select", None, ["g"]),
    ]
