"""Writes docs/cli.md from the commands themselves: `python docs/generate_cli.py`. A test compares the two."""

from __future__ import annotations

import inspect
import textwrap
from collections.abc import Iterator
from pathlib import Path

import click

from smtune.cli.group import COMMANDS, EXIT_CODES, cli

TARGET = Path(__file__).with_name("cli.md")
_HEAD = """\
# The command line

<!-- Generated: python docs/generate_cli.py -->

```
smtune COMMAND [OPTIONS] [ARGUMENTS]
smtune --help          the commands and the exit codes
smtune COMMAND --help  one command
smtune --version
```

**Streams.** stdout carries data and nothing else. Progress, notes and errors go to stderr. Colour and the live table
appear only on a terminal, and not under `CI` or `TERM=dumb`; `NO_COLOR` keeps the table and drops the colour.

**Errors.** With `-o json` an error is one JSON object, the last line on stderr: `error` (its class), `message`,
`exit_code`, for a refusal of the service its `code`, and for a spec its `problems` (`file`, `line`, `column`, `path`,
`message`, `fix`, `rule`, `severity`).

**JOB** is a tuning job's name, as `smtune run` prints it. A job that ran on this machine is found here first, any other
is looked up on AWS; `--local` and `--aws` decide where that is not wanted. AWS means boto3's usual credentials and
region (`AWS_PROFILE`, `AWS_REGION`, `~/.aws`).

**State of this machine** is in `.smtune` of the current folder, or in the folder that `SMTUNE_HOME` names: see
[the local engine](local.md#where-state-lives), which also has the other variables.
"""


def generate() -> str:
    """The text of cli.md."""
    blocks = [_HEAD, "## Exit codes\n", "| code | meaning |\n|---:|---|"]
    blocks += [f"| {code} | {meaning} |" for code, meaning in EXIT_CODES.items()]
    blocks.append("\n## Commands\n\n| command | does |\n|---|---|")
    blocks += [f"| [`{name}`](#smtune-{name}) | {summary} |" for name, summary in COMMANDS.items()]
    for name in COMMANDS:
        blocks.append("\n" + "\n\n".join(_command(name)))
    return "\n".join(blocks) + "\n"


def _command(name: str) -> Iterator[str]:
    root = click.Context(cli, info_name="smtune", **cli.context_settings)
    command = cli.get_command(root, name)
    assert command is not None  # noqa: S101  it is one of COMMANDS
    context = click.Context(command, info_name=name, parent=root)
    yield f"## smtune {name}"
    yield from _describe(command, context)
    if isinstance(command, click.Group):
        for inner, each in command.commands.items():
            yield f"### smtune {name} {inner}"
            yield from _describe(each, click.Context(each, info_name=inner, parent=context))


def _describe(command: click.Command, context: click.Context) -> Iterator[str]:
    yield f"```\n{context.command_path} {' '.join(command.collect_usage_pieces(context))}\n```"
    for paragraph in inspect.cleandoc(command.help or "").split("\n\n"):
        if paragraph.startswith("\b"):
            examples = "\n".join(f"$ {line}" for line in paragraph.splitlines()[1:])
            yield f"```console\n{examples}\n```"
        else:
            yield textwrap.fill(" ".join(paragraph.split()), 120, break_long_words=False, break_on_hyphens=False)
    options = [parameter for parameter in command.params if isinstance(parameter, click.Option)]
    if options:
        rows = [f"| {_names(option)} | {_meaning(option)} |" for option in options]
        yield "\n".join(["| option | meaning |", "|---|---|", *rows])


def _names(option: click.Option) -> str:
    value = "" if option.is_flag else f" {_value(option)}"
    return ", ".join(f"`{name}{value}`" for name in option.opts)


def _value(option: click.Option) -> str:
    if isinstance(option.type, click.Choice):
        return "{" + ",".join(option.type.choices) + "}"
    return option.metavar or ("NUMBER" if isinstance(option.type, click.IntRange) else "TEXT")


def _meaning(option: click.Option) -> str:
    facts = [option.help or ""]
    if option.required:
        facts.append("Required.")
    if option.show_default:
        facts.append(f"Default: `{option.default}`.")
    return " ".join(facts)


if __name__ == "__main__":
    TARGET.write_text(generate(), encoding="utf-8")
