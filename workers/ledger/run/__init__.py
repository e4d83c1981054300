"""Runs in the ledger: opened, identified and closed; which server they read; and pauses for services that keep failing.
Functions within the caller's transaction.
``workers.ledger`` calls it, and ``workers.schedules``, which opens a run together with its fire time.
"""
