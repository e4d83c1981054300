"""Texts of megabytes come in pieces: the client library holds what arrives in one row several times over, and keeps a
buffer as large as the largest row for as long as the connection lives."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

from connectors.postgres.driver.driver import PostgresDriver

PIECE = 1 << 21
"""Characters of one piece."""
Row = tuple[Any, ...]


def whole(
    driver: PostgresDriver, statement: str, rows: Iterable[Row], at: int, part: int | None = None
) -> Iterator[Row]:
    """``rows`` (the object's oid first), the texts that were left out of column ``at`` filled in.

    ``statement`` reads one piece; ``part`` is the column with the number of the part of the object that the text is
    about. Raises ``HeadraceError`` as any reading does. What is gone meanwhile stays left out.
    """
    for row in rows:
        if row[at] is not None:
            yield row
            continue
        key = {"oid": row[0]} | ({} if part is None else {"part": row[part]})
        yield (*row[:at], _text(driver, statement, key), *row[at + 1 :])


def _text(driver: PostgresDriver, statement: str, key: dict[str, Any]) -> str | None:
    pieces: list[str] = []
    while True:
        found = driver.rows(statement, key | {"at": len(pieces) * PIECE + 1, "length": PIECE})
        piece = found[0][0] if found else None
        if piece:
            pieces.append(piece)
        if piece is None or len(piece) < PIECE:
            return "".join(pieces) if pieces or piece is not None else None
