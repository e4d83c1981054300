"""Builds tables and triggers from the rows of a slice and from the texts of their CREATE statements.
Facets and source may call it.
"""
