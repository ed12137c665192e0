"""The SDK's own tuner (3.27.0) gets each of these wrong: one test a bug, which shows what a spec's tuner does instead.

The numbers are those of the table in docs/sdk.md. What the SDK does is said in a comment only: AWS may repair it.
"""

from __future__ import annotations

import io
import json
import tarfile
from pathlib import Path
from typing import Any

import boto3
import pytest
from sdk_support import ACCOUNT, BUCKET, KEY, REGION, Aws, several, spec_of

import smtune
from smtune.errors import SpecError, UsageError
from smtune.request import to_request
from smtune.spec import TuningSpec
from smtune.spec import dump_spec as dump

pytest_plugins = ["sdk_fixtures"]

PLAN = f"arn:aws:sagemaker:{REGION}:{ACCOUNT}:training-plan/mine"
ALGORITHM = f"arn:aws:sagemaker:{REGION}:{ACCOUNT}:algorithm/mine"
CONFIG, DEFINITION = "HyperParameterTuningJobConfig", "TrainingJobDefinition"


def scripted(folder: Path, **script: str) -> TuningSpec:
    """A spec whose code lies in `folder`."""
    own = {"framework": "scikit-learn", "version": "1.2-1", "entry_point": "train.py", "source_dir": str(folder)}
    return spec_of(algorithm={"script": {**own, **script}})


def archive_names(sdk_aws: Aws, request: dict[str, Any]) -> set[str]:
    """What is in the source archive that a request names."""
    uri = request[DEFINITION]["StaticHyperParameters"]["sagemaker_submit_directory"]
    body = sdk_aws.s3.get_object(Bucket=BUCKET, Key=uri.removeprefix(f"s3://{BUCKET}/"))["Body"].read()
    with tarfile.open(fileobj=io.BytesIO(body)) as archive:
        return set(archive.getnames())


def uri_of(channel: dict[str, Any]) -> str:
    return str(channel["DataSource"]["S3DataSource"]["S3Uri"])


@pytest.fixture
def code(tmp_path: Path) -> Path:
    folder = tmp_path / "code"
    for name in ("train.py", ".env", ".git/config", "scripts/helper.py"):
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text("SECRET=1\n", encoding="utf-8")
    return folder


def test_b1_several_algorithms_are_sent_all(sdk_aws: Aws) -> None:
    # HyperparameterTuner.create(...).tune() ends in an AttributeError.
    request = sdk_aws.send(several())

    assert [item["DefinitionName"] for item in request["TrainingJobDefinitions"]] == ["deep", "shallow"]
    assert DEFINITION not in request
    assert smtune.build_tuner(several()).hyperparameter_ranges_dict().keys() == {"deep", "shallow"}


def test_b2_network_isolation_and_traffic_encryption_are_sent(sdk_aws: Aws) -> None:
    # Both are dropped, silently.
    request = sdk_aws.send(spec_of(security={"isolation": True, "encrypt_traffic": True}))

    assert request[DEFINITION]["EnableNetworkIsolation"] is True
    assert request[DEFINITION]["EnableInterContainerTrafficEncryption"] is True


def test_b3_half_a_vpc_is_refused_and_a_whole_one_sent(sdk_aws: Aws) -> None:
    # Without security groups the job runs outside the VPC, silently.
    with pytest.raises(SpecError, match="security_groups"):
        sdk_aws.send(spec_of(security={"subnets": ["subnet-1"]}))
    assert sdk_aws.requests == []

    request = sdk_aws.send(spec_of(security={"subnets": ["subnet-1"], "security_groups": ["sg-1"]}))
    assert request[DEFINITION]["VpcConfig"] == {"Subnets": ["subnet-1"], "SecurityGroupIds": ["sg-1"]}


def test_b4_secrets_and_version_control_stay_out_of_the_source_archive(sdk_aws: Aws, code: Path) -> None:
    # .env and .git/config are uploaded.
    names = archive_names(sdk_aws, sdk_aws.send(scripted(code)))

    assert "train.py" in names
    assert not {name for name in names if name.startswith((".env", ".git"))}


