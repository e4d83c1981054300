"""The facets of the objects of a slice: one statement per facet, and SHOW CREATE for many objects at a time.
The source may call it.
"""
