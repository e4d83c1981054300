"""Deletion only with evidence: suspects, the source's verdicts on them, absences, and the approval by people.
It changes the catalog in the caller's transaction.
The ledger's phases call it, and ``workers.catalog.reader`` for commands.
"""
