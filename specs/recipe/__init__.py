"""Recipes: what to crawl, with which limits, to which sinks; references to secrets; error messages for wrong settings.
Plain data that is read and checked, without I/O except for resolving references.
Connectors, workers and scheduler may call it.
"""
