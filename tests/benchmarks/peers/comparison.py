"""The same views through our analysis and through other programs, in turn, with the same columns known."""

from __future__ import annotations

import statistics
from contextlib import ExitStack
from typing import Any

from tests.benchmarks.lineage import TABLES, VIEW
from tests.benchmarks.peers import programs
from tests.benchmarks.report import Goal, Report, table

ROUNDS = 5
VIEWS = {"Headrace": 10, "DataHub": 10, "sqllineage": 2}
"""Views of one round: sqllineage takes a quarter of a second each."""
SCHEMAS = {f"shop.sales.{name}": [{each: "text"} for each in said.split()] for name, said in TABLES.items()}
PEERS = {"Headrace": programs.ours, "DataHub": programs.datahub, "sqllineage": programs.sqllineage}


def peers() -> Report:
    """Milliseconds of CPU per view of 20 columns, alternating."""
    report = Report("Lineage beside other programs")
    spent: dict[str, list[float]] = {name: [] for name in PEERS}
    with ExitStack() as stack:
        running = {name: stack.enter_context(programs.Program(command())) for name, command in PEERS.items()}
        for program in running.values():
            program.ask([case(9999)])
        for turn in range(ROUNDS):
            for name, program in running.items():
                found = program.ask([case(turn * 10 + at) for at in range(VIEWS[name])])
                assert {len(each["columns"]) for each in found} == {20}, (name, found[0])
                spent[name].append(statistics.median(each["ms"] for each in found))
    best = {name: min(found) for name, found in spent.items()}
    ratio = statistics.median(other / own for own, other in zip(spent["Headrace"], spent["DataHub"], strict=True))
    report.goals = [Goal("a view of 20 columns: DataHub's CPU, times ours", ratio, 20, "x", at_least=True)]
    report.notes = [
        f"Views of 20 columns, {ROUNDS} alternating rounds, parsers compiled, the columns of five tables known to all."
        f" DataHub is acryl-datahub {programs.datahub_ingestion.VERSION} (`sqlglot_lineage` with a schema resolver),"
        f" sqllineage is {programs.SQLLINEAGE} (`LineageRunner` with a provider of metadata). Milliseconds of CPU are"
        " the median of the best round.",
        "",
        *table(["program", "ms of CPU"], [[name, f"{best[name]:.2f}"] for name in PEERS]),
    ]
    return report


def case(number: int) -> dict[str, Any]:
    """A view that no program has seen yet: some remember what they read."""
    sql = VIEW.replace("sales.report", f"sales.report_{number}")
    defaults = {"dialect": "postgres", "default_db": "shop", "default_schema": "sales"}
    return {"id": number, "sql": sql, "schemas": SCHEMAS, **defaults}
