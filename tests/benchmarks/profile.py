"""Where the time of a crawl goes: ``python -m tests.benchmarks.profile RECIPE CATALOG``.

Crawls in this process and looks 200 times a second at what each busy thread is doing. A sample belongs to the innermost
frame of ours or of a known library, so that time inside C code counts for the line that called it.
"""

from __future__ import annotations

import sys
import threading
import time
from collections import Counter
from pathlib import Path
from types import FrameType

INTERVAL = 0.005
_BLOCKS = (
    ("waiting", ("/threading.py", "/selectors.py", "/queue.py")),
    ("source: statements and rows (psycopg)", ("/psycopg/",)),
    ("entities: build, canonical JSON, hash", ("/specs/entities/", "/pydantic/", "/specs/names.py")),
    ("connector: slices, merge, build", ("/connectors/",)),
    ("walk and batches", ("/specs/", "/workers/unit/", "/workers/queues/")),
    ("catalog: compare, store, search, feed", ("/workers/catalog/",)),
    (
        "ledger: claims, commits, marks, receipts",
        ("/workers/ledger/", "/workers/queues/flusher", "/workers/store/database"),
    ),
    ("imports and start", ("importlib", "/zipimport")),
    ("scheduler: progress and summary", ("/scheduler/",)),
)


def block(frame: FrameType | None) -> str | None:
    """The block that a thread works in, by its innermost known frame; ``None`` for threads of no interest."""
    while frame is not None:
        name = frame.f_code.co_filename
        for title, parts in _BLOCKS:
            if any(part in name for part in parts):
                return title
        frame = frame.f_back
    return None


def sample(stop: threading.Event, found: dict[str, Counter[str]]) -> None:
    own = threading.get_ident()
    while not stop.wait(INTERVAL):
        names = {thread.ident: thread.name for thread in threading.enumerate()}
        for ident, frame in sys._current_frames().items():
            title = block(frame) if ident != own else None
            if title:
                found.setdefault(names.get(ident, "?"), Counter())[title] += 1


def main(recipe: str, catalog: str) -> None:
    found: dict[str, Counter[str]] = {}
    stop = threading.Event()
    sampler = threading.Thread(target=sample, args=(stop, found), daemon=True)
    started = time.perf_counter()
    sampler.start()
    from scheduler.app.runs.crawl import crawl
    from scheduler.recipes.loader import load

    loaded = load(recipe, lambda name: "")
    summary = crawl(loaded.recipe, catalog=catalog, secrets=loaded.secrets)
    stop.set()
    sampler.join()
    print(f"{Path(recipe).name}: {summary.status}, {time.perf_counter() - started:.2f} s, seconds per thread:")
    for thread, blocks in sorted(found.items()):
        busy = [(title, samples) for title, samples in blocks.most_common() if title != "waiting"]
        if busy:
            print(f"\n{thread}")
        for title, samples in busy:
            print(f"  {samples * INTERVAL:6.2f}  {title}")


if __name__ == "__main__":
    main(*sys.argv[1:])
