"""The facets of the objects of a slice: one statement per facet, all of a slice in one round trip.
The source may call it.
"""
