"""The lease of the unit in hand: renewed from a thread of its own, and what else the ledger is told meanwhile.
A unit that makes no progress is not renewed.
``workers.unit`` calls it; lengths of leases are read by whoever watches processes.
"""
