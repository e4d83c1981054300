"""Native type text of any dialect, read into the normalised type with its measures, labels and nested fields.
Pure functions over text.
Only connectors of SQL databases may call it.
"""