def test_b5_a_folder_named_scripts_is_packed(sdk_aws: Aws, code: Path) -> None:
    # ignore_patterns=['scripts'] takes the SDK's own sm_drivers/scripts away. There are no drivers here to take away.
    request = sdk_aws.send(scripted(code))

    assert "scripts/helper.py" in archive_names(sdk_aws, request)
    assert [channel["ChannelName"] for channel in request[DEFINITION]["InputDataConfig"]] == ["train"]


def test_b6_code_is_sent_or_refused_never_forgotten(sdk_aws: Aws, code: Path) -> None:
    # SourceCode(command=...) sends neither code nor hyperparameters, silently. The API has no place for a command.
    static = sdk_aws.send(scripted(code))[DEFINITION]["StaticHyperParameters"]
    assert static["sagemaker_program"] == "train.py"
    assert static["sagemaker_submit_directory"].endswith("/sourcedir.tar.gz")

    text = dump(scripted(code)).replace("entry_point: train.py", "command: python train.py")
    (code / "spec.yaml").write_text(text, encoding="utf-8")
    with pytest.raises(SpecError, match="command"):
        smtune.build_tuner(code / "spec.yaml")


def test_b7_an_archive_in_the_place_of_a_folder_is_refused(sdk_aws: Aws, code: Path) -> None:
    # source_dir='x.tar.gz' uploads an empty archive, silently.
    (code.parent / "x.tar.gz").write_bytes(b"")

    with pytest.raises(SpecError, match=r"no file 'train\.py' to pack"):
        sdk_aws.send(scripted(code.parent / "x.tar.gz"))
    assert sdk_aws.requests == []


def test_b8_autotune_sends_what_the_service_may_choose_and_keeps_the_rest(sdk_aws: Aws) -> None:
    # Hyperparameters that are not to be kept static vanish from the job, silently.
    request = sdk_aws.send(
        spec_of(autotune=True, hyperparameters={"rounds": 3, "dose": {"hint": 0.5}, "rate": {"min": 0.0, "max": 1.0}})
    )

    assert request["Autotune"] == {"Mode": "Enabled"}
    assert request[CONFIG]["ParameterRanges"]["AutoParameters"] == [{"Name": "dose", "ValueHint": "0.5"}]
    assert request[DEFINITION]["StaticHyperParameters"] == {"rounds": "3"}


def test_b9_a_seed_of_0_is_a_seed(sdk_aws: Aws) -> None:
    # random_seed=0 is dropped, silently.
    assert sdk_aws.send(spec_of(seed=0))[CONFIG]["RandomSeed"] == 0


def test_b10_overridden_instances_are_sent(sdk_aws: Aws) -> None:
    # They are stored, and the trainer's own instances are sent, silently.
    from sagemaker.core.shapes import HyperParameterTuningInstanceConfig

    tuner = smtune.build_tuner(spec_of(), sdk_aws.session)
    options = [
        HyperParameterTuningInstanceConfig(instance_type=kind, instance_count=1, volume_size_in_gb=30)
        for kind in ("ml.m5.xlarge", "ml.m5.2xlarge")
    ]
    tuner.override_resource_config(options)
    tuner.tune(wait=False)

    resources = sdk_aws.requests[-1][DEFINITION]["HyperParameterTuningResourceConfig"]
    assert [item["InstanceType"] for item in resources["InstanceConfigs"]] == ["ml.m5.xlarge", "ml.m5.2xlarge"]
    assert "ResourceConfig" not in sdk_aws.requests[-1][DEFINITION]
    tuner.override_resource_config(None)
    assert tuner.request == to_request(spec_of())


def test_b11_instances_by_name_are_for_several_algorithms(sdk_aws: Aws) -> None:
    # A dict on a tuner of one trainer ends in an AttributeError.
    option = {"InstanceType": "ml.m5.xlarge", "InstanceCount": 1, "VolumeSizeInGB": 30}
    with pytest.raises(UsageError, match="give a list of HyperParameterTuningInstanceConfig"):
        smtune.build_tuner(spec_of()).override_resource_config({"deep": [option]})

    tuner = smtune.build_tuner(several(), sdk_aws.session)
    tuner.override_resource_config({"deep": [option]})
    tuner.tune(wait=False)
    deep, shallow = sdk_aws.requests[-1]["TrainingJobDefinitions"]
    assert deep["HyperParameterTuningResourceConfig"] == {"InstanceConfigs": [option]}
    assert shallow["ResourceConfig"]["InstanceType"] == "ml.m5.large"


