"""Storing entities as they come from the crawl: hashes are compared, changes are written, and events are appended.
One implementation per database behind the protocol ``Backend``.
The ledger's commits call it, and the modules of the catalog that change entities.
"""
