"""How well a system understands SQL: its answers beside what is expected, in tables, columns and edges."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import asdict, dataclass, field
from importlib.resources import files
from pathlib import Path
from typing import Any

from specs.errors import UsageError

Answer = Callable[[str], dict[str, Any]]
"""Answers one line of the protocol."""
Edges = set[tuple[str, str]]


@dataclass(frozen=True, slots=True)
class Miss:
    """A case of which an answer was wrong; ``part`` is ``tables`` or ``columns``."""

    id: str
    part: str
    expected: Any
    answered: Any
    error: str | None


@dataclass(slots=True)
class LineageScore:
    """Counts over cases. An edge is one pair of columns; ``wrong`` are those that were told and not expected."""

    cases: int = 0
    errors: int = 0
    tables: int = 0
    tables_exact: int = 0
    columns: int = 0
    columns_exact: int = 0
    edges: int = 0
    edges_found: int = 0
    edges_wrong: int = 0
    milliseconds: list[float] = field(default_factory=list)
    misses: list[Miss] = field(default_factory=list)

    def add(self, case: dict[str, Any], answer: dict[str, Any]) -> None:
        """Count one case. What it does not expect anything of is not judged."""
        expected = case.get("expected") or {}
        self.cases += 1
        self.errors += answer.get("error") is not None
        if isinstance(answer.get("ms"), int | float):
            self.milliseconds.append(float(answer["ms"]))
        if "in_tables" in expected or "out_tables" in expected:
            self.tables += 1
            wanted = [_names(expected.get(key)) for key in ("in_tables", "out_tables")]
            told = [_names(answer.get(key)) for key in ("in_tables", "out_tables")]
            exact = [_called(mine, theirs) for mine, theirs in zip(told, wanted, strict=True)] == wanted
            self.tables_exact += exact
            self._missed(exact, case, "tables", [sorted(each) for each in wanted], told, answer)
        if "columns" in expected:
            self._columns(case, _edges(expected["columns"]), _edges(answer.get("columns")), answer)

    def _columns(self, case: dict[str, Any], wanted: Edges, told: Edges, answer: dict[str, Any]) -> None:
        ends = {name for edge in wanted for name in edge}
        told = {(_as_known(out, ends), _as_known(source, ends)) for out, source in told}
        self.columns += 1
        self.columns_exact += told == wanted
        self.edges += len(wanted)
        self.edges_found += len(told & wanted)
        self.edges_wrong += len(told - wanted)
        self._missed(told == wanted, case, "columns", sorted(wanted), told, answer)

    def _missed(
        self, exact: bool, case: dict[str, Any], part: str, wanted: Any, told: Any, answer: dict[str, Any]
    ) -> None:
        if not exact:
            shown = sorted(told) if isinstance(told, set) else [sorted(each) for each in told]
            self.misses.append(Miss(str(case.get("id")), part, wanted, shown, answer.get("error")))

    def as_json(self) -> dict[str, Any]:
        """Counts, shares in percent, and times of the answers in milliseconds."""
        times = sorted(self.milliseconds)
        found = asdict(self) | {
            "tables_exact_percent": _percent(self.tables_exact, self.tables),
            "columns_exact_percent": _percent(self.columns_exact, self.columns),
            "edge_precision_percent": _percent(self.edges_found, self.edges_found + self.edges_wrong),
            "edge_recall_percent": _percent(self.edges_found, self.edges),
        }
        found["milliseconds"] = {
            "mean": round(sum(times) / len(times), 3),
            "p50": times[len(times) // 2],
            "p95": times[len(times) * 95 // 100],
            "max": times[-1],
        } if times else {}  # fmt: skip
        return found


def score(cases: Iterable[dict[str, Any]], answer: Answer) -> LineageScore:
    """Ask for every case, and compare."""
    found = LineageScore()
    for case in cases:
        asked = {key: value for key, value in case.items() if key != "expected"}
        found.add(case, answer(json.dumps(asked, ensure_ascii=False)))
    return found


def cases_of(paths: Sequence[str]) -> Iterator[dict[str, Any]]:
    """The cases of files of JSON lines; those that ship when there are none.

    Raises ``UsageError`` for a file that cannot be read, and for a line that is no case.
    """
    shipped = sorted(str(each) for each in Path(str(files("specs.testing") / "lineage")).glob("*.jsonl"))
    for path in paths or shipped:
        try:
            text = Path(path).read_text(encoding="utf-8")
        except (OSError, UnicodeDecodeError) as error:
            raise UsageError("cannot read the cases", path, str(error)) from None
        for number, line in enumerate(text.split("\n"), start=1):
            if line.strip():
                yield _case(line, f"{path}, line {number}")


def _case(line: str, where: str) -> dict[str, Any]:
    try:
        case = json.loads(line)
    except ValueError:
        case = None
    if not isinstance(case, dict) or not isinstance(case.get("sql"), str):
        raise UsageError("not a case as JSON", where, 'write {"id": .., "sql": .., "expected": {"in_tables": [..]}}')
    return case


def _percent(part: int, whole: int) -> float | None:
    return round(100 * part / whole, 1) if whole else None


def _plain(name: object) -> str:
    return "".join(each for each in str(name) if each not in '"`[]').casefold()


def _names(found: object) -> set[str]:
    return {_plain(each) for each in found} if isinstance(found, list) else set()


def _called(told: set[str], wanted: set[str]) -> set[str]:
    left = wanted - told
    return {each if each in wanted else _as_known(each, left) for each in told}


def _as_known(name: str, known: set[str]) -> str:
    """A name as the expectation writes it, which may qualify it more or less."""
    if name in known:
        return name
    return next((each for each in known if each.endswith("." + name) or name.endswith("." + each)), name)


def _edges(columns: object) -> Edges:
    return {
        (_plain(each["out"]), _plain(source))
        for each in (columns if isinstance(columns, list) else [])
        for source in each.get("in") or ()
    }