def test_b12_an_algorithm_resource_is_sent(sdk_aws: Aws) -> None:
    # ModelTrainer(algorithm_name=...) sends neither an image nor an algorithm, silently.
    request = sdk_aws.send(spec_of(algorithm={"arn": ALGORITHM}))

    assert request[DEFINITION]["AlgorithmSpecification"]["AlgorithmName"] == ALGORITHM


def test_b13_volume_key_warm_pool_and_training_plan_are_sent(sdk_aws: Aws) -> None:
    # All three are dropped, silently: the volume is not encrypted with the customer's key.
    compute = {"instance": "ml.m5.xlarge", "keep_alive_seconds": 600, "training_plan": PLAN}
    resources = sdk_aws.send(spec_of(security={"volume_key": KEY}, compute=compute))[DEFINITION]["ResourceConfig"]

    assert resources["VolumeKmsKeyId"] == KEY
    assert resources["KeepAlivePeriodInSeconds"] == 600
    assert resources["TrainingPlanArn"] == PLAN


def test_b14_instance_groups_and_preferences_are_sent(sdk_aws: Aws) -> None:
    # Only the size of the volume is sent.
    group = {"name": "workers", "instance": "ml.m5.xlarge", "count": 2}
    resources = sdk_aws.send(spec_of(compute={"groups": [group]}))[DEFINITION]["ResourceConfig"]
    assert [item["InstanceGroupName"] for item in resources["InstanceGroups"]] == ["workers"]

    preference = {"instance": "ml.m5.xlarge", "count": 1}
    resources = sdk_aws.send(spec_of(compute={"preferences": [preference]}))[DEFINITION]["ResourceConfig"]
    assert [item["InstanceType"] for item in resources["InstancePreferences"]] == ["ml.m5.xlarge"]


def test_b15_the_longest_pending_time_is_sent(sdk_aws: Aws) -> None:
    # It is dropped, silently.
    request = sdk_aws.send(spec_of(compute={"pending_seconds": 7200}))

    assert request[DEFINITION]["StoppingCondition"]["MaxPendingTimeInSeconds"] == 7200


def test_b16_metric_definitions_are_the_specs(sdk_aws: Aws) -> None:
    # Those of the trainer are not inherited, silently.
    request = sdk_aws.send(spec_of())

    definitions = request[DEFINITION]["AlgorithmSpecification"]["MetricDefinitions"]
    assert definitions == [{"Name": "score", "Regex": r"score=(\S+)"}]
    assert smtune.build_tuner(spec_of()).metric_definitions == definitions


def test_b17_transfer_learning_takes_additional_parents(sdk_aws: Aws) -> None:
    # A validation error, whatever the parents.
    parent = smtune.build_tuner(spec_of(), sdk_aws.session)
    parent.tune(wait=False)
    name = parent.latest_tuning_job.hyper_parameter_tuning_job_name

    parent.transfer_learning_tuner(additional_parents={"p3", "p2"}).tune(wait=False)

    assert sdk_aws.requests[-1]["WarmStartConfig"] == {
        "WarmStartType": "TransferLearning",
        "ParentHyperParameterTuningJobs": [{"HyperParameterTuningJobName": each} for each in (name, "p2", "p3")],
    }
    with pytest.raises(SpecError, match="R27"):
        parent.transfer_learning_tuner(additional_parents={f"p{number}" for number in range(5)})


def test_b18_attach_and_the_identical_tuner_exist(sdk_finished: Any) -> None:
    # V3 has neither, though its docstrings show attach.
    name = sdk_finished.latest_tuning_job.hyper_parameter_tuning_job_name

    attached = smtune.sdk.SpecTuner.attach(name, sdk_finished.session)

    assert attached.best_training_job() == sdk_finished.best_training_job()
    again = attached.identical_dataset_and_algorithm_tuner(additional_parents="p2")
    assert again.request["WarmStartConfig"]["WarmStartType"] == "IdenticalDataAndAlgorithm"
    assert [
        item["HyperParameterTuningJobName"]
        for item in again.request["WarmStartConfig"]["ParentHyperParameterTuningJobs"]
    ] == [name, "p2"]


