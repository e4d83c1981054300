"""The database that ledger and catalog share: connections, named SQL, errors, deadlines, retries, migrations, files.
It knows which rooms own tables, but of the tables only the one that holds the version.
Rooms that own tables call it; commands open the database with it.
"""
