"""A launch happens once: whatever interrupts it, wherever, running it again ends with one job and all of its data."""

from __future__ import annotations

import os
import signal
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import boto3
import pytest
from botocore.awsrequest import AWSResponse
from botocore.compat import HTTPHeaders
from either_peer import sign_in
from faults import INTERNAL, THROTTLED, Faults, Killed, Refusal
from local_jobs import GOOD, script_spec
from moto import mock_aws

from smtune.config import Configuration
from smtune.config.resolve import Setting
from smtune.control import stop
from smtune.errors import ConfigurationError, ServiceError
from smtune.execute import Launched
from smtune.execute import create as creating
from smtune.launching import Circumstances, launch_again, launch_spec
from smtune.local.launcher import Launcher
from smtune.patience import line
from smtune.session import connect, is_local
from smtune.spec import TuningSpec

ROLE = "arn:aws:iam::123456789012:role/training"
Way = Callable[..., Launched]


@pytest.fixture(autouse=True)
def _no_pauses(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(creating, "_PAUSE", 0.001)
    monkeypatch.setattr(line, "_FIRST", 0.001)


@pytest.fixture(autouse=True)
def _no_training(monkeypatch: pytest.MonkeyPatch) -> None:
    """What becomes of the jobs is for other tests: here nobody runs them."""
    monkeypatch.setattr(Launcher, "ensure_worker", lambda *_: None)


@pytest.fixture(params=["local", "moto"])
def peer(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[[], boto3.Session]]:
    """Makes sessions on one and the same account."""
    if request.param == "local":
        yield lambda: connect("local")
        return
    sign_in(monkeypatch, "eu-west-1")
    with mock_aws():
        yield lambda: connect("aws")


@pytest.fixture
def spec(tmp_path: Path) -> TuningSpec:
    (tmp_path / "train.py").write_text(GOOD)
    (tmp_path / "table.csv").write_text("label,a\n" + "1,2\n0,3\n" * 20)
    changes: Any = {"role": ROLE, "data": {"source": "table.csv"}, "tags": {"team": "blue"}}
    return script_spec(limits={"jobs": 1, "parallel": 1}, **changes)


def jobs(session: boto3.Session) -> list[str]:
    found = session.client("sagemaker").list_hyper_parameter_tuning_jobs()["HyperParameterTuningJobSummaries"]
    return [job["HyperParameterTuningJobName"] for job in found]


def objects(session: boto3.Session, launched: Launched) -> list[str]:
    """The names of all that was sent for the job's spec."""
    bucket = f"sagemaker-{session.region_name}-{launched.arn.split(':')[4]}"
    prefix = f"smtune/{launched.name.rpartition('-')[0]}/"
    found = session.client("s3").list_objects_v2(Bucket=bucket, Prefix=prefix).get("Contents", [])
    return sorted(item["Key"].rpartition("/")[2] for item in found if "/output/" not in item["Key"])


WHOLE = ["sourcedir.tar.gz", "spec.yaml", "test.csv", "train.csv", "validation.csv"]


@pytest.mark.parametrize(
    ("peer", "way", "moment"),
    [
        pytest.param("local", launch_spec, "before", id="local-once-before"),
        pytest.param("moto", launch_again, "after", id="moto-another-after"),
        pytest.param("local", launch_again, "after", id="local-another-after", marks=pytest.mark.thorough),
        pytest.param("moto", launch_spec, "before", id="moto-once-before", marks=pytest.mark.thorough),
    ],
    indirect=["peer"],
)
def test_killed_around_any_call_the_next_run_finishes_the_same_launch(
    peer: Callable[[], boto3.Session], spec: TuningSpec, tmp_path: Path, way: Way, moment: Any
) -> None:
    session = peer()
    call, was_killed = 0, True
    while was_killed:
        call += 1
        varied = spec.model_copy(update={"name": f"toy-{call}"})  # another launch for each call that is interrupted
        before = set(jobs(session))
        dying = peer()
        Faults(dying).crash(call, moment)
        try:
            way(dying, varied, tmp_path)
            was_killed = False
        except Killed:
            launched = way(session, varied, tmp_path)
            assert set(jobs(session)) - before == {launched.name}
            assert launched.changes == ()
            assert objects(session, launched) == WHOLE
    assert call > 8, "a launch makes more calls than this"


@pytest.mark.parametrize("call", [2, 4, 6, 8])
def test_killed_by_the_system_the_next_run_finishes(spec: TuningSpec, tmp_path: Path, call: int) -> None:
    child = os.fork()
    if not child:
        session = connect("local")
        session.events.register("before-parameter-build", _killer(call))
        launch_spec(session, spec, tmp_path)
        os._exit(0)
    _, status = os.waitpid(child, 0)
    assert os.WIFSIGNALED(status)
    first = launch_spec(connect("local"), spec, tmp_path)
    assert jobs(connect("local")) == [first.name]
    assert launch_spec(connect("local"), spec, tmp_path).outcome == "found"


def _killer(call: int) -> Callable[..., None]:
    count = iter(range(1, 1000))

    def handler(**_: Any) -> None:
        if next(count) == call:
            os.kill(os.getpid(), signal.SIGKILL)

    return handler


def test_the_same_spec_and_data_are_one_job_and_another_only_when_asked(
    peer: Callable[[], boto3.Session], spec: TuningSpec, tmp_path: Path
) -> None:
    first, second = (launch_spec(peer(), spec, tmp_path) for _ in range(2))
    third, fourth = (launch_again(peer(), spec, tmp_path) for _ in range(2))

    assert (first.outcome, second.outcome) == ("created", "found")
    assert second.sent.sent_files == 0
    assert first.name == second.name
    assert len({first.name, third.name, fourth.name}) == 3
    assert sorted(jobs(peer())) == sorted({first.name, third.name, fourth.name})


def test_other_data_is_another_job(spec: TuningSpec, tmp_path: Path) -> None:
    first = launch_spec(connect("local"), spec, tmp_path)
    (tmp_path / "table.csv").write_text("label,a\n" + "1,2\n0,4\n" * 20)
    assert launch_spec(connect("local"), spec, tmp_path).name != first.name


@pytest.mark.parametrize(
    "inject",
    [
        lambda faults: faults.lose("CreateHyperParameterTuningJob", at=[1]),
        lambda faults: faults.cut("CreateHyperParameterTuningJob", at=[1, 2]),
        lambda faults: faults.fail("CreateHyperParameterTuningJob", THROTTLED, at=[1, 2, 3]),
        lambda faults: faults.fail("CreateHyperParameterTuningJob", INTERNAL, at=[1]),
        lambda faults: faults.fail(
            "CreateHyperParameterTuningJob", Refusal("ValidationException", "Could not assume role x"), at=[1, 2]
        ),
        lambda faults: faults.lag(looks=3),
    ],
    ids=["answer lost", "no connection", "throttled", "internal failure", "role too young", "seen late"],
)
def test_what_passes_by_itself_is_waited_for(
    peer: Callable[[], boto3.Session], spec: TuningSpec, tmp_path: Path, inject: Callable[[Faults], None]
) -> None:
    session = peer()
    inject(Faults(session))
    launched = launch_spec(session, spec, tmp_path)

    assert launched.outcome == "created"
    assert jobs(peer()) == [launched.name]


def test_a_refusal_is_told_at_once_and_nothing_is_created(
    peer: Callable[[], boto3.Session], spec: TuningSpec, tmp_path: Path
) -> None:
    session = peer()
    faults = Faults(session)
    faults.fail("CreateHyperParameterTuningJob", Refusal("ResourceLimitExceeded", "The account-level limit is 0"))
    with pytest.raises(ServiceError, match="ResourceLimitExceeded: The account-level limit is 0"):
        launch_spec(session, spec, tmp_path)
    assert faults.calls["CreateHyperParameterTuningJob"] == 1
    assert jobs(peer()) == []


def test_expired_credentials_end_a_launch_that_the_next_run_finishes(
    peer: Callable[[], boto3.Session], spec: TuningSpec, tmp_path: Path
) -> None:
    session = peer()
    Faults(session).expire(after=5)
    with pytest.raises((ServiceError, ConfigurationError), match="expired"):
        launch_spec(session, spec, tmp_path)
    launched = launch_spec(peer(), spec, tmp_path)
    assert jobs(peer()) == [launched.name]


def test_what_the_service_made_otherwise_is_told(peer: Callable[[], boto3.Session], tmp_path: Path) -> None:
    (tmp_path / "train.py").write_text(GOOD)
    spec = script_spec(role=ROLE, environment={"LEVEL": "debug"}, limits={"jobs": 1, "parallel": 1})
    session = peer()

    def forget(parsed: dict[str, Any], **_: Any) -> None:
        if "TrainingJobDefinition" in parsed:  # else it is an error's answer
            parsed["TrainingJobDefinition"] = {**parsed["TrainingJobDefinition"], "Environment": {}}

    session.events.register("after-call.sagemaker.DescribeHyperParameterTuningJob", forget)
    launched = launch_spec(session, spec, tmp_path)

    assert [(item.path, item.kind, item.before) for item in launched.changes] == [
        ("TrainingJobDefinition.Environment", "removed", {"LEVEL": "debug"})
    ]
    assert launched.to_dict()["changes"][0]["path"] == "TrainingJobDefinition.Environment"


def test_a_launch_without_a_role_is_refused_before_anything_is_sent(
    peer: Callable[[], boto3.Session], spec: TuningSpec, tmp_path: Path
) -> None:
    session = peer()
    faults = Faults(session)
    if is_local(session):
        name = launch_spec(session, spec.model_copy(update={"role": None}), tmp_path).name
        stop(session, name)
        return
    with pytest.raises(ConfigurationError, match="AWS needs a role: add role:"):
        launch_spec(session, spec.model_copy(update={"role": None}), tmp_path)
    assert set(faults.calls) == {"GetCallerIdentity"}


def test_a_configured_role_is_used_and_told(
    peer: Callable[[], boto3.Session], spec: TuningSpec, tmp_path: Path
) -> None:
    configuration = Configuration({"role": (Setting(ROLE, "smtune.toml", 2),)})
    launched = launch_spec(
        peer(), spec.model_copy(update={"role": None}), tmp_path, Circumstances(configuration=configuration)
    )
    assert f"role: {ROLE} (from smtune.toml)" in launched.notes


def test_the_default_bucket_is_made_and_has_to_be_the_accounts_own(
    peer: Callable[[], boto3.Session], spec: TuningSpec, tmp_path: Path
) -> None:
    session = peer()
    if is_local(session):
        pytest.skip("the local engine has every bucket")
    owners: list[bytes] = []

    def look(request: Any, **_: Any) -> None:
        owner = request.headers["x-amz-expected-bucket-owner"]
        owners.append(owner if isinstance(owner, bytes) else owner.encode())

    session.events.register("before-send.s3.PutObject", look)
    launched = launch_spec(session, spec, tmp_path)

    assert "bucket sagemaker-eu-west-1-123456789012 was created" in launched.notes
    assert set(owners) == {b"123456789012"}
    place = session.client("s3").get_bucket_location(Bucket="sagemaker-eu-west-1-123456789012")
    assert place["LocationConstraint"] == "eu-west-1"


def test_of_two_at_the_same_time_one_creates_and_the_other_finds(
    peer: Callable[[], boto3.Session], spec: TuningSpec, tmp_path: Path
) -> None:
    session, faster = peer(), list[Launched]()

    def overtake(**_: Any) -> None:
        if not faster:
            faster.append(launch_spec(peer(), spec, tmp_path))

    session.events.register_first("before-call.sagemaker.CreateHyperParameterTuningJob", overtake)
    launched = launch_spec(session, spec, tmp_path)

    assert (faster[0].outcome, launched.outcome) == ("created", "found")
    assert jobs(session) == [launched.name]


def test_a_secret_that_the_service_changed_is_not_told(peer: Callable[[], boto3.Session], tmp_path: Path) -> None:
    (tmp_path / "train.py").write_text(GOOD)
    spec = script_spec(role=ROLE, environment={"DB_PASSWORD": "hunter2"}, limits={"jobs": 1, "parallel": 1})
    session = peer()

    def forget(parsed: dict[str, Any], **_: Any) -> None:
        if "TrainingJobDefinition" in parsed:  # else it is an error's answer
            parsed["TrainingJobDefinition"] = {**parsed["TrainingJobDefinition"], "Environment": {}}

    session.events.register("after-call.sagemaker.DescribeHyperParameterTuningJob", forget)
    launched = launch_spec(session, spec, tmp_path)

    assert [item.before for item in launched.changes] == [{"DB_PASSWORD": "(hidden)"}]


@pytest.mark.parametrize(("status", "code"), [(409, "OperationAborted"), (403, "403")])
def test_a_bucket_in_the_making_is_waited_for_and_one_that_is_not_ours_is_named(
    monkeypatch: pytest.MonkeyPatch, spec: TuningSpec, tmp_path: Path, status: int, code: str
) -> None:
    sign_in(monkeypatch)

    def refuse(**_: Any) -> Any:
        if status == 409:
            boto3.client("s3").create_bucket(Bucket="sagemaker-us-east-1-123456789012")
        about = {"HTTPStatusCode": status, "HTTPHeaders": {}, "RetryAttempts": 0}
        answer = AWSResponse("https://s3.example", status, HTTPHeaders(), None)
        return answer, {"Error": {"Code": code, "Message": "no"}, "ResponseMetadata": about}

    with mock_aws():
        session = connect("aws")
        operation = "CreateBucket" if status == 409 else "HeadBucket"
        session.events.register_first(f"before-call.s3.{operation}", refuse)
        if status == 409:
            assert launch_spec(session, spec, tmp_path).outcome == "created"
        else:
            with pytest.raises(ServiceError, match="AccessDenied: bucket sagemaker-us-east-1-123456789012 is another"):
                launch_spec(session, spec, tmp_path)


def test_whoever_may_not_read_tags_can_launch(
    peer: Callable[[], boto3.Session], spec: TuningSpec, tmp_path: Path
) -> None:
    session = peer()
    Faults(session).fail("ListTags", Refusal("AccessDeniedException", "not allowed to: sagemaker:ListTags"))
    launched = launch_spec(session, spec, tmp_path)

    assert (launched.outcome, launched.changes) == ("created", ())
    assert launch_spec(session, spec, tmp_path).outcome == "found"
