"""The table of training images is the SageMaker SDK's own data, and the names made from it are the SDK's."""

from __future__ import annotations

import json
import warnings
from importlib import import_module
from importlib.metadata import version as installed
from importlib.resources import files
from typing import Any

import pytest

from smtune.algorithms.images import Family, families, image_uri, parse_image
from smtune.errors import SpecError

INSTANCES = ("ml.m5.large", "ml.g5.xlarge")
FAMILIES = tuple(families().values())
OWN = tuple(family for family in FAMILIES if not family.container)
ALGORITHMS = {
    "autogluon-tabular", "blazingtext", "catboost", "factorization-machines", "forecasting-deepar",
    "image-classification", "ipinsights", "kmeans", "knn", "lda", "lightgbm", "linear-learner", "ntm",
    "object-detection", "object2vec", "pca", "randomcutforest", "semantic-segmentation", "seq2seq",
    "tabtransformer", "xgboost",
}  # fmt: skip
FRAMEWORKS = {"autogluon", "pytorch", "scikit-learn"}


def sdk_name(family: Family) -> str:
    """What the SDK's `image_uris.retrieve` calls a family."""
    name = family.container or family.name
    return {"scikit-learn": "sklearn"}.get(name, name)


@pytest.fixture(scope="module")
def retrieve() -> Any:
    """The SDK's own `image_uris.retrieve` (its import takes seconds, and warns)."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return import_module("sagemaker.core.image_uris").retrieve


def sdk_versions(family: Family) -> dict[str, Any]:
    """The SDK's data about the training images of a family, version by version."""
    text = files("sagemaker.core.image_uri_config").joinpath(f"{sdk_name(family)}.json").read_text("utf-8")
    data = json.loads(text)
    versions: dict[str, Any] = data.get("training", data)["versions"]
    return versions


def name_of(family: Family) -> str:
    return family.name


def test_every_algorithm_has_an_image() -> None:
    assert {family.name for family in FAMILIES if family.kind == "builtin"} == ALGORITHMS
    assert {family.name for family in FAMILIES if family.kind == "framework"} == FRAMEWORKS


@pytest.mark.parametrize(
    ("region", "instance"),
    [
        ("us-east-1", "ml.m5.large"),
        ("eu-west-1", "ml.g5.xlarge"),
        ("cn-north-1", "ml.m5.large"),
        ("eusc-de-east-1", "ml.m5.large"),
    ],
)
@pytest.mark.parametrize("family", OWN, ids=name_of)
def test_every_image_is_named_as_the_sdk_names_it(retrieve: Any, family: Family, region: str, instance: str) -> None:
    versions = sdk_versions(family)
    for version in family.versions:
        if region in versions[version]["registries"]:
            expected = retrieve(
                sdk_name(family),
                region,
                version=version,
                py_version=family.versions[version] or None,
                # The SDK refuses a GPU for some of these, which have one image for every instance.
                instance_type="ml.m5.large" if family.name in {"xgboost", "scikit-learn"} else instance,
                image_scope="training",
            )
            assert image_uri(family.name, version, region=region, instance=instance) == expected


@pytest.mark.parametrize("family", FAMILIES, ids=name_of)
def test_accounts_and_repositories_are_the_sdks(family: Family) -> None:
    versions = sdk_versions(family)
    for version in family.versions:
        data = versions[version]
        accounts = {region: account for region, account in data["registries"].items() if "-iso" not in region}
        assert family.repository == data["repository"]
        assert {region: family.accounts.get(region) for region in accounts} == accounts
    sdk = {region for version in family.versions for region in versions[version]["registries"]}
    assert set(family.accounts) <= sdk, "a region that the SDK does not have"


@pytest.mark.parametrize("family", FAMILIES, ids=name_of)
def test_no_version_newer_than_the_oldest_known_is_left_out(family: Family) -> None:
    ours = set(family.versions)
    oldest = min(map(number, ours))
    # XGBoost's "1" and "latest" are another, older image; 1.4-2-py312 is 1.4-2 with another Python.
    others = {"1", "latest", "1.4-2-py312"} if family.name in {"xgboost", "scikit-learn"} else set[str]()
    newer = {name for name in sdk_versions(family) if number(name) >= oldest} - others
    assert newer - ours == set(), f"the SDK {installed('sagemaker')} has more"


