"""What every ledger must pass: ``LedgerSuite`` (one test per rule) and ``machine`` (any order of calls and mishaps)."""

from specs.testing.ledger.harness import Harness, UnitFacts, batch, row
from specs.testing.ledger.state_machine.machine import LedgerMachine, machine
from specs.testing.ledger.suite import LedgerSuite

__all__ = ["Harness", "LedgerMachine", "LedgerSuite", "UnitFacts", "batch", "machine", "row"]
