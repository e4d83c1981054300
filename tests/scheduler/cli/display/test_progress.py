import io

from rich.console import Console

from scheduler.app.runs.summary import Progress
from scheduler.cli.display.progress import Picture, ProgressLines, draw, line, shower, size

BUSY = Progress(
    run="r", known=40, done=12, entities=3400, entities_per_second=850.4, failures=2,
    scopes=("shop.sales", "shop.\x1b[2J"), queued_bytes=2_500_000, backpressure=True, rss=64_000_000, seconds=4.04,
)  # fmt: skip


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


def test_a_line_says_it_all() -> None:
    assert line(BUSY) == (
        "12/40 units, 3,400 entities, 850/s, 2 failed, waiting for the catalog (2.5 MB queued), 64.0 MB, 4.04s: "
        "shop.sales, shop.\\e[2J"
    )


def test_piped_progress_is_a_line_per_interval() -> None:
    stream, now = io.StringIO(), [0.0]
    lines = ProgressLines(stream, every=5, clock=lambda: now[0])
    for second in range(0, 16):
        now[0] = float(second)
        lines(BUSY)
    lines.close()
    assert len(stream.getvalue().splitlines()) == 3


def test_the_picture_shows_units_rate_failures_and_scopes() -> None:
    console = Console(file=io.StringIO(), width=100)
    console.print(draw(BUSY))
    text = console.file.getvalue()  # type: ignore[attr-defined]
    for part in ("12/40 units", "850/s", "2 failed", "2.5 MB queued", "shop.sales", "64.0 MB"):
        assert part in text
    assert "\x1b[2J" not in text


def test_a_picture_redraws_at_most_five_times_a_second_and_goes_away() -> None:
    stream, now = Terminal(), [0.0]
    picture = Picture(stream, clock=lambda: now[0])
    for tick in range(100):
        now[0] = 1 + tick / 100
        picture(BUSY)
    drawn = stream.getvalue().count("12/40 units")
    picture.close()
    picture.close()
    assert 1 <= drawn <= 6


def test_the_stream_decides() -> None:
    assert isinstance(shower(Terminal()), Picture)
    assert isinstance(shower(io.StringIO()), ProgressLines)


def test_sizes() -> None:
    assert [size(n) for n in (12, 3_200, 64e6, 2.5e9)] == ["12 B", "3.2 KB", "64.0 MB", "2.5 GB"]
