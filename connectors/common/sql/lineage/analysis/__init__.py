"""The analysis of SQL statements: texts go in, what they read and write comes out. It looks nothing up and starts no
process. ``analyzer`` is what others call; the rooms below it are its own.
"""
