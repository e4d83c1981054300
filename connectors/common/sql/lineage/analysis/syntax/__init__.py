"""Statements and clauses of one dialect that the parser does not know, told by what it does know. Called by the
analysis of statements.
"""
