"""Times on the command line: `30s`, `10m`, `2h`, `7d`, or a number of seconds."""

from __future__ import annotations

import datetime as dt
from typing import Any

import click


class Duration(click.ParamType[float]):
    """Seconds."""

    name = "duration"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> float:
        if isinstance(value, float):
            return value
        from smtune.errors import UsageError
        from smtune.progress import parse_duration  # `--help` has no use for it

        try:
            return parse_duration(str(value))
        except UsageError as error:
            self.fail(str(error), param, ctx)


class Moment(click.ParamType[dt.datetime]):
    """So long ago, or a time in ISO 8601 (UTC, unless it says its zone)."""

    name = "moment"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> dt.datetime:
        if isinstance(value, dt.datetime):
            return value
        try:
            moment = dt.datetime.fromisoformat(str(value))
        except ValueError:
            ago = Duration().convert(value, param, ctx)
            try:
                return dt.datetime.now(tz=dt.UTC) - dt.timedelta(seconds=ago)
            except OverflowError:
                self.fail(f"{str(value)!r} is before all time", param, ctx)
        return moment if moment.tzinfo else moment.replace(tzinfo=dt.UTC)


DURATION = Duration()
MOMENT = Moment()
