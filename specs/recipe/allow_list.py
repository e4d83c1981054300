"""Settings that hold no secrets, so that they may be stored as written, and the parts of a text that may be shown.

The lists name what is known to be harmless, not what is known to be secret: an unknown option of a driver counts as a
secret.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from typing import Any
from urllib.parse import quote, unquote, unquote_plus

SECRET_NAME = re.compile(
    r"(?i)pass(?:w|phrase|code)|pwd|secret|token|credential|(?<![a-z])pin(?![a-z])"
    r"|(?:api|private|access|account|shared|encryption|signing|master|storage)_?key"
)
"""Names of settings that hold secrets, whatever their value looks like."""
_NAMES = """
account applicationintent applicationname appname arraysize authenticator authmechanism
autocommit autocreateuser autoping availabilityzone cachedstatements catalog channelbinding charset checksamethread
clientencoding clientflag cluster clustername collation compress compression connectionclass connectiontimeout
connecttimeout database databasename dataset datestyle db dbname defaultlibrary detecttypes dialect driver edition
encoding encrypt endpointtype environment fallbackapplicationname fetchsize gssapidelegation gssencmode gsslib host
hostaddr hostname hostnameincertificate httppath httpscheme interface intervalstyle isolationlevel keepalives
keepalivescount keepalivesidle keepalivesinterval kerberosservicename krbservicename krbsrvname language
loadbalancehosts localinfile location locktimeout logintimeout marsconnection maxallowedpacket maxprotocolversion
maxretries minprotocolversion mode multisubnetfailover networktimeout ocspfailopen packetsize paramstyle passfile
port prefetch project projectid protocol querytimeout readdefaultfile readdefaultgroup readonly readtimeout region
regionname replication requestedsessionrole requirepeer requiressl retries role s3stagingdir schema searchpath
secure server serverhostname servername servicename servicepath sessiontimezone sid socket sockettimeout socktimeout
ssl sslca sslcapath sslcert sslcertificateverification sslcertmode sslcheckhostname sslcipher sslcompression sslcrl
sslcrldir ssldisabled sslenabled sslkey sslmaxprotocolversion sslminprotocolversion sslmode sslnegotiation
sslrootcert sslsni sslverifycert sslverifyidentity statementtimeout targetservertype targetsessionattrs
tcpusertimeout tdsversion threads timeout timezone tls tlsca tlscert tlsciphersuites tlskey tlsmode tlsversion
tlsversions transport trustedconnection trustservercertificate tz unicoderesults uri useansi usedb usefrmmetadata
usepure user useunicode username uid validatehost verify vfs warehouse workgroup writetimeout
"""
NAMES = frozenset(_NAMES.split())
"""Options of drivers that hold no secrets, in lower case and without separators."""
_SETTINGS = """
applicationname autocommit autoincrementincrement busytimeout cachesize charactersetclient charactersetresults
clientencoding clientminmessages collationconnection currentschema datestyle deadlockpriority
defaulttransactionisolation defaulttransactionreadonly foreignkeys idleintransactionsessiontimeout
innodblockwaittimeout intervalstyle isolationlevel jit journalmode language locktimeout lockwaittimeout
maxexecutiontime maxstatementtime memorylimit mmapsize names netreadtimeout netwritetimeout nlsdateformat nlssort
parallelism querygovernorcostlimit queryonly querytag querytimeout readonly role rowfactory schema searchpath
sqlmode sqlsafeupdates standardconformingstrings statementtimeout statementtimeoutinseconds statisticslevel
synchronous tempstore threads timezone transactionisolation transactionreadonly trustedschema waittimeout warehouse
workmem
"""
SETTINGS = frozenset(_SETTINGS.split())
"""Settings of sessions that hold no secrets."""
_PLAIN = re.compile(r"[\w .,:/+*{}()\\%~-]{0,200}")
"""Values without what could be the start of another setting (``=``, ``;``) or of a user's address (``@``)."""
_WORD = re.compile(r"(?i)true|false|yes|no|on|off|none|null|auto|default|-?\d{1,3}(\.\d{1,3})?|")
_SET = re.compile(
    r"(?is)\s*(?:SET(?:\s+(?:SESSION|LOCAL|GLOBAL))?|ALTER\s+SESSION\s+SET|PRAGMA|USE)\s+(?P<name>[\w.@ ]+?)"
    r"\s*(?:=|\sTO\s|\s)\s*(?P<value>[^=;]*?)\s*;?\s*"
)
_READ_ONLY = re.compile(
    r"(?is)\s*(?:SET\s+(?:SESSION\s+CHARACTERISTICS\s+AS\s+)?TRANSACTION\s+[A-Z ,]+|USE\s+[\w.]+|PRAGMA\s+\w+"
    r"|SELECT\s+1)\s*;?\s*"
)
_PAIR = re.compile(r"(?P<name>[\w .-]{1,64})(?:=|%3[dD])\s*['\"]?(?P<value>[^;&\s'\"%]+)")
_PARAMETER = re.compile(r"(?s)(?P<lead>[?&](?P<name>[^=&]*)=)(?P<value>[^&]*)")
_USERINFO = re.compile(r"(?s)^(?P<lead>[\w+.-]+://[^:/]*):(?P<value>[^@]*)@")
_REFERENCE = re.compile(r"(?<!\$)\$\{[^}]*\}")
_TOKEN = re.compile(r"(?<=/)(?=[^/?#]*\d)(?=[^/?#]*[A-Za-z])[\w~-]{16,}(?=[/?#]|$)")


