"""What is not to be shown: credentials in the plain-text fields of a request, known by their form or by their name."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from typing import Any

from smtune.errors import legible, shown
from smtune.json_text import Leaf, leaves_of
from smtune.naming import is_secret_name

Path = tuple[str | int, ...]
HIDDEN = "(hidden)"
_REASON = 1_024
_PATTERNS = {
    "an AWS access key id": r"(?:AKIA|ASIA)[A-Z0-9]{16}",
    "a private key": r"-----BEGIN [A-Z ]*PRIVATE KEY-----",
    "a GitHub token": r"\b(?:gh[pousr]_[A-Za-z0-9]{36,}|github_pat_[A-Za-z0-9_]{22,})",
    "a GitLab token": r"\bglpat-[A-Za-z0-9_-]{20,}",
    "a Hugging Face token": r"\bhf_[A-Za-z0-9]{30,}",
    "a Slack token": r"\bxox[abeoprs]-[A-Za-z0-9-]{10,}",
    "an API key": r"\bsk-[A-Za-z0-9_-]{20,}",
    "a Google API key": r"\bAIza[A-Za-z0-9_-]{35}",
    "a JSON web token": r"\beyJ[A-Za-z0-9_-]{10,2000}\.eyJ[A-Za-z0-9_-]{10,9000}\.[A-Za-z0-9_-]+",
    "a password in a URL": r"\b[a-z][a-z0-9+.-]{0,20}://[^/\s:@]*:[^/\s:@]+@",
}
_LOOKS = {what: re.compile(pattern) for what, pattern in _PATTERNS.items()}
# A reference to where the secret is, or no secret at all.
_HARMLESS = re.compile(
    r"arn:|s3://|https?://[^@]*$|/|\$\{|.{0,3}$|\d{1,5}(?:\.\d+)?$|(?:true|false|none|null)$", re.IGNORECASE
)


def kind_of_secret(value: str) -> str | None:
    """What credential `value` holds by its form, as `an AWS access key id`; None where it does not look like one."""
    return next((what for what, pattern in _LOOKS.items() if pattern.search(value)), None)


def hide(text: str, secrets: tuple[str, ...]) -> str:
    """`text` without these, and without anything that has a credential's form."""
    for secret in secrets:
        text = text.replace(secret, HIDDEN).replace(shown(secret).strip("'\""), HIDDEN)
    for pattern in _LOOKS.values():
        text = pattern.sub(HIDDEN, text)
    return text


def presentable(text: str, secrets: tuple[str, ...] = ()) -> str:
    """`text` as one line without credentials, and without anything that a terminal obeys; a reason of the service's."""
    return legible(" ".join(hide(text, secrets).split()), _REASON)


def secret_values(request: Any) -> tuple[str, ...]:
    """Every value of `request` (of any form) that is not to be shown, the longest first."""
    return longest_first(part for _, name, value in plain_text(request) for part in secrets_in(name, value))


def longest_first(secrets: Iterable[str]) -> tuple[str, ...]:
    """Each once, in the order in which to hide them: a short one may be a part of a long one."""
    return tuple(sorted(set(secrets), key=lambda secret: (-len(secret), secret)))


def is_secret(name: str, value: str) -> bool:
    """Whether the value of what is called `name`, or a part of it, is not to be shown."""
    return bool(secrets_in(name, value))


def secrets_in(name: str, value: str) -> dict[str, str]:
    """What in the value of `name` is not to be shown, for its form or its name -> what that is called.

    It is the value itself, and where that is JSON what in it has a credential's form or a secret's name: only that,
    where only that has to be hidden.
    """
    found: dict[str, str] = {}
    for leaf in leaves_of(value):
        found |= dict.fromkeys(leaf.written, _secret_key(leaf) or name) if _is_secret_leaf(leaf) else {}
    rest = value
    for part in longest_first(found):
        rest = rest.replace(part, HIDDEN)
    is_named_so = is_secret_name(name) and not _HARMLESS.match(value)
    # A key may have a credential's form, and JSON may write a text in ways in which nobody else writes it.
    is_left = kind_of_secret(rest) or any(map(_is_secret_leaf, leaves_of(rest)))
    return {value: name, **found} if is_named_so or is_left else found


def _is_secret_leaf(leaf: Leaf) -> bool:
    by_name = _secret_key(leaf) is not None and leaf.text != HIDDEN and not _HARMLESS.match(leaf.text)
    return by_name or kind_of_secret(leaf.text) is not None


def _secret_key(leaf: Leaf) -> str | None:
    """The key that says that a leaf is a secret."""
    return next((key for key in leaf.keys if is_secret_name(key)), None)


def plain_text(request: Any) -> Iterator[tuple[Path, str, str]]:
    """Path, name and value of what anybody may read, in a request that may be malformed."""
    for path, definition in _definitions(request):
        for member in ("StaticHyperParameters", "Environment"):
            for name, value in _mapping(_mapping(definition).get(member)).items():
                yield (*path, member, name), str(name), str(value)
        yield from _searched(_mapping(definition).get("HyperParameterRanges"), (*path, "HyperParameterRanges"))
    config = _mapping(_mapping(request).get("HyperParameterTuningJobConfig"))
    yield from _searched(config.get("ParameterRanges"), ("HyperParameterTuningJobConfig", "ParameterRanges"))
    for index, tag in enumerate(_list(_mapping(request).get("Tags"))):
        yield ("Tags", index), str(_mapping(tag).get("Key")), str(_mapping(tag).get("Value"))


def _definitions(request: Any) -> Iterator[tuple[Path, Any]]:
    yield ("TrainingJobDefinition",), _mapping(request).get("TrainingJobDefinition")
    for index, definition in enumerate(_list(_mapping(request).get("TrainingJobDefinitions"))):
        yield ("TrainingJobDefinitions", index), definition


def _searched(ranges: Any, path: Path) -> Iterator[tuple[Path, str, str]]:
    for index, item in enumerate(_list(_mapping(ranges).get("CategoricalParameterRanges"))):
        for value in _list(_mapping(item).get("Values")):
            yield (*path, "CategoricalParameterRanges", index), str(_mapping(item).get("Name")), str(value)


def _mapping(value: Any) -> dict[Any, Any]:
    return value if isinstance(value, dict) else {}


def _list(value: Any) -> list[Any]:
    return value if isinstance(value, list) else []
