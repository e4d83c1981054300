"""The cases that ship, by dialect: each table and each column of them is told as their expectation has it."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from scheduler.app.lineage.parse import own_answers
from scheduler.app.lineage.score import cases_of, score

ROOT = Path(__file__).parents[5]
FILES = sorted((ROOT / "specs" / "testing" / "lineage").glob("*.jsonl"))


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.stem)
def test_all_cases_of_a_dialect(file: Path) -> None:
    with own_answers() as own:
        found = score(cases_of([str(file)]), own)
    assert found.misses == []
    assert found.cases > 0


def test_there_are_many_and_their_names_are_their_own() -> None:
    cases = list(cases_of([]))
    assert len(cases) >= 300
    assert len({each["id"] for each in cases}) == len(cases)


PURE = """
from tests import pure_sqlglot
pure_sqlglot.install()
import sqlglot.parser
assert sqlglot.parser.__file__.endswith(".py")
from connectors.common.sql.lineage.analysis.analyzer import LineageAnalyzer
from scheduler.app.lineage.parse import answer
from scheduler.app.lineage.score import cases_of, score
parser = LineageAnalyzer()
print([each.id for each in score(cases_of([]), lambda line: answer(parser, line)).misses])
"""


def test_the_parser_that_is_not_compiled_tells_the_same() -> None:
    done = subprocess.run(
        [sys.executable, "-c", PURE], cwd=ROOT, capture_output=True, text=True, timeout=240, stdin=subprocess.DEVNULL
    )
    assert (done.stdout.strip(), done.returncode) == ("[]", 0), done.stderr
