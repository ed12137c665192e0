"""smtune plan: what a person or a script sees."""

from __future__ import annotations

import json
import os
import shutil
import threading
from pathlib import Path
from typing import Any

import aws_account
import pytest
from aws_account import BUCKET, IMAGE, ROLE, Account
from cli_jobs import inside

from smtune.scaffold import templates_folder

account = aws_account.account
ACCOUNT = ("--account", "123456789012")


@pytest.fixture
def spec() -> str:
    """A spec in the current folder, which is the test's own."""
    shutil.copytree(templates_folder() / "quickstart", "q")
    return "q/spec.yaml"


def out(*arguments: str, code: int = 0) -> str:
    done = inside("plan", *arguments)
    assert done.returncode == code, done.stderr
    return done.stdout


def as_json(*arguments: str, code: int = 0) -> Any:
    return json.loads(out(*arguments, "-o", "json", code=code))


def test_the_table_says_what_will_run_what_it_takes_and_what_it_rests_on(spec: str) -> None:
    text = out(spec, *ACCOUNT)
    for words in (
        "nothing was sent",
        "sagemaker-xgboost:1.7-1",
        "maximize validation:auc",
        "Bayesian, seed 7",
        "20 at most, 2 at once: 10 rounds",
        "2 x ml.m5.large",
        "network isolation none",
        "eta               0.01 to 0.5   Logarithmic",
        "booster           gbtree, dart",
        "cost, on demand",
        "58.05 USD",
        "as of 2026-08-11",
        "a guess: say what yours takes with --job-minutes",
        "70% of data/breast_cancer.csv (121,384 bytes)",
        "not checked offline",
        "training jobs run on this machine, not on ml.m5.large",
    ):
        assert words in text, words
    assert "placeholder" not in text


def test_json_is_the_document_that_out_writes(spec: str) -> None:
    printed = as_json(spec, *ACCOUNT, "--out", "plan.json")
    assert printed == json.loads(Path("plan.json").read_text(encoding="utf-8"))
    assert printed["request"]["HyperParameterTuningJobConfig"]["Strategy"] == "Bayesian"
    assert len(printed["sha256"]) == 64


def test_a_plan_that_stdout_was_written_to_works_like_one_of_out(spec: str) -> None:
    Path("plan.json").write_text(out(spec, "-o", "json"), encoding="utf-8")
    assert "ask for the same" in out(spec, "--against", "plan.json", "--exit-code")


def test_own_minutes_and_own_prices_change_the_cost(spec: str) -> None:
    Path("prices.yaml").write_text(
        "currency: EUR\nsources: {s: {date: 2026-01-02, what: a contract}}\n"
        "regions: {moon-1: {source: s, storage: 0.1, instances: {ml.m5.large: 3600}}}\n",
        encoding="utf-8",
    )
    arguments = ("--region", "us-east-1", "--prices", "prices.yaml")
    assert as_json(spec, *arguments)["estimate"]["unknown"] == ["ml.m5.large in us-east-1", "storage in us-east-1"]
    text = Path("prices.yaml").read_text(encoding="utf-8").replace("moon-1", "us-east-1")
    Path("prices.yaml").write_text(text, encoding="utf-8")
    cost = as_json(spec, *arguments, "--job-minutes", "1:2:3")["estimate"]["cost"]
    assert cost["currency"] == "EUR"
    assert cost["on_demand"]["likely"] == pytest.approx(20 * 120, rel=1e-3)


def test_an_unknown_price_is_said_and_the_rest_is_there(spec: str) -> None:
    text = out(spec, "--region", "eu-west-1")
    assert "price unknown: ml.m5.large in eu-west-1; give it: --prices FILE" in text
    assert "tuning job takes" in text
    assert "cost, on demand" not in text


def test_a_difference_is_shown_by_name_and_gives_1_if_asked(spec: str) -> None:
    out(spec, "--out", "plan.json")
    changed = (spec, "--set", "hyperparameters.eta.max=0.3", "--against", "plan.json")
    text = out(*changed)
    assert (
        "~  HyperParameterTuningJobConfig.ParameterRanges.ContinuousParameterRanges[eta].MaxValue  0.5     0.3" in text
    )
    out(*changed, "--exit-code", code=1)
    assert as_json(*changed, "--exit-code", code=1) == {
        "same": False,
        "differences": [
            {
                "path": "HyperParameterTuningJobConfig.ParameterRanges.ContinuousParameterRanges[eta].MaxValue",
                "kind": "changed",
                "before": "0.5",
                "after": "0.3",
            }
        ],
    }


