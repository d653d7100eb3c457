"""The models that the engines know by name: where each comes from, how big it is, under which licence.

``recipes/models.yaml`` is the list. Nothing here downloads; ``likeness models get`` does (``core.downloads``).
"""

from __future__ import annotations

import re
from functools import cache
from importlib import resources
from pathlib import Path

import yaml
from pydantic import BaseModel, ConfigDict, Field

from likeness.core.errors import NotFound
from likeness.core.models import models_folder

REPOSITORY = re.compile(r"[A-Za-z0-9][\w.-]{0,95}/[A-Za-z0-9][\w.-]{0,95}\Z")
LANGUAGE_MODEL_FILES = ("*.safetensors", "*.json", "*.jinja", "*.model", "*.tiktoken", "merges.txt", "vocab.txt")
"""What is taken of a repository that the catalogue does not know: weights that cannot run code, and what reads text."""


class Model(BaseModel):
    """One model: a repository of a model hub at a revision, or an environment of its own."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    name: str = Field(pattern=r"^[A-Za-z0-9][A-Za-z0-9_.-]{0,79}$", description="Its name here, and its folder's.")
    title: str = Field(description="What a person calls it.")
    repository: str = Field("", description="OWNER/NAME on the hub; empty where there are only packages to install.")
    revision: str = Field("main", description="The commit or branch that is taken.")
    files: tuple[str, ...] = Field(("*",), description="Patterns of the files that are needed.")
    about_mb: int = Field(ge=0, description="About how much is downloaded, in megabytes; the exact size is asked for.")
    licence: str = Field(description="Licence of the weights.")
    packages: tuple[str, ...] = Field((), description="What is installed into an environment of its own.")
    notes: str = Field("", description="What one should know before getting it.")

    @property
    def folder(self) -> Path:
        """Where it lies, or would."""
        return models_folder() / self.name

    @property
    def is_here(self) -> bool:
        """Whether it is on this machine, whole: what is being downloaded lies elsewhere until it is."""
        return self.folder.is_dir() and any(self.folder.iterdir())


@cache
def catalogue() -> tuple[Model, ...]:
    """Every model of the list, in its order."""
    text = resources.files("likeness").joinpath("recipes", "models.yaml").read_text(encoding="utf-8")
    return tuple(Model(name=name, **values) for name, values in yaml.safe_load(text).items())


def known(name: str) -> Model:
    """The model called ``name``: one of the catalogue, or OWNER/NAME for any language model of the hub.

    Raises :class:`NotFound`.
    """
    for model in catalogue():
        if name in (model.name, model.repository):
            return model
    if REPOSITORY.match(name):
        return Model(
            name=name.split("/")[1],
            title=name,
            repository=name,
            files=LANGUAGE_MODEL_FILES,
            about_mb=0,
            licence="as its page says",
        )
    raise NotFound(
        f"there is no model called {name!r} in the catalogue", hint="`likeness models list` shows them", param="name"
    )
