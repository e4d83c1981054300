"""The lease of the claimed unit, renewed by a thread of its own, and other messages to the ledger that need not be
waited for. The lease of a unit that makes no progress is not renewed.
``workers.unit`` calls it; ``workers.cluster`` and ``workers.embedded`` use the length of a lease.
"""
