"""Live progress on stderr: a few lines that redraw on a terminal, one line per interval when piped."""

from __future__ import annotations

import sys
import time
from collections.abc import Callable
from typing import TYPE_CHECKING, TextIO

from scheduler.cli.display.render import clean, duration, number
from scheduler.cli.times import LINE_SECONDS, REDRAW_SECONDS

if TYPE_CHECKING:
    from rich.console import Group
    from rich.live import Live

    from scheduler.app.runs.summary import Progress


def size(count: float) -> str:
    """Bytes for people: ``512 B``, ``3.2 MB``."""
    for unit in ("B", "KB", "MB"):
        if count < 1000:
            return f"{count:.0f} {unit}" if unit == "B" else f"{count:.1f} {unit}"
        count /= 1000
    return f"{count:.1f} GB"


def line(progress: Progress) -> str:
    """Everything on one line: ``12/40 units, 3,400 entities, 850/s, 2 failed, 64.0 MB, 4.0s: shop.sales``."""
    parts = [
        f"{number(progress.done)}/{number(progress.known)} units",
        f"{number(progress.entities)} entities",
        f"{number(progress.entities_per_second)}/s",
        f"{number(progress.failures)} failed",
        *([f"waiting for the catalog ({size(progress.queued_bytes)} queued)"] if progress.backpressure else []),
        size(progress.rss),
        duration(progress.seconds),
        *([clean(progress.note)] if progress.note else []),
    ]
    scopes = ", ".join(clean(scope) for scope in progress.scopes[:3])
    return ", ".join(parts) + (f": {scopes}" if scopes else "")


class ProgressLines:
    """One line per interval; ``stream`` is usually stderr."""

    def __init__(
        self, stream: TextIO, *, every: float = LINE_SECONDS, clock: Callable[[], float] = time.monotonic
    ) -> None:
        self._stream, self._every, self._clock = stream, every, clock
        self._due = clock() + every

    def __call__(self, progress: Progress) -> None:
        if self._clock() >= self._due:
            self._due = self._clock() + self._every
            self._stream.write(line(progress) + "\n")
            self._stream.flush()

    def close(self) -> None:
        """Nothing to restore."""


class Picture:
    """A few lines that redraw in place. Rich is imported when the first one is drawn."""

    def __init__(self, stream: TextIO, *, clock: Callable[[], float] = time.monotonic) -> None:
        self._stream, self._clock = stream, clock
        self._live: Live | None = None
        self._due = 0.0

    def __call__(self, progress: Progress) -> None:
        if self._clock() < self._due:
            return
        self._due = self._clock() + REDRAW_SECONDS
        if self._live is None:
            self._live = self._start()
        self._live.update(draw(progress), refresh=True)

    def close(self) -> None:
        if self._live is not None:
            self._live.stop()
            self._live = None

    def _start(self) -> Live:
        from rich.console import Console
        from rich.live import Live

        # Rich would lose what is printed after an interruption amid its drawing: the command that resumes.
        live = Live(
            console=Console(file=self._stream), auto_refresh=False, transient=True,
            redirect_stdout=False, redirect_stderr=False,
        )  # fmt: skip
        live.start()
        return live


def draw(progress: Progress) -> Group:
    """The picture: a bar of units, numbers, what is being read."""
    from rich.console import Group
    from rich.progress_bar import ProgressBar
    from rich.text import Text

    bar = ProgressBar(total=max(progress.known, 1), completed=progress.done, width=40)
    numbers = Text(f"  {number(progress.done)}/{number(progress.known)} units  {duration(progress.seconds)}")
    rate = f"{number(progress.entities)} entities  {number(progress.entities_per_second)}/s  {size(progress.rss)}"
    state = Text(rate)
    if progress.failures:
        state.append(f"  {number(progress.failures)} failed", style="red")
    if progress.backpressure:
        state.append(f"  waiting for the catalog, {size(progress.queued_bytes)} queued", style="yellow")
    if progress.note:
        state.append(f"  {clean(progress.note)}", style="yellow")
    scopes = [
        Text(f"  {clean(scope)}", style="dim", no_wrap=True, overflow="ellipsis") for scope in progress.scopes[:8]
    ]
    return Group(bar, numbers, state, *scopes)


def shower(stream: TextIO | None = None) -> ProgressLines | Picture:
    """What suits the stream: a picture on a terminal, lines elsewhere."""
    stream = stream or sys.stderr
    return Picture(stream) if stream.isatty() else ProgressLines(stream)
