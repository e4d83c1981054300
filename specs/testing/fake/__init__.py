"""The fake service: a database of any size, computed from its seed, that fails, lies, hangs and changes on demand.

Load it anywhere as ``specs.testing.fake:spec``, in spawned processes too::

    service: {name: fake, type: "specs.testing.fake:spec"}
    connection: {schemas: 10, tables: 100, faults: [{at: build, where: fake.db_00.schema_0003.t0000007, action: skip}]}
"""

from typing import TYPE_CHECKING

from specs.exports import lazy
from specs.service_spec import DefaultDatabaseSpec
from specs.testing.fake.config import FakeConnection as FakeConnection
from specs.testing.fake.config import Fault as Fault
from specs.testing.fake.config import Server as Server
from specs.testing.fake.source import FakeSource as FakeSource

if TYPE_CHECKING:
    from specs.testing.fake.parts.lineage import FakeLineage as FakeLineage
    from specs.testing.fake.parts.usage import FakeUsage as FakeUsage
else:  # a part is imported when a run asks for it
    __getattr__, __all__ = lazy(
        __name__,
        {"parts.usage": "FakeUsage", "parts.lineage": "FakeLineage"},
        own=("FakeConnection", "FakeSource", "Fault", "Server", "spec"),
    )

spec = DefaultDatabaseSpec(
    name="fake",
    connection=FakeConnection,
    metadata_source_class=FakeSource,
    lineage_source_class="specs.testing.fake.parts.lineage:FakeLineage",
    usage_source_class="specs.testing.fake.parts.usage:FakeUsage",
    schemes=("fake",),
    capabilities=frozenset({"views", "procedures", "sequences", "types", "triggers", "statistics"}),
)
