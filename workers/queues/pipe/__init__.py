"""The sink queue over pipes: frames, calls to the ledger, and both ends.
A torn message ends with its pipe and is never read.
``workers.embedded`` calls it.
"""
