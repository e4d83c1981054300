"""The rights of the account that crawls, and whether it may see the rights of other accounts."""

from __future__ import annotations

from hashlib import blake2b
from re import sub

from connectors.mysql.driver.driver import MysqlDriver
from specs.errors import Skip
from specs.sql_files import load


def fingerprint(driver: MysqlDriver) -> str:
    """A digest of our rights. Objects that they hide look absent, so nothing is deleted after they have changed.

    Raises ``HeadraceError``, classified.
    """
    return blake2b("\n".join(_grants(driver)).encode(), digest_size=16).hexdigest()


def _grants(driver: MysqlDriver) -> list[str]:
    """Ours and those of the active roles; passwords and their hashes are left out."""
    role = driver.fetch("SELECT CURRENT_ROLE()")[0][0]
    if driver.mariadb or role in (None, "NONE"):
        rows = driver.fetch("SHOW GRANTS")
    else:
        rows = driver.fetch(f"SHOW GRANTS FOR CURRENT_USER() USING {role}")
    return sorted(sub(r" IDENTIFIED .*?'[^']*'", "", str(row[0])) for row in rows) + [str(role)]


def shown_all(driver: MysqlDriver) -> bool:
    """Whether we may see the rights of all accounts. Raises ``HeadraceError`` except ``Skip``."""
    try:
        driver.fetch(load("connectors.mysql")["rights"])
    except Skip:
        return False
    return True
