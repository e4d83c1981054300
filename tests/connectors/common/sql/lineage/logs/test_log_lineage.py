"""What a query log tells of lineage: which statements move data, through which temporary tables, under which names."""

from __future__ import annotations

from pathlib import Path

import pytest

from specs.errors import Stop
from tests.connectors.common.sql.lineage.logs.logged import columns, edges, estate, read, source, told, write

BOTH = estate("a", "b", "c")


@pytest.mark.parametrize(
    ("statement", "sources"),
    [
        ("INSERT INTO b SELECT id, name FROM a", ["a"]),
        ("CREATE TABLE b AS SELECT a.id, c.name FROM a JOIN c USING (id)", ["a", "c"]),
        ("SELECT id, name INTO b FROM a", ["a"]),
        ("MERGE INTO b USING a ON a.id = b.id WHEN MATCHED THEN UPDATE SET name = a.name", ["a"]),
        ("UPDATE b SET name = a.name FROM a WHERE a.id = b.id", ["a"]),
        ("DELETE FROM b USING a WHERE a.id = b.id", ["a"]),
        ("INSERT INTO b SELECT b.id, a.name FROM a JOIN b ON a.id = b.id", ["a", "b"]),
        ("WITH w AS (SELECT * FROM a) INSERT INTO b SELECT * FROM w", ["a"]),
        ("BEGIN; INSERT INTO b SELECT * FROM a; COMMIT", ["a"]),
        ("PREPARE p AS INSERT INTO b SELECT * FROM a WHERE id = $1", ["a"]),
    ],
)
def test_statements_that_move_data_become_edges(statement: str, sources: list[str], tmp_path: Path) -> None:
    assert edges(read(tmp_path, BOTH, statement)) == {"b": sources}


@pytest.mark.parametrize(
    "statement",
    [
        "SELECT * FROM a JOIN b USING (id)",
        "INSERT INTO b VALUES (1, 'x')",
        "UPDATE b SET name = upper(name) WHERE id = 3",
        "DELETE FROM b WHERE id = 3",
        "CREATE VIEW v AS SELECT * FROM a",
        "COPY b FROM stdin",
        "SET search_path TO other",
        "TRUNCATE b",
        "CREATE TABLE b (LIKE a)",
    ],
)
def test_others_do_not(statement: str, tmp_path: Path) -> None:
    assert read(tmp_path, BOTH, statement) == {}


def test_columns_are_told_by_what_the_catalog_knows(tmp_path: Path) -> None:
    found = read(tmp_path, BOTH, "INSERT INTO b SELECT * FROM a", "UPDATE b SET name = c.name || 'x' FROM c")
    (lineage,) = found.values()
    assert columns(lineage) == {"id": ["a.id"], "name": ["a.name", "c.name"]}
    assert lineage.evidence == "query_log"


def test_a_temporary_table_is_followed_through_its_session(tmp_path: Path) -> None:
    found = read(
        tmp_path, BOTH,
        ("one", "CREATE TEMP TABLE tmp AS SELECT id, name FROM a"),
        ("two", "CREATE TEMP TABLE tmp AS SELECT id, name FROM c"),
        ("one", "INSERT INTO b SELECT * FROM tmp"),
        ("three", "INSERT INTO c SELECT * FROM tmp"),
    )  # fmt: skip
    assert edges(found) == {"b": ["a"], "c": []}
    assert columns(found["db.public.b"]) == {"id": ["a.id"], "name": ["a.name"]}
    assert found["db.public.c"].unresolved == ("db.public.tmp",)


def test_a_temporary_table_that_is_filled_in_steps(tmp_path: Path) -> None:
    found = read(
        tmp_path, BOTH,
        "CREATE TEMPORARY TABLE tmp (id int, name text)",
        "INSERT INTO tmp SELECT * FROM a",
        "CREATE TEMP TABLE more AS SELECT name, id FROM tmp",
        "INSERT INTO tmp SELECT id, name FROM c",
        "INSERT INTO b (id, name) SELECT id, name FROM tmp",
        "DROP TABLE tmp",
        "INSERT INTO c SELECT id, name FROM more",
    )  # fmt: skip
    assert edges(found) == {"b": ["a", "c"], "c": ["a"]}


