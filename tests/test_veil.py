"""What looks like a secret is not in a clone: a reference to an environment variable is, which makes the same spec."""

from __future__ import annotations

from typing import Any

import pytest

from smtune.clone import Clone
from smtune.errors import SpecError
from smtune.request import to_request
from smtune.revise import Revision
from smtune.spec import TuningSpec, load_spec
from smtune.veil import kept_text, unveiled, veiled

TOKEN = "ghp_" + "a1" * 20


def spec_of(**changes: Any) -> TuningSpec:
    fields = {"name": "a", "algorithm": {"image": "i"}, "objective": {"maximize": "m"}}
    return TuningSpec.model_validate({**fields, **changes})


def test_without_secrets_nothing_is_otherwise() -> None:
    spec = spec_of(environment={"LOG": "info"}, hyperparameters={"max_tokens": 500_000, "x": {"min": 1, "max": 9}})
    text, remarks = veiled(spec)
    assert load_spec(text) == spec
    assert remarks == {}


def test_secrets_are_references_that_give_the_same_spec(monkeypatch: pytest.MonkeyPatch) -> None:
    spec = spec_of(
        environment={"DB_PASSWORD": "hunter2-deluxe", "LOG": "info", "HUB": TOKEN},
        hyperparameters={"api.key": "k9-k9-k9", "x": {"min": 1, "max": 9}, "pin_secret": 12345678},
        tags={"access-key": "k9-k9-k9"},
        raw={"TrainingJobDefinition": {"Environment": {"DB_PASSWORD": "another-one"}}},
    )
    text, remarks = veiled(spec)
    for secret in ("hunter2", TOKEN, "k9-k9", "12345678", "another-one"):
        assert secret not in text
    with pytest.raises(SpecError, match="DB_PASSWORD is not set"):
        load_spec(text)
    names = {"DB_PASSWORD": "hunter2-deluxe", "HUB": TOKEN, "API_KEY": "k9-k9-k9", "PIN_SECRET": "12345678"}
    names |= {"ACCESS_KEY": "k9-k9-k9", "DB_PASSWORD_2": "another-one"}
    for name, value in names.items():
        monkeypatch.setenv(name, value)
    assert load_spec(text) == spec
    assert {remark.split()[-1] for remark in remarks.values()} == set(names)


def test_what_was_hidden_before_is_not_taken_for_a_value() -> None:
    spec = spec_of(algorithms=[], environment={"DB_PASSWORD": "(hidden)", "URL": "postgres://(hidden)db/x"})
    text, _ = veiled(spec)
    assert "(hidden)" not in text
    assert "${env:URL}" in text


def test_several_algorithms_have_their_own(monkeypatch: pytest.MonkeyPatch) -> None:
    entry = {"algorithm": {"image": "i"}, "hyperparameters": {"x": 1}, "objective": {"maximize": "m"}}
    environments = [{"DB_PASSWORD": "first-one"}, {"DB_PASSWORD": "second-one"}]
    entries = [{"name": f"n{number}", "environment": said, **entry} for number, said in enumerate(environments)]
    spec = TuningSpec.model_validate({"name": "a", "algorithms": entries})
    text, _ = veiled(spec)
    monkeypatch.setenv("DB_PASSWORD", "first-one")
    monkeypatch.setenv("DB_PASSWORD_2", "second-one")
    assert load_spec(text) == spec


def test_clones_and_revisions_show_none() -> None:
    spec = spec_of(environment={"DB_PASSWORD": "hunter2-deluxe"})
    clone = Clone(spec).to_yaml()
    assert "hunter2" not in clone + Revision(spec).to_yaml() + str(Revision(spec).to_dict())
    assert "# environment.DB_PASSWORD: hidden, as it looks like a secret: set the variable DB_PASSWORD\n" in clone


def test_a_kept_spec_has_no_secret_and_is_read_without_them() -> None:
    spec = spec_of(
        environment={"DB_PASSWORD": "hunter2-deluxe", "LOG": "info"},
        hyperparameters={"x": {"min": 1, "max": 9}, "pin_secret": 12345678},
        tags={"access-key": "k9-k9-k9"},
    )
    text = kept_text(spec)
    for secret in ("hunter2", "12345678", "k9-k9"):
        assert secret not in text
    read = load_spec(text)
    assert read.environment == {"DB_PASSWORD": "(hidden)", "LOG": "info"}
    assert kept_text(spec_of(environment={"LOG": "info"})) == veiled(spec_of(environment={"LOG": "info"}))[0]


def test_its_request_gives_a_kept_spec_its_secrets_back() -> None:
    spec = spec_of(
        environment={"DB_PASSWORD": "hunter2-deluxe", "LOG": "info"},
        hyperparameters={"x": {"min": 1, "max": 9}, "api_key": "k9-k9-k9"},
        tags={"access-key": "k9-k9-k9", "team": "red"},
    )
    assert unveiled(load_spec(kept_text(spec)), to_request(spec)) == spec


def test_each_of_several_algorithms_gets_its_own_back() -> None:
    entry = {"algorithm": {"image": "i"}, "hyperparameters": {"x": {"min": 1, "max": 2}}}
    entries = [{"name": name, "environment": {"DB_PASSWORD": f"{name}-secret"}, **entry} for name in ("one", "two")]
    shared = {"environment": {"HUB_TOKEN": "of-all-of-them"}}
    spec = TuningSpec.model_validate({"name": "a", "algorithms": entries, "objective": {"maximize": "m"}, **shared})
    assert unveiled(load_spec(kept_text(spec)), to_request(spec)) == spec
