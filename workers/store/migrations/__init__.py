"""Versions of the database: a new one is made from the rooms' schema files, an older one by the steps of ``versions/``.
The steps are SQL, and one row says which was the last: a library for that (Alembic) took 150 ms to import and 3.7 MB.
``workers.store.database`` calls it whenever it opens a database.
"""
