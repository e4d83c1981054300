"""YAML with the line and column of every mapping key and value, so that an error message can name the place."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, NoReturn

import yaml

from specs.errors import UsageError
from specs.recipe.problems import Path

RECIPE_BYTES = 1_000_000
"""Most bytes of a recipe."""
NODES = 100_000
"""Most YAML nodes of a recipe; an alias counts as often as it is used, so that it cannot multiply memory."""
DEPTH = 50
"""Most levels of nested mappings and lists."""

_PLAIN = ("tag:yaml.org,2002:map", "tag:yaml.org,2002:seq")


@dataclass(slots=True)
class Marked:
    """A YAML document: plain ``data``, and ``(line, column)``, from 1, of its keys and values by path; ``where`` is the
    file's name."""

    data: Any
    where: str
    keys: dict[Path, tuple[int, int]] = field(default_factory=dict)
    values: dict[Path, tuple[int, int]] = field(default_factory=dict)

    def place(self, path: Path, *, key: bool = False) -> str:
        """``recipe.yml:7:3`` for a path, or for the nearest path above it that is in the file."""
        for length in range(len(path), -1, -1):
            order = (self.keys, self.values) if key else (self.values, self.keys)
            for marks in order:
                if path[:length] in marks:
                    line, column = marks[path[:length]]
                    return f"{self.where}:{line}:{column}"
        return self.where


def load(text: str, where: str) -> Marked:
    """Parse one YAML (or JSON) document. Raises ``UsageError`` with line and column when it is no YAML, is too large or
    too deep, or names a key twice."""
    if len(text) > RECIPE_BYTES:
        raise UsageError(f"larger than {RECIPE_BYTES} bytes", where, reason="recipe")
    try:
        loader = _Loader(text, where)
        node = loader.get_single_node()
        marked = Marked(None, where)
        marked.data = _Builder(loader, marked).build(node, ()) if node is not None else None
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        place = f"{where}:{mark.line + 1}:{mark.column + 1}" if mark else where
        tab = "; indent with blanks, not with tabs" if "'\\t'" in str(error.problem) else ""
        raise UsageError(f"{place}: not YAML: {error.problem or error.context}{tab}", reason="recipe") from None
    except yaml.YAMLError as error:
        raise UsageError(f"{where}: not YAML: {str(error).splitlines()[0]}", reason="recipe") from None
    return marked


class _Loader(yaml.SafeLoader):
    """Refuses documents that are nested too deeply, before the recursion exhausts the interpreter's stack."""

    def __init__(self, text: str, where: str) -> None:
        super().__init__(text)
        self._where, self._depth = where, 0

    def compose_node(self, parent: yaml.Node | None, index: int) -> yaml.Node | None:
        if self._depth > DEPTH:
            mark = self.peek_event().start_mark  # type: ignore[no-untyped-call]
            raise UsageError(f"{self._where}:{mark.line + 1}:{mark.column + 1}: nested too deeply", reason="recipe")
        self._depth += 1
        try:
            found: yaml.Node | None = super().compose_node(parent, index)
        finally:
            self._depth -= 1
        return found


class _Builder:
    def __init__(self, loader: yaml.SafeLoader, marked: Marked) -> None:
        self.loader, self.marked, self.nodes = loader, marked, 0

    def build(self, node: yaml.Node, path: Path) -> Any:
        self.nodes += 1
        spot = (node.start_mark.line + 1, node.start_mark.column + 1)
        self.marked.values[path] = spot
        if self.nodes > NODES or len(path) > DEPTH:
            self._refuse("the document is too large or refers to itself", node)
        if not isinstance(node, yaml.ScalarNode) and node.tag not in _PLAIN:
            self._refuse(f"the tag {node.tag!r} is not known here", node)
        if isinstance(node, yaml.MappingNode):
            return self._mapping(node, path)
        if isinstance(node, yaml.SequenceNode):
            return [self.build(each, (*path, at)) for at, each in enumerate(node.value)]
        return self._scalar(node)

    def _scalar(self, node: yaml.Node) -> Any:
        try:
            return self.loader.construct_object(node)
        except (
            ValueError,
            LookupError,
            ArithmeticError,
            TypeError,
            AttributeError,
        ):  # a date of month 13, a huge number
            self._refuse(f"this is no {node.tag.rpartition(':')[2]}; quote it if it is text", node)

    def _mapping(self, node: yaml.MappingNode, path: Path) -> dict[str, Any]:
        found: dict[str, Any] = {}
        for key_node, value_node in node.value:
            key = self._scalar(key_node) if isinstance(key_node, yaml.ScalarNode) else None
            if not isinstance(key, str):
                self._refuse("a key should be text; quote it", key_node)
            if key in found:
                self._refuse(f"key {key!r} stands here twice", key_node)
            self.marked.keys[(*path, key)] = (key_node.start_mark.line + 1, key_node.start_mark.column + 1)
            found[key] = self.build(value_node, (*path, key))
        return found

    def _refuse(self, what: str, node: yaml.Node) -> NoReturn:
        mark = node.start_mark
        raise UsageError(f"{self.marked.where}:{mark.line + 1}:{mark.column + 1}: {what}", reason="recipe")
