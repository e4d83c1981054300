"""What a query yields: each of its columns, with the columns of tables that it is made of.
Called by the analysis of statements.
"""
