"""What options say of a tuning job -> `Known`; and errors about arguments in terms of these options."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from smtune.cli.diagnose import renamed
from smtune.diagnosis import Group
from smtune.diagnosis.level import SETS
from smtune.errors import UsageError

if TYPE_CHECKING:
    from smtune.examine import Known


def known_from(given: Mapping[str, Any]) -> Known:
    """The knowledge that the given options say; raises UsageError for what cannot be read."""
    from smtune.examine import Known  # loads boto3, which a diagnosis of numbers has no use for

    return Known(
        human_error=people_of(given),
        baseline=given.get("baseline"),
        metrics=_by_set("--metric-name", given.get("metric_name", ())),
        rows={name: _count(rows) for name, rows in _by_set("--rows", given.get("rows", ())).items()},
        one_pool=given.get("one_pool"),
        confidence=given.get("confidence"),
    )


def people_of(given: Mapping[str, Any]) -> Any:
    """Human level as one error, or the groups of people."""
    groups = given.get("human", ())
    if groups and "human_error" in given:
        message = "give human_error, or --human for each of several groups, not both"
        raise UsageError(message)
    pairs = [_pair("--human", text, "team=0.5%/400") for text in groups]
    return [Group(label, error) for label, error in pairs] or given.get("human_error")


@contextmanager
def in_terms_of_options() -> Iterator[None]:
    """Where a UsageError names an argument, name its option."""
    try:
        yield
    except UsageError as error:
        raise UsageError(renamed(str(error))) from None


def _by_set(option: str, texts: Sequence[str]) -> dict[str, str]:
    found = dict(_pair(option, text, "validation=...") for text in texts)
    unknown = [name for name in found if name not in SETS]
    if unknown:
        message = f"{option} names {unknown[0]!r}; the sets are {', '.join(SETS)}"
        raise UsageError(message)
    return found


def _pair(option: str, text: str, example: str) -> tuple[str, str]:
    name, sign, value = text.partition("=")
    if not (name.strip() and sign and value.strip()):
        message = f"{option} is {text!r}; write it as {example}"
        raise UsageError(message)
    return name.strip(), value.strip()


def _count(text: str) -> int:
    if not (text.isascii() and text.isdigit() and int(text)):
        message = f"--rows has {text!r}; give a whole number above 0, as in validation=1500"
        raise UsageError(message)
    return int(text)
