"""Every option of every command, and every exit code that a command promises, is in a test: read from the tests."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from functools import cache
from pathlib import Path

import click
import pytest
from command_lines import CommandLine, command_lines

from smtune.cli.group import EXIT_CODES, cli

TESTS = Path(__file__).parents[1]
_PROMISE = re.compile(r"[^.]*\bexit(?:s)?(?: code)? (?:with |is )?\d[^.]*", re.IGNORECASE)


def commands(group: click.Group = cli, path: tuple[str, ...] = ()) -> Iterator[tuple[tuple[str, ...], click.Command]]:
    """Every command by the words that name it, `()` is `smtune` itself."""
    yield path, group
    for name in group.list_commands(click.Context(group)):
        command = group.get_command(click.Context(group), name)
        assert command is not None
        if isinstance(command, click.Group):
            yield from commands(command, (*path, name))
        else:
            yield (*path, name), command


COMMANDS = dict(commands())


def ways(command: click.Command) -> Iterator[tuple[click.Option, str]]:
    """Each option with each way it can be said: a switch also off, and every choice but the one that holds anyway."""
    for option in command.params:
        if isinstance(option, click.Option):
            yield option, ""
            yield from ((option, off) for off in option.secondary_opts)
            if isinstance(option.type, click.Choice):
                yield from ((option, choice) for choice in option.type.choices if choice != option.default)


def says(words: Sequence[str | None], option: click.Option, way: str) -> bool:
    """Whether a command line says the option, and this way: `-o json`, `-ojson`, `--output=json`."""
    names = [way] if way in option.secondary_opts else option.opts
    for word, after in zip(words, [*words[1:], None], strict=False):
        for name in names:
            if word is None or not word.startswith(name):
                continue
            attached = word.removeprefix(name)
            if attached and name.startswith("--") and not attached.startswith("="):
                continue
            value = attached.removeprefix("=") or after or ""
            if way in ("", name) or value.lower() == way.lower():
                return True
    return False


@cache
def lines() -> list[CommandLine]:
    return command_lines(TESTS)


def lines_of(path: tuple[str, ...]) -> list[CommandLine]:
    """Those of one command; those of `smtune` itself begin with an option."""
    named = [line for line in lines() if line.words[: len(path)] == path]
    return named if path else [line for line in named if (line.words or ("",))[0] in {"--version", "--help", ""}]


@pytest.mark.parametrize("path", COMMANDS, ids=" ".join)
def test_every_option_is_in_a_test(path: tuple[str, ...]) -> None:
    own = lines_of(path)
    missing = [
        f"{option.opts[-1]} {way}".strip()
        for option, way in ways(COMMANDS[path])
        if not any(says(line.words[len(path) :], option, way) for line in own)
    ]
    assert missing == [], f"no test runs smtune {' '.join(path)} with these"


@pytest.mark.parametrize("path", COMMANDS, ids=" ".join)
def test_every_exit_code_that_a_help_promises_is_in_a_test(path: tuple[str, ...]) -> None:
    held = {code for line in lines_of(path) for code in line.codes}
    assert {0, *promised(COMMANDS[path])} - held == set()


def promised(command: click.Command) -> set[int]:
    """The exit codes that its own help speaks of."""
    helps = [command.help or "", *(item.help or "" for item in command.params if isinstance(item, click.Option))]
    sentences = [found[0] for text in helps for found in _PROMISE.finditer(" ".join(text.split()))]
    return {int(number) for sentence in sentences for number in re.findall(r"\b\d+\b", sentence)} & EXIT_CODES.keys()


@pytest.mark.parametrize("code", EXIT_CODES)
def test_every_exit_code_comes_from_a_command_in_a_test(code: int) -> None:
    assert any(code in line.codes for line in lines() if line.words)


TRAPS = '''
"""smtune list --local: the docs say so."""
from cli_jobs import inside
from smtune.cli import main

SOME = ("--since", "2d")

@pytest.fixture
def listed():
    return inside("list", "--aws")

def seen(*words, code=0):
    done = inside("list", *words)
    assert done.returncode == code
    return done.stdout

def test_what_counts(listed):
    assert seen("--max=3") == seen(*SOME, code=2)
    for status in ("Failed", "Stopped"):
        assert main(["list", f"--status={status}"]) == 0

@pytest.mark.parametrize(("name", "code"), [("stop", 4), ("wait", 3)])
def test_rows_stay_together(name, code):
    assert inside(name, "job").returncode == code

def test_nothing_is_asserted():
    inside("list", "--name-contains", "x")

def test_a_word_is_no_run():
    assert ["list", "--region"]

def test_another_command_stands_in(raises):
    assert main(["list", "--profile", "p"]) == 255
'''


def test_only_what_a_test_runs_and_asserts_counts(tmp_path: Path) -> None:
    (tmp_path / "test_traps.py").write_text(TRAPS, encoding="utf-8")
    found = [(line.words, line.codes) for line in command_lines(tmp_path)]
    assert found == [
        (("list", "--max=3"), {0}),
        (("list", "--since", "2d"), {2}),
        (("list", "--status=Failed"), {0}),
        (("list", "--status=Stopped"), {0}),
        (("stop", "job"), {4}),
        (("wait", "job"), {3}),
    ]
