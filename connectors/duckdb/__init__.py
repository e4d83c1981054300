"""DuckDB files. ``service_spec`` binds the rest.
The registry finds it by name; nobody else imports from here.
"""
