"""Catalogs that are SQLite files: the address of one, its connections, the rows that they answer.
Only the database calls it, and whoever asks where a catalog lies.
"""
