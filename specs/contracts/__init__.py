"""What one part of Headrace promises another: units, batches and receipts, and one protocol each for the ledger, sinks,
profilers and samplers. Implementations lie elsewhere and pass the suites of ``specs.testing``.
Callers depend on these protocols, never on an implementation.
"""