def harmless(name: str, value: Any) -> bool:
    """Whether the option ``name`` with this value holds no secret.

    >>> harmless("connect_timeout", "10"), harmless("sslpassword", "on"), harmless("x-opt", "geheim")
    (True, False, False)
    """
    if value is None or isinstance(value, bool):
        return True
    text = str(value)
    if SECRET_NAME.search(name):
        return not text
    known = re.sub(r"[\W_]", "", name).lower() in NAMES
    return bool((known and _PLAIN.fullmatch(text)) or _WORD.fullmatch(text))


def harmless_statement(text: str) -> bool:
    """Whether a statement that sets up a session holds no secret.

    >>> harmless_statement("SET statement_timeout = '60s'"), harmless_statement("PRAGMA key = 'geheim'")
    (True, False)
    """
    if _READ_ONLY.fullmatch(text):
        return True
    found = _SET.fullmatch(text)
    if found is None:
        return False
    name = re.sub(r"[\W_]", "", found["name"]).lower()
    return name in SETTINGS and _PLAIN.fullmatch(re.sub(r"['\"`]", "", found["value"])) is not None


def secret_spans(text: str) -> Iterator[tuple[str, int, int]]:
    """What may be secret in a URL or a connection string, as ``(name, start, end)`` in ascending order.

    That is the password before the host, all parameters but harmless ones, and what is called a password in
    ``NAME=VALUE;`` pairs. References stand for themselves.
    """
    spans: list[tuple[str, int, int]] = []
    userinfo = _USERINFO.match(text)
    if userinfo and userinfo["value"]:
        spans.append(("password", *userinfo.span("value")))
    begin = text.find("?")
    spans += [
        (unquote_plus(found["name"]), *found.span("value"))
        for found in (_PARAMETER.finditer(text, begin) if begin >= 0 else ())
        if not harmless(unquote_plus(found["name"]), unquote_plus(found["value"]))
    ]
    for found in _PAIR.finditer(text):
        inside = any(start <= found.start("value") < end for _, start, end in spans)
        if SECRET_NAME.search(found["name"]) and not inside:
            spans.append((found["name"].strip(), *found.span("value")))
    for name, start, end in sorted(spans, key=lambda span: span[1]):
        if not _REFERENCE.search(text[start:end]):
            yield name, start, end
        else:
            for pair in _PAIR.finditer(text, start, end):
                if SECRET_NAME.search(pair["name"]) and not pair["value"].startswith("${"):
                    yield pair["name"].strip(), *pair.span("value")


def shown(url: str) -> str:
    """A URL with ``***`` for what may be secret in it.

    >>> shown("postgresql://me:geheim@db/shop?sslmode=require&sslpassword=geheim")
    'postgresql://me:***@db/shop?sslmode=require&sslpassword=***'
    """
    found, last = "", 0
    for _, start, end in secret_spans(url):
        if start >= last:
            found, last = f"{found}{url[last:start]}***", end
    return found + url[last:]


def token_spans(text: str) -> Iterator[tuple[str, int, int]]:
    """The parts of an HTTP URL's path that look random: capability URLs carry their secret there."""
    if re.match(r"https?://", text):
        begin = text.find("/", text.index("//") + 2)
        end = re.search(r"[?#]|$", text)
        for found in _TOKEN.finditer(text, begin, end.start() if end else len(text)) if begin > 0 else ():
            yield "path", *found.span()


def referring(text: str) -> bool:
    """Whether a text holds a reference."""
    return _REFERENCE.search(text) is not None


def forms(secret: str) -> set[str]:
    """A secret as messages may spell it: as it is, percent-encoded and decoded."""
    return {
        form for form in (secret, quote(secret), quote(secret, safe=""), unquote(secret), unquote_plus(secret)) if form
    }


def mask(text: str, secrets: Iterable[str]) -> str:
    """``text`` with ``***`` for each secret. Short ones are replaced as whole words only, and those that are a word of
    letters never inside another word.

    >>> mask("no driver pyodbc for odbc", ["odbc", "p"])
    'no driver pyodbc for ***'
    >>> mask("postgresql+psycopg://postgres@db", ["postgres"])
    'postgresql+psycopg://***@db'
    """
    found = sorted({form for secret in secrets for form in forms(secret)}, key=len, reverse=True)
    for each in found:
        if len(each) < 8:
            text = re.sub(rf"(?<!\w){re.escape(each)}(?!\w)", "***", text)
        elif each.isalpha():
            text = re.sub(rf"(?<![^\W\d_]){each}(?![^\W\d_])", "***", text)
        else:
            text = text.replace(each, "***")
    return text
