"""What OpenLineage's own client makes: ``make compare-openlineage`` reads it anew.

The package is installed at a fixed version into ``.tools/openlineage``. Facts are the fields of events and facets by
the address of their schema, which of them are required and what lies in them, and the names of datasets by product.
"""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

from tests.catalogs.frozen_facts import told_by, write_or_compare

VERSION = "1.54.0"
FACTS = Path(__file__).parent / "openlineage_facts.json"
TOOLS = Path(__file__).parents[2] / ".tools" / "openlineage"
USED = [
    "DatasetEvent",
    "JobEvent",
    "RunEvent",
    "SchemaDatasetFacet",
    "DatasourceDatasetFacet",
    "DatasetTypeDatasetFacet",
    "DocumentationDatasetFacet",
    "OwnershipDatasetFacet",
    "LifecycleStateChangeDatasetFacet",
    "ColumnLineageDatasetFacet",
    "JobTypeJobFacet",
    "SQLJobFacet",
    "SourceCodeJobFacet",
]
"""The events and facets that the sink sends; what lies in them is looked at as well."""
_ASK = """
import importlib, json, pkgutil, re
import attr
from openlineage.client import generated
from openlineage.client.naming import dataset as naming
models = {}
for module in pkgutil.iter_modules(generated.__path__):
    found = importlib.import_module(f"{generated.__name__}.{module.name}")
    for name, each in vars(found).items():
        if isinstance(each, type) and attr.has(each) and each.__module__ == found.__name__:
            models[name] = {
                "schema": each._get_schema() if hasattr(each, "_get_schema") else None,
                "fields": {
                    field.name: {"required": field.default is attr.NOTHING, "type": str(field.type)}
                    for field in attr.fields(each)
                },
            }
names = [
    naming.Postgres(host="h", port="1", database="d", schema="s", table="t"),
    naming.MySQL(host="h", port="1", database="s", table="t"),
    naming.Oracle(host="h", port="1", service_name="d", schema="s", table="t"),
    naming.Trino(host="h", port="1", catalog="d", schema="s", table="t"),
    naming.CrateDB(host="h", port="1", database="d", schema="s", table="t"),
    naming.DB2(host="h", port="1", database="d", schema="s", table="t"),
    naming.Hive(host="h", port="1", database="s", table="t"),
    naming.OceanBase(host="h", port="1", database="s", table="t"),
    naming.Teradata(host="h", port="1", database="s", table="t"),
]
used, open_ = set(), %r
while open_:
    used.add(name := open_.pop())
    told = " ".join(field["type"] for field in models[name]["fields"].values())
    open_ += {each for each in re.findall(r"\\w+", told) if each in models} - used
models = {name: models[name] for name in used}
print(json.dumps({"models": models, "names": [[each.get_namespace(), each.get_name()] for each in names]}))
"""


def gather() -> dict[str, Any]:
    """The facts, from the package, which is installed when it is not there."""
    return {"version": VERSION, **told_by(TOOLS, _ASK % (USED,), [f"openlineage-python=={VERSION}"])}


if __name__ == "__main__":
    sys.exit(write_or_compare(f"OpenLineage {VERSION}", FACTS, gather))
