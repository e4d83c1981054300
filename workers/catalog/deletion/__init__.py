"""Deletion only with evidence: suspects, what the source answers about them, absences, and what people approve.
It changes the catalog in the caller's transaction.
The ledger's phases call it, and ``workers.catalog.reader`` for people.
"""
