"""From what a person hands in (a file, a URL, another tool's file) to a checked recipe and its secrets.
Mistakes are told with line and column.
``scheduler.app`` and commands call it.
"""
