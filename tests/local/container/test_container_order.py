"""What is handed to the SDK, to compose and to Docker. No Docker needed."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from smtune.local.container.adapt import ComposeFileError, adapt, folders, write_config
from smtune.local.container.docker import Compose
from smtune.local.container.making import make_order
from smtune.local.container.order import SUBMIT_DIRECTORY, Order, to_request
from smtune.local.container.place import Place, write_json
from smtune.local.contract import Contract
from smtune.local.program import SCRIPT_ARCHIVE, Program
from smtune.local.trial import TrialPlan
from smtune.metrics import Scraper

V2, V1 = Compose(("docker", "compose"), 2), Compose(("docker-compose",), 1)


def order(folder: Path, compose: Compose = V2, **changes: Any) -> Order:
    fields: dict[str, Any] = {
        "contract": Contract("Toy-001", {"eta": "0.1"}, {"train": {"ContentType": "text/csv"}, "more": {}}, "ml.x", 2),
        "program": Program("image", ("train",)),
        "data": {"train": folder / "train", "more": folder / "more"},
        "archive": None,
        "environment": {},
        "folder": folder,
        "scraper": Scraper([]),
        "bubblewrap": None,
        "image": "own:1",
    }
    return make_order(TrialPlan(**{**fields, **changes}), "smtune-c", "/usr/bin/docker", compose)


def sdk_file(root: Path, **changes: Any) -> dict[str, Any]:
    """A compose file as the SDK writes it."""
    service = {
        "image": "own:1",
        "container_name": "qwertyuiop-algo-1-abcde",
        "stdin_open": True,
        "tty": True,
        "shm_size": "2gb",  # the caller's, from container_config
        "command": "train",
        "volumes": [
            f"{root}/model:/opt/ml/model",
            f"{root}/algo-1-abcde/input:/opt/ml/input",
            f"{root}/train:/opt/ml/input/data/train",
            "/opt/ml/metadata:/opt/ml/metadata",
        ],
        "environment": ["AWS_ACCESS_KEY_ID=caller", "AWS_SECRET_ACCESS_KEY=caller"],
        "networks": {"sagemaker-local": {"aliases": ["algo-1-abcde"]}},
    }
    networks = {"sagemaker-local": {"name": "sagemaker-local"}}
    return {"version": "2.3", "services": {"algo-1-abcde": {**service, **changes}}, "networks": networks}


def adapted(folder: Path, content: Mapping[str, Any], **changes: Any) -> dict[str, Any]:
    result = adapt(content, order(folder, **changes))
    assert set(result) == {"services"}
    (service,) = result["services"].values()
    return dict(service)


def test_a_limit_of_memory_is_the_containers_and_allows_no_swap(tmp_path: Path) -> None:
    limited = adapted(tmp_path, sdk_file(tmp_path), memory=1.5)
    assert (limited["mem_limit"], limited["memswap_limit"]) == ("1500000000b", "1500000000b")
    tiny = adapted(tmp_path, sdk_file(tmp_path), memory=0.0001)
    assert tiny["mem_limit"] == "100000b", "to Docker, 0m is no limit at all"
    assert "mem_limit" not in adapted(tmp_path, sdk_file(tmp_path))


def test_the_request_is_create_training_jobs(tmp_path: Path) -> None:
    made = order(tmp_path, environment={"MODE": "fast"})
    request = to_request(made, Path("/tmp/way"))

    assert request["TrainingJobName"] == "Toy-001"
    assert request["AlgorithmSpecification"]["TrainingImage"] == "own:1"
    assert request["HyperParameters"] == {"eta": "0.1"}
    assert [channel["ChannelName"] for channel in request["InputDataConfig"]] == ["train", "more"]
    source = {"FileUri": "file:///tmp/way/channels/train", "FileDataDistributionType": "FullyReplicated"}
    assert request["InputDataConfig"][0]["DataSource"] == {"FileDataSource": source}
    assert [channel.get("ContentType") for channel in request["InputDataConfig"]] == ["text/csv", None]
    assert request["OutputDataConfig"] == {"S3OutputPath": "file:///tmp/way/artifacts"}
    assert request["Environment"] == {
        "AWS_REGION": "us-east-1",
        "TRAINING_JOB_NAME": "Toy-001",
        "TRAINING_JOB_ARN": "arn:aws:sagemaker:us-east-1:000000000000:training-job/toy-001",
        "OMP_NUM_THREADS": "2",
        "PYTHONUNBUFFERED": "1",
        "MODE": "fast",
    }


def test_the_requests_own_variables_come_before_the_engines(tmp_path: Path) -> None:
    assert order(tmp_path, environment={"OMP_NUM_THREADS": "7"}).environment["OMP_NUM_THREADS"] == "7"


def test_the_sdk_is_told_a_scripts_folder_as_json_and_the_container_plainly(tmp_path: Path) -> None:
    contract = Contract("toy", {"sagemaker_submit_directory": "s3://b/k.tar.gz"}, {}, "ml.x", 1, "train.py")
    made = order(tmp_path, contract=contract, archive=tmp_path / "k.tar.gz")

    asked = to_request(made, Path("/tmp/way"))["HyperParameters"]["sagemaker_submit_directory"]
    assert json.loads(asked) == "file:///tmp/way/code"
    assert made.config["hyperparameters.json"] == {"sagemaker_submit_directory": "/opt/ml/code"}
    assert SUBMIT_DIRECTORY == SCRIPT_ARCHIVE


def test_a_folder_of_code_that_a_program_fetches_itself_stays_as_it_is(tmp_path: Path) -> None:
    contract = Contract("toy", {"sagemaker_submit_directory": "s3://b/k.tar.gz"}, {}, "ml.x", 1)
    made = order(tmp_path, contract=contract)

    assert to_request(made, Path("/w"))["HyperParameters"] == {"sagemaker_submit_directory": '"s3://b/k.tar.gz"'}
    assert made.config["hyperparameters.json"] == {"sagemaker_submit_directory": "s3://b/k.tar.gz"}


@given(st.dictionaries(st.text(), st.text()))
def test_an_order_is_read_as_it_was_written(environment: dict[str, str]) -> None:
    made = order(Path("/j"), V1, environment=environment)
    text = json.dumps(made.to_dict())

    assert Order.from_dict(json.loads(text)) == made


def test_an_order_is_for_its_owners_eyes(tmp_path: Path) -> None:
    write_json(tmp_path / "order.json", {})
    assert (tmp_path / "order.json").stat().st_mode & 0o077 == 0


def test_each_training_job_has_a_container_name_of_its_own() -> None:
    names = {Place(Path(folder)).container for folder in ("/a/jobs/j/j-001", "/b/jobs/j/j-001", "/a/jobs/j/j-002")}
    assert len(names) == 3


# The compose file


def test_only_the_requests_environment_reaches_the_container(tmp_path: Path) -> None:
    service = adapted(tmp_path, sdk_file(tmp_path), environment={"MODE": "fast"})

    assert "caller" not in json.dumps(service)
    assert service["environment"]["MODE"] == "fast"


def test_the_callers_data_is_read_only_and_where_it_really_lies(tmp_path: Path) -> None:
    (tmp_path / "rows: all").mkdir()
    (tmp_path / "train").symlink_to(tmp_path / "rows: all")
    mounts = {mount["target"]: mount for mount in adapted(tmp_path, sdk_file(tmp_path))["volumes"]}

    assert mounts["/opt/ml/input/data/train"]["source"] == str(tmp_path / "rows: all")
    assert mounts["/opt/ml/input/data/train"]["read_only"]
    assert mounts["/opt/ml/metadata"]["read_only"]
    assert not {"/opt/ml/model", "/opt/ml/input"} & {path for path, mount in mounts.items() if "read_only" in mount}
    assert all(mount["bind"] == {"create_host_path": False} for mount in mounts.values())


def test_selinux_is_kept(tmp_path: Path) -> None:
    (mount,) = adapted(tmp_path, sdk_file(tmp_path, volumes=["/a:b:/opt/ml/model:z"]))["volumes"]
    assert (mount["source"], mount["bind"]["selinux"]) == ("/a:b", "z")


def test_compose_1_gets_what_it_knows(tmp_path: Path) -> None:
    assert not [mount for mount in adapted(tmp_path, sdk_file(tmp_path), compose=V1)["volumes"] if "bind" in mount]


def test_no_two_training_jobs_share_a_network_and_an_isolated_one_has_none(tmp_path: Path) -> None:
    service = adapted(tmp_path, sdk_file(tmp_path))
    assert (service["network_mode"], service["hostname"], "networks" in service) == ("bridge", "algo-1", False)

    isolated = adapted(tmp_path, sdk_file(tmp_path, network_mode="sagemaker"), network=False)
    assert (isolated["network_mode"], isolated["extra_hosts"]) == ("none", ["algo-1:127.0.0.1"])


def test_the_container_has_no_terminal_a_known_name_and_labels_to_find_it_by(tmp_path: Path) -> None:
    service = adapted(tmp_path, sdk_file(tmp_path, labels=["team=blue"]))

    assert not {"tty", "stdin_open"} & set(service)
    assert service["container_name"] == "smtune-c"
    labels = {"team": "blue", "smtune.training-job": "Toy-001", "smtune.folder": str(tmp_path)}
    assert service["labels"] == labels
    assert service["shm_size"] == "2gb", "what the caller has said to the SDK stays"


def test_compose_puts_no_variable_of_this_machine_in_the_place_of_a_dollar(tmp_path: Path) -> None:
    service = adapted(tmp_path, sdk_file(tmp_path / "$HOME"), environment={"PRICE": "$5 or ${MORE}"})

    assert service["environment"]["PRICE"] == "$$5 or $${MORE}"
    assert service["volumes"][0]["source"] == f"{tmp_path}/$$HOME/model"


@pytest.mark.parametrize(
    ("content", "words"),
    [
        ({}, "0 services instead of one: none"),
        ({"services": {"algo-1": {}, "algo-2": {}}}, "2 services instead of one: algo-1, algo-2"),
        ({"services": {"algo-1": {"volumes": ["data"]}}}, "a volume that is no FOLDER:FOLDER: data"),
    ],
)
def test_a_compose_file_of_another_shape_is_refused(tmp_path: Path, content: dict[str, Any], words: str) -> None:
    with pytest.raises(ComposeFileError, match=words):
        adapt(content, order(tmp_path))


def test_the_containers_configuration_is_the_services_not_the_sdks(tmp_path: Path) -> None:
    content = sdk_file(tmp_path)
    config = folders(content)["/opt/ml/input"] / "config"
    config.mkdir(parents=True)
    write_config(content, order(tmp_path))

    resources = json.loads((config / "resourceconfig.json").read_text(encoding="utf-8"))
    assert (resources["current_host"], resources["current_group_name"]) == ("algo-1", "homogeneousCluster")
    inputs = json.loads((config / "inputdataconfig.json").read_text(encoding="utf-8"))
    assert inputs["train"]["S3DistributionType"] == "FullyReplicated"
