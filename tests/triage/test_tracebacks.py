"""An error's own words: without what differs from one training job to the next."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from smtune.triage.tracebacks import last_error, normalized, reason_lines

TRACE = """\
epoch 1
Traceback (most recent call last):
  File "/opt/ml/code/train.py", line 75, in <module>
    train()
  File "/opt/ml/code/model.py", line 43, in fit
    trained = xgboost.train(rows[4123])
  File "/opt/conda/lib/python3.10/site-packages/xgboost/core.py", line 620, in inner
    raise XGBoostError(text)
xgboost.core.XGBoostError: label must be in [0,1] for row 4123
2026-01-01 10:00:00,123 sagemaker-training-toolkit ERROR    Reporting training FAILURE
ExecuteUserScriptError: Command "/opt/conda/bin/python train.py --eta 0.3", exit code: 1
""".splitlines()


def test_the_place_is_the_last_frame_of_ones_own() -> None:
    raised = last_error(TRACE)
    assert raised is not None
    assert (raised.type, raised.place) == ("XGBoostError", "model.py:43 in fit")
    assert raised.lines == (
        'File "/opt/ml/code/model.py", line 43, in fit',
        "trained = xgboost.train(rows[4123])",
        "xgboost.core.XGBoostError: label must be in [0,1] for row 4123",
    )
    assert raised.detail == "XGBoostError: label must be in [#,#] for row # at model.py:43 in fit"


def test_of_chained_errors_the_last_counts() -> None:
    chained = [
        "Traceback (most recent call last):",
        '  File "a.py", line 1, in first',
        "KeyError: 'x'",
        "During handling of the above exception, another exception occurred:",
        "Traceback (most recent call last):",
        '  File "b.py", line 2, in <module>',
        "ValueError: worse",
    ]
    raised = last_error(chained)
    assert raised is not None
    assert raised.detail == "ValueError: worse at b.py:2"


def test_a_log_without_an_error_has_none() -> None:
    assert last_error(["epoch 1", "done", ""]) is None
    assert last_error([]) is None


@pytest.mark.parametrize(
    ("text", "plain"),
    [
        ("no file /opt/ml/input/data/train/part-1.csv", "no file part-#.csv"),
        ("s3://bucket/key/1.csv is gone", "s3://... is gone"),
        ("object at 0x7fac8ed5bb92", "object at #"),
        ("took 3.5e-3 s of -12", "took # s of #"),
        ("at 2026-01-01T10:00:00Z", "at #"),
        ("key 'label_2' in layer3", "key 'label_2' in layer3"),
    ],
)
def test_numbers_addresses_and_paths_are_blanked(text: str, plain: str) -> None:
    assert normalized(text) == plain


@given(st.text())
def test_any_text_becomes_one_line(text: str) -> None:
    plain = normalized(text)
    assert "\n" not in plain
    assert len(plain) <= 160


def test_a_reason_of_script_mode_is_what_the_script_said() -> None:
    said = '"raise X(msg)\\n ValueError: no"'
    reason = f'AlgorithmError: ExecuteUserScriptError:\nExitCode 1\nErrorMessage {said}\nCommand "x"'
    assert reason_lines(reason) == ["raise X(msg)", " ValueError: no"]
    assert reason_lines("AlgorithmError: framework error: \nTraceback") == [
        "AlgorithmError: framework error: ",
        "Traceback",
    ]
