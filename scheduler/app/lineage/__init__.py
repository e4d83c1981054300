"""Lineage: what people ask of it.
Called by commands.
"""
