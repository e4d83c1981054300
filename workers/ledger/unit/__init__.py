"""A unit's life in the ledger: brought in, claimed, given back, ended.
Functions over one transaction, which the caller holds.
Only ``workers.ledger`` calls it.
"""
