"""Commands as processes of their own that need not start from nothing: a server has imported what most of them need,
and forks one for each command."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path
from select import select

from tests.patience import PATIENCE

ROOT = Path(__file__).parents[3]


class CommandServer:
    """Runs one command after the other. ``close`` ends it."""

    def __init__(self) -> None:
        self._process = subprocess.Popen(
            [sys.executable, __file__], cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, bufsize=1
        )

    def run(self, arguments: tuple[str, ...], folder: Path, environ: Mapping[str, str]) -> tuple[int, str, str]:
        """Run ``headrace`` in a folder; returns its exit code and what it wrote to both streams."""
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        written = [folder / ".stdout", folder / ".stderr"]
        order = {"arguments": arguments, "folder": str(folder), "environ": dict(environ), "to": list(map(str, written))}
        self._process.stdin.write(json.dumps(order) + "\n")
        assert select([self._process.stdout], [], [], PATIENCE)[0], f"{arguments} hangs"
        code = int(self._process.stdout.readline())
        out, err = (file.read_text("utf-8") for file in written)
        for file in written:
            file.unlink()
        return code, out, err

    def close(self) -> None:
        self._process.kill()
        self._process.communicate()


def serve() -> None:
    import os

    import scheduler.app.runs.crawl  # noqa: F401 - with the catalog, recipes and the ledger
    from scheduler.cli.cli import main

    for line in sys.stdin:
        order = json.loads(line)
        process = os.fork()
        if not process:
            os.chdir(order["folder"])
            os.environ.clear()
            os.environ.update(order["environ"])
            for number, path in enumerate((os.devnull, *order["to"])):
                flags = os.O_WRONLY | os.O_CREAT | os.O_TRUNC if number else os.O_RDONLY
                os.dup2(os.open(path, flags, 0o600), number)
            sys.argv = ["headrace", *order["arguments"]]
            main()
        print(os.waitstatus_to_exitcode(os.waitpid(process, 0)[1]), flush=True)  # noqa: T201


if __name__ == "__main__":
    serve()
