"""Answers statements with sqllineage; runs where it is installed."""

import json
import sys
import time

from sqllineage.core.metadata.dummy import DummyMetaDataProvider
from sqllineage.runner import LineageRunner

NAMES = {"postgresql": "postgres", "mssql": "tsql", "spark": "sparksql", "": "ansi"}


def answer(case):  # type: ignore[no-untyped-def]
    columns = {
        name.partition(".")[2] if name.count(".") == 2 else name: [column for each in found for column in each]
        for name, found in (case.get("schemas") or {}).items()
    }
    dialect = case.get("dialect") or ""
    runner = LineageRunner(
        case["sql"], dialect=NAMES.get(dialect, dialect), metadata_provider=DummyMetaDataProvider(columns)
    )
    made = {}
    for path in runner.get_column_lineage():
        made.setdefault(str(path[-1]), []).append(str(path[0]))
    return {
        "in_tables": [str(each) for each in runner.source_tables],
        "out_tables": [str(each) for each in runner.target_tables],
        "columns": [{"out": out, "in": sources} for out, sources in made.items()],
        "error": None,
    }


for line in sys.stdin:
    given, begun = json.loads(line), time.process_time()
    try:
        told = answer(given)
    except Exception as problem:  # what it cannot read costs one answer
        told = {"in_tables": [], "out_tables": [], "columns": [], "error": str(problem)}
    told["ms"] = (time.process_time() - begun) * 1000
    print(json.dumps({"id": given.get("id"), **told}), flush=True)
