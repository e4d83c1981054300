"""From what a person hands in (a recipe file, a workflow file, a URL) to a checked recipe and its secrets."""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from importlib.util import find_spec
from pathlib import Path as FilePath
from typing import TYPE_CHECKING, Any, TypeVar

from pydantic import BaseModel, ValidationError

from scheduler.recipes import database_files
from scheduler.recipes.secrets.stash import Stash
from specs import registry
from specs.config import LOCAL_FILE, ConnectionConfig
from specs.errors import UsageError
from specs.recipe.extract import Extract
from specs.recipe.problems import Path, Problem, dotted, nearest, problems
from specs.recipe.recipe import Recipe
from specs.recipe.secrets import prompts, resolve

if TYPE_CHECKING:
    from scheduler.recipes import marks

M = TypeVar("M", bound=BaseModel)
Ask = Callable[[str], str]
"""Returns the answer to a ``${prompt:NAME}``; raises ``UsageError`` when there is no terminal to ask on."""
PASSWORD_VARIABLE = "HEADRACE_PASSWORD"
"""The variable of the environment with the password that a recipe may leave out."""


@dataclass(slots=True)
class Draft:
    """A recipe as the person gave it, not checked yet. ``origins`` maps a path of the recipe to the path in the
    document.

    ``away``: other machines will resolve its references and need its driver. ``only``: the parts to which it is
    narrowed.
    """

    data: Any
    document: marks.Marked | None = None
    origins: dict[Path, Path] = field(default_factory=dict)
    secrets: dict[str, str] = field(default_factory=dict)
    notices: list[str] = field(default_factory=list)
    away: bool = False
    only: Sequence[str] = ()

    def refuse(self, found: list[Problem]) -> UsageError:
        """One line: every mistake with its place."""
        if self.document is None:
            return UsageError("; ".join(str(each) for each in found), reason="recipe")
        return UsageError("; ".join(self._line(self.document, each) for each in found), reason="recipe")

    def _line(self, document: marks.Marked, found: Problem) -> str:
        origin = self._origin(found.path)
        setting = f"{dotted(origin)}: " if origin and not found.key else ""
        return f"{document.place(origin, key=found.key)}: {setting}{found.message}"

    def _origin(self, path: Path) -> Path:
        for length in range(len(path), 0, -1):
            if path[:length] in self.origins:
                return self.origins[path[:length]] + path[length:]
        return path


@dataclass(slots=True)
class Loaded:
    """A recipe that may run: checked down to the connector's own settings. ``secrets`` live in memory only."""

    recipe: Recipe
    config: ConnectionConfig
    secrets: dict[str, str]
    notices: list[str]


def load(
    given: str, ask: Ask, *, name: str | None = None, only: Sequence[str] = (), env: Mapping[str, str] | None = None,
    away: bool = False,
) -> Loaded:  # fmt: skip
    """Load a URL or a file; ``name`` overrides the service's, ``only`` are the parts to which the recipe is narrowed;
    ``away``: it will be used on other machines, so that its variables, files and driver need not be there on this one.

    Raises ``UsageError`` with line, column and nearest key, and for a part that the connector does not have.
    """
    if "://" in given:
        draft = _from_url(given, name)
    else:
        registry.look_into(FilePath(given).parent)  # a connector of one's own lies beside the recipe
        draft = _from_file(FilePath(given), name)
    draft.away, draft.only = away, only
    return _loaded(draft, ask, env)


def load_data(data: Mapping[str, Any], ask: Ask, *, name: str | None = None) -> Loaded:
    """Load a recipe that is a mapping already, as its YAML would be. Raises ``UsageError`` naming every mistake."""
    draft = Draft({**data})
    if name:
        draft.data["service"] = {**draft.data.get("service", {}), "name": name}
    return _loaded(draft, ask, None)


def _loaded(draft: Draft, ask: Ask, env: Mapping[str, str] | None) -> Loaded:
    try:
        recipe = Recipe.model_validate(draft.data)
    except ValidationError as error:
        raise draft.refuse(problems(error, Recipe)) from None
    recipe = recipe.narrowed(draft.only)
    secrets = dict(draft.secrets)
    for prompt in prompts([recipe.connection, *recipe.sinks]):
        if prompt not in secrets:
            secrets[prompt] = ask(prompt)
    config = _connection(recipe, draft, secrets, env)
    password = None if draft.away else (os.environ if env is None else env).get(PASSWORD_VARIABLE)
    if password:
        from scheduler.recipes.secrets.password import lacking, with_prompt  # few environments hold one

        if lacking(config):
            recipe, secrets["password"] = with_prompt(recipe), password
            config = _connection(recipe, draft, secrets, env)
    sinks = _sinks(recipe, draft, secrets, env)
    stash = Stash()
    recipe = _anchored(stash.recipe(_with_files(recipe), config, sinks), config)
    return Loaded(recipe, config, secrets | stash.secrets, draft.notices + stash.notices)


def _anchored(recipe: Recipe, config: ConnectionConfig) -> Recipe:
    """The recipe with whole paths, so that its run can be resumed from any folder."""
    sinks = recipe.sinks
    if sinks:
        from workers.sinks import registry as sink_registry

        sinks = tuple(_whole(sink, sink_registry.load(sink["type"]).config_class()) for sink in sinks)
    connection = _whole(recipe.connection, type(config))
    return recipe.model_copy(update={"connection": connection, "extract": _with_paths(recipe.extract), "sinks": sinks})


def _with_files(recipe: Recipe) -> Recipe:
    """The recipe with what files of its own say of lineage."""
    if getattr(recipe.extract.lineage, "file", None) is None:
        return recipe
    from scheduler.recipes.declared_file import with_declared  # with YAML, which a URL does not need

    return recipe.model_copy(update={"extract": with_declared(recipe.extract)})


