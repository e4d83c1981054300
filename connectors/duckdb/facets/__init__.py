"""What is read of each object of a slice: one statement per facet, and DESCRIBE for many views at a time.
Listing and source may call it.
"""
