"""Answers statements with our own analysis, in the process itself: what it takes without a process of its own."""

from __future__ import annotations

import json
import sys
import time

from connectors.common.sql.lineage.analysis.analyzer import LineageAnalyzer
from specs.contracts.parts.statements import Statement, TableName

analyzer = LineageAnalyzer()
for line in sys.stdin:
    case = json.loads(line)
    columns = {
        TableName(*name.split(".")): [(column, type_) for each in found for column, type_ in each.items()]
        for name, found in case["schemas"].items()
    }
    statement = Statement(0, case["sql"], case["dialect"], case["default_db"], case["default_schema"])
    begun = time.process_time()
    ((answer,),) = analyzer.lineage([statement], columns)
    spent = time.process_time() - begun
    made = [{"out": each.column, "in": [source.column for source in each.sources]} for each in answer.columns]
    print(json.dumps({"id": case["id"], "columns": made, "error": answer.error, "ms": spent * 1000}), flush=True)
