"""Builds tables, views and what belongs to them from the rows of a slice.
Facets, the source and the builders beside it may call it.
"""
