"""The edges of lineage: what feeds what, by object and by column, indexed in both directions.
It owns the tables of edges, which follow from the catalog's ``Lineage`` entities and are written together with these.
The catalog calls ``edges`` when it writes such entities; what people ask reads ``hops``.
"""
