"""Objects of databases without a type of their own here: extensions, servers, publications, operators and others."""

from __future__ import annotations

from pydantic import Field

from specs.entities.access import Securable
from specs.entities.base import Name, Properties
from specs.entities.dependencies import Dependencies


class DatabaseObject(Securable):
    """An object of a service, a database or a schema that is neither relation nor routine nor type.

    ``kind`` says what it is, in the source's words: ``extension``, ``foreign server``, ``publication``, ``event
    trigger``, ``collation``, ``operator``. Its name in the FQN carries the kind, since objects of two kinds may share
    a name: ``extension hstore``.
    """

    kind: str
    version: Name | None = None
    enabled: bool = True
    function: str | None = None
    """The FQN of the routine that implements it."""
    definition: Name | None = None
    properties: Properties = Field(default_factory=dict)
    """All other settings of the object; values that may be secret are ``***``."""
    depends_on: Dependencies = ()
    """The objects that it uses or names, such as the relations of a publication."""
