"""Lists of oids reach the server as it sends them itself."""

from __future__ import annotations

import psycopg
import pytest

from connectors.postgres.driver.oids import Oids, take_oids

pytestmark = pytest.mark.server


@pytest.mark.parametrize("oids", [[], [1], [16384, 2**32 - 1, 0]])
def test_the_server_reads_what_was_packed(postgres_url: str, oids: list[int]) -> None:
    with psycopg.connect(postgres_url) as connection:
        take_oids(connection)
        assert connection.execute("SELECT %b::oid[]", [Oids(oids)]).fetchone() == (oids,)


def test_objects_are_found_by_them(postgres_url: str) -> None:
    with psycopg.connect(postgres_url) as connection:
        take_oids(connection)
        found = connection.execute(
            "SELECT relname FROM pg_class WHERE oid = ANY (%b::oid[])", [Oids([1259])]
        ).fetchall()
    assert found == [("pg_class",)]
