"""What runs ask of the catalog while they walk: the sizes of listings, and the objects that parts build on.
The ledger and workers call it; people and commands ask ``Catalog``.
"""