def test_a_name_of_a_temporary_table_is_a_real_one_again_after_it_is_dropped(tmp_path: Path) -> None:
    found = read(
        tmp_path, BOTH,
        "CREATE TEMP TABLE c AS SELECT * FROM a", "DROP TABLE c", "INSERT INTO b SELECT * FROM c",
    )  # fmt: skip
    assert edges(found) == {"b": ["c"]}


def test_a_table_that_did_not_stay_stands_for_what_it_was_made_of(tmp_path: Path) -> None:
    found = read(
        tmp_path, BOTH,
        "CREATE TABLE staging AS SELECT id, name FROM a", "INSERT INTO b SELECT * FROM staging", "DROP TABLE staging",
    )  # fmt: skip
    assert edges(found) == {"b": ["a"]}
    assert columns(found["db.public.b"]) == {"id": ["a.id"], "name": ["a.name"]}
    (text,) = found["db.public.b"].statements
    assert text.sql == "create table staging as select id, name from a ; insert into b select * from staging"


def test_a_table_that_stayed_is_a_step_on_the_way(tmp_path: Path) -> None:
    made = ("CREATE TABLE c AS SELECT id, name FROM a", "INSERT INTO b SELECT * FROM c")
    assert edges(read(tmp_path, BOTH, *made)) == {"b": ["c"], "c": ["a"]}


def test_what_is_loaded_and_then_renamed_is_called_by_its_new_name(tmp_path: Path) -> None:
    found = read(
        tmp_path, BOTH,
        ("one", "CREATE TABLE b_new AS SELECT * FROM a"),
        ("one", "INSERT INTO b_new SELECT * FROM c"),
        ("two", "DROP TABLE b"),
        ("two", "ALTER TABLE b_new RENAME TO b"),
    )  # fmt: skip
    assert edges(found) == {"b": ["a", "c"]}


def test_swaps_follow_the_objects(tmp_path: Path) -> None:
    renamed = (
        "INSERT INTO b SELECT * FROM a", "INSERT INTO c SELECT c.id, a.name FROM c JOIN a USING (id)",
        "ALTER TABLE b RENAME TO x", "ALTER TABLE c RENAME TO b", "ALTER TABLE x RENAME TO c",
    )  # fmt: skip
    assert edges(read(tmp_path, BOTH, *renamed)) == {"b": ["a", "c"], "c": ["a"]}


def test_what_is_dropped_takes_its_lineage_along(tmp_path: Path) -> None:
    found = read(
        tmp_path, BOTH,
        "CREATE TABLE b AS SELECT * FROM a", "DROP TABLE b", "CREATE TABLE b AS SELECT * FROM c",
    )  # fmt: skip
    assert edges(found) == {"b": ["c"]}


def test_names_without_a_schema_are_of_the_one_that_the_session_chose(tmp_path: Path) -> None:
    found = read(
        tmp_path, BOTH,
        ("one", "SET search_path TO other"), ("one", "INSERT INTO b SELECT * FROM a"),
        ("two", "INSERT INTO c SELECT * FROM a"),
        ("three", "SET search_path = 'public', other"), ("three", "INSERT INTO b SELECT * FROM c"),
    )  # fmt: skip
    assert edges(found) == {"b": ["c"], "c": ["a"]}


def test_what_a_log_hands_on_late_is_replayed_in_time(tmp_path: Path) -> None:
    log = write(tmp_path / "log.jsonl", [
        (2.0, "one", "DROP TABLE b"), (3.0, "one", "CREATE TABLE b AS SELECT * FROM c"),
        (1.0, "two", "INSERT INTO b SELECT * FROM a"),
    ])  # fmt: skip
    assert edges(told(source(log, BOTH))[1]) == {"b": ["c"]}


def test_definitions_of_other_things_are_not_read(tmp_path: Path) -> None:
    log = write(tmp_path / "log.jsonl", [
        (float(at), "s", text) for at, text in enumerate((
            "CREATE ROLE r LOGIN PASSWORD 'x'", "CREATE EXTENSION hstore", "GRANT UPDATE ON b TO r",
            "CREATE FUNCTION f() RETURNS void AS $$ INSERT INTO b SELECT * FROM a $$ LANGUAGE sql",
            "CREATE POLICY p ON b FOR UPDATE USING (true)", "DROP INDEX i", "ALTER ROLE r SET search_path TO a",
            "CREATE TRIGGER t AFTER INSERT ON a EXECUTE FUNCTION f()",
        ))
    ])  # fmt: skip
    account, found, outcomes = told(source(log, BOTH))
    assert (account.statements, account.others) == (8, 8)
    assert (found, outcomes) == ({}, [])


