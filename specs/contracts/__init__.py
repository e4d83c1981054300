"""The contracts between the parts of Headrace: units, batches and receipts, and one protocol each for the ledger,
sinks, profilers and samplers. Implementations are in other packages and pass the suites of ``specs.testing``.
Callers depend on these protocols, never on an implementation.
"""