def test_no_difference_gives_0(spec: str) -> None:
    assert as_json(spec, "--against", spec, "--exit-code") == {"same": True, "differences": []}


@pytest.mark.parametrize(
    ("arguments", "code", "message"),
    [
        (("--exit-code",), 2, "--exit-code needs --against"),
        (("--job-minutes", "5"), 2, "LOW:LIKELY:HIGH"),
        (("--role", "me"), 252, "'me' is not a role's ARN"),
        (("--account", "12"), 2, "account '12' (from --account) is not one"),
        (("--bucket", "Not this!"), 2, "'Not this!' is not a bucket's name"),
        (("--out", "q"), 2, "q is a folder"),
        (("--out", "no/such/plan.json"), 2, "there is no folder no/such"),
        (("--prices", "none.yaml"), 252, "cannot read the prices"),
        (("--against", "none.json"), 252, "cannot read the file"),
        (("--set", "limits.budget=1 USD"), 252, "does not pay for one training job"),
        (("--set", "limits.budget=20 EUR"), 252, "the prices are in USD"),
        (("--set", "strategy=bayes"), 252, "strategy"),
        (("--set", "data.source=none.csv"), 252, "there is no file"),
    ],
)
def test_what_cannot_be_planned_is_explained(spec: str, arguments: tuple[str, ...], code: int, message: str) -> None:
    done = inside("plan", spec, *arguments)
    assert done.returncode == code
    assert done.stdout == ""
    assert message in done.stderr


def test_hyperband_shows_its_brackets(spec: str) -> None:
    text = out(spec, "--set", "strategy=hyperband", "--set", "hyperband.max_resource=9")
    assert "9 to 1 > 3 to 3 > 1 to 9; 5 to 3 > 1 to 9; 3 to 9" in text
    assert "AWS does not publish Hyperband's factor: here, the best third goes on from each rung" in text


SEVERAL = """
name: two
objective: {maximize: 'validation:auc'}
limits: {jobs: 6, parallel: 3}
algorithms:
  - name: trees
    algorithm: {builtin: xgboost, version: 1.7-1}
    hyperparameters: {objective: binary:logistic, num_round: 50, eta: {min: 0.1, max: 0.5}}
  - name: deep
    algorithm: {builtin: xgboost, version: 1.7-1}
    hyperparameters: {objective: binary:logistic, num_round: 50, max_depth: {min: 5, max: 9}}
    compute: {instance: ml.m5.xlarge, count: 2, runtime_seconds: 3600}
"""


def test_several_algorithms_are_shown_one_by_one() -> None:
    Path("two.yaml").write_text(SEVERAL, encoding="utf-8")
    text = out("two.yaml")
    assert text.count("\nalgorithm ") == 2
    assert "definition       trees" in text
    assert "2 algorithms share them" in text
    assert "at once, at worst  3 x ml.m5.large, 6 x ml.m5.xlarge" in text
    assert "low counts the cheapest algorithm only" in text
    assert "training jobs run on this machine, not on ml.m5.large" in text
    assert "training jobs run on this machine, not on ml.m5.xlarge" in text


def test_what_the_page_shows_is_what_the_command_prints() -> None:
    page = (Path(__file__).parents[2] / "docs" / "plan.md").read_text(encoding="utf-8")
    shutil.copytree(templates_folder() / "quickstart", "quickstart")
    command, *shown = page.partition("```console\n$ smtune plan ")[2].partition("```")[0].splitlines()
    printed = [line.rstrip() for line in out(*command.split()).splitlines()]
    for line in shown:
        start = line.removesuffix("...")
        assert any(real == line or (start != line and real.startswith(start)) for real in printed), line


def test_the_prices_of_the_page_are_read(spec: str) -> None:
    page = (Path(__file__).parents[2] / "docs" / "plan.md").read_text(encoding="utf-8")
    Path("prices.yaml").write_text(page.partition("```yml\n")[2].partition("```")[0], encoding="utf-8")
    found = as_json(spec, "--region", "eu-central-1", "--prices", "prices.yaml")["estimate"]
    assert found["cost"]["prices"]["ml.m5.large"]["amount"] == 0.12


