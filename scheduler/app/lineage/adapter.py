"""Another system that speaks the protocol of ``headrace lineage parse``, as a process of its own."""

from __future__ import annotations

import json
import shlex
import subprocess
from threading import Timer
from typing import Any

from specs.errors import UsageError


class LineageAdapter:
    """Asks a command line by line. One that is silent for ``deadline`` seconds, or ends, is started anew for the next
    line: it loses that one case."""

    def __init__(self, command: str, deadline: float) -> None:
        self._command = shlex.split(command)
        self._deadline = deadline
        self._process: subprocess.Popen[str] | None = None

    def answer(self, line: str) -> dict[str, Any]:
        """The answer for one line; one with ``error`` where there is none.

        Raises ``UsageError`` when the command cannot be started.
        """
        process = self._started()
        timer = Timer(self._deadline, process.kill)
        timer.start()
        try:
            assert process.stdin is not None
            assert process.stdout is not None
            process.stdin.write(line + "\n")
            process.stdin.flush()
            told = json.loads(process.stdout.readline() or "null")
        except (OSError, ValueError) as error:
            self.close()
            return {"error": f"no answer: {error}"}
        finally:
            timer.cancel()
        if not isinstance(told, dict):
            self.close()
            return {"error": "no answer: the command ended, or took too long"}
        return told

    def close(self) -> None:
        """End the command. May be called twice."""
        process, self._process = self._process, None
        if process is not None:
            process.kill()
            process.communicate()

    def _started(self) -> subprocess.Popen[str]:
        if self._process is None:
            try:
                self._process = subprocess.Popen(
                    self._command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, encoding="utf-8"
                )
            except (OSError, IndexError) as error:
                remedy = "name a program that reads and writes JSON lines"
                raise UsageError(f"cannot start the adapter: {error}", remedy=remedy) from None
        return self._process
