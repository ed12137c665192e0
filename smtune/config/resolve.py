"""Every setting with where it comes from: option, variable, project, user, SageMaker defaults, AWS's own config."""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from smtune.config.files import Said, defaults_on_s3, read_aws, read_project, read_sagemaker, read_user
from smtune.config.keys import KEYS
from smtune.errors import ConfigurationError
from smtune.where import Where


@dataclass(frozen=True)
class Setting:
    """A value, and who says it."""

    value: Any
    origin: str
    rank: int
    """0: an option, 1: a variable; both stand above the spec, everything else below."""

    @property
    def is_read_by_botocore(self) -> bool:
        """Whether boto3 finds the value by itself: in a variable of AWS's, or in its config file."""
        return self.rank == _AWS or (self.rank == _VARIABLE and self.origin.startswith("AWS_"))

    @property
    def is_above_the_spec(self) -> bool:
        return self.rank <= 1


@dataclass(frozen=True)
class Configuration:
    """All that is said of each setting, the strongest first."""

    said: Mapping[str, tuple[Setting, ...]]
    unread: tuple[str, ...] = ()
    """SageMaker defaults files on S3, which are read once there is a session."""
    unread_admin: str | None = None
    """The one of them that is the administrator's: it ranks below the user's, wherever that lies."""

    def get(self, key: str) -> Setting | None:
        """What holds for `key`, if anybody says it."""
        found = self.said.get(key, ())
        return found[0] if found else None

    def text(self, key: str) -> str | None:
        """The value that holds for a text."""
        found = self.get(key)
        return None if found is None else str(found.value)

    def with_defaults(self, *said: Said) -> Configuration:
        """This, with SageMaker defaults read from S3; they rank below everything but AWS's own config."""
        merged = dict(self.said)
        for origin, values in said:
            for key, value in values.items():
                rank = _ADMIN if origin == self.unread_admin else _DEFAULTS
                found = [*merged.get(key, ()), Setting(value, origin, rank)]
                merged[key] = tuple(sorted(found, key=lambda item: item.rank))
        return Configuration(merged)


_OPTION, _VARIABLE, _PROJECT, _USER, _DEFAULTS, _ADMIN, _AWS = range(7)


def load_configuration(
    where: Where | None = None,
    options: Mapping[str, Any] | None = None,
) -> Configuration:
    """What is said here of every setting; `options` are those of the command line, by key.

    Raises ConfigurationError for a file that cannot be read, or that says what is no setting.
    """
    given = {**(where.options if where else {}), **{k: v for k, v in (options or {}).items() if v is not None}}
    said: dict[str, list[Setting]] = {}
    for rank, (origin, values) in _sources(given):
        for key, value in values.items():
            said.setdefault(key, []).append(Setting(value, origin, rank))
    profile = next((str(item.value) for item in said.get("profile", ())), None)
    aws = read_aws(profile)
    for key, value in aws[1].items() if aws else ():
        said.setdefault(key, []).append(Setting(value, aws[0] if aws else "", _AWS))
    unread = defaults_on_s3()
    admin = os.environ.get("SAGEMAKER_ADMIN_CONFIG_OVERRIDE")
    return Configuration(
        {key: tuple(found) for key, found in said.items()}, unread, admin if admin in unread[-1:] else None
    )


def _sources(options: Mapping[str, Any]) -> Iterator[tuple[int, tuple[str, Mapping[str, Any]]]]:
    for key, value in options.items():
        yield _OPTION, (f"--{key.replace('_', '-')}", {key: value})
    for row in KEYS.values():
        for name in row.environment:
            if os.environ.get(name):
                yield _VARIABLE, (name, {row.name: os.environ[name]})
    for rank, found in ((_PROJECT, read_project(_here())), (_USER, read_user())):
        if found:
            yield rank, found
    for who, said in read_sagemaker():
        yield _DEFAULTS if who == "user" else _ADMIN, said


def _here() -> Path:
    try:
        return Path.cwd()
    except FileNotFoundError:
        message = "the current folder is not there any more: go to one that is"
        raise ConfigurationError(message) from None
