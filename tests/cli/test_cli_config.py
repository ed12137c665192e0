"""smtune config show."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from cli_jobs import inside


def test_the_settings_that_hold_and_who_says_them(monkeypatch: pytest.MonkeyPatch) -> None:
    Path("smtune.toml").write_text('region = "eu-west-1"\nisolation = true\n[tags]\nteam = "blue"\n')
    monkeypatch.setenv("AWS_REGION", "us-west-2")
    file = Path("smtune.toml").absolute()

    assert inside("config", "show").stdout.split("\n")[0].split() == ["region", "us-west-2"]
    lines = inside("config", "show", "--origin", "--bucket", "mine").stdout.splitlines()
    assert [" ".join(line.split()) for line in lines] == [
        "region us-west-2 (AWS_REGION)",
        f"overrules eu-west-1 ({file})",
        "bucket mine (--bucket)",
        f"isolation true ({file})",
        f"tags team=blue ({file})",
    ]
    assert json.loads(inside("config", "show", "-o", "json").stdout)["region"] == {
        "value": "us-west-2",
        "origin": "AWS_REGION",
        "overrules": [{"value": "eu-west-1", "origin": str(file)}],
    }


def test_nothing_configured_says_what_could_be() -> None:
    done = inside("config", "show")
    assert (done.stdout, done.returncode) == ("", 0)
    assert "nothing is configured here; the settings are: profile, region, endpoint_url" in done.stderr


def test_a_bad_file_is_exit_code_253() -> None:
    Path("smtune.toml").write_text("regoin = 'x'\n")
    done = inside("config", "show")
    assert done.returncode == 253
    assert "there is no setting 'regoin'; did you mean region?" in done.stderr


def test_any_option_can_be_given_as_a_variable(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SMTUNE_CONFIG_SHOW_OUTPUT", "json")
    monkeypatch.setenv("SMTUNE_CONFIG_SHOW_BUCKET", "mine")
    monkeypatch.setenv("SMTUNE_VERSION", "1")
    assert json.loads(inside("config", "show").stdout)["bucket"]["value"] == "mine"
    assert inside("config", "show", "-o", "table").stdout.split() == ["bucket", "mine"], "an option wins"
    monkeypatch.setenv("SMTUNE_CONFIG_SHOW_OUTPUT", "xml")
    done = inside("config", "show")
    assert done.returncode == 2
    assert "SMTUNE_CONFIG_SHOW_OUTPUT" in done.stderr


def test_secrets_are_hidden(monkeypatch: pytest.MonkeyPatch) -> None:
    Path("smtune.toml").write_text('[environment]\nDB_PASSWORD = "hunter2"\nLEVEL = "info"\n')
    monkeypatch.setenv("AWS_ENDPOINT_URL", "http://me:hunter2@127.0.0.1:9")
    for output in ("table", "json"):
        shown = inside("config", "show", "-o", output).stdout
        assert "hunter2" not in shown
        assert "DB_PASSWORD" in shown
        assert "info" in shown
    asked = inside("list", "--aws", "--endpoint-url", "nowhere:me:hunter2@x", "--region", "eu-west-1")
    assert (asked.returncode, "is no address: write http(s)://HOST[:PORT]" in asked.stderr) == (253, True)


def test_every_place_of_a_launch_can_be_said(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AWS_REGION", "us-west-2")
    said = {
        "profile": "mine",
        "region": "eu-west-3",
        "endpoint_url": "http://127.0.0.1:9",
        "role": "arn:aws:iam::123456789012:role/training",
        "bucket": "models",
        "prefix": "team/blue",
    }
    options = ("--profile", said["profile"], "--region", said["region"], "--endpoint-url", said["endpoint_url"])
    place = ("--role", said["role"], "--bucket", said["bucket"], "--prefix", said["prefix"])
    found = json.loads(inside("config", "show", *options, *place, "-o", "json").stdout)
    assert {name: item["value"] for name, item in found.items()} == said
    assert {item["origin"] for item in found.values()} == {
        "--profile", "--region", "--endpoint-url", "--role", "--bucket", "--prefix",
    }  # fmt: skip
    assert found["region"]["overrules"] == [{"value": "us-west-2", "origin": "AWS_REGION"}]
