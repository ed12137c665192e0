"""tune() sends the spec's own request, whole, whatever the spec says."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from sdk_support import ACCOUNT, BUCKET, KEY, REGION, Aws, script_spec, several, spec_of

import smtune
from smtune.plan import HELD_OUT_TAGS, SPEC_TAG
from smtune.request import Site, to_request
from smtune.spec import TuningSpec, dump_spec

pytest_plugins = ["sdk_fixtures"]

SPECS = sorted((Path(__file__).parents[1] / "golden").glob("*.yaml"))
SITE = Site(region=REGION, account=ACCOUNT)


def text(request: Any) -> str:
    """A request as JSON: unlike `==`, it tells 1 from 1.0 and from true."""
    return json.dumps(request, sort_keys=True, indent=1)


def rendered(spec: TuningSpec) -> dict[str, Any]:
    return to_request(spec, SITE)


def without_own_marks(request: dict[str, Any]) -> dict[str, Any]:
    """A request as the spec alone says it: a launch adds a suffix to the name, and tags that name the kept spec."""
    tags = [tag for tag in request["Tags"] if tag["Key"] not in (SPEC_TAG, *HELD_OUT_TAGS.values())]
    request = {**request, "HyperParameterTuningJobName": request["HyperParameterTuningJobName"][:-11]}
    return {**request, "Tags": tags} if tags else {key: value for key, value in request.items() if key != "Tags"}


@pytest.mark.parametrize("path", SPECS, ids=lambda path: path.stem)
def test_what_is_sent_is_what_render_prints(path: Path, sdk_aws: Aws) -> None:
    request = {**to_request(smtune.load_spec(path), SITE), "HyperParameterTuningJobName": "golden"}
    for definition in request.get("TrainingJobDefinitions", ()):
        resources = definition.get("ResourceConfig", {})
        if "InstancePreferences" in resources:  # the golden spec says everything, even what does not go together
            resources.pop("InstancePlacementConfig", None)

    sent = sdk_aws.send(request)

    assert text(without_own_marks(sent)) == text(request)


EVERYTHING = {
    "seed": 0,
    "autotune": True,
    "hyperparameters": {"dose": {"hint": 0.5}, "rounds": 3, "rate": {"min": 0.1, "max": 1.0, "scale": "log"}},
    "security": {
        "isolation": True,
        "encrypt_traffic": True,
        "subnets": ["subnet-1"],
        "security_groups": ["sg-1"],
        "volume_key": KEY,
        "output_key": KEY,
    },
    "environment": {"LOG_LEVEL": "info"},
    "retries": 2,
    "checkpoints": {"uri": "s3://my-bucket/c"},
    "raw": {"HyperParameterTuningJobConfig": {"TrainingJobEarlyStoppingType": "Auto"}},
    "tags": {"team": "pricing"},
    "output": "s3://my-bucket/out",
}


@pytest.mark.parametrize("form", ["spec", "path", "request"])
def test_spec_file_and_request_send_the_same(form: str, sdk_aws: Aws, tmp_path: Path) -> None:
    spec = spec_of(**EVERYTHING)
    file = tmp_path / "spec.yaml"
    file.write_text(dump_spec(spec), encoding="utf-8")
    given = {"spec": spec, "path": file, "request": rendered(spec)}[form]

    assert text(without_own_marks(sdk_aws.send(given))) == text(rendered(spec))


def test_what_lies_on_this_machine_is_sent_as_every_launch_sends_it(sdk_aws: Aws, tmp_path: Path) -> None:
    for name in ("train.csv", "test.csv"):
        (tmp_path / name).write_text("1,2\n", encoding="utf-8")
    (tmp_path / "train.py").write_text("print('score=1')\n", encoding="utf-8")
    spec = script_spec(data={"channels": {"train": "train.csv"}, "test": "test.csv"})

    smtune.build_tuner(spec, sdk_aws.session, folder=tmp_path).tune(wait=False)
    smtune.start(sdk_aws.session, spec, tmp_path)

    ours, theirs = sdk_aws.requests
    assert text(without_own_marks(ours)) == text(without_own_marks(theirs))
    assert [tag["Key"] for tag in ours["Tags"]] == [tag["Key"] for tag in theirs["Tags"]]
    assert len([key for key in sdk_aws.stored() if key.endswith((".csv", "sourcedir.tar.gz"))]) == 3


def test_several_algorithms_are_all_sent(sdk_aws: Aws) -> None:
    spec = several()

    sent = sdk_aws.send(spec)

    assert text(without_own_marks(sent)) == text(rendered(spec))
    assert [item["DefinitionName"] for item in sent["TrainingJobDefinitions"]] == ["deep", "shallow"]


def test_the_job_carries_its_spec(sdk_aws: Aws) -> None:
    tags = {tag["Key"]: tag["Value"] for tag in sdk_aws.send(spec_of(tags={"team": "pricing"}))["Tags"]}

    assert tags["team"] == "pricing"
    kept = (
        sdk_aws.s3.get_object(Bucket=BUCKET, Key=tags[SPEC_TAG].removeprefix(f"s3://{BUCKET}/"))["Body"].read().decode()
    )
    assert smtune.load_spec(kept) == spec_of(tags={"team": "pricing"})


def test_a_session_of_the_sdk_says_the_bucket_and_the_prefix(sdk_aws: Aws, tmp_path: Path) -> None:
    from sagemaker.core.helper.session_helper import Session

    sdk_aws.s3.create_bucket(Bucket="my-own")
    (tmp_path / "train.csv").write_text("1,2\n", encoding="utf-8")
    session = Session(boto_session=sdk_aws.session, default_bucket="my-own", default_bucket_prefix="team/a")
    tuner = smtune.build_tuner(spec_of(data={"channels": {"train": str(tmp_path / "train.csv")}}), session)

    tuner.tune(wait=False)

    [channel] = sdk_aws.requests[-1]["TrainingJobDefinition"]["InputDataConfig"]
    assert channel["DataSource"]["S3DataSource"]["S3Uri"].startswith("s3://my-own/team/a/smtune/toy/data/")
    assert tuner.sagemaker_session is session
