"""Runs in the ledger: opened, identified, closed; which server they read; and services that are left alone for a while.
Functions over one transaction, which the caller holds.
``workers.ledger`` calls it, and ``workers.schedules``, which opens a run together with its fire time.
"""
