"""Catalogs on PostgreSQL: the engine of SQLAlchemy, and the deadline that its connections keep.
Only the database calls it.
"""
