"""Fingerprints of statements: what is left when literals, comments and spelling are taken away.

Lists of literals (``IN``, rows of ``VALUES``) count as one, whatever their length. Names are kept as the dialect tells
them apart. The normalized text holds no data: literals of every kind become ``?``, also one that never ends.

>>> Fingerprints("postgres").of("SELECT a FROM T WHERE b IN (1, 2) -- x").text
'select a from t where b in (?)'
"""

from __future__ import annotations

import re
from array import array
from collections.abc import Iterator
from hashlib import blake2b
from itertools import islice
from typing import NamedTuple

KEPT_TEXTS = 1 << 19
"""Texts of which the fingerprint is remembered by their hash, at most: 16 bytes each."""
LONGEST_TEXT = 262_144
"""Characters of a normalized text that are kept."""
_CHUNK = 20_000
"""Tokens that are folded together, so that a statement of 10 MB is never held as tokens."""

FOLDED = frozenset({"", "postgres", "redshift", "duckdb", "sqlite", "oracle", "snowflake", "exasol", "teradata"})
"""Dialects in which unquoted names do not differ by case; in the others only keywords are folded."""
_DOUBLE_QUOTED_TEXT = frozenset(
    {"mysql", "mariadb", "bigquery", "spark", "spark2", "databricks", "hive", "doris", "starrocks", "singlestore"}
)
"""Dialects in which double quotes make a literal."""
_BACKSLASHES = _DOUBLE_QUOTED_TEXT | {"clickhouse", "snowflake"}
_BRACKETED_NAMES = frozenset({"tsql", "fabric", "sqlite"})
_HASH_COMMENTS = _DOUBLE_QUOTED_TEXT - {"spark", "spark2", "databricks", "hive"}
_NESTED_COMMENTS = frozenset({"postgres", "redshift", "duckdb", "tsql", "fabric"})
_PLAIN = frozenset("(),=*<>+;:|!%&^~?[]{}")
_LONG = frozenset('-/#".$')
"""First characters of comments and literals among those that may also stand alone."""
_KEYWORDS = frozenset(
    re.findall(
        r"\w+",
        """add all alter analyze and any array as asc between both by call cascade case cast check collate column commit
    constraint create cross current current_date current_time current_timestamp database deallocate declare default
    delete desc describe distinct drop else end escape except exec execute exists explain extract false fetch filter
    first following for foreign from full function grant group grouping having if ignore ilike in index inner insert
    intersect interval into is join key language last lateral left like limit lock materialized merge minus natural not
    null nulls of offset on only or order outer over overwrite partition preceding prepare primary procedure qualify
    range recursive references rename replace returning returns revoke right rollback row rows schema select session
    set show some start table tablesample temp temporary then to top transaction trigger true truncate unbounded union
    unique unnest update use using values view when where window with within without""",
    )
)

_SIGNED = re.compile(r"(?<=[(,=<>]) [-+] \?")
_IN_LIST = re.compile(r"((?:\bin \()|\[)( (?:\w+ )?\?)(?: ,\2)++ (?=[)\]])")
_CELL = r"(?:\?|null|default|true|false)"
_ROW = rf"\( {_CELL}(?: , {_CELL})*+ \)"
_ROWS = re.compile(rf"\bvalues ({_ROW})(?: , {_ROW})*+")
_SAME_ROWS = re.compile(r"(\( (?:[^()]|\([^()]*+\))*+\))(?: , \1)+")
_CELLS = re.compile(_CELL)
_DOLLAR = re.compile(r"\$(?:[^\W\d]\w*+)?\$")


class Fingerprint(NamedTuple):
    """``key`` identifies the statement; ``text`` is without literals, cut after ``LONGEST_TEXT`` characters."""

    key: int
    text: str


