"""Text for people: tables, progress, reports, all safe for any terminal.
It gets data and returns text; it asks nothing.
Commands call it.
"""
