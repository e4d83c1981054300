"""How to reach a MySQL or MariaDB server: its settings, and the URLs that people have.
The driver may call it, and whoever makes a connection by hand.
"""
