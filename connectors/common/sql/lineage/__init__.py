"""Lineage of SQL databases: what statements and definitions say of the columns that data comes from.
Only connectors of SQL databases may call it; commands find the parser by name, through ``specs.registry``.
"""
