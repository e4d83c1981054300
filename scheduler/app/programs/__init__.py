"""What programs call: the commands that crawl as functions, and an open catalog to read.
All of it is public through ``headrace``.
"""
