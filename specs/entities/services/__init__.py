"""Entities of services that are no databases, one module per family.
Plain data without behaviour of any product.
Connectors build them; everybody may read them, through ``specs.entities``, which exports them flat.
"""
