"""The fake service passes the suite that every connector must pass."""

import pytest

from specs.testing.connector import ConnectorSuite
from specs.testing.fake import FakeConnection, Fault, spec

SHAPE = {"schemas": 2, "tables": (9, 4), "views": 0.3, "triggers": 0.3, "procedures": 4, "sequences": 2, "types": 2}
SHAPE |= {"objects": 3}


class TestFake(ConnectorSuite):
    spec = spec
    samples = 200

    @pytest.fixture(scope="class")
    @classmethod
    def config(cls) -> FakeConnection:
        return FakeConnection(**SHAPE, columns=3)

    @pytest.fixture(scope="class")
    @classmethod
    def unreachable(cls) -> FakeConnection:
        refused = Fault(at="list", where="suite", node="database", action="fatal", part=cls.part)
        return FakeConnection(faults=(refused,))


class TestFakeUsage(TestFake):
    part = "usage"


class TestFakeLineage(TestFake):
    part = "lineage"


class TestFakeWithOddNames(ConnectorSuite):
    spec = spec
    samples = 200
    service = "odd.service"

    @pytest.fixture(scope="class")
    @classmethod
    def config(cls) -> FakeConnection:
        return FakeConnection(
            **SHAPE, columns=1, odd_names=True, databases=2, added=('"odd.service".db_00.schema_0000.ZZ',)
        )

    @pytest.fixture(scope="class")
    @classmethod
    def unreachable(cls) -> FakeConnection:
        lost = Fault(at="list", where='"odd.service"', node="database", action="retry", part=cls.part)
        return FakeConnection(faults=(lost,))


class TestFakeUsageWithOddNames(TestFakeWithOddNames):
    part = "usage"


class TestFakeLineageWithOddNames(TestFakeWithOddNames):
    part = "lineage"
