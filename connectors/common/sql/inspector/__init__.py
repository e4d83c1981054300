"""A database source for whatever SQLAlchemy has a dialect for: it reads what SQLAlchemy's inspector can see.
A connector binds it with a connection class of its own; nobody else may call it.
"""
