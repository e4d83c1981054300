"""Text for people: tables, progress, reports, all safe for any terminal.
It gets data and returns text, and reads nothing itself.
Commands call it.
"""
