"""PostgreSQL servers. ``service_spec`` binds the rest.
The registry finds it by name; no other package imports from it.
"""
