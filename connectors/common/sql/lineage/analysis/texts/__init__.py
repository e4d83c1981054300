"""Texts before they are parsed: scripts, templates, bodies of routines, and what remains when nothing can be parsed.
Called by the analysis of statements.
"""
