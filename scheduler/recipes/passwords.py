"""The password that a recipe or URL does not contain: typed by the person when the source refuses us without one."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

from pydantic import SecretStr

from specs.errors import Fatal, HeadraceError, Stop

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from scheduler.recipes.loader import Loaded


def load(source: str, *, name: str | None = None, only: Sequence[str] = ()) -> Loaded:
    """Load a URL or file for a crawl from this machine, narrowed to the parts ``only`` where there are any.

    On a terminal the person is asked for a password when the recipe has a prompt for it, or when the source refuses us
    without one. Raises ``UsageError`` for a wrong recipe or part, and when a secret is needed and there is no terminal.
    """
    from scheduler.recipes import loader
    from scheduler.recipes.secrets.prompts import ask

    loaded = loader.load(source, ask, name=name, only=only)
    return typed(loaded, ask) if sys.stdin.isatty() and sys.stderr.isatty() else loaded


def typed(loaded: Loaded, ask: Callable[[str], str]) -> Loaded:
    """``loaded``, with the password that ``ask`` returns when the source refuses us without one.

    Connects to the source once, unless it has a password already. Raises what ``ask`` raises.
    """
    from scheduler.recipes.secrets.password import lacking, with_prompt  # a pipe types no password

    if not lacking(loaded.config) or not _refused(loaded):
        return loaded
    password = ask("password")
    if not password:
        return loaded
    loaded.recipe = with_prompt(loaded.recipe)
    loaded.config = loaded.config.model_copy(update={"password": SecretStr(password)})
    loaded.secrets = loaded.secrets | {"password": password}
    return loaded


def _refused(loaded: Loaded) -> bool:
    """Whether the source refuses us for want of a password. Any other error is left to the crawl, which reports it."""
    from workers.unit.source.sources import build

    source = build(loaded.recipe, loaded.secrets)
    try:
        source.identity()
    except (Fatal, Stop) as error:
        return error.reason == "denied"
    except HeadraceError:
        return False
    finally:
        source.close()
    return False
