"""What the fake service holds, what has changed in it, and what goes wrong."""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from specs.config import ConnectionConfig, Duration, StrictModel

Action = Literal[
    "error",
    "retry",
    "skip",
    "stop",
    "fatal",
    "memory",
    "gone",
    "hang",
    "freeze",
    "seize",
    "exit",
    "kill",
    "hog",
    "gulp",
    "flood",
]


class Fault(StrictModel):
    """One thing that goes wrong.

    ``list`` faults strike the listing of ``node`` below the scope ``where`` once ``after`` names were read; ``read``
    faults the slice that holds the object ``where``; ``build`` faults its stage.
    """

    at: Literal["list", "read", "build"] = Field(description="Listing names, reading a slice, or building an entity.")
    where: str = Field(description="FQN of the scope that is listed, or of the object that is read or built.")
    node: str = Field(default="table", description="The node whose listing is struck (list faults only).")
    part: str = Field(default="metadata", description="The part whose reading is struck.")
    action: Action = Field(
        default="error",
        description="error: an ordinary exception; retry, skip, stop, fatal: that error; memory: MemoryError; gone: "
        "it was dropped meanwhile; hang: wait, up to the statement timeout, which raises Retry; freeze: wait and "
        "ignore timeout and cancel; seize: the same with the interpreter's lock held, so that nothing else in the "
        "process turns; exit, kill: the process ends at once; hog: take more and more memory, a megabyte "
        "each 10 ms; gulp: 4 GB of it in one step; flood: 1 GB of shared memory, which no limit of a process bounds.",
    )
    after: int = Field(default=0, ge=0, description="Names that a listing yields before it is struck.")
    times: int | None = Field(default=None, ge=1, description="Only the first n times, counted in the state file.")
    seconds: Duration = Field(default=30.0, description="How long to hang or freeze.")
    delay: float | None = Field(default=None, description="The delay that a retry asks for, in seconds.")


class Server(StrictModel):
    """The server that one connection reaches: a primary, a standby that is behind, a promoted copy, or another
    server."""

    identity: str = Field(default="", description="As ``server`` of the connection.")
    position: int | None = Field(default=None, description="How far it is; null: it does not tell.")
    timeline: int = Field(default=1, description="Rises when a standby is promoted.")
    forks: dict[int, int] = Field(default_factory=dict, description="Where it left earlier timelines.")
    standby: bool = Field(default=False, description="Whether it follows another server.")
    version: int = Field(default=0, description="As ``version`` of the connection.")
    dropped: tuple[str, ...] = Field(default=(), description="FQNs that are not there, besides the connection's.")


class FakeConnection(ConnectionConfig):
    """The size and shape of the estate. Everything follows from it; nothing is stored."""

    seed: int = Field(default=0, description="Other seeds give other columns, comments and kinds.")
    databases: int = Field(default=1, ge=0, le=100, description="Databases of the service.")
    schemas: int = Field(default=3, ge=0, le=10_000, description="Schemas per database.")
    tables: int | tuple[int, ...] = Field(
        default=10, description="Tables and views per schema; a list is dealt out in turn."
    )
    columns: int = Field(default=20, ge=0, le=2000, description="Columns per table.")
    views: float = Field(default=0.1, ge=0, le=1, description="Share of the tables that are views.")
    triggers: float = Field(default=0.0, ge=0, le=1, description="Share of the tables that have a trigger.")
    procedures: int = Field(default=0, ge=0, description="Routines per schema, overloaded in pairs.")
    sequences: int = Field(default=0, ge=0, description="Sequences per schema.")
    types: int = Field(default=0, ge=0, description="User-defined types per schema.")
    objects: int = Field(default=0, ge=0, description="Objects of other kinds, per schema, per database and above.")
    used: float = Field(default=0.5, ge=0, le=1, description="Share of the tables that were queried (part usage).")
    fed: float = Field(default=0.5, ge=0, le=1, description="Share of the tables fed by others (part lineage).")
    odd_names: bool = Field(default=False, description="Give names dots, quotes, spaces, capitals and emoji.")

    latency: float = Field(default=0.0, ge=0, description="Milliseconds that each page (slice) takes.")
    line: int | None = Field(default=None, ge=1, description="Objects that pass the line; more in one go cut it.")
    page: int | None = Field(default=None, ge=1, description="Names per page; null: as many as the slice holds.")
    estimates: float | None = Field(default=1.0, description="Factor by which estimates lie; null: there are none.")
    server: str = Field(default="", description="Identity of the server; another text is another server.")
    reaches: tuple[Server, ...] = Field(
        default=(), description="What each new connection reaches in turn, the last one from then on; counted in the "
        "state file, where there is one.",
    )  # fmt: skip
    reconnects: bool = Field(default=False, description="Every listing and every question has a connection of its own.")
    grants: str | None = Field(default=None, description="Fingerprint of our grants, where the source has one.")

    version: int = Field(default=0, description="Appears in what is changed, and in the statistics.")
    changed: tuple[str, ...] = Field(default=(), description="FQNs of tables whose content shows the version.")
    changed_share: float = Field(default=0.0, ge=0, le=1, description="Share of the tables that show the version.")
    added: tuple[str, ...] = Field(default=(), description="FQNs of further tables.")
    dropped: tuple[str, ...] = Field(default=(), description="FQNs that are not there: not listed, exists says no.")
    unused: tuple[str, ...] = Field(default=(), description="FQNs of tables that no statement queried.")
    unfed: tuple[str, ...] = Field(default=(), description="FQNs of tables that nothing feeds.")
    hidden: tuple[str, ...] = Field(default=(), description="FQNs that are not listed; exists says unknown.")
    unlisted: tuple[str, ...] = Field(default=(), description="FQNs that are not listed; exists says yes.")

    repeated: tuple[str, ...] = Field(default=(), description="FQNs that their listing names twice.")

    faults: tuple[Fault, ...] = Field(default=(), description="What goes wrong.")
    broken: float = Field(default=0.0, ge=0, le=1, description="Share of the tables that cannot be built (Skip).")
    state: str | None = Field(default=None, description="File that counts faults across processes and runs.")

    def endpoint(self) -> str:
        return f"fake:{self.server or self.seed}"
