"""What answers may say of a text. They are stored, shown and sent on, and texts hold passwords: of an error its kind
and place are told, of an address what leads to it, and of an expression no key and no connection string."""

from __future__ import annotations

import re

from sqlglot.errors import ParseError, TokenError

LONGEST_EXPRESSION = 2_000
"""Characters of an expression that are told."""
_QUOTED = re.compile(r"(: | but got|, got|option ).*|['\"`<{].*", re.DOTALL)
"""Where the description of an error begins to quote the text."""
_LACKS = re.compile(r"Required (?:argument|keyword): '\w+' missing for [\w <>'.]+", re.ASCII)
_CREDENTIALS = re.compile(r"(?<=://)[^/@\s]*:[^/@\s]*@")
_PARAMETERS = re.compile(r"\?[^?/\s]*=.*", re.DOTALL)
"""The parameters of an address; a question mark alone stands for any character of a file's name."""
_TAKES_SECRETS = re.compile(
    r"(?:crypt|cipher|hmac|dblink|secret|passw|passphrase|credential|remote|mysql|postgresql|mongodb|s3|azureblob"
    r"|openrowset|opendatasource)\w*\s*\(",
    re.IGNORECASE,
)
"""Functions whose arguments are keys and connections."""
_TEXT = re.compile(r"'(?:[^'\\]|\\.|'')*+'?+", re.DOTALL)
_BRACKETS = re.compile(rf"{_TEXT.pattern}|[()]", re.DOTALL)
_NAMED = re.compile(
    r"((?:passw(?:or)?d|pwd|secret\w*|token|\w*access_?key\w*|sig)\s*=\s*)(?:''[^']*''|[^\s;,&']+)", re.IGNORECASE
)


class Unreadable(ValueError):
    """A text that is not parsed; the message holds nothing of it."""


def reason(error: Exception) -> str:
    """Why a text cannot be read.

    >>> reason(KeyError("geheim"))
    'the parser broke (KeyError)'
    """
    if isinstance(error, Unreadable):
        return str(error)
    if isinstance(error, RecursionError):
        return "it is nested too deeply"
    if isinstance(error, TokenError):
        return "it does not come apart into words: a quote or a comment may not be closed"
    if isinstance(error, ParseError) and error.errors:
        first = error.errors[0]
        said = str(first["description"] or "")
        lacks = _LACKS.match(said)
        what = lacks[0] if lacks else _QUOTED.sub("", said).strip(" .,") or "it cannot be parsed"
        return f"{what}. Line {first['line']}, Col: {first['col']}."
    return f"the parser broke ({type(error).__name__})"


def address(text: str) -> str:
    """The address of files without users, passwords and parameters, which sign it.

    >>> address("s3://key:geheim@bucket/orders.csv?sig=geheim")
    's3://bucket/orders.csv'
    """
    return _PARAMETERS.sub("", _CREDENTIALS.sub("", text)) if "://" in text else text


def expression(sql: str) -> str:
    """An expression without what opens other systems, cut where it is long.

    >>> expression("pgp_sym_decrypt(a, 'geheim') || 'x'")
    "pgp_sym_decrypt(a, '***') || 'x'"
    """
    cut = sql if len(sql) <= LONGEST_EXPRESSION else f"{sql[:LONGEST_EXPRESSION]}..."
    return _without_secrets(cut) if "'" in cut else cut


def _without_secrets(sql: str) -> str:
    first = _TAKES_SECRETS.search(sql)
    if first is not None and "\\'" in sql:  # where a text ends is another question in each dialect
        return f"{sql[: first.end()]}***"
    told, last = "", 0
    hidden = [(found.end(), _closing(sql, found.end())) for found in _TAKES_SECRETS.finditer(sql)]
    for text in _TEXT.finditer(sql):
        secret = any(start <= text.start() < end for start, end in hidden)
        told += sql[last : text.start()] + ("'***'" if secret else _NAMED.sub(r"\1***", text[0]))
        last = text.end()
    return told + sql[last:]


def _closing(sql: str, start: int) -> int:
    """Where the bracket closes that was opened before ``start``; brackets in texts do not count."""
    depth = 1
    for found in _BRACKETS.finditer(sql, start):
        depth += {"(": 1, ")": -1}.get(found[0], 0)
        if not depth:
            return found.start()
    return len(sql)
