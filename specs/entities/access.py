"""Rights on objects of databases: grants, row-security policies, and the extension that an object belongs to."""

from __future__ import annotations

from typing import Annotated

from specs.entities.base import Entity, Name, Part, Prose, ordered

Privileges = Annotated[tuple[str, ...], ordered()]
"""Privileges in lower case: ``select``, ``usage``, ``execute``."""


class Grant(Part):
    """What one grantee may do beyond, or ``revoked`` short of, what the source gives by itself to everybody and to the
    owner. An object whose grants were never touched has none."""

    grantee: Name
    """A role or account; ``public`` for everybody."""
    column: Name | None = None
    """The column, for a right on one column only."""
    privileges: Privileges = ()
    grantable: Privileges = ()
    """Those of ``privileges`` that the grantee may pass on."""
    revoked: Privileges = ()
    """Privileges that the source grants by default, but not to this grantee."""


class Policy(Part):
    """A row-security policy: which rows a role sees (``using``) and may write (``check``)."""

    name: Name
    command: str = "all"
    """``select``, ``insert``, ``update``, ``delete`` or ``all``."""
    permissive: bool = True
    roles: Annotated[tuple[Name, ...], ordered()] = ()
    """The roles that it is for; ``public`` for all."""
    using: Name | None = None
    check: Name | None = None
    comment: Prose | None = None


Grants = Annotated[tuple[Grant, ...], ordered(lambda grant: (grant.column or "", grant.grantee))]


class Securable(Entity):
    """Base of objects that rights can be granted on, and that an extension may own."""

    extension: Name | None = None
    """The extension that created the object; dropping the extension drops the object too."""
    grants: Grants = ()
