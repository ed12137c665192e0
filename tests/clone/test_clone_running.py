"""A tuning job that runs or has ended becomes a spec, whoever launched it: nothing the service says of it is lost.

moto keeps a request and describes it as it was, so what is read back is what was launched. What moto does not do
(several pages of tags, throttling, refusals) is answered before the call reaches it.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import boto3
import pytest
from botocore.config import Config
from moto import mock_aws

from smtune.clone import Clone, read_job
from smtune.clone.job import clone_job, clone_running
from smtune.clone.running import look_up, read_running
from smtune.errors import ServiceError, SpecError
from smtune.patience import Terms
from smtune.plan import HELD_OUT_TAGS, SPEC_TAG, Prepared, Upload, plan
from smtune.request import Site, to_request
from smtune.spec import Channels, Table, TuningSpec, dump_spec, load_spec

TESTS = Path(__file__).parents[1]
REQUESTS = sorted([*TESTS.glob("clones/*.json"), *TESTS.glob("golden/[!t]*.request.json")])
REGION = "us-east-1"
TAG = {"Key": "team", "Value": "ml"}
REFUSAL = {"ResponseMetadata": {"HTTPStatusCode": 400}}
REPLIES: list[tuple[str, Any]] = []
"""What answers in the place of moto, until the test is over."""


@cache
def one_session() -> boto3.Session:
    """Clients take a second to make; a session keeps what it takes."""
    made = boto3.Session("key", "secret", region_name=REGION)
    made._session.set_default_client_config(Config(retries={"total_max_attempts": 1}))
    return made


@pytest.fixture
def session() -> Iterator[boto3.Session]:
    with mock_aws():
        yield one_session()
    while REPLIES:
        one_session().events.unregister(*REPLIES.pop())


def launched(session: boto3.Session, request: dict[str, Any]) -> str:
    """A job of this request; moto cannot list the tags of one that has none."""
    tags = request.get("Tags") or [TAG]
    session.client("sagemaker").create_hyper_parameter_tuning_job(**{**request, "Tags": tags})
    return str(request["HyperParameterTuningJobName"])


def request_in(file: Path) -> dict[str, Any]:
    request = dict(read_job(file).request)
    return {**request, "Tags": request.get("Tags") or [TAG]}


def answer(session: boto3.Session, operation: str, *answers: Any) -> list[Any]:
    """Let `operation` answer these in turn, the last one for good: a body, or an error's code. Returns the requests."""
    waiting, asked = list(answers), list[Any]()

    def reply(params: Any, **_: Any) -> Any:
        asked.append(json.loads(params["body"]))
        given = waiting.pop(0) if len(waiting) > 1 else waiting[0]
        if isinstance(given, str):
            return SimpleNamespace(status_code=400, headers={}), {**REFUSAL, "Error": {"Code": given, "Message": "no"}}
        return SimpleNamespace(status_code=200, headers={}), given

    REPLIES.append((f"before-call.sagemaker.{operation}", reply))
    session.events.register_first(*REPLIES[-1])
    return asked


# What was launched


def test_the_request_is_read_back_whole_and_the_clone_makes_it_again(session: boto3.Session) -> None:
    answer(session, "DescribeAlgorithm", "AccessDeniedException")  # moto has no algorithms
    for number, file in enumerate(REQUESTS):
        request = {**request_in(file), "HyperParameterTuningJobName": f"job-{number}"}
        name = launched(session, request)
        job = look_up(session, name)
        assert job.normalized().request == request, file.name
        clone = clone_running(session, job)
        again = load_spec(clone.to_yaml())
        assert again == clone.spec, file.name
        assert to_request(again, clone.site) == request, file.name


def test_all_pages_of_tags_are_read(session: boto3.Session) -> None:
    name = launched(session, request_in(TESTS / "clones/direct-marketing.json"))
    pages: list[dict[str, Any]] = [{"Tags": [{"Key": f"tag-{n}", "Value": "v"}], "NextToken": str(n)} for n in range(2)]
    asked = answer(session, "ListTags", *pages, {"Tags": [TAG, {"Key": "aws:x", "Value": "y"}]})
    found = read_running(session, name)
    assert [tag["Key"] for tag in found.request["Tags"]] == ["tag-0", "tag-1", "team"]
    assert [each.get("NextToken") for each in asked] == [None, "0", "1"]
    assert found.left_out["tag aws:x"] == "AWS sets it"


def test_tags_without_an_end_are_an_error(session: boto3.Session) -> None:
    name = launched(session, request_in(TESTS / "clones/direct-marketing.json"))
    answer(session, "ListTags", {"Tags": [TAG], "NextToken": "more"})
    with pytest.raises(ServiceError, match="do not end after 20 pages"):
        look_up(session, name)


