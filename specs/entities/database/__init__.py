"""Entities of databases: tables with their columns, constraints, indexes and triggers, routines, other objects.
Plain data without behaviour of any dialect.
Connectors build them; everybody may read them, through ``specs.entities``, which exports them flat.
"""
