"""The settings of every connection, sent before anything is read over it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from specs.errors import Fatal

SETTINGS: Mapping[str, str] = {
    "time_zone": "'+00:00'",
    "sql_mode": "'STRICT_TRANS_TABLES'",
    "sql_quote_show_create": "1",
    "sql_select_limit": "18446744073709551615",
    "sql_big_selects": "1",
    "sql_auto_is_null": "0",
    "div_precision_increment": "4",
    "group_concat_max_len": "1048576",
    "character_set_client": "'utf8mb4'",
    "character_set_connection": "'utf8mb4'",
    "character_set_results": "'utf8mb4'",
    "lc_time_names": "'en_US'",
}
"""What texts and types are written by, so that they are the same whatever the server or ``init_connect`` sets: a mode
that is not strict makes columns of views nullable or not, and a limit on rows would cut listings without a word."""
SET = "SET SESSION " + ", ".join(f"{name} = {value}" for name, value in SETTINGS.items())
CHECK = "SELECT " + ", ".join(f"@@session.{name}" for name in SETTINGS)


def verify(told: Sequence[Any], where: str) -> None:
    """Compare the answer to ``CHECK``. Raises ``Fatal`` where something keeps our settings from the server."""
    for (name, wanted), found in zip(SETTINGS.items(), told, strict=True):
        if str(found) != wanted.strip("'"):
            what = f"settings do not hold: {name} is {found!r} instead of {wanted}"
            raise Fatal(what, where, "connect to the server itself, not through a proxy", reason="settings")
