"""What connectors share. It knows no dialect and opens no connection.
Connectors may call it, nobody else.
"""
