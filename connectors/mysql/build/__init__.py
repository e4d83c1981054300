"""Builds entities from rows of information_schema and from the texts of SHOW CREATE.
Facets, listing and source may call it.
"""
