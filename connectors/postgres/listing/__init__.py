"""What a scope of a PostgreSQL server lists: databases, schemas, and the names in them, each with
the rule that drops it. The source, the question whether something exists, and the connection test may call it.
"""
