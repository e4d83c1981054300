import pytest

from scheduler.cli.display.render import cell, clean, duration, number
from scheduler.cli.display.tables import table


def test_a_name_cannot_drive_the_terminal() -> None:
    assert clean("a\x1b[31mb\nc\td\x9b") == "a\\e[31mb\\nc\\td\\u009b"
    assert clean("ordinary \u00e9\U0001f600") == "ordinary \u00e9\U0001f600"
    assert "\u202e" not in clean("a\u202eb")


def test_tables_align_and_cut_nothing() -> None:
    text = table(("name", "n"), [("a" * 200, 1), ("\u65e5\u672c", 12345)])
    lines = text.splitlines()
    assert lines[0].startswith("NAME")
    assert lines[1] == "a" * 200 + "       1"
    assert lines[2].endswith("12,345")
    assert len(lines[2]) == len(lines[1]) - 2


def test_an_empty_table_is_its_head() -> None:
    assert table(("a", "b"), []) == "A  B"


@pytest.mark.parametrize(
    ("seconds", "text"), [(0.424, "0.42s"), (12.34, "12.3s"), (245, "4m 05s"), (7800, "2h 10m"), (-3600, "0.00s")]
)
def test_durations(seconds: float, text: str) -> None:
    assert duration(seconds) == text


def test_cells() -> None:
    assert [cell(None), cell(True), cell(1234), cell("x")] == ["-", "yes", "1,234", "x"]
    assert number(1234.6) == "1,235"
