"""Options that several commands share."""

from __future__ import annotations

import functools
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, Literal, TypeVar

import click
from click.core import ParameterSource

Command = TypeVar("Command", bound=Callable[..., Any])
Target = Literal["aws", "local"]
_FILE = click.Path(path_type=Path)


def output_option(*choices: str) -> Callable[[Command], Command]:
    """`-o FORMAT`; the first choice is the default. Errors of a command under `-o json` are JSON too."""
    return click.option(
        "-o",
        "--output",
        type=click.Choice(choices),
        default=choices[0],
        show_default=True,
        help="What is printed on stdout.",
    )


def target_option(command: Callable[..., Any]) -> Callable[..., Any]:
    """`--local`, `--aws` and how to reach AWS, passed on as `target`: a `smtune.where.Where`.

    Without any of them a job that ran here is this machine's and any other is AWS's.
    """

    @functools.wraps(command)
    def run(*, local: bool, aws: bool, **others: Any) -> Any:
        given = {name: others.pop(name) for name in REACH}
        target = _target(local=local, aws=aws)
        if target == "local":
            refuse_reach(given)
        from smtune.where import Where  # `--help` has no use for it

        return command(target=Where(target, **given), **others)

    run = click.option("--aws", is_flag=True, help="On AWS, even if a job of this name ran here.")(run)
    run = click.option("--local", is_flag=True, help="On this machine.")(run)
    return reach_options(run)


def _target(*, local: bool, aws: bool) -> Target | None:
    """Which of the two was said; an option on the command line before a variable."""
    sources = {name: click.get_current_context().get_parameter_source(name) for name in ("local", "aws")}
    if local and aws and sources["local"] is sources["aws"]:
        message = "--local is this machine, --aws is AWS: say one of them"
        raise click.UsageError(message, click.get_current_context())
    if local and aws:
        return "local" if sources["local"] is ParameterSource.COMMANDLINE else "aws"
    return "local" if local else "aws" if aws else None


REACH = ("profile", "region", "endpoint_url")


def refuse_reach(given: Mapping[str, Any]) -> None:
    """With --local: AWS is not reached in any way."""
    if any(given.values()):
        message = "--local is this machine: it has no profile, region or endpoint"
        raise click.UsageError(message, click.get_current_context())


def is_given(name: str) -> bool:
    """Whether a parameter with a default was said, as an option or a variable."""
    return click.get_current_context().get_parameter_source(name) is not ParameterSource.DEFAULT


def reach_options(command: Command) -> Command:
    """`--profile`, `--region` and `--endpoint-url`."""
    command = click.option("--endpoint-url", metavar="URL", help="Where AWS's APIs are, if elsewhere.")(command)
    command = click.option("--region", metavar="NAME", help="The AWS region.")(command)
    return click.option("--profile", metavar="NAME", help="The AWS profile.")(command)


def limit_option(command: Command) -> Command:
    """`--limit MB`, passed on as `limit`: how much of the data is looked at."""
    help_ = "Look at so many megabytes of each set, evenly spread; 0 is everything."
    kind = click.IntRange(min=0)
    return click.option("--limit", type=kind, default=32, show_default=True, metavar="MB", help=help_)(command)


def prices_option(command: Command) -> Command:
    """`--prices FILE`, passed on as `price_file`: see `prices_of`."""
    return click.option("--prices", "price_file", type=_FILE, metavar="FILE", help="Prices of your own.")(command)


def prices_of(file: Path | None) -> Any:
    """The prices in a file, or the shipped ones."""
    from smtune.estimate import load_prices  # `--help` has no use for it

    return load_prices() if file is None else load_prices(file)


def spec_argument(command: Callable[..., Any]) -> Callable[..., Any]:
    """`[SPEC] [-f FILE]... [--set KEY=VALUE]...`, passed on as `layers`: a `smtune.spec.source.Layers`."""

    @functools.wraps(command)
    def run(*, layers: Any, **others: Any) -> Any:
        if layers is None:
            raise click.UsageError("give a SPEC, or -f FILE", click.get_current_context())
        return command(layers=layers, **others)

    return optional_spec_argument(run)


def optional_spec_argument(command: Callable[..., Any]) -> Callable[..., Any]:
    """`spec_argument` for a command that can do without: `layers` is None where no file is named."""

    @functools.wraps(command)
    def run(*, spec: Path | None, files: tuple[Path, ...], settings: tuple[str, ...], **others: Any) -> Any:
        return command(layers=_layers((spec, *files) if spec else files, settings), **others)

    return click.argument("spec", required=False, type=_FILE)(_overlay_options(run))


def specs_argument(command: Callable[..., Any]) -> Callable[..., Any]:
    """`[SPEC]... [-f FILE]... [--set KEY=VALUE]...`, passed on as `layers`: one `Layers` for each SPEC.

    Every SPEC gets the same overlays; without a SPEC the first FILE is the base.
    """

    @functools.wraps(command)
    def run(*, specs: tuple[Path, ...], files: tuple[Path, ...], settings: tuple[str, ...], **others: Any) -> Any:
        layers = [_layers(named, settings) for named in [(spec, *files) for spec in specs] or [files]]
        if layers == [None]:
            raise click.UsageError("give a SPEC, or -f FILE", click.get_current_context())
        return command(layers=tuple(layers), **others)

    return click.argument("specs", nargs=-1, metavar="[SPEC]...", type=_FILE)(_overlay_options(run))


def _overlay_options(command: Callable[..., Any]) -> Callable[..., Any]:
    command = click.option(
        "--set",
        "settings",
        multiple=True,
        metavar="KEY=VALUE",
        help="Change one value, as in hyperparameters.eta.max=0.3; may be given again.",
    )(command)
    return click.option(
        "-f",
        "--file",
        "files",
        multiple=True,
        type=_FILE,
        metavar="FILE",
        help="Merge an overlay over the SPEC; may be given again. Without a SPEC the first FILE is the base.",
    )(command)


def _layers(files: tuple[Path, ...], settings: tuple[str, ...]) -> Any:
    if not files:
        if settings:
            raise click.UsageError("--set changes a SPEC: give one", click.get_current_context())
        return None
    from smtune.spec.source import Layers  # `--help` has no use for it

    return Layers(files, settings)
