"""Credentials in the plain-text fields of a request."""

from __future__ import annotations

from collections.abc import Iterator

from smtune.errors import shown
from smtune.rules.case import Case
from smtune.rules.rule import Broken, rule
from smtune.secrecy import HIDDEN, kind_of_secret, plain_text, secret_values, secrets_in


@rule(
    "R45",
    title="No credentials in hyperparameters, environment variables or tags: they are plain text.",
    source="API model, CreateHyperParameterTuningJob",
    fix="keep it in AWS Secrets Manager and pass its name",
)
def secrets(case: Case) -> Iterator[Broken]:
    hidden = secret_values(case.request)
    for path, name, value in plain_text(case.request):
        kind, by_name = kind_of_secret(value), kind_of_secret(name)
        if kind or by_name:
            message = f"{_named(name, hidden)} holds {kind or by_name}: everybody who may describe the job reads it"
            yield Broken(path, message, "keep it in AWS Secrets Manager and pass its name; replace the key that leaked")
            continue
        parts, own = secrets_in(name, value), _named(name, hidden)
        inside = [] if value in parts else [f"{_named(key, hidden)} in the JSON of {own}" for key in parts.values()]
        for what in dict.fromkeys(inside or ([own] if parts else [])):
            message = f"{what} is named like a secret and has a plain value, which everybody with access reads"
            fix = "keep it in AWS Secrets Manager and pass its name or ARN"
            yield Broken(path, message, fix, "warning")


def _named(name: str, hidden: tuple[str, ...]) -> str:
    return HIDDEN if kind_of_secret(name) or any(secret in name for secret in hidden) else shown(name)
