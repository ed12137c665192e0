"""Anybody's tuning job becomes a readable spec, and that spec the same request again.

`clones/` has the examples of AWS's developer guide (direct marketing, warm start, two algorithms) and the same job as
a Describe answer, as SDK V2 and V3 send it and as Terraform shows it; beside each, the YAML it becomes.
"""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any

import pytest

from smtune.cli.main import main
from smtune.clone import read_job, read_tags, region_of, write_clone
from smtune.errors import SmtuneError, SpecError, UsageError
from smtune.request import Site, to_request
from smtune.request.description import from_description, normalize
from smtune.spec import load_spec

CLONES = Path(__file__).parent / "clones"
NAMES = sorted(file.stem for file in CLONES.glob("*.json"))
UPDATE = os.environ.get("SMTUNE_UPDATE_GOLDEN") == "1"


def document(name: str) -> Any:
    return json.loads((CLONES / f"{name}.json").read_text(encoding="utf-8"))


def saved(folder: Path, value: Any) -> Path:
    file = folder / "job.json"
    file.write_text(value if isinstance(value, str) else json.dumps(value), encoding="utf-8")
    return file


@pytest.mark.parametrize("name", NAMES)
def test_the_yaml_is_the_golden_one(name: str) -> None:
    golden, text = CLONES / f"{name}.yaml", write_clone(read_job(CLONES / f"{name}.json"))
    if UPDATE:
        golden.write_text(text, encoding="utf-8")
    assert text == golden.read_text(encoding="utf-8")


@pytest.mark.parametrize("name", NAMES)
def test_the_yaml_becomes_the_same_request(name: str) -> None:
    request = read_job(CLONES / f"{name}.json").request
    assert to_request(load_spec(CLONES / f"{name}.yaml"), Site(region="us-west-2")) == request


@pytest.mark.parametrize("name", NAMES)
def test_nothing_needs_raw(name: str) -> None:
    assert "raw" not in (CLONES / f"{name}.yaml").read_text(encoding="utf-8")


@pytest.mark.parametrize("name", ["sdk-v3", "terraform-show", "describe"])
def test_other_spellings_say_the_same_job(name: str) -> None:
    expected = dict(read_job(CLONES / "direct-marketing.json").request)
    found = json.loads(json.dumps(read_job(CLONES / f"{name}.json").request))
    found.pop("Tags", None)
    if name == "describe":  # it says what was left to the service
        del found["HyperParameterTuningJobConfig"]["TrainingJobEarlyStoppingType"]
        for member in ("NetworkIsolation", "InterContainerTrafficEncryption", "ManagedSpotTraining"):
            assert found["TrainingJobDefinition"].pop(f"Enable{member}") is False
    assert found == expected


TERRAFORM = "aws_sagemaker_hyper_parameter_tuning_job"


def terraform_attributes() -> Any:
    (resource,) = (
        item for item in document("terraform-show")["values"]["root_module"]["resources"] if item["type"] == TERRAFORM
    )
    return resource["values"]


def short_names(attributes: dict[str, Any]) -> dict[str, Any]:
    """As the provider's documentation spells them."""
    (config,) = attributes.pop("hyper_parameter_tuning_job_config")
    config["objective"] = config.pop("hyper_parameter_tuning_job_objective")
    return {**attributes, "name": attributes.pop("hyper_parameter_tuning_job_name"), "config": [config]}


@pytest.mark.parametrize(
    "wrapped",
    [
        lambda found: {"version": 4, "resources": [{"type": TERRAFORM, "instances": [{"attributes": found}]}]},
        lambda found: {"resource": {TERRAFORM: {"this": short_names(found)}}},
        lambda found: {"resource": {TERRAFORM: {"this": [short_names(found)]}}},
        lambda found: {"planned_values": {"root_module": {"resources": [{"type": TERRAFORM, "values": found}]}}},
    ],
)
def test_terraform_says_it_in_several_ways(wrapped: Any, tmp_path: Path) -> None:
    found = read_job(saved(tmp_path, wrapped(terraform_attributes())))
    assert found.request == read_job(CLONES / "terraform-show.json").request


