"""Code that connectors share. It knows no dialect and opens no connection.
Only connectors may call it.
"""