def test_a_difference_shows_no_secret(spec: str) -> None:
    other = Path(spec).with_name("other.yaml")
    other.write_text(Path(spec).read_text(encoding="utf-8"), encoding="utf-8")
    for file, password in ((Path(spec), "hunter3hunter3"), (other, "hunter2hunter2")):
        with file.open("a", encoding="utf-8") as stream:
            stream.write(f"environment: {{DB_PASSWORD: {password}}}\n")
    for output in ("table", "json"):
        printed = out(spec, "--against", str(other), "-o", output)
        assert "DB_PASSWORD" in printed
        assert "hunter" not in printed


def test_settings_that_no_launch_would_take_make_no_plan(spec: str) -> None:
    Path("smtune.toml").write_text(f'[environment]\nTOKEN = "ghp_{"a" * 36}"\n')
    done = inside("plan", spec)
    assert done.returncode == 252
    assert "the spec with its configuration (environment: TOKEN (from " in done.stderr
    assert "aaaa" not in done.stdout + done.stderr


def test_a_plan_may_go_through_a_pipe_and_leaves_it_one(spec: str) -> None:
    os.mkfifo("pipe")
    read = list[str]()
    reader = threading.Thread(target=lambda: read.append(Path("pipe").read_text()))
    reader.start()
    out(spec, "--out", "pipe")
    reader.join(timeout=30)

    assert json.loads(read[0])["kind"] == "smtune/plan"
    assert Path("pipe").is_fifo()


def test_data_that_never_ends_is_refused(spec: str) -> None:
    os.mkfifo("pipe.csv")
    for source in ("/dev/zero", str(Path("pipe.csv").absolute())):
        done = inside("plan", spec, "--set", f"data.source={source}")
        assert (done.returncode, "it is a pipe or a device" in done.stderr) == (252, True)


def test_an_overlay_that_cannot_be_read_is_named(spec: str) -> None:
    done = inside("plan", spec, "-f", "nowhere.yaml")
    assert done.returncode == 252
    assert done.stderr.startswith("nowhere.yaml: cannot read the file")


def test_a_prefix_is_where_the_keys_begin(spec: str) -> None:
    uris = [upload["uri"] for upload in as_json(spec, *ACCOUNT, "--prefix", "team/blue")["uploads"]]
    assert uris
    assert all(uri.startswith("s3://sagemaker-us-east-1-123456789012/team/blue/smtune/") for uri in uris)


def test_online_the_plan_has_the_checks_and_gives_1_where_one_failed(
    account: Account, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("smtune.cli.online.connect", lambda _: account.session)
    Path("spec.yaml").write_text(
        f"""{{name: toy, algorithm: {{image: "{IMAGE}"}}, objective: {{maximize: score}}, metrics: {{score: 's=(.*)'}},
        hyperparameters: {{x: {{min: 0.0, max: 1.0}}}}, limits: {{jobs: 6, parallel: 3}},
        data: {{channels: {{train: {{uri: "s3://{BUCKET}/data/train/"}}}}}}}}""",
        encoding="utf-8",
    )
    online = ("spec.yaml", "--role", ROLE, "--bucket", BUCKET, "--online")
    assert "checks" not in as_json("spec.yaml", "--role", ROLE, "--bucket", BUCKET)
    assert {check["name"] for check in as_json(*online)["checks"]} >= {"credentials", "image mine", "channel train"}

    account.client("s3").delete_object(Bucket=BUCKET, Key="data/train/rows.csv")
    text = out(*online, code=1)
    assert "time and cost in us-east-1" in text
    assert "x   channel train" in text


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("--online", "--against", "x.json"), "--against compares, --online checks: one at a time"),
        (("--online", *ACCOUNT), "with --online AWS says the account: leave --account out"),
    ],
)
def test_what_excludes_online_is_a_usage_error(spec: str, arguments: tuple[str, ...], message: str) -> None:
    done = inside("plan", spec, *arguments)
    assert (done.returncode, done.stdout) == (2, "")
    assert message in done.stderr
