"""Text that is redrawn on a terminal until the person stops it."""

from __future__ import annotations

from collections.abc import Callable
from typing import TextIO

from specs.errors import Retry
from workers.process.interruption import interruptible
from workers.process.stop_flag import StopFlag


def watch(draw: Callable[[], str], every: float, stream: TextIO, *, stop: StopFlag | None = None) -> None:
    """Show the text that ``draw`` returns at intervals until ``stop`` is set, or SIGINT or SIGTERM comes.

    While the database is unavailable the last text stays, with the reason below it. Lines that do not fit the terminal
    are left out at the end.
    """
    from rich.console import Console
    from rich.live import Live
    from rich.text import Text

    stop, last = stop or StopFlag(), ""
    live = Live(console=Console(file=stream), auto_refresh=False, screen=True, vertical_overflow="ellipsis")
    with interruptible(stop), live:
        while not stop.is_set():
            try:
                last = trouble = draw()
            except Retry as error:
                trouble = f"{last}\n{error}\n"
            live.update(Text.from_ansi(trouble, no_wrap=True, overflow="crop"), refresh=True)
            stop.wait(every)
    stream.write(last)
    stream.flush()
