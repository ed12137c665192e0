"""The whole plan of a spec, offline."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest

from smtune.draft import DraftOptions, draft, read_other
from smtune.errors import SpecError, UsageError
from smtune.estimate import load_prices
from smtune.plan.document import write_plan
from smtune.request import Site, to_request
from smtune.scaffold import list_templates, templates_folder
from smtune.service_model import violations
from smtune.spec import load_spec
from smtune.spec.source import Layers

SITE = Site(account="123456789012")
PRICES = load_prices()


@pytest.fixture
def spec(tmp_path: Path) -> Path:
    shutil.copytree(templates_folder() / "quickstart", tmp_path / "q")
    return tmp_path / "q" / "spec.yaml"


@pytest.mark.parametrize("name", list_templates())
def test_every_template_has_a_plan_that_the_service_takes(name: str) -> None:
    document = draft(Layers((templates_folder() / name / "spec.yaml",)), DraftOptions(SITE, PRICES))
    assert violations("CreateHyperParameterTuningJobRequest", document.request) == ()
    assert all(upload.uri.startswith("s3://") for upload in document.uploads)
    assert document.estimate["cost"]["on_demand"]["max"] > 0


def test_the_same_spec_has_the_same_plan_wherever_it_lies(spec: Path, tmp_path: Path) -> None:
    shutil.copytree(spec.parent, tmp_path / "elsewhere")
    one, two = (
        draft(Layers((file,)), DraftOptions(SITE, PRICES)) for file in (spec, tmp_path / "elsewhere" / "spec.yaml")
    )
    assert {**one.to_dict(), "spec": 0, "sha256": 0} == {**two.to_dict(), "spec": 0, "sha256": 0}
    assert one.yaml == two.yaml


def test_another_request_has_another_name(spec: Path) -> None:
    names = [
        draft(Layers((spec,), settings), DraftOptions(SITE, PRICES)).request["HyperParameterTuningJobName"]
        for settings in ((), ("limits.jobs=21",), ("seed=8",))
    ]
    assert len(set(names)) == 3


def test_the_role_and_bucket_of_the_site_are_in_the_request(spec: Path) -> None:
    role = "arn:aws:iam::123456789012:role/own"
    document = draft(Layers((spec,)), DraftOptions(Site(account="123456789012", role=role, bucket="mine"), PRICES))
    assert document.request["TrainingJobDefinition"]["RoleArn"] == role
    assert all(upload.uri.startswith("s3://mine/") for upload in document.uploads)


def test_a_role_that_is_none_is_refused(spec: Path) -> None:
    with pytest.raises(UsageError, match="--role"):
        draft(Layers((spec,)), DraftOptions(Site(role="me"), PRICES))


def test_a_placeholder_of_an_account_is_noted(spec: Path) -> None:
    assert any("placeholder" in note for note in draft(Layers((spec,)), DraftOptions(Site(), PRICES)).notes)
    assert not any("placeholder" in note for note in draft(Layers((spec,)), DraftOptions(SITE, PRICES)).notes)


def test_a_budget_lowers_the_limits_and_says_so(spec: Path) -> None:
    document = draft(Layers((spec,), ("limits.budget=20 USD",)), DraftOptions(SITE, PRICES))
    assert document.estimate["cost"]["on_demand"]["max"] <= 20
    assert any("to cost 20 USD at most" in note for note in document.notes)


def test_what_is_wrong_with_the_budget_is_told_at_its_line(spec: Path) -> None:
    text = spec.read_text(encoding="utf-8").replace("limits: {", "limits: {budget: 0.01 USD, ")
    spec.write_text(text, encoding="utf-8")
    line = 1 + text[: text.index("budget")].count("\n")
    with pytest.raises(SpecError, match=f"spec.yaml:{line}:.*limits.budget: 0.01 USD does not pay"):
        draft(Layers((spec,)), DraftOptions(SITE, PRICES))


def test_the_other_side_of_a_comparison_may_be_a_plan_a_request_a_description_or_a_spec(spec: Path) -> None:
    document = draft(Layers((spec,)), DraftOptions(SITE, PRICES))
    plan = spec.parent / "plan.json"
    write_plan(document, plan)
    assert read_other(plan, DraftOptions(SITE, PRICES)) == document.request
    assert read_other(spec, DraftOptions(SITE, PRICES)) == document.request
    request = to_request(load_spec(spec), SITE)
    file = spec.parent / "request.json"
    file.write_text(json.dumps(request), encoding="utf-8")
    assert read_other(file, DraftOptions(SITE, PRICES)) == request
    file.write_text(json.dumps({**request, "HyperParameterTuningJobStatus": "Completed"}), encoding="utf-8")
    assert read_other(file, DraftOptions(SITE, PRICES)) == request


def test_an_edited_plan_is_not_compared_with(spec: Path) -> None:
    plan = spec.parent / "plan.json"
    write_plan(draft(Layers((spec,)), DraftOptions(SITE, PRICES)), plan)
    plan.write_text(plan.read_text(encoding="utf-8").replace("Bayesian", "Random"), encoding="utf-8")
    with pytest.raises(SpecError, match="was edited"):
        read_other(plan, DraftOptions(SITE, PRICES))