def test_cloudformation(tmp_path: Path) -> None:
    template = {
        "Resources": {
            "Tuning": {"Type": "AWS::SageMaker::HyperParameterTuningJob", "Properties": document("direct-marketing")}
        }
    }
    assert read_job(saved(tmp_path, template)).request == read_job(CLONES / "direct-marketing.json").request


def test_yaml_is_read_as_well(tmp_path: Path) -> None:
    file = tmp_path / "job.yaml"
    file.write_text("# from the AWS CLI\n" + json.dumps(document("direct-marketing"), indent=1), encoding="utf-8")
    assert read_job(file).request == read_job(CLONES / "direct-marketing.json").request


def test_what_only_the_service_can_say_is_left_out_and_named() -> None:
    job = document("describe")
    job["TrainingJobDefinition"]["ResourceConfig"]["SelectedInstanceType"] = "ml.c4.2xlarge"
    tags = [{"Key": "team", "Value": "ml"}, {"Key": "aws:cloudformation:stack-name", "Value": "s"}]
    found = normalize(job, tags)
    assert found.left_out == {
        "hyperparameter _tuning_objective_metric": "the service adds it",
        "MetricDefinitions": "the algorithm has its own",
        "ResourceConfig.SelectedInstanceType": "it says what the service chose",
        "tag aws:cloudformation:stack-name": "AWS sets it",
    }
    assert from_description(job, tags).tags == {"team": "ml"}
    assert "TrainingJobStatusCounters" not in found.request


def test_of_two_resource_structures_that_say_the_same_one_stays() -> None:
    job = document("sdk-v2")
    shared = job["TrainingJobDefinition"]["HyperParameterTuningResourceConfig"]
    job["TrainingJobDefinition"]["ResourceConfig"] = dict(shared)
    assert "HyperParameterTuningResourceConfig" not in normalize(job).request["TrainingJobDefinition"]
    job["TrainingJobDefinition"]["ResourceConfig"]["InstanceCount"] = 7
    both = normalize(job).request["TrainingJobDefinition"]
    assert {"ResourceConfig", "HyperParameterTuningResourceConfig"} <= set(both)  # validate refuses that, in words


def test_empty_texts_that_mean_something_stay() -> None:
    job = document("direct-marketing")
    job["TrainingJobDefinition"]["StaticHyperParameters"]["tag"] = ""
    job["TrainingJobDefinition"]["Environment"] = {"EMPTY": ""}
    definition = normalize(job).request["TrainingJobDefinition"]
    assert definition["StaticHyperParameters"]["tag"] == ""
    assert definition["Environment"] == {"EMPTY": ""}


def test_one_of_several_jobs_is_named(tmp_path: Path) -> None:
    file = saved(tmp_path, [document("direct-marketing"), document("warm-start")])
    with pytest.raises(UsageError, match="with --job: MyTuningJob, MyWarmStartTuningJob"):
        read_job(file)
    assert read_job(file, "MyWarmStartTuningJob").request["HyperParameterTuningJobName"] == "MyWarmStartTuningJob"
    with pytest.raises(UsageError, match="with --job: MyTuningJob"):
        read_job(file, "other")


def in_template(properties: Any) -> str:
    return json.dumps(
        {"Resources": {"T": {"Type": "AWS::SageMaker::HyperParameterTuningJob", "Properties": properties}}}
    )


def in_state(instances: Any) -> str:
    return json.dumps({"version": 4, "resources": [{"type": TERRAFORM, "instances": instances}]})


def with_definition(definition: Any) -> str:
    job = {"HyperParameterTuningJobName": "a", "HyperParameterTuningJobConfig": {}}
    return json.dumps({**job, "TrainingJobDefinition": definition})


