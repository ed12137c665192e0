"""Where a launch goes, as options say it: account side and reach, for `plan` and `launch`."""

from __future__ import annotations

import functools
from collections.abc import Callable
from typing import Any

import click

from smtune.cli.options import REACH, reach_options

_PLACE = ("role", "bucket", "prefix", "account")


def place_options(command: Callable[..., Any]) -> Callable[..., Any]:
    """`--profile --region --endpoint-url --role --bucket --prefix`, passed on as `reach` and `place`: by setting."""

    @functools.wraps(command)
    def run(**options: Any) -> Any:
        reach = {name: options.pop(name) for name in REACH}
        place = {name: options.pop(name) for name in _PLACE if name in options}
        return command(reach=reach, place=place, **options)

    run = click.option("--prefix", metavar="KEY", help="What the keys of data, code and models begin with.")(run)
    run = click.option("--bucket", metavar="NAME", help="Where data and models go; else the account's default.")(run)
    run = click.option("--role", metavar="ARN", help="The role of the training jobs, instead of the spec's.")(run)
    return reach_options(run)
