"""The sink queue over pipes: message frames, calls of the ledger, and the queue's two ends.
A message that a dying process wrote only in part is dropped with its pipe.
``workers.embedded`` calls it.
"""
