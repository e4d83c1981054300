"""The fake service: a database of any size, computed from its seed, that fails, lies, hangs and changes on demand.

Load it anywhere as ``specs.testing.fake:spec``, in spawned processes too::

    service: {name: fake, type: "specs.testing.fake:spec"}
    connection: {schemas: 10, tables: 100, faults: [{at: build, where: fake.db_00.schema_0003.t0000007, action: skip}]}
"""

from specs.service_spec import DefaultDatabaseSpec
from specs.testing.fake.config import FakeConnection, Fault, Server
from specs.testing.fake.source import FakeSource
from specs.testing.fake.usage import FakeUsage

__all__ = ["FakeConnection", "FakeSource", "FakeUsage", "Fault", "Server", "spec"]

spec = DefaultDatabaseSpec(
    name="fake",
    connection=FakeConnection,
    metadata_source_class=FakeSource,
    usage_source_class=FakeUsage,
    schemes=("fake",),
    capabilities=frozenset({"views", "procedures", "sequences", "types", "triggers", "statistics"}),
)