def test_only_objects_that_are_alive_have_edges(tmp_path: Path) -> None:
    log = write(tmp_path / "log.jsonl", [
        (1.0, "s", "INSERT INTO b SELECT a.id, gone.name FROM a JOIN gone USING (id)"),
        (2.0, "s", "INSERT INTO lost SELECT * FROM a"),
    ])  # fmt: skip
    account, found, _ = told(source(log, BOTH))
    assert edges(found) == {"b": ["a"]}
    assert found["db.public.b"].unresolved == ("db.public.gone",)
    assert account.unknown == ("db.public.lost",)
    assert account.targets == 1


def test_statements_without_a_session_share_nothing(tmp_path: Path) -> None:
    found = read(tmp_path, BOTH, ("", "CREATE TEMP TABLE t AS SELECT * FROM a"), ("", "INSERT INTO b SELECT * FROM t"))
    assert edges(found) == {"b": []}


def test_the_account_adds_up_and_edges_say_how_often_and_when(tmp_path: Path) -> None:
    log = write(tmp_path / "log.jsonl", [
        *((60.0 * at, "s", f"INSERT INTO b SELECT id, name FROM a WHERE id = {at}") for at in range(5)),
        (1000.0, "s", "SELECT 1"), (1001.0, "s", "INSERT INTO b VALUES (1, 'x')"),
        (1002.0, "s", "INSERT INTO INTO ((("), (1003.0, "s", "INSERT INTO b SELECT name, id FROM a"),
    ])  # fmt: skip
    account, found, outcomes = told(source(log, BOTH))
    assert (account.statements, account.moving, account.others, account.unparsed) == (9, 6, 2, 1)
    assert account.statements == account.moving + account.others + account.unparsed
    lineage = found["db.public.b"]
    (use,) = lineage.seen or ()
    assert (use.source, use.count) == ("svc.db.public.a", 6)
    assert (use.first.isoformat(), use.last.isoformat()) == ("2026-11-29T00:00:00+00:00", "2026-11-29T00:16:43+00:00")
    (edge,) = lineage.flows[0].edges
    (text,) = lineage.statements
    assert edge.sql_hash == text.sql_hash
    assert [each.reason for each in outcomes] == ["parse"]
    assert not any(each.stands for each in outcomes)


def test_no_data_of_the_log_is_kept(tmp_path: Path) -> None:
    statement = "INSERT INTO b SELECT id, name || 'secret' FROM a WHERE name = 'secret' /* secret */"
    (lineage,) = read(tmp_path, BOTH, statement, filters=True).values()
    assert "secret" not in lineage.content()
    assert lineage.statements[0].sql == "insert into b select id, name || ? from a where name = ?"
    assert lineage.flows[0].columns[1].expression is not None


def test_a_second_reading_is_the_same_and_what_is_gone_is_empty_once(tmp_path: Path) -> None:
    log = write(
        tmp_path / "log.jsonl",
        [(1.0, "s", "INSERT INTO b SELECT * FROM a"), (2.0, "s", "INSERT INTO c SELECT * FROM a")],
    )
    account, found, _ = told(source(log, BOTH))
    again = told(source(log, [*BOTH, account, *found.values()]))
    assert again == (account, found, [])
    write(log, [(3.0, "s", "INSERT INTO c SELECT * FROM a")])
    _, less, _ = told(source(log, [*BOTH, account, *found.values()]))
    assert edges(less) == {"b": [], "c": ["a"]}
    assert less["db.public.b"].flows == ()
    _, least, _ = told(source(log, [*BOTH, account, *less.values()]))
    assert edges(least) == {"c": ["a"]}


def test_a_log_that_is_not_whole_replaces_nothing(tmp_path: Path) -> None:
    with pytest.raises(Stop, match="no such file"):
        told(source(tmp_path / "none.jsonl", BOTH))
    log = write(tmp_path / "log.jsonl", [(1.0, "s", "INSERT INTO b SELECT * FROM a")])
    log.write_text("broken\n" * 5 + log.read_text())
    with pytest.raises(Stop, match="lines are broken"):
        told(source(log, BOTH))
