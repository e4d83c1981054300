"""What the parser's process takes: it stands beside every process that reads lineage."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from connectors.common.sql.lineage.process.parser_process import ParserProcess
from specs.contracts.parts.statements import Statement

MB = 1 << 20
TAKEN = 72 * MB
"""What docs/memory.md says that a parser takes."""
VIEW = "SELECT a.id, upper(b.name) AS name, sum(a.x{0}) AS total FROM t{0} a JOIN u b ON b.id = a.id GROUP BY 1, 2"


@pytest.fixture
def parser() -> Iterator[ParserProcess]:
    made = ParserProcess()
    yield made
    made.close()


def resident(parser: ParserProcess) -> int:
    return int(Path(f"/proc/{parser.pid}/statm").read_text().split()[1]) * os.sysconf("SC_PAGE_SIZE")


def test_it_takes_what_is_documented_and_does_not_grow(parser: ParserProcess) -> None:
    parser.names([Statement(0, VIEW.format(0), "postgres")])
    begun = resident(parser)
    assert begun < TAKEN
    for start in range(0, 10_000, 1000):
        texts = [Statement(at, VIEW.format(start + at), "postgres", "d", "s") for at in range(1000)]
        assert all(found.level == "columns" for (found,) in parser.lineage(texts, {}))
    assert parser.started == 1
    assert resident(parser) - begun < 6 * MB


def test_it_does_without_the_models_of_entities() -> None:
    """They would double the time of its start, and take a quarter of its memory."""
    parser = ParserProcess(f"{__name__}:Modules")
    try:
        ((found,),) = parser.names([Statement(0, "")])
    finally:
        parser.close()
    assert found.name == "none"


def test_who_asks_it_does_without_the_parser() -> None:
    """What reads lineage would have the classes of all dialects twice."""
    names = ("common.sql.lineage.source", "common.sql.usage.counted_lineage", "postgres.service_spec")
    code = f"import sys, {', '.join(f'connectors.{name}' for name in names)}; print('sqlglot' in sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=120, check=True)
    assert done.stdout.strip() == "False"


class Modules:
    """Names what of pydantic its process has imported, together with the analysis."""

    def names(self, statements: list[Statement]) -> list[tuple[object, ...]]:
        from connectors.common.sql.lineage.analysis import analyzer
        from specs.contracts.parts.statements import TableName

        assert analyzer
        found = [name for name in ("pydantic", "pydantic_core", "yaml", "sqlalchemy") if name in sys.modules]
        return [(TableName("", "", ",".join(found) or "none"),) for _ in statements]