def _with_paths(extract: Extract) -> Extract:
    """Parts that read files know how to name them wholly."""
    parts = {part: getattr(extract, part) for part in ("lineage", "usage")}
    return extract.model_copy(
        update={part: each.anchored() for part, each in parts.items() if hasattr(each, "anchored")}
    )


def _whole(written: dict[str, Any], model: type[BaseModel]) -> dict[str, Any]:
    """References stay as they are written."""
    files = [name for name, field in model.model_fields.items() if any(each is LOCAL_FILE for each in field.metadata)]
    paths = {name: written[name] for name in files if isinstance(written.get(name), str) and "${" not in written[name]}
    return written | {name: str(FilePath(path).expanduser().absolute()) for name, path in paths.items()}


def read(path: FilePath) -> marks.Marked:
    """Read a YAML file. Raises ``UsageError`` when it cannot be read."""
    from scheduler.recipes import marks  # with YAML, which a URL does not need

    try:
        if path.is_dir():
            raise UsageError("is a folder, not a recipe file", str(path), reason="recipe")
        with path.open("rb") as stream:
            content = stream.read(marks.RECIPE_BYTES + 1)
        return marks.load(content.decode("utf-8-sig"), str(path))
    except FileNotFoundError:
        remedy = "write one with: headrace init TYPE, or give a URL such as postgresql://user@host/db"
        raise UsageError("no such recipe file", str(path), remedy, reason="recipe") from None
    except OSError as error:
        raise UsageError(f"cannot read the recipe: {error.strerror}", str(path), reason="recipe") from None
    except UnicodeDecodeError:
        raise UsageError("the recipe is not UTF-8 text", str(path), reason="recipe") from None


def _from_file(path: FilePath, name: str | None) -> Draft:
    database = database_files.recognised(path)
    if database:
        return Draft(database_files.recipe(path, database, name))
    document = read(path)
    if not isinstance(document.data, dict):
        raise UsageError(
            f"{document.where}:1:1: a recipe is a mapping with the keys service, connection, ...", reason="recipe"
        )
    draft = Draft(document.data, document) if "service" in document.data else _from_others(document, name)
    if name and isinstance(draft.data.get("service"), dict):
        draft.data["service"]["name"] = name
    return draft


def _from_others(document: marks.Marked, name: str | None) -> Draft:
    """A draft from a recipe of DataHub or a workflow of OpenMetadata; neither has a key ``service``."""
    from scheduler.recipes.foreign import datahub, openmetadata

    if datahub.recognises(document.data):
        translated = datahub.translate(document.data, document.place, name)
    elif openmetadata.recognises(document.data):
        translated = openmetadata.translate(document.data, document.place)
    else:
        return Draft(document.data, document)
    return Draft(translated.data, document, translated.origins, translated.secrets, translated.notices)


def _from_url(url: str, name: str | None) -> Draft:
    from scheduler.recipes.urls import shorthand

    found = shorthand.translate(url, name)
    return Draft(found.data, secrets=found.secrets, notices=found.notices)


def _connection(
    recipe: Recipe, draft: Draft, secrets: Mapping[str, str], env: Mapping[str, str] | None
) -> ConnectionConfig:
    """The connector's own settings, references resolved and checked."""
    spec = registry.load(recipe.service.type)
    if spec.driver and not draft.away and find_spec(spec.driver) is None:
        package = f"'headrace[{spec.extra}]'" if spec.extra else spec.driver
        what = f"connector {spec.name!r} needs the driver {spec.driver!r}"
        raise UsageError(what, remedy=f"install it with: pip install {package}", reason="driver")
    config = _settings(spec.config_class(), recipe.connection, ("connection",), draft, secrets, env)
    better = _better(spec.name, getattr(config, "url", ""))
    if better:
        draft.notices.append(f"connection.url: the connector {better!r} reads more of this server: type: {better}")
    return config


def _better(name: str, url: Any) -> str:
    """The connector made for the server of an SQLAlchemy URL, if there is one."""
    try:
        found = registry.by_url(url).name if name == "sqlalchemy" and isinstance(url, str) else name
    except UsageError:
        return ""
    return found if found != name else ""


def _sinks(
    recipe: Recipe, draft: Draft, secrets: Mapping[str, str], env: Mapping[str, str] | None
) -> list[BaseModel]:  # fmt: skip
    """The settings of every sink, checked."""
    if not recipe.sinks:
        return []
    from workers.sinks import registry as sink_registry

    found: list[BaseModel] = []
    for at, sink in enumerate(recipe.sinks):
        path: Path = ("sinks", at)
        name = sink["type"]
        if ":" not in name and name not in sink_registry.known():
            message = f"unknown sink {name!r}; {nearest(name, sink_registry.known())}"
            raise draft.refuse([Problem((*path, "type"), message)])
        found.append(_settings(sink_registry.load(name).config_class(), sink, path, draft, secrets, env))
    return found


def _settings(
    model: type[M],
    written: Any,
    path: Path,
    draft: Draft,
    secrets: Mapping[str, str],
    env: Mapping[str, str] | None,
) -> M:
    if draft.away:
        from scheduler.recipes.secrets.remote_references import stand_in

        written = stand_in(written, os.environ if env is None else env)
    try:
        settings = resolve(written, secrets, path, env=env)
    except UsageError as error:
        if draft.document is None:
            raise
        raise UsageError(error.what, error.where or draft.document.where, error.remedy, reason=error.reason) from None
    try:
        return model.model_validate(settings)
    except ValidationError as error:
        raise draft.refuse(problems(error, model, path)) from None
