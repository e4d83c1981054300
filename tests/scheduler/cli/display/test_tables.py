"""Tables fit a terminal and are whole when piped."""

from __future__ import annotations

from scheduler.cli.display.render import cell
from scheduler.cli.display.tables import measure, table

HEAD = ("run", "service", "reason")
ROWS = [
    ("20261122-211530-shop_prod-x7f3", "shop_prod", None),
    ("20261121-211530-shop_prod-a2c4", "shop_prod", None),
]


def test_without_a_terminal_nothing_is_folded() -> None:
    text = table(("name", "comment"), [("a", "word " * 40)], width=None)
    assert len(text.splitlines()) == 2
    assert table(HEAD, ROWS, width=None) == table(HEAD, ROWS)


def test_empty_columns_go_first_and_only_where_there_is_no_room() -> None:
    assert "REASON" in table(HEAD, ROWS, width=60)
    narrow = table(HEAD, ROWS, width=45)
    assert "REASON" not in narrow
    assert max(map(len, narrow.splitlines())) <= 45
    assert narrow.splitlines()[1] == "20261122-211530-shop_prod-x7f3  shop_prod"


def test_the_last_column_is_folded_at_blanks() -> None:
    rows = [("Table", "shop.sales.orders", "the statement took longer than its timeout of 60 s allows for it"),
            ("Table", "shop.sales.items", "gone")]  # fmt: skip
    text = table(("type", "object", "message"), rows, width=62, indent="  ")
    assert text.splitlines() == [
        "  TYPE   OBJECT             MESSAGE",
        "  Table  shop.sales.orders  the statement took longer than its",
        "                            timeout of 60 s allows for it",
        "  Table  shop.sales.items   gone",
    ]


def test_what_is_too_wide_is_told_row_by_row_and_no_name_is_cut() -> None:
    name = "shop_prod.shop.sales." + "x" * 90
    text = table(("type", "object", "reason", "none"), [("Table", name, "lock", None), ("View", "v", "denied", "1")],
                 width=80)  # fmt: skip
    assert text.splitlines() == [
        "TYPE    Table", f"OBJECT  {name}", "REASON  lock", "", "TYPE    View", "OBJECT  v", "REASON  denied",
        "NONE    1",
    ]  # fmt: skip


def test_wide_characters_count_twice() -> None:
    rows = [("\u65e5\u672c", "\u65e5\u672c\u8a9e " * 20)]
    text = table(("name", "comment"), rows, width=60)
    assert max(measure(line) for line in text.splitlines()) <= 60
    assert len(text.splitlines()) > 2


def test_integers_are_exact() -> None:
    assert cell(9_223_372_036_854_775_807) == "9,223,372,036,854,775,807"
    assert cell(-(10**30) - 1) == "-1,000,000,000,000,000,000,000,000,000,001"
