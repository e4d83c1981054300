"""Any database that SQLAlchemy has a dialect for, by its URL: the settings, and the spec that binds the shared source.
The registry finds it by name; no other package imports from it.
"""
