"""Reading a log takes the same memory however long it is: what is beyond is counted."""

from __future__ import annotations

from pathlib import Path

from connectors.common.sql.lineage.logs.objects import WrittenObjects
from connectors.common.sql.lineage.logs.sessions import MOST_STATEMENTS, Made, Sessions
from connectors.common.sql.lineage.logs.steps import StatementShape
from specs.contracts.parts.statements import TableName
from tests.connectors.common.sql.lineage.logs.logged import edges, estate, source, told, write

A, B, C = (TableName("db", "public", name) for name in "abc")


def count(objects: WrittenObjects, name: TableName) -> int:
    return sum(tally.count for tally in dict(objects).get(name, {}).values())


def test_writes_follow_renames_swaps_and_drops() -> None:
    objects = WrittenObjects()
    for time, (target, shape) in enumerate([(A, 1), (A, 1), (B, 2), (C, 3)]):
        objects.write(target, shape, float(time))
    objects.swap(A, B)
    assert (count(objects, A), count(objects, B)) == (1, 2)
    objects.rename(A, C)
    assert (count(objects, A), count(objects, C)) == (0, 2)
    objects.drop(C)
    objects.rename(A, B)
    assert {name for name, _ in objects} == {B}
    objects.rename(B, B)
    assert count(objects, B) == 2


def test_writes_beyond_the_bound_are_counted_and_drops_make_room() -> None:
    objects = WrittenObjects(most=2)
    for shape in range(4):
        objects.write(A, shape, 1.0)
    objects.write(A, 0, 2.0)
    assert (count(objects, A), objects.overflow) == (3, 2)
    objects.drop(A)
    objects.write(B, 9, 3.0)
    assert (count(objects, B), objects.overflow) == (1, 2)


def test_the_session_that_was_quiet_longest_is_forgotten() -> None:
    sessions = Sessions(most=2)
    for name in ("a", "b"):
        sessions.begun(name).made[A] = Made(True)
    assert sessions.known("a") is not None
    sessions.begun("c")
    assert (sessions.known("a") is None, sessions.known("b") is None, sessions.forgotten) == (False, True, 1)


def test_a_temporary_table_has_so_many_statements_at_most() -> None:
    made = Made(True)
    shapes = {at: StatementShape(at, "", "", "", ()) for at in range(MOST_STATEMENTS + 1)}
    for at, shape in shapes.items():
        assert made.extend({at: shape}) == (at < MOST_STATEMENTS)
    assert made.extend({0: shapes[0]})


def test_a_loop_over_a_temporary_table_is_one_shape(tmp_path: Path) -> None:
    log = write(tmp_path / "log.jsonl", [
        (0.0, "s", "CREATE TEMP TABLE tmp (id int, name text)"),
        *((float(at), "s", f"INSERT INTO tmp SELECT id, name FROM a WHERE id = {at}") for at in range(1, 400)),
        (500.0, "s", "INSERT INTO b SELECT * FROM tmp"),
    ])  # fmt: skip
    account, found, _ = told(source(log, estate("a", "b")))
    assert edges(found) == {"b": ["a"]}
    assert (account.shapes, account.overflow) == (4, 0)
