"""The tables of the built-in algorithms: whole, consistent with themselves, and as the developer guide has them."""

from __future__ import annotations

import importlib.util
import json
import re
import subprocess
import sys
from importlib.resources import files
from pathlib import Path

import pytest

from smtune.algorithms import xgboost
from smtune.algorithms.builtin_values import inside, value_complaint
from smtune.algorithms.builtins import BuiltIn, Parameter, builtin, builtin_names
from smtune.algorithms.images import families

DOCS = Path(__file__).parents[2] / "docs"
TABLES = {name: table for name in builtin_names() if (table := builtin(name))}
PARAMETERS = [(table, parameter) for table in TABLES.values() for parameter in table.parameters.values()]


def name_of(table: BuiltIn) -> str:
    return table.name


def recommended(parameter: Parameter) -> list[str]:
    """The ends of a recommended interval, or the recommended values."""
    return parameter.recommended.strip("[]").split(", ") if parameter.recommended else []


def test_every_built_in_algorithm_with_an_image_has_a_table() -> None:
    assert set(TABLES) == {family.name for family in families().values() if family.kind == "builtin"}
    assert builtin("kmean") is None
    assert builtin("pytorch") is None


def test_the_tables_need_no_library() -> None:
    code = (
        "from smtune.algorithms.builtins import builtin, builtin_names; import sys\n"
        "[builtin(name) for name in builtin_names()]\n"
        "print({'numpy', 'pandas', 'xgboost', 'boto3', 'botocore', 'sagemaker'} & set(sys.modules))"
    )
    shown = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert shown.stdout == "set()\n"


@pytest.mark.parametrize("table", TABLES.values(), ids=name_of)
def test_a_table_is_whole(table: BuiltIn) -> None:
    assert table.title
    assert table.parameters
    assert table.channels[0].required
    assert "File" in table.input_modes
    assert all(page.startswith("https://docs.aws.amazon.com/sagemaker/latest/dg/") for page in table.source)
    assert table.container == families()[table.name].container


@pytest.mark.parametrize("name", [name for name in TABLES if name != "xgboost"])
def test_a_table_names_each_thing_once(name: str) -> None:
    data = json.loads(files("smtune.algorithms").joinpath("tables", f"{name}.json").read_text("utf-8"))
    for key in ("parameters", "metrics", "channels"):
        names = [item["name"] for item in data[key]]
        assert len(names) == len(set(names))


def test_every_parameter_says_what_is_legal_in_a_form_that_can_be_checked() -> None:
    for _, parameter in PARAMETERS:
        assert bool(parameter.legal) <= (parameter.kind in ("integer", "continuous"))
        assert bool(parameter.choices) >= (parameter.kind == "categorical")
        if parameter.legal:
            low, high = (float(end) for end in parameter.legal[1:-1].split(","))
            assert re.fullmatch(r"[\[(].+, .+[\])]", parameter.legal)
            assert low < high


def test_every_default_is_legal() -> None:
    for table, parameter in PARAMETERS:
        if parameter.default is not None:
            assert value_complaint(parameter, parameter.default) is None, f"{table.name} {parameter.name}"
            assert not parameter.required, f"{table.name} {parameter.name}"


def test_every_recommended_range_is_legal() -> None:
    for table, parameter in PARAMETERS:
        assert parameter.tunable == bool(parameter.recommended)
        values = recommended(parameter)
        assert [value_complaint(parameter, value) for value in values] == [None] * len(values), table.name
        if parameter.recommended.startswith("["):
            assert parameter.kind in ("integer", "continuous")
            assert float(values[0]) < float(values[1])


def test_what_is_required_in_a_case_names_a_case_there_is() -> None:
    cases = [(table, parameter.required_when) for table, parameter in PARAMETERS if parameter.required_when]
    assert len(cases) == 3
    for table, (other, value) in cases:
        assert not value or value in table.parameters[other].choices


