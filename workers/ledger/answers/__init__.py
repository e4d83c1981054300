"""What people and their tools ask the ledger: counts, units, failures, progress, and what a retry has to walk again.
It reads and never writes.
``workers.ledger`` offers it through ``SqlLedger``; its views are plain data for everybody.
"""