@pytest.mark.parametrize(
    ("content", "kind", "message"),
    [
        ("{}", SpecError, "there is no tuning job in it"),
        ("[]", SpecError, "there is no tuning job in it"),
        ("5", SpecError, "there is no tuning job in it"),
        ('{"a": 1,,}', SpecError, "job.json:1:9: not JSON"),
        ('{"a": 1, "a": 2}', SpecError, "key 'a' stands twice"),
        ("[" * 50_000, SpecError, "job.json"),
        ("a: [", SpecError, "job.json:1:5: not YAML"),
        ("", SpecError, "the document is empty"),
        (in_template({"Tags": {"Ref": "T"}}), SpecError, "Tags: an expression, not a value"),
        (in_template({"TrainingJobDefinition": {"RoleArn": {"Fn::Sub": "${R}"}}}), SpecError, "an expression"),
        (in_state([{}, 5]), SpecError, "there is no tuning job in it"),
        (with_definition({"AlgorithmSpecification": {"TrainingImage": 5}}), SpecError, "Member must be of type string"),
        (with_definition(5), SpecError, "Member must be of type structure"),
        ('{"HyperParameterTuningJobName": 5, "HyperParameterTuningJobConfig": {}}', SpecError, "no TrainingJobDef"),
    ],
)  # fmt: skip
def test_what_holds_no_job_gets_one_clear_error(
    tmp_path: Path, content: str, kind: type[SmtuneError], message: str
) -> None:
    with pytest.raises(kind) as caught:
        write_clone(read_job(saved(tmp_path, content)))
    assert message in str(caught.value)


def test_members_that_nobody_knows_yet_stay() -> None:
    job = {**document("direct-marketing"), "FutureThing": {"A": 1}}
    assert normalize(job).request["FutureThing"] == {"A": 1}
    assert from_description(job).raw == {"FutureThing": {"A": 1}}


def test_a_structure_that_a_request_needs_stays_if_only_empty() -> None:
    job = document("direct-marketing")
    job["TrainingJobDefinition"]["StoppingCondition"] = {}
    assert to_request(from_description(job))["TrainingJobDefinition"]["StoppingCondition"] == {}


def test_a_script_keeps_its_metrics_in_the_image_of_a_built_in_algorithm() -> None:
    job = document("describe")
    job["TrainingJobDefinition"]["StaticHyperParameters"]["sagemaker_program"] = "train.py"
    assert "MetricDefinitions" in normalize(job).request["TrainingJobDefinition"]["AlgorithmSpecification"]


@pytest.mark.parametrize("value", [None, "x", 5, []])
def test_what_is_no_description_is_a_spec_error(value: Any) -> None:
    with pytest.raises(SpecError, match="a request is a mapping"):
        from_description(value)


def test_the_region_is_that_of_the_images() -> None:
    assert region_of(document("two-algorithms")) == "us-west-2"
    assert region_of({"TrainingJobDefinition": {"AlgorithmSpecification": {"TrainingImage": "mine:1"}}}) is None


def test_the_command_prints_the_spec_and_adds_tags(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    tags = tmp_path / "tags.json"
    tags.write_text('{"Tags": [{"Key": "team", "Value": "ml"}]}', encoding="utf-8")
    assert main(["clone", "--request", str(CLONES / "describe.json"), "--tags", str(tags)]) == 0
    text = capsys.readouterr().out
    assert text.startswith("# left out: hyperparameter _tuning_objective_metric (the service adds it)\n")
    assert text.endswith("tags: {team: ml}\n")
    assert main(["clone", "--request", str(tmp_path / "none.json")]) == 252
    assert main(["clone", "--request", str(tags)]) == 252


def test_what_holds_no_tags_is_refused(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="holds no tags"):
        read_tags(saved(tmp_path, {"Tags": {"a": "b"}}))
