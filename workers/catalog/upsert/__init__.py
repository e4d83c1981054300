"""Entities are stored as they come from the crawl: hashes are compared, changes written, and the change feed told.
One implementation per database behind the protocol ``Backend``.
The ledger's commits call it; within the catalog, whatever else changes entities.
"""
