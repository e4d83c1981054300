"""Memory does not grow with the lines of a log, and a day's texts are told apart in bounded memory."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

from connectors.common.sql.usage.shapes.answers import ShapeAnswer, ShapeAnswers
from connectors.common.sql.usage.shapes.sessions import PLAIN
from specs.contracts.parts.statements import StatementLineage, TableName

ROOT = Path(__file__).parents[5]
READ = """
import sys
from pathlib import Path
from tests.benchmarks.usage import lines
from tests.connectors.common.sql.usage.usages import DAY, source, walked
from workers.process.governor.memory import MB, peak_rss
count = int(sys.argv[2])
log = Path(sys.argv[1])
with log.open("w") as file:
    file.writelines(lines(count, DAY + 40_000, 1, texts=4_000))
made = source(log, query_log={"type": "postgres_csvlog", "files": [str(log)]})
day, used, outcomes = walked(made)
assert not outcomes, outcomes
print(day.statements, peak_rss() // MB)
"""


def read(log: Path, count: int) -> tuple[int, int]:
    """Statements of the day, and the most MB that a process took for them."""
    command = [sys.executable, "-c", READ, str(log), str(count)]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=300, check=True)
    statements, megabytes = done.stdout.split()
    return int(statements), int(megabytes)


def test_memory_is_that_of_the_texts_and_not_of_the_lines(tmp_path: Path) -> None:
    few, small = read(tmp_path / "few.csv", 8_000)
    many, large = read(tmp_path / "many.csv", 48_000)
    assert many > 5 * few
    assert large < 200
    assert large - small < 12, (small, large)


def test_answers_that_were_used_longest_ago_are_forgotten() -> None:
    answers = ShapeAnswers(most=100)
    name = TableName("d", "s", "t")
    for number in range(50):
        answers.keep(
            ("d", PLAIN, number), ShapeAnswer((name,), {name: ()}, (StatementLineage("select", sources=(name,)),))
        )
        answers.get(("d", PLAIN, 0))
    assert len(answers) < 10
    assert answers.get(("d", PLAIN, 0)) is not None