def test_throttled_calls_are_made_again(session: boto3.Session) -> None:
    name = launched(session, request_in(TESTS / "clones/direct-marketing.json"))
    answer(session, "ListTags", "ThrottlingException", "ThrottlingException", {"Tags": [TAG]})
    pauses: list[float] = []
    assert look_up(session, name, Terms(sleep=pauses.append)).tags == (TAG,)
    assert len(pauses) == 2
    assert all(pause > 0 for pause in pauses)


def test_tags_that_may_not_be_read_are_missed_aloud(session: boto3.Session) -> None:
    name = launched(session, request_in(TESTS / "clones/direct-marketing.json"))
    answer(session, "ListTags", "AccessDeniedException")
    assert read_running(session, name).left_out["the job's tags"] == "ListTags was refused: AccessDeniedException"
    assert (
        "# the job's tags are missing here (AccessDeniedException): add them by hand\n"
        in clone_job(session, name).to_yaml()
    )


def test_a_job_that_is_not_there_is_the_services_answer(session: boto3.Session) -> None:
    with pytest.raises(ServiceError) as caught:
        read_running(session, "nobodys")
    assert "ResourceNotFound" in caught.value.code


# Who launched it, and what the service said of its own


@pytest.mark.parametrize(
    ("file", "tags", "words"),
    [
        ("sdk-v2", [], "launched by the SageMaker SDK V2 (class SKLearn)"),
        ("direct-marketing", [], "nothing in it tells who launched it"),
        ("direct-marketing", [("aws:cloudformation:stack-name", "prod")], "launched by CloudFormation (stack prod)"),
        ("direct-marketing", [("ManagedBy", "terraform")], "launched by Terraform (a tag says so)"),
        ("direct-marketing", [("sagemaker:domain-arn", "arn")], "launched by somebody in SageMaker Studio"),
    ],
)
def test_the_first_comment_says_who_launched_it(
    session: boto3.Session, file: str, tags: list[tuple[str, str]], words: str
) -> None:
    name = launched(session, request_in(TESTS / f"clones/{file}.json"))
    answer(session, "ListTags", {"Tags": [{"Key": key, "Value": value} for key, value in tags]})
    assert clone_job(session, name).comments[0].startswith(f"clone of {name} (Completed), {words}")


def test_a_channel_of_the_sdk_v3_tells(session: boto3.Session) -> None:
    request = request_in(TESTS / "clones/direct-marketing.json")
    channels = request["TrainingJobDefinition"]["InputDataConfig"]
    channels.append({**channels[0], "ChannelName": "sm_drivers"})
    assert "launched by the SageMaker SDK V3" in clone_job(session, launched(session, request)).comments[0]


def test_the_services_defaults_are_named_and_kept(session: boto3.Session) -> None:
    name = launched(session, request_in(TESTS / "clones/direct-marketing.json"))
    described = json.loads((TESTS / "clones/describe.json").read_text(encoding="utf-8"))
    described["TrainingJobDefinition"]["RetryStrategy"] = {"MaximumRetryAttempts": 1}
    times = dict.fromkeys(["CreationTime", "HyperParameterTuningEndTime", "LastModifiedTime"], 0)
    answer(session, "DescribeHyperParameterTuningJob", {**described, **times})
    clone = clone_job(session, name)
    (defaults,) = (each for each in clone.comments if each.startswith("the service's defaults, asked for or not: "))
    words = defaults.partition(": ")[2].split(", ")
    assert words == [
        "early_stopping", "compute.spot", "security.isolation", "security.encrypt_traffic",
        "compression of channels", "distribution of channels",
    ]  # fmt: skip
    assert "retries: a description has it even where nobody asked for it" in clone.comments
    assert clone.spec.early_stopping == "off"
    assert clone.spec.retries == 1
    assert "left out: hyperparameter _tuning_objective_metric (the service adds it)" in clone.comments


ALGORITHM = "arn:aws:sagemaker:us-west-2:123456789012:algorithm/mine"


def resource_job(session: boto3.Session) -> str:
    request = request_in(TESTS / "clones/direct-marketing.json")
    request["TrainingJobDefinition"]["AlgorithmSpecification"] = {
        "AlgorithmName": ALGORITHM,
        "TrainingInputMode": "File",
        "MetricDefinitions": [{"Name": "auc", "Regex": "auc=(.*)"}],
    }
    return launched(session, request)