def test_b19_an_attached_tuner_keeps_the_scales(sdk_finished: Any) -> None:
    # What is left of the SDK's attach turns Logarithmic into Auto.
    name = sdk_finished.latest_tuning_job.hyper_parameter_tuning_job_name

    attached = smtune.sdk.SpecTuner.attach(name, sdk_finished.session)

    assert attached.request[CONFIG] == sdk_finished.request[CONFIG]
    [dose] = attached.request[CONFIG]["ParameterRanges"]["ContinuousParameterRanges"]
    assert dose["ScalingType"] == "Logarithmic"
    [shown] = attached.hyperparameter_ranges()["ContinuousParameterRanges"]
    assert shown["scaling_type"] == "Logarithmic"


def test_b20_hyperband_is_said_in_plain_words(sdk_aws: Aws) -> None:
    # A dict, as the docstring says, is refused by pydantic.
    spec = spec_of(strategy="hyperband", hyperband={"min_resource": 1, "max_resource": 9})

    config = sdk_aws.send(spec)[CONFIG]

    assert config["StrategyConfig"] == {"HyperbandStrategyConfig": {"MinResource": 1, "MaxResource": 9}}
    assert smtune.build_tuner(spec).strategy_config.hyperband_strategy_config.max_resource == 9


def test_b21_hyperparameters_are_json_and_none_is_lost(sdk_aws: Aws) -> None:
    # tune() sends 'True' and "{'a': 1}" where train() sends JSON, and drops None.
    values = {"flag": True, "rate": 0.5, "text": "tea", "nested": json.dumps({"a": 1})}
    request = sdk_aws.send(spec_of(hyperparameters={**values, "dose": {"min": 0.0, "max": 1.0}}))

    static = request[DEFINITION]["StaticHyperParameters"]
    assert static == {"flag": "true", "rate": "0.5", "text": "tea", "nested": '{"a": 1}'}
    text = dump(spec_of()).replace("rounds: 3", "rounds:")
    with pytest.raises(SpecError, match="the value is missing"):
        smtune.load_spec(text)


def test_b22_local_data_is_uploaded(sdk_aws: Aws, tmp_path: Path) -> None:
    # The path itself is sent as an S3 URI, silently.
    (tmp_path / "train.csv").write_text("1,2\n", encoding="utf-8")

    in_spec = sdk_aws.send(spec_of(data={"channels": {"train": str(tmp_path / "train.csv")}}))
    as_input = sdk_aws.send(spec_of(), inputs={"train": str(tmp_path)})
    alone = sdk_aws.send(spec_of(), inputs="s3://my-bucket/all")

    for request in (in_spec, as_input):
        [channel] = request[DEFINITION]["InputDataConfig"]
        key = uri_of(channel).removeprefix(f"s3://{BUCKET}/")
        assert any(name.startswith(key) and name.endswith("train.csv") for name in sdk_aws.stored())
    [channel] = alone[DEFINITION]["InputDataConfig"]
    assert (channel["ChannelName"], uri_of(channel)) == ("training", "s3://my-bucket/all")


def test_b23_input_data_of_s3_and_of_file_systems_is_sent(sdk_aws: Aws) -> None:
    # pydantic refuses both.
    from sagemaker.core.shapes import FileSystemDataSource, S3DataSource
    from sagemaker.core.training.configs import InputData

    stored = S3DataSource(
        s3_data_type="S3Prefix", s3_uri="s3://my-bucket/a", s3_data_distribution_type="ShardedByS3Key"
    )
    mounted = FileSystemDataSource(
        file_system_id="fs-0a1b2c3d", file_system_type="EFS", directory_path="/train", file_system_access_mode="ro"
    )
    inputs = [InputData(channel_name="a", data_source=stored), InputData(channel_name="b", data_source=mounted)]

    one, other = sdk_aws.send(spec_of(), inputs=inputs)[DEFINITION]["InputDataConfig"]

    assert one["DataSource"]["S3DataSource"] == {
        "S3DataType": "S3Prefix",
        "S3Uri": "s3://my-bucket/a",
        "S3DataDistributionType": "ShardedByS3Key",
    }
    assert other["DataSource"]["FileSystemDataSource"]["FileSystemId"] == "fs-0a1b2c3d"


