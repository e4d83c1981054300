"""The ledger's reading side: counts, units, failures, progress, and the starts of a retry.
It reads and never writes.
``workers.ledger`` offers it through ``SqlLedger``; every module may use its views, which are plain data.
"""
