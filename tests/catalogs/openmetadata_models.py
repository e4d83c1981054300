"""What OpenMetadata's published models take: ``make compare-openmetadata`` reads them anew.

The package is unpacked at a fixed version into ``.tools/openmetadata``, without its dependencies; only its models are
imported. Facts are names: of fields, which of them are required, and of the members of enumerations.
"""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

from tests.catalogs.frozen_facts import told_by, write_or_compare

VERSION = "2.0.7.0"
NEEDED = ("pydantic", "email-validator", "python-dateutil")
FACTS = Path(__file__).parent / "openmetadata_facts.json"
TOOLS = Path(__file__).parents[2] / ".tools" / "openmetadata"
_ASK = """
import importlib.util, json, sys, types
found = importlib.util.find_spec("metadata")
package = types.ModuleType("metadata")  # its own __init__ wants everything
package.__path__ = list(found.submodule_search_locations)
sys.modules["metadata"] = package
from metadata.generated.schema.api.data import createDatabase, createDatabaseSchema, createStoredProcedure, createTable
from metadata.generated.schema.api.lineage import addLineage
from metadata.generated.schema.api.services import createDatabaseService
from metadata.generated.schema.entity.data import storedProcedure, table
from metadata.generated.schema.entity.services import databaseService
from metadata.generated.schema.type import dailyCount, entityLineage, entityReference
models = {
    "Service": createDatabaseService.CreateDatabaseServiceRequest, "Database": createDatabase.CreateDatabaseRequest,
    "Schema": createDatabaseSchema.CreateDatabaseSchemaRequest, "Table": createTable.CreateTableRequest,
    "StoredProcedure": createStoredProcedure.CreateStoredProcedureRequest, "column": table.Column,
    "constraint": table.TableConstraint, "partition": table.TablePartition,
    "partition column": table.PartitionColumnDetails, "code": storedProcedure.StoredProcedureCode,
    "Lineage": addLineage.AddLineageRequest, "edge": entityLineage.EntitiesEdge,
    "details": entityLineage.LineageDetails, "column flow": entityLineage.ColumnLineage,
    "reference": entityReference.EntityReference, "Usage": dailyCount.DailyCountOfSomeMeasurement,
}
enums = {
    "dataType": table.DataType, "tableType": table.TableType, "constraint": table.Constraint,
    "constraintType": table.ConstraintType, "intervalType": table.PartitionIntervalTypes,
    "language": storedProcedure.Language, "serviceType": databaseService.DatabaseServiceType,
    "source": entityLineage.Source,
}
print(json.dumps({
    "fields": {name: {each.alias or key: each.is_required() for key, each in model.model_fields.items()}
               for name, model in models.items()},
    "members": {name: sorted(str(each.value) for each in enum) for name, enum in enums.items()},
}))
"""


def gather() -> dict[str, Any]:
    """The facts, from the package, which is installed when it is not there."""
    package = ["--no-deps", f"openmetadata-ingestion=={VERSION}"]
    return {"version": VERSION, **told_by(TOOLS, _ASK, package, NEEDED)}


if __name__ == "__main__":
    sys.exit(write_or_compare(f"OpenMetadata {VERSION}", FACTS, gather))
