"""Headrace from Python: crawl, read the catalog, write connectors and sinks.

>>> import headrace
>>> summary = headrace.crawl("postgresql://crawler@db/shop")          # doctest: +SKIP
>>> with headrace.catalog() as catalog:                                # doctest: +SKIP
...     tables = list(catalog.entities(headrace.Table))

Everything that is public is here, flat: functions that crawl, the catalog, its entities, and what connectors and
sinks are made of. What lies in ``specs``, ``workers`` and ``scheduler`` may move. Names are imported when they are
first used, so that ``import headrace`` costs next to nothing; what type checkers see of them is in ``headrace.pyi``.
"""

from __future__ import annotations

import sys
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path
from typing import Any, NoReturn

PACKAGES = ("specs", "connectors", "workers", "scheduler")
_PLACES = {
    "connectors.common.sql.inspector.connection": "DialectConnection",
    "connectors.common.sql.inspector.metadata": "InspectorSource",
    "connectors.common.sql.lineage.source": "DatabaseLineage",
    "scheduler.app.lineage.graph": "LineageGraph LineageLink LineageNode",
    "scheduler.app.lineage.impact": "Affected Impact",
    "scheduler.app.lineage.overview": "GroupLink LineageOverview",
    "scheduler.app.programs.opened_catalog": "OpenCatalog",
    "scheduler.app.programs.python_api": "catalog crawl resume retry",
    "scheduler.app.runs.summary": "Progress Summary",
    "scheduler.app.usage.buckets": "BucketSum UsedDay",
    "scheduler.app.usage.usage": "ContainerUsage MostUsed ObjectUsage UnusedObjects",
    "specs.contracts.sink": "Bounds Change Refused StoredLineage TypedFqn",
    "specs.config": "ConnectionConfig Limits LocalFile MetadataExtract NO_SECRET",
    "specs.errors": "Fatal HeadraceError Retry Skip Stop UsageError",
    "specs.recipe.recipe": "Recipe ServiceRef",
    "specs.service_spec": "DashboardSpec DefaultDatabaseSpec ServiceSpec",
    "specs.sink_spec": "SinkConfig SinkSpec",
    "specs.testing.connector": "ConnectorSuite",
    "specs.testing.sink": "ChangesSuite MemoryLineage SnapshotSuite",
    "specs.topology.node": "Item Node Outcome Produced Stage Topology",
    "specs.topology.scope": "KeyRange Scope",
    "workers.lineage.hops": "FlowPlace",
}
_FLAT = ("specs.entities", "specs.sources")
"""Modules all of whose public names are ours."""
_FOUND = {name: module for module, found in _PLACES.items() for name in found.split()}


def __getattr__(name: str) -> Any:
    if name == "names":
        return import_module("specs.names")
    if name == "__all__":
        return sorted({*_FOUND, "names", *(each for module in _FLAT for each in import_module(module).__all__)})
    if name in _FOUND:
        return _kept(name, getattr(import_module(_FOUND[name]), name))
    for module in () if name.startswith("_") else _FLAT:
        if name in import_module(module).__all__:
            return _kept(name, getattr(import_module(module), name))
    raise AttributeError(f"module 'headrace' has no attribute {name!r}")


def _kept(name: str, found: Any) -> Any:
    globals()[name] = found
    return found


def __dir__() -> list[str]:
    found: list[str] = __getattr__("__all__")
    return found


def foreign() -> str:
    """Says which package of another distribution hides one of ours, and where it lies; empty when none does."""
    home = Path(__file__).resolve().parent
    for name in PACKAGES:
        found = find_spec(name)
        places = [Path(each).resolve() for each in (found.submodule_search_locations or ())] if found else []
        if not places or places[0] != home / name:
            where = places[0] if places else (found.origin if found and found.origin else "nowhere")
            return f"the package {name!r} at {where} hides Headrace's own, which is at {home / name}"
    return ""


def main() -> NoReturn:
    """The command ``headrace``; exits the process."""
    found = foreign()
    if found:
        remedy = "start it from another folder, take that place out of PYTHONPATH, or uninstall that package"
        sys.stderr.write(f"error: {found}; {remedy}\n")
        sys.exit(1)
    import_module("workers.process.governor.memory").collect_seldom()  # before most is imported
    import_module("scheduler.cli.cli").main()
    raise AssertionError("the command exits by itself")


if __name__ == "__main__":
    main()