def number(version: str) -> tuple[int, ...]:
    """As in 1.10.2-1: what orders versions."""
    return tuple(int(part) if part.isdigit() else 10**6 for part in version.replace("-", ".").split("."))


@pytest.mark.parametrize("family", OWN, ids=name_of)
@pytest.mark.parametrize("instance", INSTANCES)
def test_an_image_is_parsed_back_to_its_family_and_version(family: Family, instance: str) -> None:
    for version in family.versions:
        for region in family.accounts:
            uri = image_uri(family.name, version, region=region, instance=instance)
            assert parse_image(uri) == (family, version)


@pytest.mark.parametrize(
    ("name", "version", "framework"),
    [
        ("lightgbm", "1.9.0", "pytorch"),
        ("catboost", "1.9.0", "pytorch"),
        ("tabtransformer", "1.9.0", "pytorch"),
        ("autogluon-tabular", "0.4.3", "autogluon"),
    ],
)
def test_a_frameworks_container_is_parsed_back_to_the_framework(name: str, version: str, framework: str) -> None:
    uri = image_uri(name, version, region="us-east-1")
    assert uri == image_uri(framework, version, region="us-east-1")
    assert parse_image(uri) == (families()[framework], version)


@pytest.mark.parametrize(
    "uri",
    [
        "",
        "xgboost",
        "123.dkr.ecr.us-east-1.amazonaws.com/sagemaker-xgboost:1.7-1",
        "683313688378.dkr.ecr.us-east-1.amazonaws.com/sagemaker-xgboost:9.9-9",
        "683313688378.dkr.ecr.us-east-1.amazonaws.com/sagemaker-xgboost:1.7-10",
        "683313688378.dkr.ecr.us-east-1.amazonaws.com/sagemaker-xgboost",
        "683313688378.dkr.ecr.us-east-1.amazonaws.com/sagemaker-xgboost@sha256:00",
        "683313688378.dkr.ecr.us-east-1.amazonaws.com/my/sagemaker-xgboost:1.7-1",
        "683313688378.dkr.ecr.us-east-1.amazonaws.com/sagemaker-xgboost:1.7-1\n",
        "683313688378.dkr.ecr.us-east-1.amazonaws.com.evil.org/sagemaker-xgboost:1.7-1",
        "python:3.11",
    ],
)
def test_any_other_image_is_nobodys(uri: str) -> None:
    assert parse_image(uri) is None


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (
            {"name": "xgbost", "version": "1.7-1", "region": "us-east-1"},
            "spec: algorithm: unknown algorithm or framework 'xgbost'\n"
            "    known: " + ", ".join(sorted(ALGORITHMS | FRAMEWORKS)),
        ),
        (
            {"name": "scikit-learn", "version": "9", "region": "us-east-1"},
            "spec: algorithm: scikit-learn has no version '9'\n    known: 1.0-1, 1.2-1, 1.4-2, 1.9-0",
        ),
    ],
)
def test_what_is_unknown_names_what_is_known(arguments: dict[str, str], message: str) -> None:
    with pytest.raises(SpecError) as caught:
        image_uri(**arguments)
    assert str(caught.value) == message


def test_an_unknown_region_is_named() -> None:
    with pytest.raises(SpecError, match="xgboost has no image in region 'mars-1'"):
        image_uri("xgboost", "1.7-1", region="mars-1")


@pytest.mark.parametrize(
    ("instance", "processor"),
    [
        ("ml.m5.large", "cpu"),
        ("ml.c7i.large", "cpu"),
        ("ml.p5.48xlarge", "gpu"),
        ("ml.g4dn.xlarge", "gpu"),
        ("ml.g6e.xlarge", "gpu"),
        ("ml.p4d.24xlarge", "gpu"),
        ("ml.p6-b200.48xlarge", "gpu"),
    ],
)
def test_the_processor_is_the_instances(instance: str, processor: str) -> None:
    assert f"-{processor}-" in image_uri("pytorch", "2.8.0", region="us-east-1", instance=instance)


@pytest.mark.parametrize("family", OWN, ids=name_of)
def test_the_python_of_an_image_is_one_that_the_sdk_lists(family: Family) -> None:
    listed = sdk_versions(family)
    pythons = {version: python for version, python in family.versions.items() if python}
    assert all(python in listed[version]["py_versions"] for version, python in pythons.items())
