"""From a person's input (a recipe file, a URL, a file of another tool) to a checked recipe and its secrets.
Error messages name line and column.
``scheduler.app`` and commands call it.
"""
