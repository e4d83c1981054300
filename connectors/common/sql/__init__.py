"""How sources are read that can be asked in sets: names are listed, kept ones read in slices, one statement per facet.
It sees a database through the protocol ``Driver`` only.
Connectors of SQL databases may call it, nobody else.
"""
