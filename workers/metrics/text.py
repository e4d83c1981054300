"""The text format of Prometheus, version 0.0.4.

Written here and not by ``prometheus_client``, for measured reasons (its version 0.26.0, Python 3.11, 4,500 samples of
500 processes). Every process of a cluster imports this: ours costs about 20 ms and 0.2 MB of memory, the library's 120
to 300 ms and 4.4 MB. Rendering takes as long with either (140 to 180 ms against 150 to 290 ms). Most of this file would
have to stay: masked and bounded label values, and the refusal of undeclared names. And the library orders labels by
name and writes ``3.0`` for ``3``, so that the lines of every metric would change.
"""

from __future__ import annotations

from workers.metrics.families import FAMILIES
from workers.process.logs import masked

LABEL_CHARACTERS = 200
"""Most characters of a label's value."""


class MetricsPage:
    """Collects samples; ``text`` returns them under their family's HELP and TYPE."""

    def __init__(self) -> None:
        self._samples: dict[str, list[str]] = {}

    def add(self, name: str, value: float | None, **labels: object) -> None:
        """Add a sample of a family; a value of ``None`` adds none. Raises ``KeyError`` for a name that is not in
        ``FAMILIES``, and ``ValueError`` when the labels are not those of the family."""
        family = FAMILIES[name]
        if set(labels) != set(family.labels):
            raise ValueError(f"{name} has labels {family.labels}, not {tuple(labels)}")
        if value is None:
            return
        told = ",".join(f'{label}="{_escaped(labels[label])}"' for label in family.labels)
        self._samples.setdefault(name, []).append(
            f"{name}{{{told}}} {_number(value)}" if told else f"{name} {_number(value)}"
        )

    def text(self) -> str:
        """All samples in Prometheus' text format."""
        lines = []
        for name, family in FAMILIES.items():
            if name in self._samples:
                lines += [f"# HELP {name} {family.what}", f"# TYPE {name} {family.type}", *self._samples[name]]
        return "\n".join(lines) + "\n"


def _escaped(value: object) -> str:
    """A label's value: cut to ``LABEL_CHARACTERS``, no URL's password; backslash, quote and line feed escaped."""
    text = masked("" if value is None else str(value))[:LABEL_CHARACTERS]
    return text.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n")


def _number(value: float) -> str:
    return str(int(value)) if float(value).is_integer() else repr(float(value))
