"""What is read of each object of a slice, and which views and virtual tables cannot be used.
The source and its connection test may call it.
"""
