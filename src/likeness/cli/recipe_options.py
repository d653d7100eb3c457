"""Options of a command that are the fields of a recipe, taken from the model itself: declared once, described once.

The model is imported when the command is asked for help or run, since it brings pydantic, and `likeness --help` is to
stay quick.
"""

from __future__ import annotations

import inspect
from collections.abc import Mapping
from importlib import import_module
from typing import TYPE_CHECKING, Annotated, Any, Literal, get_args, get_origin

import typer
from typer.core import TyperCommand

if TYPE_CHECKING:
    from pydantic import BaseModel
    from pydantic.fields import FieldInfo

_PLAIN = (bool, int, float)


def recipe_command(recipe: str, *, leave_out: tuple[str, ...] = ("preset",)) -> type[TyperCommand]:
    """A command class whose commands have the fields of ``recipe`` ("module:Class") as options besides their own.

    What was given of them is in ``context.obj``: a mapping from fields to values. One left out stays the preset's.
    """

    class RecipeCommand(TyperCommand):
        _made: list[Any] | None = None

        def get_params(self, ctx: Any) -> list[Any]:
            *own, help_option = super().get_params(ctx)
            return [*own, *self._derived(), help_option]

        def invoke(self, ctx: Any) -> Any:
            typed = {option.name: ctx.params.pop(option.name, None) for option in self._derived()}
            kinds = {name: field.annotation for name, field in _model(recipe).model_fields.items()}
            ctx.obj = {name: _value(kinds[name], value) for name, value in typed.items() if value is not None}
            return super().invoke(ctx)

        def _derived(self) -> list[Any]:
            if self._made is None:
                self._made = _options(recipe, leave_out)
            return self._made

    return RecipeCommand


def given(context: typer.Context) -> Mapping[str, Any]:
    """The fields of the recipe that the command line names."""
    return dict(context.obj or {})


def _model(recipe: str) -> type[BaseModel]:
    module, _, name = recipe.partition(":")
    found: type[BaseModel] = getattr(import_module(module), name)
    return found


def _options(recipe: str, leave_out: tuple[str, ...]) -> list[Any]:
    """The options, made by typer itself from a function with such arguments."""
    fields = {name: field for name, field in _model(recipe).model_fields.items() if name not in leave_out}
    parameters = [
        inspect.Parameter(name, inspect.Parameter.KEYWORD_ONLY, default=None, annotation=_annotation(name, field))
        for name, field in fields.items()
    ]

    def stand_in() -> None:
        return None

    stand_in.__signature__ = inspect.Signature(parameters)  # type: ignore[attr-defined]
    stand_in.__annotations__ = {parameter.name: parameter.annotation for parameter in parameters}
    made = typer.Typer(add_completion=False)
    made.command()(stand_in)
    derived: list[Any] = typer.main.get_command(made).params
    return derived


def _annotation(name: str, field: FieldInfo) -> Any:
    flag = "--" + name.replace("_", "-")
    kind = field.annotation if field.annotation in _PLAIN else str
    names = (f"{flag}/--no-{flag[2:]}",) if kind is bool else (flag,)
    return Annotated[kind | None, typer.Option(*names, metavar=_metavar(field), help=_help(field))]


def _metavar(field: FieldInfo) -> str | None:
    """What stands for the value in the help: the choices where there are such."""
    kind: Any = field.annotation
    several = get_origin(kind) is tuple
    kind = get_args(kind)[0] if several else kind
    if get_origin(kind) is Literal:
        return ",".join(map(str, get_args(kind))) if several else "|".join(map(str, get_args(kind)))
    return "TEXT" if kind is str else None


def _help(field: FieldInfo) -> str:
    """The field's description, with its range."""
    low = next((f"≥ {m.ge:g}" if hasattr(m, "ge") else f"> {m.gt:g}" for m in field.metadata if _low(m)), "")
    high = next((f"≤ {m.le:g}" if hasattr(m, "le") else f"< {m.lt:g}" for m in field.metadata if _high(m)), "")
    bounds = ", ".join(filter(None, (low, high)))
    return f"{field.description}{f' [{bounds}]' if bounds else ''}"


def _low(limit: Any) -> bool:
    return hasattr(limit, "ge") or hasattr(limit, "gt")


def _high(limit: Any) -> bool:
    return hasattr(limit, "le") or hasattr(limit, "lt")


def _value(kind: Any, given: Any) -> Any:
    """What was typed as the recipe takes it: several values with commas between them, numbers as such."""
    if get_origin(kind) is tuple:
        return [part.strip() for part in given.split(",") if part.strip()]
    whole = get_origin(kind) is Literal and all(isinstance(choice, int) for choice in get_args(kind))
    return int(given) if whole and given.isdigit() else given
