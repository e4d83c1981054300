"""Any order of calls and mishaps, played on a ledger by hypothesis. Called by the suite of ledgers and by tests."""
