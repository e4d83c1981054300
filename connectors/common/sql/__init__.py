"""Reading of SQL databases in sets: names are listed, and those that filters keep are read in slices, with one
statement per facet. It uses a database through the protocol ``Driver`` only.
Only connectors of SQL databases may call it.
"""
