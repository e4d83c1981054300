"""Bytecode of modules is kept beside them, whatever the environment says.

Where ``PYTHONDONTWRITEBYTECODE`` is set, as in many containers, each of the hundreds of processes that tests start
compiles all modules anew, and each process of ``pytest -n`` rewrites all assertions.
"""

from __future__ import annotations

import os
import sys

VARIABLE = "PYTHONDONTWRITEBYTECODE"


def keep() -> None:
    """Keep it in this process, and in all that it starts."""
    os.environ.pop(VARIABLE, None)
    sys.dont_write_bytecode = False
