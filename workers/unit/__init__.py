"""One claimed unit, walked batch by batch to its receipt, with its lease renewed; or given back with a reason.
It sees ledger and queue through protocols only.
``embedded`` and ``cluster`` run it.
"""
