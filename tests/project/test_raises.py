"""Every public function says in its docstring which errors it raises itself."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).parents[2]
PACKAGES = ("specs", "connectors", "workers", "scheduler")
Function = ast.FunctionDef | ast.AsyncFunctionDef
NO_PROMISE = frozenset({"AssertionError", "NotImplementedError"})
"""Errors that no caller meets: they mark lines that cannot be reached, and methods that every subclass overrides."""


def _public(node: ast.AST) -> Iterator[Function]:
    """The functions of a module and the methods of its public classes whose names are public."""
    for child in ast.iter_child_nodes(node):
        if isinstance(child, Function):
            if not child.name.startswith("_"):
                yield child
        elif not (isinstance(child, ast.ClassDef) and child.name.startswith("_")):
            yield from _public(child)


def _own(node: ast.AST) -> Iterator[ast.AST]:
    """The nodes of a function's own body, without functions and classes that are defined in it."""
    for child in ast.iter_child_nodes(node):
        if not isinstance(child, Function | ast.Lambda | ast.ClassDef):
            yield child
            yield from _own(child)


def _raised(function: Function, makers: dict[str, str]) -> set[str]:
    """The names of the classes that a function raises; ``makers`` are functions that return an error, by name."""
    found = set()
    for node in _own(function):
        if isinstance(node, ast.Raise) and node.exc is not None:
            made = node.exc.func if isinstance(node.exc, ast.Call) else node.exc
            name = made.attr if isinstance(made, ast.Attribute) else made.id if isinstance(made, ast.Name) else ""
            if isinstance(node.exc, ast.Call) and name in makers:
                name = makers[name]
            if name[:1].isupper():
                found.add(name)
    return found - NO_PROMISE


def _helps_with_text(function: Function) -> bool:
    """Whether the docstring is what a command prints as its help, which is written for people at a terminal."""
    calls = [each for each in function.decorator_list if isinstance(each, ast.Call)]
    return any(isinstance(each.func, ast.Attribute) and each.func.attr in ("command", "group") for each in calls)


def silent(root: Path) -> list[str]:
    """``file: function: errors`` of every public function that raises an error that its docstring does not name."""
    paths = sorted(each for package in PACKAGES for each in (root / package).rglob("*.py"))
    trees = {path.relative_to(root).as_posix(): ast.parse(path.read_text(encoding="utf-8")) for path in paths}
    makers = {
        node.name: node.returns.id
        for tree in trees.values()
        for node in ast.walk(tree)
        if isinstance(node, Function) and isinstance(node.returns, ast.Name) and node.returns.id.endswith("Error")
        if node.returns.id != "HeadraceError"  # the base: which of its kinds it is shows elsewhere
    }
    found = []
    for file, tree in trees.items():
        for function in _public(tree):
            doc = ast.get_docstring(function) or ""
            missing = sorted(name for name in _raised(function, makers) if f"``{name}``" not in doc)
            if missing and not _helps_with_text(function):
                found.append(f"{file}: {function.name}: {', '.join(missing)}")
    return found


def test_every_public_function_says_what_it_raises() -> None:
    assert silent(ROOT) == []


def test_an_error_that_is_not_named_is_found(tmp_path: Path) -> None:
    source = '''
def refused(name: str) -> UsageError:
    """Made, not raised."""
    return UsageError(name)

def said():
    """Raises ``ValueError`` for no name, and ``UsageError`` for a wrong one."""
    if 1:
        raise ValueError
    raise refused("x")

def unsaid():
    """It may be that a UsageError comes."""
    raise refused("x")

def _private():
    raise ValueError

class Reader:
    def read(self):
        def inner():
            raise KeyError
        try:
            raise errors.Retry("later")
        except ValueError as error:
            raise error

@click.command(short_help="Help.")
def command():
    """What a person reads."""
    raise UsageError("wrong")
'''
    for package in PACKAGES:
        (tmp_path / package).mkdir()
    (tmp_path / "workers" / "reading.py").write_text(source, encoding="utf-8")
    assert silent(tmp_path) == ["workers/reading.py: unsaid: UsageError", "workers/reading.py: read: Retry"]