class Fingerprints:
    """Makes the fingerprints of one dialect (its name at sqlglot). Texts that come again cost a look into a table."""

    def __init__(self, dialect: str = "") -> None:
        self._folded = dialect in FOLDED
        self._double_quoted_text = dialect in _DOUBLE_QUOTED_TEXT
        self._hash_comments = dialect in _HASH_COMMENTS
        self._token, self._token_or_dollars = _token(dialect), _token(dialect, dollars=True)
        self._hashes = array("q", bytes(8 * KEPT_TEXTS))
        self._keys = array("q", bytes(8 * KEPT_TEXTS))

    def key(self, text: str) -> int:
        """The key of the statement's fingerprint, remembered by the hash of the text."""
        hashed = hash(text) or 1  # 0 is no text
        hashes, keys, place = self._hashes, self._keys, hashed & (KEPT_TEXTS - 1)
        if hashes[place] == hashed:
            return keys[place]
        beside = place ^ 1
        if hashes[beside] == hashed:
            return keys[beside]
        known = _digest(self._normalized(text))
        if hashes[place]:  # the one that was there moves over
            hashes[beside], keys[beside] = hashes[place], keys[place]
        hashes[place], keys[place] = hashed, known
        return known

    def of(self, text: str) -> Fingerprint:
        """The fingerprint with its text."""
        normalized = self._normalized(text)
        return Fingerprint(_digest(normalized), _shown(normalized[:LONGEST_TEXT]))

    def _normalized(self, text: str) -> str:
        if "$" in text and _DOLLAR.search(text):
            return self._piecewise(match[0] for match in self._token_or_dollars.finditer(text))
        if len(text) < _CHUNK:
            return _fold(self._one_spelling(self._token.findall(text)))
        return self._piecewise(match[0] for match in self._token.finditer(text))

    def _piecewise(self, tokens: Iterator[str]) -> str:
        """Lists are folded while they are read, so that a long one is never held as a whole."""
        done: list[str] = []
        tail = ""
        for chunk in _chunks(tokens):
            found = self._one_spelling(chunk)
            tail = _fold(f"{tail} {found}" if tail else found)
            if len(tail) > _CHUNK * 10:
                done.append(tail)
                tail = ""
        return " ".join([*done, tail] if tail else done)

    def _one_spelling(self, tokens: list[str]) -> str:
        """The tokens with literals as ``?``, joined by blanks; comments are left out."""
        kept: list[str] = []
        add, folded = kept.append, self._folded
        for token in tokens:
            first = token[0]
            if first in _PLAIN:
                add(token)
            elif first.isalpha() or first == "_":
                lower = token.lower()
                if "'" in token:
                    add("?")
                elif folded or lower in _KEYWORDS:
                    add(lower)
                else:
                    add(token)
            elif first in "0123456789'" or first.isdigit():
                add("?")
            elif len(token) > 1 and first in _LONG and self._drops(token):
                if first in '".$':
                    add("?")
            elif "://" in token:  # files that are queried by their address, which may be signed
                add(f"{first}?{first}")
            else:
                add(token)
        while kept and kept[-1] == ";":
            kept.pop()
        return " ".join(kept)

    def _drops(self, token: str) -> bool:
        """Whether a token of several characters is a comment or a literal."""
        match token[0]:
            case "-" | "/":
                return token[1] in "-*" and token[:2] != "-*"
            case "#":
                return self._hash_comments
            case '"':
                return self._double_quoted_text
            case _:
                return True


def _fold(text: str) -> str:
    """Lists of literals as one, and literals without their sign."""
    if " - ?" in text or " + ?" in text:
        text = _SIGNED.sub(" ?", text)
    if "in ( " in text or "[ " in text:
        text = _IN_LIST.sub(r"\1\2 ", text)
    if "values ( " in text:
        text = _ROWS.sub(lambda found: f"values {_CELLS.sub('?', found[1])}", text)
        text = _SAME_ROWS.sub(r"\1", text)
    return text


def _shown(text: str) -> str:
    """The text as people write it."""
    return text.replace(" . ", ".").replace(" ,", ",").replace("( ", "(").replace(" )", ")")


def _chunks(tokens: Iterator[str]) -> Iterator[list[str]]:
    while chunk := list(islice(tokens, _CHUNK)):
        yield chunk


def _digest(text: str) -> int:
    return int.from_bytes(blake2b(text.encode("utf-8", "surrogatepass"), digest_size=8).digest(), "big", signed=True)


def _token(dialect: str, *, dollars: bool = False) -> re.Pattern[str]:
    """The expression of one token; with ``dollars`` also of literals between ``$tag$``, which need a group. Quantifiers
    are possessive: a quote that never ends costs one look at the text."""
    escaped = r"'(?:[^'\\]|\\.|'')*+(?:'|\\?\Z)"
    plain = escaped if dialect in _BACKSLASHES else r"'(?:[^']|'')*+(?:'|\Z)"
    double = r'"(?:[^"\\]|\\.|"")*+(?:"|\\?\Z)' if dialect in _DOUBLE_QUOTED_TEXT else r'"(?:[^"]|"")*+(?:"|\Z)'
    inner = r"|/\*(?:[^*]|\*(?!/))*+\*/" if dialect in _NESTED_COMMENTS else ""
    choices = [
        rf"[eE]{escaped}",
        rf"[nNbBxXrRuU]&?+{plain}",
        plain,
        r"[^\W\d][\w$]*+",
        r"0[xX][\da-fA-F]++|(?:\d[\d_]*+(?:\.\d*+)?|\.\d++)(?:[eE][-+]?\d++)?+",
        double,
        r"`(?:[^`]|``)*+(?:`|\Z)",
        r"--[^\n]*+",
        rf"/\*(?:[^*/]{inner}|/|\*(?!/))*+(?:\*/|\Z)",
        r"[@#]{1,2}[^\W\d][\w$]*+" if dialect in _BRACKETED_NAMES else r"@{1,2}[^\W\d][\w$]*+",
    ]
    if dialect in _HASH_COMMENTS:
        choices.append(r"#[^\n]*+")
    if dialect in _BRACKETED_NAMES:
        choices.append(r"\[(?:[^\]]|\]\])*+\]")
    if dollars:
        choices.append(r"\$(?P<tag>(?:[^\W\d]\w*+)?)\$(?:[^$]|\$(?!(?P=tag)\$))*+(?:\$(?P=tag)\$|\Z)")
    choices += [r"\$\d++", r"[<>=!]=|<>|\|\||::|->>?|:=", r"\S"]
    return re.compile("|".join(choices), re.DOTALL)
