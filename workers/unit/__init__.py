"""The work on one claimed unit: it is walked batch by batch to its receipt while its lease is renewed, or released with
a reason. It knows ledger and queue by their protocols only.
``embedded`` and ``cluster`` run it.
"""
