"""Builds entities from rows of PostgreSQL's catalog.
Facets, listing and source may call it.
"""
