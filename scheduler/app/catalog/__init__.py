"""Which catalog is meant, whether it can be used, and what it holds: objects, changes, exports.
It opens catalogs, reads them, and removes what a person wants removed.
Commands and the API for programs call it.
"""
