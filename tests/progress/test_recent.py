"""A FailureReason in one short line."""

from __future__ import annotations

import pytest

from smtune.progress import short_reason


@pytest.mark.parametrize(
    ("reason", "short"),
    [
        (
            'AlgorithmError: ExecuteUserScriptError:\nExitCode 1\nErrorMessage "raise E(msg)\n OSError: no" Command',
            "OSError: no",
        ),
        (
            'AlgorithmError: ExecuteUserScriptError: ErrorMessage "ValueError: x" in train.py, exit code: 1',
            "ValueError: x",
        ),
        ("AlgorithmError: framework error: \nTraceback", "Traceback"),
        (
            "ClientError: Data download failed:Insufficient disk space",
            "ClientError: Data download failed:Insufficient disk space",
        ),
        ("AlgorithmError: , exit code: 137", "exit code: 137"),
        ("x" * 300, "x" * 97 + "..."),
    ],
)
def test_a_reason_is_cut_to_its_last_words(reason: str, short: str) -> None:
    assert short_reason(reason) == short


def test_a_reason_cannot_write_to_the_terminal() -> None:
    assert "\x1b" not in short_reason("ClientError: \x1b[2J gone")
