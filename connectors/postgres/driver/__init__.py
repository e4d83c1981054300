"""One connection to a PostgreSQL server: sessions, statements, deadlines, and how its values are sent.
Everything else of this connector asks through it.
"""
