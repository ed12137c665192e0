"""The files that hold settings -> what each of them says, key by key. A file that is not there says nothing."""

from __future__ import annotations

import configparser
import difflib
import os
import tomllib
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, Literal

from smtune.config.keys import KEYS, fault
from smtune.errors import ConfigurationError, SpecError, shown
from smtune.folders import config_file, sagemaker_file

Said = tuple[str, Mapping[str, Any]]
"""Who says it, and key -> value."""
PROJECT = "smtune.toml"


def read_project(folder: Path) -> Said | None:
    """The nearest smtune.toml, or [tool.smtune] of the nearest pyproject.toml that has one, from `folder` upwards."""
    for place in (folder, *folder.parents):
        own, shared = place / PROJECT, place / "pyproject.toml"
        if own.is_file():
            return str(own), _checked(_toml(own), own)
        if shared.is_file():
            table = _at(_toml(shared), ("tool", "smtune"))
            if table is not None:
                return f"{shared} [tool.smtune]", _checked(table, shared)
        if (place / ".git").exists():
            return None
    return None


def read_user() -> Said | None:
    """The user's own config.toml."""
    file = config_file()
    return (str(file), _checked(_toml(file), file)) if file.is_file() else None


def read_sagemaker() -> Iterator[tuple[Literal["user", "admin"], Said]]:
    """The SageMaker SDK's defaults: the user's file, then the administrator's, where the SDK looks for them.

    Raises ConfigurationError for a file that a variable names and that is not there, or is no YAML. A file on S3 is
    not fetched here: see `defaults_on_s3`.
    """
    everybody: tuple[Literal["user", "admin"], ...] = ("user", "admin")
    for who in everybody:
        variable = f"SAGEMAKER_{who.upper()}_CONFIG_OVERRIDE"
        named = os.environ.get(variable)
        if named and named.startswith("s3://"):
            continue
        path = Path(named) if named else sagemaker_file(who)
        file = path / "config.yaml" if path.is_dir() else path
        if file.is_file():
            yield who, (str(file), parse_sagemaker(_text(file), str(file)))
        elif named:
            message = f"{variable} names {named}, and there is no such file"
            raise ConfigurationError(message)


def _text(file: Path) -> str:
    from smtune.spec.source import read_text  # the spec's models take longer to load than the rest: not without a file

    try:
        return read_text(file)
    except SpecError as error:
        message = f"{file}: {error.problems[0].message}"
        raise ConfigurationError(message) from None


def defaults_on_s3() -> tuple[str, ...]:
    """The defaults files that only a session can read."""
    named = (os.environ.get(f"SAGEMAKER_{who}_CONFIG_OVERRIDE", "") for who in ("USER", "ADMIN"))
    return tuple(name for name in named if name.startswith("s3://"))


def parse_sagemaker(text: str, source: str) -> dict[str, Any]:
    """The settings in a SageMaker defaults file; raises ConfigurationError where it is not one."""
    from smtune.spec.yaml import parse_yaml

    if all(line.strip()[:1] in ("", "#") for line in text.splitlines()):
        return {}
    try:
        data = parse_yaml(text, source=source).data
    except SpecError as error:
        raise ConfigurationError(str(error)) from None
    found = {}
    for key in KEYS.values():
        value = _within(data, key.sagemaker, source) if key.sagemaker else None
        if value is None:
            continue
        if key.name == "tags":
            value = _tags(value, source)
        _refuse(fault(key, value), source)
        found[key.name] = value
    return found


def read_aws(profile: str | None) -> Said | None:
    """What the profile says in AWS's config file (`~/.aws/config`), read without boto3."""
    file = Path(os.environ.get("AWS_CONFIG_FILE") or "~/.aws/config").expanduser()
    parser = configparser.RawConfigParser(strict=False)
    try:
        parser.read(file, encoding="utf-8")
    except (configparser.Error, OSError, UnicodeDecodeError):
        return None  # boto3 says what is wrong with it, when it is needed
    name = profile or "default"
    section = next((item for item in (f"profile {name}", name) if parser.has_section(item)), None)
    if section is None:
        return None
    said = {
        key.name: parser[section][key.aws] for key in KEYS.values() if key.aws and parser.has_option(section, key.aws)
    }
    return f"{file} [{section}]", said


def _toml(file: Path) -> dict[str, Any]:
    try:
        return tomllib.loads(file.read_text(encoding="utf-8"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError, RecursionError) as error:
        message = f"{file}: not TOML: {error}"
        raise ConfigurationError(message) from None
    except OSError as error:
        message = f"{file}: cannot be read: {error.strerror}"
        raise ConfigurationError(message) from None


def _tags(value: Any, source: str) -> dict[str, Any]:
    try:
        return {item["Key"]: item["Value"] for item in value}
    except (TypeError, KeyError):
        message = f"{source}: Tags is a list of tags, each with Key and Value"
        raise ConfigurationError(message) from None


def _checked(table: Any, file: Path) -> Mapping[str, Any]:
    if not isinstance(table, Mapping):
        message = f"{file}: [tool.smtune] is a table of settings"
        raise ConfigurationError(message)
    for name, value in table.items():
        if name not in KEYS:
            near = difflib.get_close_matches(name, KEYS, n=1)
            hint = f"did you mean {near[0]}?" if near else f"the settings are: {', '.join(KEYS)}"
            _refuse(f"there is no setting {name!r}; {hint}", str(file))
        else:
            _refuse(fault(KEYS[name], value), str(file))
    return table


def _refuse(mistake: str | None, source: str) -> None:
    if mistake:
        message = f"{source}: {mistake}"
        raise ConfigurationError(message)


def _within(data: Any, path: tuple[str, ...], source: str) -> Any:
    """What a defaults file has at `path`, or None; raises ConfigurationError where something else is on the way."""
    for number, part in enumerate(path):
        if data is None:
            return None
        if not isinstance(data, Mapping):
            message = f"{source}: {'.'.join(path[:number]) or 'the file'} is a mapping, not {shown(data)}"
            raise ConfigurationError(message)
        data = data.get(part)
    return data


def _at(data: Any, path: tuple[str, ...]) -> Any:
    for part in path:
        data = data.get(part) if isinstance(data, Mapping) else None
    return data
