"""Recipes: what to crawl, with which limits, to which sinks; references to secrets; mistakes in settings, in words.
Plain data that is read and checked, without I/O besides resolving references.
Whoever reads settings that people write may call it: connectors, workers and scheduler.
"""
