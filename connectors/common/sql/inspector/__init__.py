"""A database source for every dialect of SQLAlchemy: it reads the objects that SQLAlchemy's inspector shows.
A connector binds it with a connection class of its own; no other code may call it.
"""
