"""Errors -> words on stderr: text for people, one JSON object a line under `-o json`."""

from __future__ import annotations

import dataclasses
import itertools
import json
import re
import traceback
from collections.abc import Mapping, Sequence
from typing import Any

import click

from smtune import __version__
from smtune.errors import Problem, ServiceError, SmtuneError, SpecError

_ANY = re.compile(r"(?:^|\0)(?:-o|--output)")
_JSON = re.compile(r"(?:^|\0)(?:-o\0?|--output[=\0])json(?:\0|$)")


def wants_json(arguments: Sequence[str], environment: Mapping[str, str] | None = None) -> bool:
    """Whether a command line, or the variable of its command, asks for `-o json`.

    Holds even where the rest of it cannot be parsed.
    """
    if _ANY.search("\0".join(arguments)):
        return _JSON.search("\0".join(arguments)) is not None
    names = [word.upper().replace("-", "_") for word in itertools.takewhile(_is_word, arguments)]
    variables = ("_".join(["SMTUNE", *names[:count], "OUTPUT"]) for count in (1, 2))  # a command, or one of a group
    said = environment or {}
    return any(said.get(variable) == "json" for variable in variables)


def _is_word(argument: str) -> bool:
    return not argument.startswith("-")


def explain(error: SmtuneError, *, as_json: bool) -> None:
    """Something wrong with what smtune was given or was told."""
    from smtune.secrecy import hide

    message = hide(str(error), ())
    if isinstance(error, SpecError):
        error = _discreet(error)
        message = str(error)
    if not as_json:
        click.echo(message if isinstance(error, SpecError) else f"error: {message}", err=True)
        return
    details: dict[str, Any] = {
        "error": type(error).__name__,
        "message": message,
        "exit_code": error.exit_code,
    }
    if isinstance(error, ServiceError):
        details["code"] = error.code
    if isinstance(error, SpecError):
        details["problems"] = [as_dict(problem, error.source) for problem in error.problems]
    _print_json(details)


def _discreet(error: SpecError) -> SpecError:
    """`error` without anything in it that has a credential's form."""
    from smtune.secrecy import hide

    problems = [
        dataclasses.replace(item, path=hide(item.path, ()), message=hide(item.message, ()), fix=hide(item.fix, ()))
        for item in error.problems
    ]
    return SpecError(tuple(problems), source=error.source)


def explain_usage(error: click.ClickException, *, as_json: bool) -> None:
    """A command line that cannot be used."""
    context = error.ctx if isinstance(error, click.UsageError) else None
    message = error.format_message() + _variable(error)
    if as_json:
        _print_json({"error": "UsageError", "message": message, "exit_code": error.exit_code})
    elif context is None or isinstance(error, click.exceptions.NoArgsIsHelpError):
        error.show()
    else:
        sentence = f"{message[:1].lower()}{message[1:]}".rstrip(".")
        click.echo(f"error: {sentence}\n\n{context.get_usage()}\nHelp:  {context.command_path} --help", err=True)


def _variable(error: click.ClickException) -> str:
    """The variable that says what cannot be used, where it was one and no option."""
    if not isinstance(error, click.BadParameter) or error.ctx is None or error.param is None:
        return ""
    context, name = error.ctx, error.param.name or ""
    if context.get_parameter_source(name) is not click.core.ParameterSource.ENVIRONMENT:
        return ""
    return f" (the variable {context.auto_envvar_prefix}_{name.upper()} says it)"


def explain_bug(error: Exception, *, as_json: bool) -> None:
    """A bug must not look like a mistake of the user's."""
    sentence = f"This is a bug in smtune {__version__}, not a mistake of yours: please report the above."
    text = "".join(traceback.format_exception(error))
    if as_json:
        bug = {"error": "bug", "message": f"{type(error).__name__}: {error}", "exit_code": 255, "traceback": text}
        _print_json(bug)
    else:
        click.echo(f"{text}\n{sentence}", err=True)


def as_dict(problem: Problem, file: str) -> dict[str, Any]:
    """A problem as JSON; `file` is where it is, unless an overlay or a `--set` says the key."""
    names = ("line", "column", "path", "message", "fix", "rule", "severity")
    return {"file": problem.source or file} | {name: getattr(problem, name) for name in names}


def _print_json(details: Mapping[str, Any]) -> None:
    click.echo(json.dumps(details), err=True)