@pytest.mark.parametrize("table", TABLES.values(), ids=name_of)
def test_metrics_that_mean_an_error_are_minimized_and_those_that_mean_success_maximized(table: BuiltIn) -> None:
    for metric in table.metrics.values():
        name = metric.name.lower()
        if re.search("loss|error|rmse|mse$|entropy|perplexity|msd|ssd|nloglik|deviance", name):
            assert metric.direction == "Minimize"
        # XGBoost's interval-regression-accuracy is an accuracy that its container minimizes.
        elif re.search("accuracy|auc|precision|recall|f1|f_beta|map$|miou|bleu", name) and "interval" not in name:
            assert metric.direction == "Maximize"


@pytest.mark.parametrize(
    ("name", "metric", "line", "value"),
    [
        ("lightgbm", "binary_logloss", "[7]\ttraining's binary_logloss: 8.3e-05", "8.3e-05"),
        ("lightgbm", "auc", "[7]\tvalid_1's auc: 0.93\tvalid_1's auc_mu: 0.5", "0.93"),
        ("lightgbm", "auc_mu", "[7]\tvalid_1's auc: 0.93\tvalid_1's auc_mu: 0.5", "0.5"),
        ("catboost", "R2", "bestTest = -0.12", "-0.12"),
        ("tabtransformer", "r2", "metrics={'r2': 0.71}", "0.71"),
    ],
)
def test_an_algorithm_in_a_frameworks_container_has_regexes_that_read_its_log(
    name: str, metric: str, line: str, value: str
) -> None:
    found = re.search(TABLES[name].metrics[metric].regex, line)
    assert found is not None
    assert found[1] == value


@pytest.mark.parametrize("table", TABLES.values(), ids=name_of)
def test_only_an_algorithm_in_a_frameworks_container_needs_regexes_an_archive_and_an_artifact(table: BuiltIn) -> None:
    wanted = bool(table.container)
    assert all(bool(metric.regex) == wanted for metric in table.metrics.values())
    assert ("sagemaker_submit_directory" in table.parameters) == wanted
    assert any(channel.name == "model" and channel.required for channel in table.channels) == wanted


def test_xgboost_is_its_containers_own_table() -> None:
    table = TABLES["xgboost"]
    assert set(table.parameters) == set(xgboost.HYPERPARAMETERS) - {xgboost.OBJECTIVE_METRIC}
    assert table.parameters["eta"] == Parameter(
        "eta", "continuous", legal="[0, 1]", tunable=True, recommended="[0.1, 0.5]"
    )
    assert table.metrics["validation:auc"].direction == "Maximize"
    assert {metric.partition(":")[2] for metric in table.metrics} == set(xgboost.METRICS)


# A sample of every page of the guide: (algorithm, hyperparameter, type, legal, default, recommended)
@pytest.mark.parametrize(
    ("name", "parameter", "expected"),
    [
        ("linear-learner", "learning_rate", ("continuous", "(0, inf)", "auto", "[1e-5, 1]")),
        ("linear-learner", "use_bias", ("boolean", "", "true", "true, false")),
        ("knn", "k", ("integer", "[1, inf)", None, "[1, 1024]")),
        ("factorization-machines", "factors_wd", ("continuous", "[0, inf)", "0.00001", "[1e-8, 512]")),
        ("randomcutforest", "num_trees", ("integer", "[50, 1000]", "100", "[50, 1000]")),
        ("image-classification", "gamma", ("continuous", "[0, 1]", "0.9", "[1e-8, 0.999]")),
        ("object-detection", "mini_batch_size", ("integer", "[1, inf)", "32", "[8, 64]")),
        ("forecasting-deepar", "num_cells", ("integer", "[1, inf)", "40", "[30, 200]")),
        ("blazingtext", "buckets", ("integer", "[1, inf)", "2000000", "[1000000, 10000000]")),
        ("seq2seq", "rnn_num_hidden", ("integer", "[2, inf)", "1024", "128, 256, 512, 1024, 2048")),
        ("kmeans", "init_method", ("categorical", "", "random", "kmeans++, random")),
        ("pca", "extra_components", ("integer", "[-1, inf)", "-1", "")),
        ("ntm", "rescale_gradient", ("continuous", "[1e-3, 1]", "1.0", "[0.1, 1]")),
        ("lda", "alpha0", ("continuous", "(0, inf)", "1.0", "[0.1, 10]")),
        ("ipinsights", "vector_dim", ("integer", "[4, 4096]", None, "[8, 256]")),
        ("semantic-segmentation", "momentum", ("continuous", "(0, 1]", "0.9", "[0.9, 0.999]")),
        ("object2vec", "enc0_layers", ("integer", "[1, 4]", "auto", "[1, 4]")),
        ("lightgbm", "num_leaves", ("integer", "(1, 131072]", "64", "[10, 100]")),
        ("catboost", "depth", ("integer", "[1, 16]", "6", "[4, 10]")),
        ("tabtransformer", "mlp_dropout", ("continuous", "[0, 1]", "0.1", "[0, 0.8]")),
        ("autogluon-tabular", "num_bag_sets", ("integer", "[1, 20]", "1", "")),
    ],
)
def test_a_hyperparameter_is_as_documented(
    name: str, parameter: str, expected: tuple[str, str, str | None, str]
) -> None:
    found = TABLES[name].parameters[parameter]
    assert (found.kind, found.legal, found.default, found.recommended) == expected