def test_b24_a_list_of_input_data_and_channels_is_sent(sdk_aws: Aws) -> None:
    # ModelTrainer(input_data_config=[InputData(...)]) with tune(None) is refused by pydantic.
    from sagemaker.core.shapes import Channel, DataSource, S3DataSource
    from sagemaker.core.training.configs import InputData

    source = DataSource(s3_data_source=S3DataSource(s3_data_type="S3Prefix", s3_uri="s3://my-bucket/b"))
    inputs = [
        InputData(channel_name="a", data_source="s3://my-bucket/a", content_type="text/csv"),
        Channel(channel_name="b", data_source=source, input_mode="FastFile"),
    ]

    one, other = sdk_aws.send(spec_of(), inputs=inputs)[DEFINITION]["InputDataConfig"]

    assert (uri_of(one), one["ContentType"]) == ("s3://my-bucket/a", "text/csv")
    assert (uri_of(other), other["InputMode"]) == ("s3://my-bucket/b", "FastFile")


def test_b25_checkpoints_need_a_place_and_the_spec_says_so(sdk_aws: Aws, tmp_path: Path) -> None:
    # CheckpointConfig() with its documented default is refused by botocore, when everything else has been uploaded.
    text = dump(spec_of(checkpoints={"uri": "s3://my-bucket/c"}))
    (tmp_path / "spec.yaml").write_text(text.replace("uri: s3://my-bucket/c", "path: /opt/ml/checkpoints"))

    with pytest.raises(SpecError, match=r"checkpoints.*uri"):
        smtune.build_tuner(tmp_path / "spec.yaml", sdk_aws.session)
    assert sdk_aws.calls == []


def test_b26_a_session_on_this_machine_runs_the_job_here(sdk_finished: Any) -> None:
    # Mode.LOCAL_CONTAINER sends InstanceType 'local_cpu' to AWS, or ends in an AttributeError.
    job = sdk_finished.describe()

    assert job.hyper_parameter_tuning_job_status == "Completed"
    assert job.training_job_definition.resource_config.instance_type == "ml.m5.large"


def test_b27_every_tune_has_a_name_of_its_own(sdk_aws: Aws) -> None:
    # Two calls within a minute have the same one, and the second is refused.
    tuner = smtune.build_tuner(spec_of(), sdk_aws.session)

    for _ in range(2):
        tuner.tune(wait=False)

    names = [request.pop("HyperParameterTuningJobName") for request in sdk_aws.requests]
    assert len(set(names)) == 2
    assert all(name.startswith("toy-") for name in names)


def test_b28_a_name_that_the_service_refuses_is_refused_before(sdk_aws: Aws) -> None:
    # base_tuning_job_name='my_job' is sent as it is.
    request = {**to_request(spec_of()), "HyperParameterTuningJobName": "my_job"}

    with pytest.raises(SpecError, match="my_job"):
        smtune.build_tuner(request)
    with pytest.raises(UsageError, match="my_job"):
        smtune.build_tuner(spec_of(), sdk_aws.session).tune(job_name="my_job")
    assert sdk_aws.calls == []


@pytest.fixture
def unreachable(monkeypatch: pytest.MonkeyPatch) -> None:
    """Whoever calls AWS fails, whichever client it is."""
    import botocore.client

    def refuse(self: Any, operation: str, arguments: Any) -> None:
        message = f"{operation} was called"
        raise AssertionError(message)

    monkeypatch.setattr(botocore.client.BaseClient, "_make_api_call", refuse)


