"""How to reach a MySQL or MariaDB server: its settings, and the URLs that people have.
The driver may call it, and programs that make a connection by hand.
"""
