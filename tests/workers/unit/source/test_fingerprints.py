"""The grants that a receipt tells."""

from __future__ import annotations

from specs.contracts.work import Unit
from specs.errors import Stop
from specs.testing.fake import FakeConnection, FakeSource
from specs.topology.events import Start
from specs.topology.scope import Scope
from workers.unit.unit_work import _fingerprint


class Mute(FakeSource):
    def fingerprint(self, scope: Scope) -> str | None:
        raise Stop("SHOW GRANTS is denied")


def test_grants_that_cannot_be_read_are_those_of_no_other_run() -> None:
    """A run without a fingerprint would be compared with nothing, and take hidden objects for dropped ones."""
    start = Start("schema", Scope.of("fake", "db", "s"))
    source = Mute("fake", FakeConnection())
    one, other = (_fingerprint(source, Unit("u", run, "fake", start)) for run in ("r1", "r2"))
    assert one != other
    assert None not in (one, other)