@pytest.mark.usefixtures("sdk", "unreachable")
def test_b29_building_asks_nobody_and_needs_no_credentials() -> None:
    # Constructing a ModelTrainer asks IAM for the role and simulates its policy.
    for spec in (spec_of(), several(), to_request(spec_of())):
        for session in (None, boto3.Session()):
            tuner = smtune.build_tuner(spec, session)
            assert tuner.request["HyperParameterTuningJobName"] == "toy"

    with pytest.raises(AssertionError, match="was called"):  # and the proof is one: starting it does ask
        smtune.build_tuner(spec_of(), boto3.Session("a", "b", region_name=REGION)).tune()


def _patched(**patch: Any) -> dict[str, Any]:
    return to_request(spec_of(raw=patch))


def _ranges(**lists: Any) -> dict[str, Any]:
    return {CONFIG: {"ParameterRanges": {f"{kind}ParameterRanges": items for kind, items in lists.items()}}}


MISTAKES = {
    "strategy": {CONFIG: {"Strategy": "bayes"}},
    "early stopping": {CONFIG: {"TrainingJobEarlyStoppingType": "auto"}},
    "min above max": _ranges(Continuous=[{"Name": "dose", "MinValue": "2", "MaxValue": "1"}]),
    "logarithm of 0": _ranges(
        Continuous=[{"Name": "dose", "MinValue": "0", "MaxValue": "1", "ScalingType": "Logarithmic"}]
    ),
    "35 ranges": _ranges(Continuous=[{"Name": f"x{n}", "MinValue": "0", "MaxValue": "1"} for n in range(35)]),
    "regex": {DEFINITION: {"AlgorithmSpecification": {"MetricDefinitions": [{"Name": "score", "Regex": "score=("}]}}},
    "objective": {CONFIG: {"HyperParameterTuningJobObjective": {"MetricName": "scores"}}},
    "grid of numbers": {CONFIG: {"Strategy": "Grid"}},
    "hyperband with early stopping": {
        CONFIG: {
            "Strategy": "Hyperband",
            "TrainingJobEarlyStoppingType": "Auto",
            "StrategyConfig": {"HyperbandStrategyConfig": {"MaxResource": 9}},
        }
    },
}


@pytest.mark.usefixtures("sdk", "unreachable")
@pytest.mark.parametrize("mistake", MISTAKES)
def test_b30_what_the_service_would_refuse_is_refused_when_it_is_built(mistake: str) -> None:
    # All of it is accepted and sent.
    smtune.build_tuner(_patched())

    with pytest.raises(SpecError):
        smtune.build_tuner(_patched(**MISTAKES[mistake]))


def test_b31_tuning_changes_neither_the_spec_nor_the_tuner(sdk_aws: Aws, code: Path) -> None:
    # tune() writes into the trainer's hyperparameters, and its next use carries them.
    spec = scripted(code)
    before = spec.model_copy(deep=True)
    tuner = smtune.build_tuner(spec, sdk_aws.session)
    shown = tuner.request

    for _ in range(2):
        tuner.tune(inputs={"train": "s3://my-bucket/other"}, wait=False)

    assert (tuner.spec, spec, tuner.request) == (before, before, shown)
    one, other = sdk_aws.requests
    assert one[DEFINITION] == other[DEFINITION]


def test_b32_an_argument_that_nobody_reads_is_refused(sdk_aws: Aws) -> None:
    # tune() documents **kwargs and ends in the TypeError of a private method.
    tuner = smtune.build_tuner(spec_of(), sdk_aws.session)

    with pytest.raises(TypeError, match=r"tune\(\) got an unexpected keyword argument 'foo'"):
        tuner.tune(foo=1)
    with pytest.raises(UsageError, match="model_trainer_kwargs"):
        tuner.tune(model_trainer_kwargs={"a": {}})
    assert sdk_aws.calls == []


def test_b33_wait_counts_and_ends(sdk_finished: Any, capsys: pytest.CaptureFixture[str]) -> None:
    # wait() has no timeout, polls every 5 s and counts nothing. How it ends is in test_sdk_wait.py.
    sdk_finished.wait(timeout=10, poll=1)

    assert "Completed: 4/4 done (1 failed), 0 running, best so far" in capsys.readouterr().err
