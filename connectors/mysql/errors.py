"""Errors of MySQL and MariaDB, named by what to do next."""

from __future__ import annotations

import ssl

import pymysql

from specs.errors import Fatal, HeadraceError, Retry, Skip
from specs.errors.mistakes import told

_LOST = {1053, 1077, 1079, 1080, 1152, 1153, 1158, 1159, 1160, 1161, 1184, 1927, 2006, 2013, 2014, 2027, 2055, 4031}
_LOST_WAITING = 2013
_UNREACHABLE = {2001, 2002, 2003, 2005}
_BUSY = {1040, 1041, 1203, 1226, 3168}
_REFUSED = {1044, 1045, 1129, 1130, 1132, 1133, 1251, 1524, 1698, 1820, 1862, 2058, 2059, 2061, 3118, 3159, 4151}
_DENIED = {1142, 1143, 1227, 1290, 1356, 1370, 1419, 1544}
_LOCKED = {1205, 1213, 1684, 1613}
_TLS = 2026
_LATE = {1969, 3024}
_KILLED = {1317, 1028}
_GONE = {1049, 1146, 1305, 1360, 4091}
SKIPPED = {1205, 1684}
"""Warnings: information_schema left out (most of) a table, because another session changes its definition now."""


def classify(error: Exception, where: str, user: str, statement_timeout: float, waited: float) -> HeadraceError:
    """See ``Driver.classify``. The message of the server is kept; it never holds the password. ``statement_timeout`` is
    in seconds, as ``waited``: the silence after which we cut the line.

    ``Retry``: the server does not answer or the connection is lost (``connection``), no answer came (``deadline``), all
    places are taken (``busy``), or the statement was killed (``interrupted``). ``Fatal``: the server refuses us
    (``denied``) or the encryption (``tls``), or asks for a package that is not there (``driver``). ``Skip``: the
    statement has failed (``timeout``, ``lock``, ``denied``, ``gone``, ``error``).
    """
    if isinstance(error, HeadraceError):
        return error
    if isinstance(error, RuntimeError) and "cryptography" in str(error):
        remedy = "install it with: pip install cryptography; or set ssl_mode: required"
        return Fatal("this server's authentication needs the package 'cryptography'", where, remedy, reason="driver")
    if isinstance(error, ssl.SSLError) or (error.args and error.args[0] == _TLS):
        remedy = "check ssl_mode, ssl_ca, ssl_cert and ssl_key, and whether the server offers TLS"
        return Fatal(f"no encrypted connection: {error.args[-1]}", where, remedy, reason="tls")
    if isinstance(error, OSError) and not isinstance(error, pymysql.MySQLError):
        return Retry(f"the connection failed: {error}", where, "check host, port and TLS settings", reason="connection")
    if not isinstance(error, pymysql.MySQLError):
        return Skip(told(error), where, reason="error")
    code = error.args[0] if error.args and isinstance(error.args[0], int) else 0
    text = str(error.args[1]) if len(error.args) > 1 else str(error)
    if code in _UNREACHABLE:
        return Retry(f"cannot reach the server: {text}", where, "check host, port and firewall", reason="connection")
    if code in _REFUSED:
        remedy = f"check user and password of {user!r}, and from which hosts it may connect"
        return Fatal(f"the server refused us: {text}", where, remedy, reason="denied")
    if code in _BUSY:
        return Retry(f"the server takes no more connections: {text}", where, "lower limits.connections", reason="busy")
    if code in _LATE:
        return Skip(f"a statement took longer than {statement_timeout:g} s", where, reason="timeout")
    if code in _KILLED:
        return Retry(f"the statement was killed: {text}", where, reason="interrupted")
    if code in _LOCKED:
        return Skip(f"the object is locked: {text}", where, reason="lock")
    if code in _DENIED:
        return Skip(f"access denied: {text}", where, "grant SELECT and SHOW VIEW to the user", reason="denied")
    if code in _GONE:
        return Skip(text, where, reason="gone")
    if code == _LOST_WAITING and "timed out" in text:
        remedy = "see whether the network lets large answers pass (MTU, firewalls, proxies)"
        return Retry(f"no answer within {waited:g} s, so we cut the connection", where, remedy, reason="deadline")
    if code in _LOST or isinstance(error, pymysql.err.InterfaceError) or 2000 <= code < 2100 or code == 0:
        return Retry(f"the connection is lost: {text}", where, reason="connection")
    return Skip(f"{text} (error {code})", where, reason="error")
