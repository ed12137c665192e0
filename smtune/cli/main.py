"""The command group and the one place where errors become messages and exit codes."""

from __future__ import annotations

import json
import os
import sys
import traceback
from collections.abc import Sequence
from importlib import import_module

import click

from smtune import __version__
from smtune.errors import SmtuneError, SpecError

COMMANDS = {
    "init": "Start from a template: a spec with its data.",
    "validate": "Check specs; no account, no network.",
    "render": "Print the request that AWS would get.",
    "run": "Tune, evaluate and diagnose, from the spec to the report.",
    "list": "List tuning jobs.",
    "describe": "Show one tuning job.",
    "results": "All training jobs of a tuning job, as a table.",
    "best": "The best training job, with all its metrics.",
    "logs": "What a training job printed.",
    "stop": "Stop a tuning job.",
    "diagnose": "Say whether bias, variance or data mismatch is the problem.",
}
EXIT_CODES = {
    0: "done",
    1: "the tuning job failed",
    2: "a wrong argument or option",
    3: "the tuning job was stopped",
    130: "interrupted (Ctrl-C); a tuning job goes on",
    252: "invalid spec, request or data",
    253: "credentials, region or a missing package",
    254: "the service refused",
    255: "anything else",
}


class LazyGroup(click.Group):
    """Knows every command by name and imports only the one that is called."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        if cmd_name not in COMMANDS:
            return None
        command: click.Command = import_module(f"smtune.cli.{cmd_name}").command
        return command

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        with formatter.section("Commands"):
            formatter.write_dl(list(COMMANDS.items()))
        with formatter.section("Exit codes"):
            formatter.write_dl([(str(code), meaning) for code, meaning in EXIT_CODES.items()])

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        name = args[0] if args else ""
        if name and not name.startswith("-") and name not in COMMANDS:
            import difflib

            near = difflib.get_close_matches(name, COMMANDS, n=1)
            hint = f" Did you mean {near[0]}?" if near else f" The commands are: {', '.join(COMMANDS)}."
            raise click.UsageError(f"No such command {name!r}.{hint}", ctx)
        return super().resolve_command(ctx, args)


@click.group(cls=LazyGroup, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(__version__, prog_name="smtune", message="%(prog)s %(version)s")
@click.pass_context
def cli(ctx: click.Context) -> None:
    """Tune models on Amazon SageMaker, or on this machine, from one YAML file."""
    ctx.ensure_object(dict)


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command; returns the exit code."""
    try:
        code = _run(list(sys.argv[1:] if arguments is None else arguments))
        sys.stdout.flush()
    except BrokenPipeError:
        # The reader went away, as in `smtune results JOB | head`: nothing is wrong.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        code = 141
    if arguments is None:
        sys.exit(code)
    return code


def _run(arguments: list[str]) -> int:
    root: click.Context | None = None
    try:
        root = cli.make_context("smtune", arguments)
        with root:
            result = cli.invoke(root)
        return result if isinstance(result, int) else 0
    except click.exceptions.Exit as error:
        return error.exit_code
    except click.ClickException as error:
        error.show()
        return error.exit_code
    except (click.Abort, KeyboardInterrupt):
        return 130
    except SmtuneError as error:
        _explain(error, as_json=root is not None and (root.obj or {}).get("output") == "json")
        return error.exit_code
    except BrokenPipeError:
        raise
    except Exception:  # noqa: BLE001  the boundary: a bug must look like one
        traceback.print_exc()
        click.echo(
            f"\nThis is a bug in smtune {__version__}, not a mistake of yours: please report the above.",
            err=True,
        )
        return 255


def _explain(error: SmtuneError, *, as_json: bool) -> None:
    if not as_json:
        click.echo(f"error: {error}" if not isinstance(error, SpecError) else str(error), err=True)
        return
    details: dict[str, object] = {
        "error": type(error).__name__,
        "message": str(error),
        "exit_code": error.exit_code,
    }
    if isinstance(error, SpecError):
        details["problems"] = [
            {
                "file": error.source,
                "line": item.line,
                "column": item.column,
                "path": item.path,
                "message": item.message,
                "fix": item.fix,
                "rule": item.rule,
            }
            for item in error.problems
        ]
    click.echo(json.dumps(details), err=True)
