"""Which catalog is meant, whether it can be used, what services it holds, and its export.
It opens catalogs and reads them.
Commands and the API for programs call it.
"""
