"""From words on the command line to a call: flags come from the settings models, never from here."""

from abc import ABC, abstractmethod
from collections.abc import Sequence
from dataclasses import dataclass
from inspect import cleandoc
from typing import ClassVar, get_type_hints

import tyro
from pydantic import ValidationError
from tyro.constructors import ConstructorRegistry, StructConstructorSpec, StructFieldSpec, StructTypeInfo

from napari_rpdl.settings import Settings


@dataclass(frozen=True, kw_only=True)
class Command(ABC):
    """One verb: its fields are the arguments, its docstring is the manual page."""

    json: bool = False
    """Print the result as JSON on standard output; progress stays on standard error."""

    starts_vary: ClassVar[bool] = False
    """Whether words may change what yes-no flags start from, so that each must be sayable both ways."""

    @abstractmethod
    def execute(self) -> None:
        """Do the work and print the result."""

    @classmethod
    def for_words(cls, words: Sequence[str]) -> type["Command"]:
        """Return the class to parse ``words`` with; a command may let one flag set the defaults of others."""
        return cls

    def how_to_go_on(self) -> str:
        """Return what to tell a person who stopped the work with Ctrl-C."""
        return "Run the same command to start again."


class UsageError(Exception):
    """The words on the command line make no command; the exit status is 2."""


def parse(kind: type[Command], prog: str, words: Sequence[str]) -> Command:
    """Return the command that ``words`` spell.

    Args:
        kind: which verb.
        prog: what to call it in its help, e.g. "napari-rpdl import drilled".
        words: what follows on the command line.

    Raises:
        SystemExit: help was asked for (0), or the words do not fit (2).
        UsageError: a setting is out of its range.
    """
    if {"-h", "--help"} & set(words):
        # tyro would join the lines of the manual page to one.
        print(cleandoc(kind.__doc__ or ""), end="\n\n")
    return tyro.cli(
        kind.for_words(words),
        prog=prog,
        description="",
        args=list(words),
        registry=_registry(),
        config=(
            tyro.conf.OmitArgPrefixes,
            tyro.conf.PositionalMetavarFromFieldName,
            tyro.conf.HelptextFromCommentsOff,
            *(() if kind.starts_vary else (tyro.conf.FlagCreatePairsOff,)),
        ),
    )


def summary(kind: type[Command]) -> str:
    """Return the first line of a command's manual page."""
    return (kind.__doc__ or "").partition("\n")[0]


def checked(model: type[Settings], **values: object) -> Settings:
    """Return settings with these values; a UsageError names the flag whose value is out of range."""
    try:
        return model.model_validate(values)
    except ValidationError as error:
        first = error.errors()[0]
        flag = str(first["loc"][0]).replace("_", "-") if first["loc"] else model.__name__
        msg = f"--{flag}: {first['msg']}, got {first['input']!r}."
        raise UsageError(msg) from error


def word_after(flag: str, words: Sequence[str]) -> str:
    """Return the value of a flag, the last one as the parser takes it; "" where it is not given or lacks one.

    As to the parser, an underscore is as good as a hyphen.
    """
    value = ""
    for word, following in zip(words, [*words[1:], ""], strict=True):
        said, equals, given = word.partition("=")
        if said.replace("_", "-") == flag:
            value = given if equals else following
    return value


def _registry() -> ConstructorRegistry:
    registry = ConstructorRegistry()
    registry.struct_rule(_settings_rule)
    return registry


def _settings_rule(info: StructTypeInfo) -> StructConstructorSpec | None:
    """Make a flag of every field of a settings model, with one line for what is out of range.

    tyro reads pydantic models itself, but shows pydantic's own report (five lines and a
    web address) for a wrong value.
    """
    model = info.type
    if not (isinstance(model, type) and issubclass(model, Settings)):
        return None
    start = info.default if isinstance(info.default, model) else model()
    hints = get_type_hints(model)
    fields = tuple(
        StructFieldSpec(name, hints[name], default=getattr(start, name), helptext=field.description)
        for name, field in model.model_fields.items()
    )

    def make(**values: object) -> Settings:
        return checked(model, **values)

    # The help shows the docstring of what makes the settings.
    make.__doc__ = model.__doc__
    return StructConstructorSpec(instantiate=make, fields=fields)
