"""Settings: environment (``LIKENESS_…``) over the file ``likeness.toml`` in the home over the defaults here."""

from __future__ import annotations

import tomllib
from functools import lru_cache
from pathlib import Path

from pydantic import Field, ValidationError
from pydantic_settings import (
    BaseSettings,
    PydanticBaseSettingsSource,
    SettingsConfigDict,
    SettingsError,
    TomlConfigSettingsSource,
)

from likeness.core.errors import InputError


def _default_home() -> Path:
    return Path.home() / "Likeness"


class Settings(BaseSettings):
    """Everything that can be set for the machine. Options of a training run are recipes, not settings."""

    model_config = SettingsConfigDict(env_prefix="LIKENESS_", extra="forbid")

    home: Path = Field(default_factory=_default_home, description="Folder that holds every person's data.")
    person: str = Field("", description="Whose data to use when no --person is given.")
    host: str = Field("127.0.0.1", description="Loopback address the gateway binds to.")
    port: int = Field(8765, ge=0, le=65535, description="Port of the gateway; 0 takes a free one.")
    writer: str = Field("builtin.recall", description="Engine that writes.")
    writer_model: str = Field(
        "", description="Model of that engine: a name at Ollama or another server; for mlx and torch a base's folder."
    )
    substance: str = Field("", description="Engine that writes what to say before `writer` says it; none when empty.")
    substance_model: str = Field("", description="Model of that engine.")
    trainer: str = Field("", description="Engine that trains language models: mlx or torch; the one here when empty.")
    models: Path | None = Field(None, description="Folder of models; `models` in the home when left out.")
    speaker: str = Field("builtin.voice", description="Engine that speaks.")
    recogniser: str = Field(
        "", description="Engine that hears what recordings say; the best one that is ready when empty."
    )
    recogniser_model: str = Field("", description="Model of that engine: its name in the catalogue, or a folder.")
    hub_url: str = Field(
        "https://huggingface.co", description="Where `likeness models get` downloads from; nothing else ever does."
    )
    hub_key: str = Field("", repr=False, description="Key of that hub, for models whose licence is accepted there.")
    allow_stale: bool = Field(
        False, description="Whether the gateway uses what was learned from messages that were forgotten since."
    )
    embedder: str = Field("", description="Engine that search by meaning uses; none when empty.")
    embedding_model: str = Field("", description="Model of that engine: its name, or the folder of mlx.embed.")
    ollama_url: str = Field("http://127.0.0.1:11434", description="Where Ollama answers.")
    openai_url: str = Field(
        "http://127.0.0.1:8080/v1", description="Where an OpenAI-compatible server answers (llama-server, vLLM …)."
    )
    openai_key: str = Field("", repr=False, description="Key of that server, where it wants one.")
    engine_hosts: list[str] = Field(
        default_factory=list, description="Host names besides this machine's to which an engine may send text."
    )
    allowed_hosts: list[str] = Field(
        default_factory=list, description="Host names besides loopback under which the gateway answers."
    )
    allowed_origins: list[str] = Field(
        default_factory=list, description="Web origins besides its own that may call the gateway."
    )
    upload_limit_mb: int = Field(64, gt=0, description="Largest upload accepted, in megabytes.")
    memory_limit_mb: int = Field(
        18_000, gt=0, description="Memory that all loaded engines together may take, in megabytes."
    )

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource,
        file_secret_settings: PydanticBaseSettingsSource,
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        import os

        home = Path(os.environ.get("LIKENESS_HOME", "") or _default_home())
        file = TomlConfigSettingsSource(settings_cls, home / "likeness.toml")
        return (init_settings, env_settings, file)


@lru_cache(maxsize=1)
def settings() -> Settings:
    """The settings of this process, read once. Raises :class:`InputError` for one that cannot be."""
    try:
        return Settings()
    except ValidationError as error:
        told = [(".".join(map(str, each["loc"])), each["msg"]) for each in error.errors()]
        problem = "; ".join(f"{name}: {message}" for name, message in told)
        first = told[0][0]
    except (SettingsError, tomllib.TOMLDecodeError) as error:
        problem, first = str(error), ""
    where = f"LIKENESS_{first.upper()} in the environment" if first else "the environment"
    raise InputError(f"the settings cannot be used: {problem}", hint=f"correct {where}, or likeness.toml in the home")
