"""Answers statements with DataHub's ``sqlglot_lineage``; runs where acryl-datahub is installed.

The columns of the tables are given to its schema resolver once; a table is found by the name that the statement has.
"""

import json
import re
import sys
import time

from datahub.sql_parsing.schema_resolver import SchemaResolver
from datahub.sql_parsing.sqlglot_lineage import sqlglot_lineage

NAME = re.compile(r"urn:li:dataset:\(urn:li:dataPlatform:\w+,(.*),PROD\)")
resolvers = {}


def resolver(dialect, schemas):  # type: ignore[no-untyped-def]
    """One for each set of columns that is known."""
    key = dialect, json.dumps(schemas)
    if key not in resolvers:
        made = resolvers[key] = SchemaResolver(platform=dialect, env="PROD")
        for table, columns in schemas.items():
            urn = f"urn:li:dataset:(urn:li:dataPlatform:{dialect},{table},PROD)"
            made.add_raw_schema_info(urn, {name: type_ for each in columns for name, type_ in each.items()})
    return resolvers[key]


def table(urn):  # type: ignore[no-untyped-def]
    found = NAME.fullmatch(str(urn))
    return found[1] if found else str(urn)


def answer(case):  # type: ignore[no-untyped-def]
    dialect = case.get("dialect") or "postgres"
    found = sqlglot_lineage(
        case["sql"], resolver(dialect, case.get("schemas") or {}), case.get("default_db"), case.get("default_schema")
    )
    columns = [
        {
            "out": f"{table(each.downstream.table)}.{each.downstream.column}",
            "in": [f"{table(source.table)}.{source.column}" for source in each.upstreams],
        }
        for each in found.column_lineage or ()
    ]
    error = found.debug_info.error
    return {
        "in_tables": [table(each) for each in found.in_tables],
        "out_tables": [table(each) for each in found.out_tables],
        "columns": columns,
        "error": None if error is None else str(error),
    }


for line in sys.stdin:
    given, begun = json.loads(line), time.process_time()
    try:
        told = answer(given)
    except Exception as problem:  # what it cannot read costs one answer
        told = {"in_tables": [], "out_tables": [], "columns": [], "error": str(problem)}
    told["ms"] = (time.process_time() - begun) * 1000
    print(json.dumps({"id": given.get("id"), **told}), flush=True)
