"""Credentials: which are found, where, how surely, and that none is ever shown."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rule_requests import Json, continuous, definition, named, ranges, request, several, xgboost

from smtune.errors import dotted
from smtune.rules import Finding, broken_rules
from smtune.rules.discreet import conceal, without_secrets
from smtune.secrecy import hide, kind_of_secret, longest_first, secrets_in

# Put together here, so that no scanner takes the tests for a leak.
KEY_ID = "AKIA" + "IOSFODNN7EXAMPLE"
SECRETS = {
    KEY_ID: "an AWS access key id",
    "ASIA" + "IOSFODNN7EXAMPLE": "an AWS access key id",
    "-----BEGIN " + "RSA PRIVATE KEY-----\nabc": "a private key",
    "ghp_" + "a1" * 18: "a GitHub token",
    "glpat-" + "a" * 20: "a GitLab token",
    "hf_" + "a" * 34: "a Hugging Face token",
    "xoxb-" + "1234567890-abc": "a Slack token",
    "sk-" + "proj-" + "a" * 30: "an API key",
    "AIza" + "a" * 35: "a Google API key",
    "eyJ" + "a" * 12 + ".eyJ" + "b" * 12 + ".c": "a JSON web token",
    "postgres://me:" + "hunter22@db/x": "a password in a URL",
}


def in_environment(**variables: str) -> Json:
    return request(None, {"Environment": variables})


def leaks(broken: Json) -> list[tuple[str, str]]:
    return [(dotted(item.path), item.severity) for item in broken_rules(broken) if item.rule == "R45"]


@pytest.mark.parametrize("secret", SECRETS, ids=SECRETS.get)
def test_a_credential_is_known_by_its_form(secret: str) -> None:
    (found,) = [item for item in broken_rules(in_environment(NOTES=f"see {secret}")) if item.rule == "R45"]
    assert found.severity == "error"
    assert found.message == f"'NOTES' holds {SECRETS[secret]}: everybody who may describe the job reads it"
    assert secret not in found.message + found.fix


@pytest.mark.parametrize(
    "name",
    [
        "PASSWORD",
        "db_passwd",
        "AWS_SECRET_ACCESS_KEY",
        "clientSecret",
        "API_KEY",
        "api-key",
        "HF_TOKEN",
        "wandb_api_key",
        "token",
        "PRIVATE_KEY",
        "GOOGLE_CREDENTIALS",
    ],
)
def test_a_plain_value_under_a_secret_name_is_a_warning(name: str) -> None:
    broken = request(None, {"StaticHyperParameters": {name: "correct horse"}})
    assert leaks(broken) == [(f"TrainingJobDefinition.StaticHyperParameters.{name}", "warning")]


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("max_tokens", "512"),
        ("pad_token", "<pad>"),
        ("eos_token", "</s>"),
        ("tokenizer", "bert-base-uncased"),
        ("token", "512"),
        ("PASSWORD_FILE", "db.txt"),
        ("SECRET_ARN", "arn:aws:secretsmanager:us-east-1:123456789012:secret:db"),
        ("SECRET_NAME", "db"),
        ("API_KEY", "/run/secrets/key"),
        ("API_KEY", "${SECRET}"),
        ("API_KEY", ""),
        ("use_secret", "true"),
        ("keyboard", "qwerty"),
        ("monkey", "bars of gold"),
        ("author", "somebody else"),
        ("learning_rate", "0.00001"),
        ("image", "AKIA is a prefix"),
        ("url", "https://example.com/a@b"),
        ("url", "s3://bucket/key"),
    ],
)
def test_what_only_sounds_like_a_secret_is_none(name: str, value: str) -> None:
    assert leaks(request(None, {"StaticHyperParameters": {name: value}})) == []


@pytest.mark.parametrize(
    ("value", "shown_of_it"),
    [
        ('{"user": "ann", "password": "hunter22"}', '{"user": "ann", "password": "(hidden)"}'),
        (
            '{"db": [{"host": "h", "auth": {"apiKey": "hunter22"}}]}',
            '{"db": [{"host": "h", "auth": {"apiKey": "(hidden)"}}]}',
        ),
        ('[{"aws_secret_access_key": "hunter22/x"}, 5]', '[{"aws_secret_access_key": "(hidden)"}, 5]'),
        ('{"aws_secret_access_key": "hunter22\\/x"}', '{"aws_secret_access_key": "(hidden)"}'),
        ('{"credentials": {"id": "ann", "pin": 123456}}', '{"credentials": {"id": "ann", "pin": (hidden)}}'),
        ('{"password": "hunter22", "password": "other-one"}', '{"password": "(hidden)", "password": "(hidden)"}'),
        ('{"password": "hunter22\\"\\n\\u00fc"}', '{"password": "(hidden)"}'),
        ('{"password": "hunter22ü"}', '{"password": "(hidden)"}'),
        (
            '"{\\"user\\": \\"ann\\", \\"password\\": \\"hunter22\\"}"',
            '"{\\"user\\": \\"ann\\", \\"password\\": \\"(hidden)\\"}"',
        ),
        ('{"config": "{\\"token\\": \\"hunter22\\\\\\"x\\"}"}', '{"config": "{\\"token\\": \\"(hidden)\\"}"}'),
        # What cannot be cut out is hidden with all that is around it.
        ('{"password": "\\u0068unter22", "user": "ann"}', "(hidden)"),
        (f'{{"{KEY_ID}": "ann"}}', "(hidden)"),
    ],
)
def test_a_secret_in_json_is_known_by_its_key_and_the_rest_is_shown(value: str, shown_of_it: str) -> None:
    assert conceal({"SETTINGS": value, "other": 1}) == {"SETTINGS": shown_of_it, "other": 1}
    broken = in_environment(SETTINGS=value)
    assert [place for place, _ in leaks(broken)] == ["TrainingJobDefinition.Environment.SETTINGS"]
    assert without_secrets(broken)["TrainingJobDefinition"]["Environment"] == {"SETTINGS": shown_of_it}
    assert "hunter22" not in words(broken_rules(broken))


def test_the_message_says_where_in_the_json_the_secret_is() -> None:
    value = json.dumps({"db": {"user": "ann", "password": "hunter22", "apiKey": "hunter23"}})
    found = [item for item in broken_rules(in_environment(SETTINGS=value)) if item.rule == "R45"]
    assert {item.severity for item in found} == {"warning"}
    assert [item.message.partition(" is named like a secret")[0] for item in found] == [
        "'password' in the JSON of 'SETTINGS'",
        "'apiKey' in the JSON of 'SETTINGS'",
    ]


@pytest.mark.parametrize(
    "value",
    [
        '{"user": "ann", "port": 5432}',
        '{"pad_token": "<pad>", "max_tokens": 512, "tokenizer": {"name": "bert"}}',
        '{"password_file": "/run/secrets/db", "secret": "arn:aws:secretsmanager:eu-west-1:1:secret:db"}',
        '{"password": "", "token": null, "api_key": "(hidden)"}',
        '{"password": "hunter22"',
        "[" * 100_000,
        "[1, 2, 3]",
        '"password"',
    ],
)
def test_json_without_a_secret_is_left_alone(value: str) -> None:
    assert secrets_in("SETTINGS", value) == {}


keys = st.sampled_from(["user", "password", "db", "apiKey", "token", "tags", "x"])
texts = st.text(min_size=1, max_size=12)
documents = st.recursive(
    texts | st.integers() | st.booleans() | st.none(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(keys, inner, max_size=3) | inner.map(json.dumps),
    max_leaves=8,
)


@given(
    documents, st.text(alphabet='abcXYZ"\\\\/\n\t\x7fäß漢😀', min_size=6, max_size=12), st.booleans(), st.integers(0, 2)
)
def test_no_password_is_left_wherever_it_is_in_whatever_json(
    document: Any, password: str, is_ascii: bool, times: int
) -> None:
    password = f"hunter{password}"
    value = json.dumps({"settings": [document, {"password": password}]}, ensure_ascii=is_ascii)
    for _ in range(times):
        value = json.dumps(value, ensure_ascii=is_ascii)
    shown_of_it = conceal({"SETTINGS": value})["SETTINGS"]
    assert "hunter" not in shown_of_it
    assert "hunter" not in hide(f"password: {password}!", longest_first(secrets_in("SETTINGS", value)))


def test_secrets_are_looked_for_wherever_text_is_plain() -> None:
    choices = [{"Name": "key", "Values": [KEY_ID, "b", "c", "d"]}]
    one = request(
        ranges(Categorical=choices), {"StaticHyperParameters": {"a": KEY_ID}}, Tags=[{"Key": "t", "Value": KEY_ID}]
    )
    assert leaks(one) == [
        ("TrainingJobDefinition.StaticHyperParameters.a", "error"),
        ("HyperParameterTuningJobConfig.ParameterRanges.CategoricalParameterRanges[0]", "error"),
        ("Tags[0]", "error"),
    ]
    own = named("two", Environment={"A": KEY_ID}, HyperParameterRanges={"CategoricalParameterRanges": choices})
    assert leaks(several(named("one"), own)) == [
        ("TrainingJobDefinitions[1].Environment.A", "error"),
        ("TrainingJobDefinitions[1].HyperParameterRanges.CategoricalParameterRanges[0]", "error"),
    ]


def words(found: tuple[Finding, ...]) -> str:
    return " ".join(f"{item.message} {item.fix}" for item in found)


PLAIN = "correct-horse"
LEAKING: list[Json] = [
    # By its form, in places where other rules and the service's model name the value.
    request(HyperParameterTuningJobName=f"{KEY_ID}_"),
    request(None, {"RoleArn": KEY_ID}),
    request({"Strategy": KEY_ID}),
    request(Tags=[{"Key": KEY_ID, "Value": "#"}]),
    request(None, {"Environment": {KEY_ID: "x", f"1{KEY_ID}": "y"}}),
    request(ranges(Continuous=[continuous(low=KEY_ID)])),
    request(ranges(Categorical=[{"Name": "x", "Values": [KEY_ID, KEY_ID, "a", "b", "c"]}])),
    {"HyperParameterTuningJobName": 5, "Tags": KEY_ID},
    xgboost({"eta": KEY_ID, "max_depth": "1"}),
    # By its name.
    xgboost({"api_key": PLAIN}),
    request(None, {"Environment": {"password": PLAIN + "x" * 500}}),
    request(Tags=[{"Key": "password", "Value": f"{PLAIN}#"}]),
]


@pytest.mark.parametrize("broken", LEAKING)
def test_no_message_shows_a_secret(broken: Json) -> None:
    found = broken_rules(broken)
    assert found
    assert KEY_ID not in words(found)
    assert PLAIN not in words(found)


def test_hiding_keeps_the_rest_of_a_sentence() -> None:
    assert hide(f"eta: {PLAIN} is not in [0, 1]", (PLAIN,)) == "eta: (hidden) is not in [0, 1]"
    assert hide(f"the key {KEY_ID}.", ()) == "the key (hidden)."
    assert hide("nothing of that kind", ()) == "nothing of that kind"


@pytest.mark.parametrize("word", ["name", "keep it in", "value", "plain", "Secrets Manager"])
def test_a_value_that_is_an_everyday_word_is_not_cut_out_of_the_rules_own_words(word: str) -> None:
    (found,) = broken_rules(in_environment(PASSWORD=word))
    assert found.message == "'PASSWORD' is named like a secret and has a plain value, which everybody with access reads"
    assert found.fix == "keep it in AWS Secrets Manager and pass its name or ARN"


@pytest.mark.parametrize(
    ("patch", "rule", "fix"),
    [
        ({"RandomSeed": "x"}, "R32", "write a plain number, without quotes"),
        ({"ResourceLimits": {"MaxParallelTrainingJobs": "x"}}, "R16-form", "write a plain number, without quotes"),
        (ranges(Continuous=[continuous("x" * 257)]), "R6-form", "make it shorter"),
    ],
)
def test_a_fix_that_holds_nothing_of_a_request_stays_whole(patch: Json, rule: str, fix: str) -> None:
    broken = request(patch, {"Environment": {"PASSWORD": "number", "API_KEY": "shorter"}})
    assert fix in {item.fix for item in broken_rules(broken) if item.rule == rule}


def test_a_variable_named_by_another_ones_secret_is_not_named() -> None:
    broken = in_environment(password=PLAIN, **{f"token_{PLAIN}": "api"}, api_key=f"x{PLAIN}")
    assert PLAIN not in words(tuple(item for item in broken_rules(broken) if item.rule == "R45"))


def test_an_arn_is_no_secret() -> None:
    assert kind_of_secret(definition()["RoleArn"]) is None