def test_an_algorithm_resources_defaults_are_named(session: boto3.Session) -> None:
    supported = [{"Name": "num_round", "DefaultValue": "100", "Type": "Integer"}, {"Name": "eta", "Type": "Continuous"}]
    training = {"SupportedHyperParameters": supported, "MetricDefinitions": [{"Name": "auc", "Regex": "auc=(.*)"}]}
    answer(session, "DescribeAlgorithm", {"TrainingSpecification": training})
    clone = clone_job(session, resource_job(session))
    assert "the algorithm's own defaults, which it would have without the keys: num_round" in clone.comments
    assert "mine brings its own metrics: auc" in clone.comments
    assert clone.spec.metrics == {}
    assert clone.spec.definitions[0].static["num_round"] == 100


def test_an_algorithm_resource_that_may_not_be_read_is_no_obstacle(session: boto3.Session) -> None:
    answer(session, "DescribeAlgorithm", "AccessDeniedException")
    clone = clone_job(session, resource_job(session))
    assert (
        f"{ALGORITHM} cannot be described (AccessDeniedException): its own defaults are not marked here"
        in clone.comments
    )


# Its own spec


OWN = """\
apiVersion: smtune/v1
name: mine
algorithm: {builtin: xgboost, version: 1.7-1}
objective: {maximize: validation:auc}
hyperparameters: {objective: binary:logistic, num_round: 10, eta: {min: 0.1, max: 0.5}}
limits: {jobs: 5, parallel: 1, budget: 100 USD}
data:
  channels: {train: s3://my-bucket/train, validation: s3://my-bucket/validation}
  test: s3://my-bucket/test
diagnosis: {human_error: 0.01, metrics: {train: train:error, validation: validation:error, test: test:error}}
role: arn:aws:iam::123456789012:role/training
"""
BUCKET = f"sagemaker-{REGION}-123456789012"


def own_job(
    session: boto3.Session, spec: TuningSpec, folder: Path, kept: bytes | None = None, *, role: str | None = None
) -> Any:
    """Plan and launch `spec` as smtune does; `kept` stands in the place of the spec that it keeps. Returns the plan."""
    file = folder / "spec.yaml"
    file.write_bytes(dump_spec(spec).encode() if kept is None else kept)
    table = folder / "rows.csv"
    table.write_text("x,label\n1,2\n", encoding="utf-8")
    parts = dict.fromkeys(spec.data.split.shares, (table,)) if isinstance(spec.data, Table) else {}
    prepared = Prepared(files=parts, spec=file, fingerprint="f")
    made = plan(spec, prepared, site=Site(REGION, "123456789012", role), name="mine-1")
    storage = session.client("s3")
    storage.create_bucket(Bucket=BUCKET)
    for upload in made.uploads:
        put(storage, upload)
    launched(session, dict(made.request))
    return made


def put(storage: Any, upload: Upload) -> None:
    bucket, _, key = upload.uri.removeprefix("s3://").partition("/")
    storage.put_object(Bucket=bucket, Key=key, Body=upload.source.read_bytes())


def untagged(request: Any) -> dict[str, Any]:
    tags = [tag for tag in request.get("Tags", ()) if tag["Key"] not in (SPEC_TAG, *HELD_OUT_TAGS.values())]
    rest = {key: value for key, value in request.items() if key not in ("Tags", "HyperParameterTuningJobName")}
    return {**rest, "Tags": tags}


def comments_of(clone: Clone) -> str:
    return "\n".join(clone.comments)


def test_its_own_spec_is_the_clone_where_it_makes_the_same_request(session: boto3.Session, tmp_path: Path) -> None:
    made = own_job(session, load_spec(OWN), tmp_path)
    clone = clone_job(session, "mine-1")
    assert clone.spec == load_spec(OWN)
    assert untagged(to_request(clone.spec, clone.site)) == untagged(made.request)
    assert f"for {REGION}: the same request comes from `smtune render --account 123456789012`" in clone.comments
    assert "which makes the same request" in comments_of(clone)
    assert clone.comments[0] == "clone of mine-1 (Completed), launched by smtune"


def test_where_its_own_spec_makes_another_request_the_description_is_the_truth(
    session: boto3.Session, tmp_path: Path
) -> None:
    other = OWN.replace("max: 0.5", "max: 0.9").replace("num_round: 10", "num_round: 11")
    made = own_job(session, load_spec(OWN), tmp_path, other.encode())
    clone = clone_job(session, "mine-1")
    assert untagged(to_request(clone.spec, clone.site)) == untagged(made.request)
    assert "makes another request: what was launched differs in" in comments_of(clone)
    assert "ParameterRanges.ContinuousParameterRanges[eta].MaxValue" in comments_of(clone)
    assert "StaticHyperParameters.num_round" in comments_of(clone)
    assert clone.spec.diagnosis is not None


