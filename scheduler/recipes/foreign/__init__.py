"""Ingestion files of other tools, accepted as they are; what has no counterpart here is told with its place.
Pure translations from data to data.
``scheduler.recipes`` calls it.
"""
