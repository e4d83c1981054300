"""Ingestion files of other tools, translated to recipes; settings without a counterpart are reported with their place.
Pure translations from data to data.
``scheduler.recipes`` calls it.
"""