@pytest.mark.parametrize(
    ("name", "parameters", "tunable", "metrics"),
    [
        ("autogluon-tabular", 12, 0, 0),
        ("blazingtext", 18, 11, 2),
        ("catboost", 21, 4, 12),
        ("factorization-machines", 26, 17, 4),
        ("forecasting-deepar", 16, 8, 3),
        ("image-classification", 29, 9, 1),
        ("ipinsights", 10, 9, 1),
        ("kmeans", 12, 4, 2),
        ("knn", 11, 2, 2),
        ("lda", 7, 2, 1),
        ("lightgbm", 25, 7, 13),
        ("linear-learner", 44, 6, 29),
        ("ntm", 15, 6, 1),
        ("object-detection", 22, 5, 1),
        ("object2vec", 37, 18, 6),
        ("pca", 6, 0, 0),
        ("randomcutforest", 4, 2, 1),
        ("semantic-segmentation", 24, 5, 2),
        ("seq2seq", 49, 22, 3),
        ("tabtransformer", 11, 6, 3),
    ],
)
def test_no_row_of_the_guide_is_lost(name: str, parameters: int, tunable: int, metrics: int) -> None:
    table = TABLES[name]
    marked = sum(parameter.tunable for parameter in table.parameters.values())
    assert (len(table.parameters), marked, len(table.metrics)) == (parameters, tunable, metrics)


@pytest.mark.parametrize(
    ("interval", "value", "expected"),
    [
        ("[0, 1]", 0, True),
        ("[0, 1]", 1, True),
        ("(0, 1)", 0, False),
        ("(0, 1)", 1, False),
        ("(0, 1]", 1, True),
        ("[1, inf)", 1e300, True),
        ("[1, inf)", float("inf"), False),
        ("[1, inf]", float("inf"), True),
        ("[-1, inf)", -2, False),
        ("[0, 1]", float("nan"), False),
    ],
)
def test_an_interval_has_open_and_closed_ends(interval: str, value: float, expected: bool) -> None:
    assert inside(interval, value) is expected


def test_the_page_is_current() -> None:
    description = importlib.util.spec_from_file_location("generate_algorithms", DOCS / "generate_algorithms.py")
    assert description is not None
    assert description.loader is not None
    module = importlib.util.module_from_spec(description)
    description.loader.exec_module(module)
    page = (DOCS / "algorithms.md").read_text(encoding="utf-8")
    assert page == module.generate(), "run: python docs/generate_algorithms.py"
    for table, parameter in PARAMETERS:
        section = page.partition(f"\n## {table.name}\n")[2].partition("\n## ")[0]
        assert f"`{parameter.name}`" in section
