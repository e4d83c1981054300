"""One connection to a MySQL or MariaDB server: sessions, statements, deadlines, and how far the server is.
Everything else of this connector asks through it.
"""
