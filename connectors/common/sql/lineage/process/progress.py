"""How far a parser's process has come, in a file without a name: it is known when the process has ended, too; and
whether it goes on."""

from __future__ import annotations

import os
import struct
import tempfile

_NUMBER = struct.Struct(">I")
_USER, _SYSTEM = 11, 12
"""Fields of ``/proc/PID/stat`` behind the name of the program."""


class ParserProgress:
    """The number of the statement of a request that is read now, which a process puts down and another one gets."""

    def __init__(self, descriptor: int) -> None:
        self.descriptor = descriptor

    @classmethod
    def begun(cls) -> ParserProgress:
        """A new file, at the first statement. Raises ``OSError`` when none can be made."""
        if hasattr(os, "memfd_create"):  # it needs no folder that can be written to
            made = cls(os.memfd_create("parser progress"))
        else:
            with tempfile.TemporaryFile() as file:
                made = cls(os.dup(file.fileno()))
        made.put(0)
        return made

    def put(self, number: int) -> None:
        """Raises ``OSError`` as the system does."""
        os.pwrite(self.descriptor, _NUMBER.pack(number), 0)

    def get(self) -> int:
        """Raises ``OSError`` as the system does."""
        return int(_NUMBER.unpack(os.pread(self.descriptor, _NUMBER.size, 0))[0])

    def close(self) -> None:
        """Close this end. May be called once."""
        os.close(self.descriptor)


def processor_time(pid: int) -> int:
    """The processor time that a process has had, in ticks of the system's clock; 0 where the system does not tell."""
    try:
        with open(f"/proc/{pid}/stat", "rb") as file:
            fields = file.read().rpartition(b")")[2].split()
        return int(fields[_USER]) + int(fields[_SYSTEM])
    except (OSError, IndexError, ValueError):
        return 0
