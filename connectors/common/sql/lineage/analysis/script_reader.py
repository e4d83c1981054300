"""Reads the text of one session, statement by statement: what one of them does costs the others nothing."""

from __future__ import annotations

import re
from collections.abc import Iterator

from sqlglot import exp
from sqlglot.errors import SqlglotError
from sqlglot.tokenizer_core import Token, TokenType

from connectors.common.sql.lineage.analysis.disclosure import Unreadable, address, reason
from connectors.common.sql.lineage.analysis.session import SqlSession
from connectors.common.sql.lineage.analysis.statements import read
from connectors.common.sql.lineage.analysis.syntax.clauses import without_clauses
from connectors.common.sql.lineage.analysis.syntax.commands import understood
from connectors.common.sql.lineage.analysis.syntax.headers import defined, recursive
from connectors.common.sql.lineage.analysis.syntax.outputs import with_output
from connectors.common.sql.lineage.analysis.syntax.unloads import unloaded
from connectors.common.sql.lineage.analysis.texts.guesses import guess
from connectors.common.sql.lineage.analysis.texts.routines import Body, ChangesOf, Piece, is_routine, pieces
from connectors.common.sql.lineage.analysis.texts.scripts import chunks, loose, with_semicolons
from connectors.common.sql.lineage.analysis.texts.templates import rendered
from connectors.common.sql.lineage.analysis.texts.words import (
    Tokens,
    joined,
    rowless,
    word,
    words,
)
from specs.contracts.parts.statements import StatementKind, StatementLineage, TableName

NO_DATA = frozenset(
    {"CALL", "GRANT", "REVOKE", "DENY", "COMMENT", "SHOW", "KILL", "AUDIT", "LOCK", "UNLOCK", "LIST", "REFRESH"}
)
"""Statements that read and write no rows, though words in them would begin other statements."""
NESTED_TEXTS = 4
"""How deep bodies may hold texts that are run in their turn."""
PARSED_CHARACTERS = 2_000_000
"""Characters of a text that is parsed: more would take minutes."""
IDENTIFIER = re.compile(r"\bidentifier\s*\(\s*('[^']*'(?:\s*\|\|\s*'[^']*')*)\s*\)", re.IGNORECASE)
"""A name that is written as a text, or as several that are joined."""
NAMED = re.compile(
    r"\b(from|join|into|update|table|using)\s+identifier"
    r"\s*\(\s*('[\w.$]+'|(?!identifier)[a-z_][\w.$]*)\s*\)",
    re.IGNORECASE,
)
"""A relation that is named by IDENTIFIER, as a text or as it is."""
JOINED = re.compile(r"'\s*\|\|\s*'")
PHRASE = re.compile(r"\(\s*(?:title|format)\s+'[^']*'\s*\)", re.IGNORECASE)
"""How Teradata shows a column, which is no part of what it is made of."""
KINDS: dict[str, StatementKind] = {
    "INSERT": "insert",
    "CREATE": "create_table",
    "MERGE": "merge",
    "UPDATE": "update",
    "DELETE": "delete",
    "COPY": "copy",
    "SELECT": "select",
    "WITH": "select",
}


