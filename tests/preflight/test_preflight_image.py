"""Training images in ECR, and algorithms of SageMaker."""

from __future__ import annotations

import json
from typing import Any

import pytest
from aws_account import ACCOUNT, IMAGE, REGION, Account, _answer, by_name, definition, manifest, tuning_request

from smtune.preflight import Check, Subject
from smtune.preflight.aws import Aws
from smtune.preflight.image import images

XGBOOST = "683313688378.dkr.ecr.us-east-1.amazonaws.com/sagemaker-xgboost:1.7-1"


def looked(account: Account, **specification: Any) -> Check:
    request = tuning_request(definition(AlgorithmSpecification={"TrainingInputMode": "File", **specification}))
    (check,) = by_name(images(Aws(account.session, REGION), Subject(request, REGION, ACCOUNT))).values()
    return check


def put(account: Account, body: dict[str, Any], tag: str) -> str:
    account.client("ecr").put_image(repositoryName="mine", imageManifest=json.dumps(body), imageTag=tag)
    return f"{ACCOUNT}.dkr.ecr.{REGION}.amazonaws.com/mine:{tag}"


def index(*architectures: str) -> dict[str, Any]:
    """An image of several platforms."""
    platforms = [{"platform": {"architecture": name, "os": "linux"}, "digest": "sha256:0"} for name in architectures]
    kind = "application/vnd.oci.image.index.v1+json"
    return {"schemaVersion": 2, "mediaType": kind, "manifests": platforms}


def test_an_image_that_is_there_is_ok(account: Account) -> None:
    assert looked(account, TrainingImage=IMAGE).state == "ok"


def test_an_image_by_its_digest_is_found(account: Account) -> None:
    (found,) = account.client("ecr").describe_images(repositoryName="mine")["imageDetails"]
    uri = f"{IMAGE.partition(':')[0]}@{found['imageDigest']}"

    assert looked(account, TrainingImage=uri).state == "ok"


def test_a_tag_that_is_not_there_is_to_be_pushed(account: Account) -> None:
    check = looked(account, TrainingImage=IMAGE.replace(":1", ":2"))

    assert check.state == "failed"
    assert check.fix == f"docker push {IMAGE.replace(':1', ':2')}"


def test_a_repository_that_is_not_there_is_to_be_made(account: Account) -> None:
    check = looked(account, TrainingImage=IMAGE.replace("mine", "absent"))

    assert check.state == "failed"
    assert check.fix.startswith("aws ecr create-repository --repository-name absent --region us-east-1; docker push")


def test_an_image_of_another_region_fails(account: Account) -> None:
    check = looked(account, TrainingImage=IMAGE.replace(REGION, "eu-west-1"))

    assert check.state == "failed"
    assert check.fix == f"--set algorithm.image={IMAGE}"


@pytest.mark.parametrize(
    ("image", "fix"),
    [
        (
            "746614075791.dkr.ecr.us-west-1.amazonaws.com/sagemaker-xgboost:1.7-1",
            f"--set algorithm.image={XGBOOST}",
        ),
        ("746614075791.dkr.ecr.us-west-1.amazonaws.com/unheard-of:1", "--region us-west-1"),
    ],
)
def test_an_image_of_aws_lies_in_another_account_in_each_region(account: Account, image: str, fix: str) -> None:
    check = looked(account, TrainingImage=image)

    assert check.state == "failed"
    assert check.fix == fix


def test_a_repository_of_another_account_is_not_made_in_ones_own(account: Account) -> None:
    check = looked(account, TrainingImage=IMAGE.replace(ACCOUNT, "999999999999"))

    assert check.state == "failed"
    assert check.fix == "aws ecr describe-repositories --registry-id 999999999999 --region us-east-1"


def test_an_image_of_aws_that_nobody_may_look_at_is_not_a_matter(account: Account) -> None:
    account.denied.add("ecr:DescribeImages")

    check = looked(account, TrainingImage=XGBOOST)

    assert check.state == "unknown"
    assert "AWS's own" in check.detail
    assert check.fix == ""


def test_an_image_of_ones_own_that_may_not_be_looked_at_names_the_permission(account: Account) -> None:
    account.denied.add("ecr:DescribeImages")

    check = looked(account, TrainingImage=IMAGE)

    assert check.state == "unknown"
    assert "ecr:DescribeImages" in check.detail


def test_an_image_elsewhere_is_not_checked(account: Account) -> None:
    assert looked(account, TrainingImage="registry.example.com/mine:1").state == "unknown"


@pytest.mark.parametrize(("architectures", "state"), [(("arm64", "amd64"), "ok"), (("arm64",), "failed")])
def test_an_image_of_several_platforms_has_to_have_the_right_one(
    account: Account, architectures: tuple[str, ...], state: str
) -> None:
    uri = put(account, index(*architectures), "many")

    check = looked(account, TrainingImage=uri)

    assert check.state == state
    assert ("buildx" in check.fix) == (state == "failed")


def test_platforms_that_may_not_be_looked_at_leave_the_image_ok(account: Account) -> None:
    uri = put(account, index("arm64"), "many")
    account.denied.add("ecr:BatchGetImage")

    check = looked(account, TrainingImage=uri)

    assert check.state == "ok"
    assert "ecr:BatchGetImage" in check.detail


def test_an_image_whose_platforms_the_registry_does_not_say_is_ok(
    account: Account, monkeypatch: pytest.MonkeyPatch
) -> None:
    uri = put(account, index("arm64"), "many")
    monkeypatch.setattr(account, "_ecr_BatchGetImage", lambda _: _answer({"images": []}), raising=False)

    assert looked(account, TrainingImage=uri).state == "ok"


def test_an_image_of_one_platform_is_not_taken_apart(account: Account) -> None:
    uri = put(account, manifest(), "one")

    assert looked(account, TrainingImage=uri).state == "ok"
    assert "ecr:BatchGetImage" not in account.calls


@pytest.mark.parametrize(("status", "state"), [("Completed", "ok"), ("Failed", "failed")])
def test_an_algorithm_of_sagemaker_has_to_be_complete(account: Account, status: str, state: str) -> None:
    account.algorithms["mine"] = status

    assert looked(account, AlgorithmName="mine").state == state


def test_an_algorithm_that_is_not_there_fails(account: Account) -> None:
    assert looked(account, AlgorithmName="absent").state == "failed"


def test_an_algorithm_that_may_not_be_looked_at_is_unknown(account: Account) -> None:
    account.denied.add("sagemaker:DescribeAlgorithm")

    assert looked(account, AlgorithmName="mine").state == "unknown"
