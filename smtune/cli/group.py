"""The command group: it knows every command by name and imports only the one that is called."""

from __future__ import annotations

from importlib import import_module
from keyword import iskeyword

import click

from smtune import __version__

COMMANDS = {
    "init": "Start from a template: a spec with its data.",
    "validate": "Check specs; no account, no network.",
    "render": "Print the request that AWS would get.",
    "plan": "Say what a launch would do, take and cost; nothing is sent.",
    "doctor": "Check what a launch needs, on AWS or on this machine.",
    "config": "Print the settings of this machine, and who says them.",
    "schema": "Print the JSON Schema of a spec, for editors.",
    "metrics": "Test a spec's metric regexes on a log, or find them in one.",
    "data": "Split, check, compare and upload data; would more of it help?",
    "launch": "Start a tuning job, exactly once.",
    "run": "Tune, evaluate and diagnose, from the spec to the report.",
    "loop": "Tune, diagnose, apply the remedy, and tune again.",
    "wait": "Wait for a tuning job's end, and require what should hold.",
    "watch": "Watch a tuning job to its end.",
    "list": "List tuning jobs.",
    "describe": "Show one tuning job.",
    "logs": "What training jobs printed.",
    "why": "Why training jobs failed, and the fix.",
    "stop": "Stop a tuning job.",
    "delete": "Delete a tuning job's record.",
    "results": "All training jobs of a tuning job, as a table.",
    "best": "The best training job, with all its metrics.",
    "report": "Write all of a tuning job into one file to look at.",
    "verify-best": "Train the best configurations again: skill or luck?",
    "compare": "Put tuning jobs side by side.",
    "cost": "What a tuning job has cost, beside its estimate.",
    "archive": "Put all of a tuning job into one folder.",
    "import": "Make an archived tuning job known here.",
    "clone": "Turn any job or request into a spec.",
    "suggest": "Write what to do next, as the next spec.",
    "refine": "Write the next round: ranges where the best are.",
    "extend": "Write a job that learns from this one.",
    "serve": "This machine as AWS, for the AWS CLI and any SDK.",
    "local": "What the local engine keeps here, and what may go.",
    "diagnose": "Say whether bias, variance or data mismatch is the problem.",
}
EXIT_CODES = {
    0: "done",
    1: "the tuning job failed, or what was asked for does not hold",
    2: "a wrong argument or option",
    3: "the tuning job was stopped",
    4: "the time to wait was up; a tuning job goes on",
    130: "interrupted (Ctrl-C); a tuning job goes on",
    141: "the reader of stdout went away, as `head` does",
    143: "ended by SIGTERM; a tuning job goes on",
    252: "invalid spec, request or data",
    253: "credentials, region, setting or a missing package",
    254: "the service refused, as for an unknown job",
    255: "anything else",
}
END_CODES = {"Completed": 0, "Failed": 1, "Stopped": 3}
"""Of a command that ends with a tuning job, by the status in which it ended."""


class LazyGroup(click.Group):
    """Knows every command by name and imports only the one that is called."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        if cmd_name not in COMMANDS:
            return None
        # A command named like a word of Python has an underscore after its module's name: `import_`.
        module = f"{cmd_name}_" if iskeyword(cmd_name) else cmd_name.replace("-", "_")
        command: click.Command = import_module(f"smtune.cli.{module}").command
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
            hint = f"did you mean {near[0]}?" if near else f"the commands are: {', '.join(COMMANDS)}"
            raise click.UsageError(f"no such command {name!r}; {hint}", ctx)
        return super().resolve_command(ctx, args)


@click.group(cls=LazyGroup, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(__version__, prog_name="smtune", message="%(prog)s %(version)s", allow_from_autoenv=False)
def cli() -> None:
    """Tune models on Amazon SageMaker, or on this machine, from one YAML file.

    \b
    Start here: smtune init; smtune run quickstart/spec.yaml --local
    """
