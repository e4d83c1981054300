"""The facets of the relations of a slice, read through the inspector.
The source may call it.
"""
