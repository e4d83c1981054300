"""A unit's states in the ledger: added, claimed, released, finished.
Functions within the caller's transaction.
Only ``workers.ledger`` calls it.
"""
