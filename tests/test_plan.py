"""A plan is data: what is uploaded where, and the exact request. Nothing is sent."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest

from smtune.errors import SpecError
from smtune.plan import HELD_OUT_TAGS, MAX_TAGS, SPEC_TAG, Plan, Prepared, Upload, plan
from smtune.request import Site, to_request
from smtune.scaffold import list_templates, templates_folder
from smtune.service_model import violations
from smtune.spec import TuningSpec, load_spec

SITE = Site(region="eu-west-1", account="123456789012", bucket="mine")
ROOT = "s3://mine/smtune/toy"


def spec_of(**changes: Any) -> TuningSpec:
    fields = {
        "name": "toy",
        "algorithm": {"script": {"framework": "scikit-learn", "version": "1.2-1", "entry_point": "train.py"}},
        "objective": {"maximize": "score"},
        "metrics": {"score": "score=(.*)"},
        "hyperparameters": {"x": {"min": 0.0, "max": 1.0}},
        "data": {"source": "table.csv"},
    }
    return TuningSpec.model_validate({**fields, **changes})


PREPARED = Prepared(
    files={name: (Path(f"/w/{name}/{name}.csv"),) for name in ("train", "validation", "test")},
    code=Path("/w/sourcedir.tar.gz"),
    spec=Path("/w/spec.yaml"),
    rows={"train": 70, "validation": 15, "test": 15},
    programs={"image": Path("/w/program")},
    fingerprint="f00d",
)


def tags(result: Plan) -> dict[str, str]:
    return {item["Key"]: item["Value"] for item in result.request["Tags"]}


def channel_uris(result: Plan) -> dict[str, str]:
    channels = result.request["TrainingJobDefinition"]["InputDataConfig"]
    return {channel["ChannelName"]: channel["DataSource"]["S3DataSource"]["S3Uri"] for channel in channels}


def test_every_file_goes_below_the_fingerprint_and_the_spec_below_the_job() -> None:
    result = plan(spec_of(), PREPARED, site=SITE, name="toy-1")
    assert result.uploads == (
        Upload(Path("/w/train/train.csv"), f"{ROOT}/data/f00d/train/train.csv"),
        Upload(Path("/w/validation/validation.csv"), f"{ROOT}/data/f00d/validation/validation.csv"),
        Upload(Path("/w/test/test.csv"), f"{ROOT}/data/f00d/test/test.csv"),
        Upload(Path("/w/sourcedir.tar.gz"), f"{ROOT}/code/f00d/sourcedir.tar.gz"),
        Upload(Path("/w/spec.yaml"), f"{ROOT}/jobs/toy-1/spec.yaml"),
    )


def test_the_request_reads_what_is_uploaded_and_never_the_test_set() -> None:
    result = plan(spec_of(), PREPARED, site=SITE, name="toy-1")
    assert channel_uris(result) == {"train": f"{ROOT}/data/f00d/train/", "validation": f"{ROOT}/data/f00d/validation/"}
    static = result.request["TrainingJobDefinition"]["StaticHyperParameters"]
    assert static["sagemaker_submit_directory"] == f"{ROOT}/code/f00d/sourcedir.tar.gz"
    assert tags(result) == {SPEC_TAG: f"{ROOT}/jobs/toy-1/spec.yaml", HELD_OUT_TAGS["test"]: f"{ROOT}/data/f00d/test/"}


def test_the_request_is_that_of_the_spec_but_for_name_and_tags() -> None:
    spec = spec_of(data=None, tags={"team": "ml"})
    result = plan(spec, Prepared(), site=SITE, name="toy-1")
    assert result.request == {**to_request(spec, SITE), "HyperParameterTuningJobName": "toy-1"}
    assert result.uploads == ()


def test_tags_of_the_spec_come_first() -> None:
    result = plan(spec_of(tags={"team": "ml"}), PREPARED, site=SITE)
    assert list(tags(result)) == ["team", SPEC_TAG, HELD_OUT_TAGS["test"]]


def test_data_that_is_on_s3_stays_there() -> None:
    data = {"channels": {"train": "s3://there/train", "extra": "here"}, "test": "s3://there/test"}
    result = plan(
        spec_of(data=data), Prepared(files={"extra": (Path("/e/a"), Path("/e/b"))}, fingerprint="1"), site=SITE
    )
    assert channel_uris(result) == {"train": "s3://there/train", "extra": f"{ROOT}/data/1/extra/"}
    assert [upload.uri for upload in result.uploads] == [f"{ROOT}/data/1/extra/a", f"{ROOT}/data/1/extra/b"]
    assert tags(result) == {HELD_OUT_TAGS["test"]: "s3://there/test"}


def test_a_plan_has_a_name_of_its_own() -> None:
    first, second = plan(spec_of(), PREPARED), plan(spec_of(), PREPARED)
    assert re.fullmatch(r"toy-[0-9a-z]{10}", first.name)
    assert first.name != second.name
    assert plan(spec_of(), PREPARED, name="mine").name == "mine"


def test_a_plan_is_a_value_and_repeatable() -> None:
    assert plan(spec_of(), PREPARED, site=SITE, name="n") == plan(spec_of(), PREPARED, site=SITE, name="n")
    assert plan(spec_of(), PREPARED, site=SITE, name="n").programs == PREPARED.programs


@pytest.mark.parametrize("name", list_templates())
def test_the_service_takes_the_plan_of_a_template(name: str) -> None:
    result = plan(load_spec(templates_folder() / name / "spec.yaml"), PREPARED)
    assert violations("CreateHyperParameterTuningJobRequest", result.request) == ()


def test_the_limit_of_tags_holds_with_those_of_smtune() -> None:
    def with_tags(count: int) -> TuningSpec:
        return spec_of(tags={f"t{number}": "x" for number in range(count)})

    assert len(tags(plan(with_tags(MAX_TAGS - 2), PREPARED))) == MAX_TAGS
    with pytest.raises(SpecError, match=r"tags: 51 tags are above the service's limit of 50: smtune adds 2") as caught:
        plan(with_tags(MAX_TAGS - 1), PREPARED)
    assert caught.value.problems[0].fix == "give 48 tags at most"
    assert len(tags(plan(spec_of(data=None, tags={f"t{n}": "x" for n in range(MAX_TAGS)}), Prepared()))) == MAX_TAGS


def test_marks_of_another_job_are_replaced() -> None:
    result = plan(spec_of(tags={SPEC_TAG: "s3://old/spec.yaml", "team": "ml"}), PREPARED, site=SITE, name="toy-1")
    assert [item["Key"] for item in result.request["Tags"]] == ["team", SPEC_TAG, HELD_OUT_TAGS["test"]]
    assert tags(result)[SPEC_TAG] == f"{ROOT}/jobs/toy-1/spec.yaml"


def test_a_budget_lowers_the_limits_of_what_is_launched() -> None:
    rich = plan(spec_of(limits={"jobs": 20, "parallel": 2, "budget": "1000 USD"}), PREPARED)
    assert rich.notes == ()
    poor = plan(spec_of(limits={"jobs": 20, "parallel": 2, "budget": "20 USD"}), PREPARED)
    assert "MaxRuntimeInSeconds" in poor.request["HyperParameterTuningJobConfig"]["ResourceLimits"]
    assert "to cost 20 USD at most" in poor.notes[0]


def test_a_budget_where_prices_are_unknown_is_refused() -> None:
    with pytest.raises(SpecError, match=r"there is none for ml\.m5\.large in eu-west-1"):
        plan(spec_of(limits={"jobs": 20, "budget": "20 USD"}), PREPARED, site=SITE)
