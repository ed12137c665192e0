"""Runs one command: the one place where errors become messages and exit codes."""

from __future__ import annotations

import errno
import gc
import os
import signal
import sys
from collections.abc import Sequence

import click

from smtune.cli.explain import explain, explain_bug, explain_usage, wants_json
from smtune.cli.group import cli
from smtune.errors import SmtuneError

INTERRUPTED = 130
TERMINATED = 143
PIPE_CLOSED = 141
OTHER = 255
_FULL = (errno.ENOSPC, errno.EDQUOT, errno.EFBIG)
_OBJECTS_BETWEEN_COLLECTIONS = 50_000
VARIABLES = "SMTUNE"
"""Every option of every command can be given as a variable, as SMTUNE_WAIT_TIMEOUT."""


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command; returns the exit code, or ends the process with it when no arguments are given."""
    if arguments is None:
        # A command is mostly imports, and what is imported stays: to look for garbage there costs a sixth of its time.
        gc.set_threshold(_OBJECTS_BETWEEN_COLLECTIONS)
        signal.signal(signal.SIGTERM, _terminate)
    try:
        code = _run(list(sys.argv[1:] if arguments is None else arguments))
        sys.stdout.flush()
    except BrokenPipeError:
        # The reader went away, as in `smtune results JOB | head`: nothing is wrong.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        code = PIPE_CLOSED
    if arguments is None:
        sys.exit(code)
    return code


def _terminate(*_: object) -> None:
    """As Ctrl-C, so that no folder of ours is left in the system's temporary one."""
    sys.exit(TERMINATED)


def _run(arguments: list[str]) -> int:
    as_json = wants_json(arguments, os.environ)
    try:
        with cli.make_context("smtune", arguments, auto_envvar_prefix=VARIABLES) as context:
            result = cli.invoke(context)
        return result if isinstance(result, int) else 0
    except click.exceptions.Exit as error:
        return error.exit_code
    except click.ClickException as error:
        explain_usage(error, as_json=as_json)
        return error.exit_code
    except (click.Abort, KeyboardInterrupt):
        click.echo("interrupted", err=True)
        return INTERRUPTED
    except SmtuneError as error:
        explain(error, as_json=as_json)
        return error.exit_code
    except BrokenPipeError:
        raise
    except OSError as error:
        # Of this machine, not of smtune, where it names a file: no permission, no space, a file where a folder must be.
        _explain_file(error, as_json=as_json)
        return OTHER
    except Exception as error:  # noqa: BLE001  the boundary: a bug must look like one
        explain_bug(error, as_json=as_json)
        return OTHER


def _explain_file(error: OSError, *, as_json: bool) -> None:
    if error.errno in _FULL:  # told without a name where it was the writing that failed
        explain(SmtuneError(f"{error.filename or 'a file'} cannot be written: {error.strerror}"), as_json=as_json)
    elif error.filename is None:
        explain_bug(error, as_json=as_json)
    else:
        explain(SmtuneError(f"{error.filename}: {error.strerror}"), as_json=as_json)