def test_files_of_the_machine_it_came_from_are_the_ones_it_uploaded(session: boto3.Session, tmp_path: Path) -> None:
    spec = load_spec(OWN).model_dump()
    spec["data"] = {"source": "rows.csv"}
    made = own_job(session, TuningSpec.model_validate(spec), tmp_path)
    clone = clone_job(session, "mine-1")
    assert untagged(to_request(clone.spec, clone.site)) == untagged(made.request)
    found = clone.spec.model_dump()["data"]
    assert found["channels"]["train"]["uri"] == f"s3://{BUCKET}/smtune/mine/data/f/train/"
    assert found["test"]["uri"] == f"s3://{BUCKET}/smtune/mine/data/f/test/"
    assert clone.spec.name == "mine"
    own = load_spec(OWN).diagnosis
    assert own is not None
    assert clone.spec.diagnosis == own.model_copy(update={"one_pool": True}), "how it was split, no file tells"
    assert clone.spec.limits.budget == "100 USD"
    assert "data: the parts of rows.csv (train 0.7, validation 0.15, test 0.15, seed 0)" in clone.comments
    assert SPEC_TAG not in clone.spec.tags


def test_both_sets_that_are_held_out_stay_so(session: boto3.Session, tmp_path: Path) -> None:
    spec = load_spec(OWN).model_dump()
    spec["data"] = {"source": "rows.csv", "split": {"train": 0.6, "train_dev": 0.1, "time": "day"}}
    made = own_job(session, TuningSpec.model_validate(spec), tmp_path)
    clone = clone_job(session, "mine-1")
    assert untagged(to_request(clone.spec, clone.site)) == untagged(made.request)
    assert isinstance(clone.spec.data, Channels)
    root = f"s3://{BUCKET}/smtune/mine/data/f"
    assert {name: each.uri for name, each in clone.spec.data.held_out.items()} == {
        "train_dev": f"{root}/train_dev/",
        "test": f"{root}/test/",
    }
    shares = "train 0.6, train_dev 0.1, validation 0.15, test 0.15, seed 0"
    assert f"data: the parts of rows.csv ({shares})" in clone.comments
    assert clone.spec.diagnosis is not None
    assert clone.spec.diagnosis.one_pool is False


def test_a_role_that_only_the_launch_knew_is_in_the_clone(session: boto3.Session, tmp_path: Path) -> None:
    made = own_job(
        session, load_spec(OWN.rpartition("role:")[0]), tmp_path, role="arn:aws:iam::123456789012:role/studio"
    )
    clone = clone_job(session, "mine-1")
    assert clone.spec.role == "arn:aws:iam::123456789012:role/studio"
    assert "with the role and bucket of that launch, which are here" in comments_of(clone)
    assert untagged(to_request(clone.spec)) == untagged(made.request)


@pytest.mark.parametrize(
    ("kept", "reason"),
    [
        (b"name: [", "not YAML"),
        (b"\xff\xfe", "is not UTF-8 text"),
        (OWN.replace("100 USD", "'${env:HOME}'").encode(), "HOME is not set"),
    ],
)
def test_an_own_spec_that_cannot_be_read_is_told_of(
    session: boto3.Session, tmp_path: Path, kept: bytes, reason: str
) -> None:
    made = own_job(session, load_spec(OWN), tmp_path, kept)
    clone = clone_job(session, "mine-1")
    assert untagged(to_request(clone.spec, clone.site)) == untagged(made.request)
    assert "cannot be read: " in comments_of(clone)
    assert reason in comments_of(clone)


def test_an_own_spec_that_is_gone_is_told_of(session: boto3.Session, tmp_path: Path) -> None:
    made = own_job(session, load_spec(OWN), tmp_path)
    session.client("s3").delete_object(Bucket=BUCKET, Key="smtune/mine/jobs/mine-1/spec.yaml")
    clone = clone_job(session, "mine-1")
    assert untagged(to_request(clone.spec, clone.site)) == untagged(made.request)
    assert "cannot be read: NoSuchKey" in comments_of(clone)


def test_what_is_no_description_is_a_spec_error(session: boto3.Session) -> None:
    answer(session, "DescribeHyperParameterTuningJob", {"HyperParameterTuningJobArn": "arn:aws:sagemaker:x:1:y"})
    answer(session, "ListTags", {"Tags": []})
    with pytest.raises(SpecError, match="no TrainingJobDefinition"):
        clone_job(session, "odd")