class ScriptReader:
    """One text. ``target`` is the relation that its first query defines."""

    def __init__(self, session: SqlSession, target: TableName | None = None) -> None:
        self._session = session
        self._target = target
        self._engine = session.dialect.engine

    def read(self, sql: str, depth: int = 0) -> Iterator[StatementLineage]:
        """What each statement of a text says, in order."""
        if len(sql) > PARSED_CHARACTERS:
            yield self._guessed(
                sql, Unreadable(f"it is longer than {PARSED_CHARACTERS:,} characters: only names were looked for")
            )
            return
        sql = with_semicolons(rendered(sql))
        if self._session.dialect.name in ("snowflake", "databricks"):
            sql = IDENTIFIER.sub(lambda found: JOINED.sub("", found[1])[1:-1], sql)
        if "dentifier" in sql or "DENTIFIER" in sql:
            sql = NAMED.sub(lambda found: f"{found[1]} {found[2].strip(chr(39))}", sql)
        if self._session.dialect.name in ("athena", "trino", "presto"):
            sql = sql.replace("`", '"')  # Athena takes both, in statements of its two engines
        if self._session.dialect.name == "teradata":
            sql = PHRASE.sub(" ", sql)
        try:
            tokens = self._engine.tokenize(sql)
        except (SqlglotError, ValueError, TypeError) as error:
            yield self._guessed(sql, error)
            return
        if "drop" in sql.lower():
            self._session.foresee(_dropped(tokens))
        for part in chunks(tokens):
            try:
                yield from self._part(sql, part, depth, alone=len(tokens) == len(part))
            except Exception as error:  # taking it apart meets texts that were not thought of, too
                yield self._guessed(_text(sql, part), error)

    def _part(self, sql: str, part: Tokens, depth: int, *, alone: bool) -> Iterator[StatementLineage]:
        """What one part of a text says; ``alone``: it is all of it."""
        whole = joined(self._whole(sql, part), rows=bool(self._session.rows) or _in_trigger(part))
        chunk = without_clauses(whole, self._session.dialect.name)
        if is_routine(chunk) and self._session.dialect.name not in ("tsql", "fabric"):
            self._session.in_routine = True
        if word(chunk[0]) in NO_DATA or rowless(chunk):
            yield StatementLineage("other")
            return
        found = False
        for piece in pieces(chunk):
            found = True
            yield from self._piece(sql, piece, depth)
        if not found and not depth and alone:  # nothing of a routine
            yield from self._statement(sql, chunk, depth)

    def _whole(self, sql: str, tokens: Tokens) -> Tokens:
        """The tokens of a command one by one: the tokenizer leaves all behind its first word as one text."""
        if len(tokens) < 2 or tokens[-2].token_type not in self._engine.tokenizer_class.COMMANDS:
            return tokens
        last, behind = tokens[-1], tokens[-2].end + 1
        if last.token_type != TokenType.STRING or not sql[behind:].lstrip().startswith(last.text[:1] or "'"):
            return tokens
        place = max(sql.find(last.text, behind), 0)
        return [*tokens[:-1], *self._engine.tokenize(" " * place + last.text)]

    def _piece(self, sql: str, piece: Piece, depth: int) -> Iterator[StatementLineage]:
        if isinstance(piece, ChangesOf):
            self._session.changes_of([each.text for each in piece.table if each.text != "."])
        elif isinstance(piece, Body):
            if depth < NESTED_TEXTS:
                yield from self.read(piece.sql, depth + 1)
        else:
            yield from self._statement(sql, piece, depth)

    def _statement(self, sql: str, tokens: Tokens, depth: int) -> Iterator[StatementLineage]:
        try:
            yield from self._parsed(sql, tokens, depth)
        except RecursionError as error:
            yield self._guessed(_text(sql, tokens), error)
        except Exception as error:  # the parser meets texts that its authors did not
            parts = loose(tokens)
            if len(parts) > 1 and depth < NESTED_TEXTS:
                for part in parts:
                    for piece in pieces(part):
                        yield from self._piece(sql, piece, NESTED_TEXTS)
            else:
                yield self._guessed(_text(sql, tokens), error)

    def _parsed(self, sql: str, tokens: Tokens, depth: int) -> Iterator[StatementLineage]:
        if self._session.dialect.name in ("tsql", "fabric") and (kept := with_output(tokens)) is not None:
            for each in kept:
                yield from self._parsed(sql, each, depth)
            return
        error: Exception | None = None
        nodes: list[exp.Expr] = []
        try:
            nodes = [each for each in self._engine.parser().parse(list(tokens), sql) if each is not None]
        except (SqlglotError, ValueError, TypeError, AttributeError) as raised:
            error = raised
        if error is not None or any(isinstance(each, exp.Command) for each in nodes):
            if depth < NESTED_TEXTS and (found := unloaded(sql, tokens)) is not None:
                place = TableName("", "", address(found[1])) if found[1] else None
                yield from (each._replace(kind="copy", target=place) for each in self.read(found[0], depth + 1))
                return
            nodes = understood(tokens) or self._created(sql, tokens) or nodes
        if error is not None and not nodes:
            raise error
        for node in nodes:
            if isinstance(node, exp.Command) and word(tokens[0]) in KINDS:
                raise Unreadable(f"unknown syntax of {word(tokens[0])}")
            yield from read(self._session, node, self._target)

    def _created(self, sql: str, tokens: Tokens) -> list[exp.Expr]:
        found = defined(tokens)
        if found is None:
            return []
        create, query = found
        (parsed,) = self._engine.parser().parse(list(query), sql)
        if parsed is None:
            return []
        create.set("expression", recursive(create, parsed) if "RECURSIVE" in words(tokens[:4]) else parsed)
        return [create]

    def _guessed(self, sql: str, error: Exception) -> StatementLineage:
        """The relations that a text names, when nothing more can be told of it."""
        found = guess(sql)
        names = [self._named(each) for each in found.sources]
        target = self._target or (None if found.target is None else self._named(found.target))
        for each in (*names, *([] if target is None else [target])):
            self._session.named.setdefault(each)
        kind = KINDS.get(sql.split(None, 1)[0].upper() if sql.strip() else "", "other")
        level = "tables" if names or target is not None else "none"
        return StatementLineage(kind, target, tuple(dict.fromkeys(names)), level=level, error=reason(error))  # type: ignore[arg-type]

    def _named(self, parts: tuple[str, ...]) -> TableName:
        quotes = {'"': '"', "`": "`", "[": "]"}
        nodes = [exp.Identifier(this=each.strip('"`[]'), quoted=each[0] in quotes) for each in parts[-3:]]
        db, catalog = (nodes[-2] if len(nodes) > 1 else None), (nodes[-3] if len(nodes) > 2 else None)
        return self._session.target(exp.Table(this=nodes[-1], db=db, catalog=catalog))


def _in_trigger(tokens: Tokens) -> bool:
    return is_routine(tokens) and "TRIGGER" in words(tokens[:16])


def _text(sql: str, tokens: Tokens) -> str:
    return sql[tokens[0].start : tokens[-1].end + 1]


def _dropped(tokens: list[Token]) -> set[str]:
    """The last parts of the names that the text drops after it created them."""
    created: set[str] = set()
    dropped: set[str] = set()
    for at, token in enumerate(tokens):
        said = word(token)
        if said in ("TABLE", "VIEW") and at and at + 1 < len(tokens):
            name = _last_part(tokens, at + 1)
            before = {word(each) for each in tokens[max(0, at - 4) : at]}
            if "DROP" in before:
                if name in created:
                    dropped.add(name)
            elif "CREATE" in before:
                created.add(name)
    return dropped


def _last_part(tokens: list[Token], at: int) -> str:
    while at < len(tokens) and word(tokens[at]) in ("IF", "NOT", "EXISTS"):
        at += 1
    while at + 2 < len(tokens) and tokens[at + 1].text == ".":
        at += 2
    return tokens[at].text.casefold() if at < len(tokens) else ""
