"""A tuning job's life on the local engine: real processes, the service's statuses, and everything that goes wrong."""

from __future__ import annotations

import fcntl
import json
import os
import re
import signal
import subprocess
import sys
import tarfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import IO, Any

import pytest
from botocore.exceptions import ClientError
from local_jobs import GOOD, WAIT_SECONDS, Run, training_jobs, wait_for

from smtune.local.lock import worker_lock
from smtune.local.sandbox import find_bubblewrap
from smtune.local.session import LocalSession
from smtune.local.settings import Settings
from smtune.local.store import Store
from smtune.logs import log_lines
from smtune.results import best_training_job, learning_curves

pytestmark = pytest.mark.slow
SLOW = GOOD.replace("for step in range(3):", "import time\nfor step in range(3):\n    time.sleep(0.2)", 1)


def test_a_job_runs_to_its_limit_and_keeps_everything(submit: Run, session: LocalSession) -> None:
    name = submit()
    job = wait_for(session, name)

    assert job["HyperParameterTuningJobStatus"] == "Completed"
    assert job["TrainingJobStatusCounters"]["Completed"] == 3
    assert job["ObjectiveStatusCounters"] == {"Succeeded": 3, "Pending": 0, "Failed": 0}
    summaries = training_jobs(session, name)
    assert [item["TrainingJobStatus"] for item in summaries] == ["Completed"] * 3
    values = {
        item["TrainingJobName"]: item["FinalHyperParameterTuningJobObjectiveMetric"]["Value"] for item in summaries
    }
    for item in summaries:
        dose = float(item["TunedHyperParameters"]["dose"])
        assert values[item["TrainingJobName"]] == pytest.approx(1 - (dose - 0.3) ** 2, abs=1e-6)
    assert job["BestTrainingJob"]["TrainingJobName"] == max(values, key=lambda key: values[key])


def test_the_model_is_what_the_script_wrote(submit: Run, session: LocalSession) -> None:
    name = submit()
    wait_for(session, name)
    best = best_training_job(session, name)

    assert best is not None
    with tarfile.open(session.path_of(best.model_artifact)) as archive:
        member = archive.extractfile("model.txt")
        assert member is not None
        assert float(member.read()) == best.hyperparameters["dose"]


def test_every_metric_value_is_kept_with_its_step_and_time(submit: Run, session: LocalSession) -> None:
    name = submit(changes={"limits": {"jobs": 1}})
    wait_for(session, name)
    training = training_jobs(session, name)[0]
    dose = float(training["TunedHyperParameters"]["dose"])

    curve = learning_curves(session, training["TrainingJobName"])
    assert list(curve["step"]) == [0, 1, 2]
    assert list(curve["value"]) == pytest.approx([1 - (dose - 0.3) ** 2 - 0.1 * left for left in (2, 1, 0)], abs=1e-6)
    assert curve["time"].is_monotonic_increasing
    assert training["TrainingStartTime"] <= curve["time"].iloc[0] <= training["TrainingEndTime"]


@pytest.mark.parametrize(
    ("script", "reason"),
    [
        (
            "raise ValueError('eta is too bold')",
            r'ErrorMessage "ValueError: eta is too bold" in train.py, exit code: 1',
        ),
        ("print('loss=1')", r"'score' was never printed: none of the 1 log lines matched.*last line was 'loss=1'"),
        ("", r"'score' was never printed: the training job printed nothing at all"),
        ("print('score=nan')", r"'score' was last printed as nan"),
        ("print('score=0.5'); print('score=inf')", r"'score' was last printed as inf"),
        ("import sys; sys.exit(3)", r"exit code: 3"),
        ("import os; os.kill(os.getpid(), 9)", r"killed by SIGKILL \(the machine may have run out of memory\)"),
        (
            "import os; open(os.environ['SM_OUTPUT_FAILURE'], 'w').write('no GPU here'); raise SystemExit(1)",
            r"^AlgorithmError: no GPU here, exit code: 1",
        ),
        ("print('x' * 200_000); raise ValueError('é' * 5000)", r"^AlgorithmError.{900,}"),
        ("def broken(:", r"SyntaxError"),
    ],
)
def test_a_failing_script_fails_with_its_reason(submit: Run, session: LocalSession, script: str, reason: str) -> None:
    name = submit(script, changes={"limits": {"jobs": 1}})
    job = wait_for(session, name)
    training = training_jobs(session, name)[0]

    assert training["TrainingJobStatus"] == "Failed"
    assert training["ObjectiveStatus"] == "Failed"
    assert len(training["FailureReason"]) <= 1024
    assert re.search(reason, training["FailureReason"], re.DOTALL), training["FailureReason"]
    assert job["HyperParameterTuningJobStatus"] == "Failed"
    assert job["FailureReason"].startswith("All training jobs failed.")


def test_the_tuning_job_goes_on_after_failures(submit: Run, session: LocalSession) -> None:
    fails_above_a_half = GOOD.replace("for step", "assert arguments.dose < 0.5, 'dose is too large'\nfor step", 1)
    name = submit(fails_above_a_half, changes={"limits": {"jobs": 6, "parallel": 2}})
    job = wait_for(session, name)

    counters = job["TrainingJobStatusCounters"]
    assert job["HyperParameterTuningJobStatus"] == "Completed"
    assert counters["Completed"] + counters["NonRetryableError"] == 6
    assert counters["Completed"] > 0
    assert counters["NonRetryableError"] > 0
    for item in training_jobs(session, name):
        assert (item["TrainingJobStatus"] == "Completed") == (float(item["TunedHyperParameters"]["dose"]) < 0.5)


def test_five_failures_without_a_success_end_the_job(submit: Run, session: LocalSession) -> None:
    name = submit("raise SystemExit(1)", changes={"limits": {"jobs": 50, "parallel": 1}})
    job = wait_for(session, name)

    assert job["HyperParameterTuningJobStatus"] == "Failed"
    assert job["TrainingJobStatusCounters"]["NonRetryableError"] == 5
    assert job["FailureReason"].startswith("No training job succeeded after 5 attempts.")


def test_stop_asks_with_sigterm_and_keeps_the_model(submit: Run, session: LocalSession, client: Any) -> None:
    patient = """
import os, signal, sys, time
def save(*_):
    open(os.environ["SM_MODEL_DIR"] + "/late.txt", "w").write("saved on SIGTERM")
    sys.exit(0)
signal.signal(signal.SIGTERM, save)
print("score=0.5")
time.sleep(600)
"""
    name = submit(patient, changes={"limits": {"jobs": 4, "parallel": 2}})
    _wait_for_metric(session, name, running=2)
    client.stop_hyper_parameter_tuning_job(HyperParameterTuningJobName=name)
    job = wait_for(session, name)

    assert job["HyperParameterTuningJobStatus"] == "Stopped"
    stopped = training_jobs(session, name)
    assert [item["TrainingJobStatus"] for item in stopped] == ["Stopped", "Stopped"]
    assert stopped[0]["FinalHyperParameterTuningJobObjectiveMetric"]["Value"] == 0.5
    details = client.describe_training_job(TrainingJobName=stopped[0]["TrainingJobName"])
    with tarfile.open(session.path_of(details["ModelArtifacts"]["S3ModelArtifacts"])) as archive:
        assert archive.getnames() == ["late.txt"]
    with pytest.raises(ClientError, match="only a job that is running can be stopped"):
        client.stop_hyper_parameter_tuning_job(HyperParameterTuningJobName=name)


def test_who_ignores_sigterm_is_killed(
    submit: Run, session: LocalSession, client: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SMTUNE_STOP_GRACE_SECONDS", "1")
    deaf = "import signal, time\nsignal.signal(signal.SIGTERM, signal.SIG_IGN)\nprint('score=1')\ntime.sleep(600)"
    name = submit(deaf, changes={"limits": {"jobs": 2, "parallel": 1}})
    _wait_for_metric(session, name)
    began = time.monotonic()
    client.stop_hyper_parameter_tuning_job(HyperParameterTuningJobName=name)
    job = wait_for(session, name)

    assert job["HyperParameterTuningJobStatus"] == "Stopped"
    assert time.monotonic() - began >= 1, "the grace period was not kept"
    assert training_jobs(session, name)[0]["TrainingJobStatus"] == "Stopped"


def test_a_training_job_ends_at_its_time_limit(submit: Run, session: LocalSession, client: Any) -> None:
    name = submit("import time\ntime.sleep(600)", changes={"limits": {"jobs": 1}, "compute": {"runtime_seconds": 1}})
    wait_for(session, name)
    training = training_jobs(session, name)[0]
    details = client.describe_training_job(TrainingJobName=training["TrainingJobName"])

    assert details["TrainingJobStatus"] == "Stopped"
    assert details["SecondaryStatus"] == "MaxRuntimeExceeded"


@pytest.mark.parametrize("sandbox", ["on", "off"])
def test_what_a_training_job_leaves_behind_is_killed(
    submit: Run, sandbox: str, session: LocalSession, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("SMTUNE_SANDBOX", sandbox)
    # Its child has the lock, too, for as long as it lives.
    leaves_a_child = f"""
import fcntl, subprocess, sys
lock = open({str(tmp_path / "lock")!r}, "w")
fcntl.flock(lock, fcntl.LOCK_EX)
subprocess.Popen([sys.executable, "-c", "import time; time.sleep(600)"], pass_fds=[lock.fileno()])
"""
    name = submit(GOOD + leaves_a_child, changes={"limits": {"jobs": 1}})
    job = wait_for(session, name)

    assert job["HyperParameterTuningJobStatus"] == "Completed"
    with (tmp_path / "lock").open() as lock:
        _wait_until(lambda: _locks(lock), "what the training job left behind lives")


@pytest.mark.parametrize("sandbox", ["on", "off"])
def test_a_killed_worker_loses_and_repeats_nothing(
    submit: Run, sandbox: str, settings: Settings, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("SMTUNE_SANDBOX", sandbox)
    session = LocalSession(Settings.from_environment())
    diary = tmp_path / "diary"
    script = SLOW + f"\nopen({str(diary)!r}, 'a').write(str(arguments.dose) + '\\n')\n"
    name = submit(script, changes={"limits": {"jobs": 5, "parallel": 1}})
    for done in (1, 3):
        _wait_for_metric(session, name, running=done + 1)  # in the middle of a training job
        before = {item["TrainingJobName"]: item for item in _ended(session, name)}
        assert len(before) >= done
        os.kill(_worker(settings, name), signal.SIGKILL)
        after = {item["TrainingJobName"]: item for item in _ended(session, name)}
        assert {key: after[key] for key in before} == before
    job = wait_for(session, name)

    assert job["TrainingJobStatusCounters"]["Completed"] == 5
    numbers = [item["TrainingJobName"].split("-")[-2] for item in training_jobs(session, name)]
    assert numbers == ["001", "002", "003", "004", "005"]
    written = [line for line in diary.read_text().splitlines() if line]
    assert len(written) == len(set(written)), "a finished training job was run twice"
    for item in training_jobs(session, name):
        assert len(learning_curves(session, item["TrainingJobName"])) == 3, "values of the killed try are still there"


def test_a_restart_goes_on_as_if_nothing_had_happened(submit: Run, session: LocalSession, settings: Settings) -> None:
    # The first eight are drawn by chance, and only the others follow from what is known.
    changes = {"strategy": "bayesian", "limits": {"jobs": 11, "parallel": 1}, "seed": 3}
    undisturbed, disturbed = submit(changes=changes), submit(changes=changes)
    _wait_for_completed(session, disturbed, 5)
    os.kill(_worker(settings, disturbed), signal.SIGKILL)
    for name in (undisturbed, disturbed):
        wait_for(session, name)

    configurations = [
        [item["TunedHyperParameters"] for item in training_jobs(session, name)] for name in (undisturbed, disturbed)
    ]
    assert configurations[0] == configurations[1]


def test_a_stop_reaches_a_job_whose_worker_is_dead(
    submit: Run, session: LocalSession, settings: Settings, client: Any
) -> None:
    name = submit("import time\nprint('score=1', flush=True)\ntime.sleep(600)", changes={"limits": {"jobs": 9}})
    _wait_for_metric(session, name)
    os.kill(_worker(settings, name), signal.SIGKILL)
    client.stop_hyper_parameter_tuning_job(HyperParameterTuningJobName=name)
    job = wait_for(session, name)

    assert job["HyperParameterTuningJobStatus"] == "Stopped"
    assert {item["TrainingJobStatus"] for item in training_jobs(session, name)} == {"Stopped"}


def test_only_one_of_many_workers_runs_a_job(
    submit: Run, session: LocalSession, settings: Settings, tmp_path: Path
) -> None:
    waits = f"import os, time\nwhile not os.path.exists({str(tmp_path / 'go')!r}):\n    time.sleep(0.05)\n"
    name = submit(waits + GOOD, changes={"limits": {"jobs": 3, "parallel": 1}})
    environment = {**os.environ, **settings.as_environment()}
    command = [sys.executable, "-m", "smtune.local.worker", name]
    rivals = [subprocess.Popen(command, env=environment, stderr=subprocess.DEVNULL) for _ in range(3)]

    assert [rival.wait(WAIT_SECONDS) for rival in rivals] == [0, 0, 0], "while the job runs"
    (tmp_path / "go").touch()
    job = wait_for(session, name)

    assert job["TrainingJobStatusCounters"]["Completed"] == 3
    for item in training_jobs(session, name):
        assert len(learning_curves(session, item["TrainingJobName"])) == 3


FULL_DISK = """
import json, os, sys, time
from pathlib import Path
from local_jobs import WAIT_SECONDS, script_spec, training_jobs, wait_for
from smtune.data.prepare import prepare
from smtune.execute import launch
from smtune.local.lock import worker_lock
from smtune.local.session import LocalSession
from smtune.local.settings import Settings
from smtune.plan import plan

folder, script = Path(sys.argv[1]), sys.argv[2]
(folder / "train.py").write_text(script)
(folder / "workspace").mkdir()
session = LocalSession(Settings.from_environment())
spec = script_spec(limits={"jobs": 4, "parallel": 1})
name = launch(session, plan(spec, prepare(spec, folder, folder / "workspace"))).name

def ended():
    return {item["TrainingJobName"]: item["TrainingJobStatus"] for item in training_jobs(session, name)
            if "TrainingEndTime" in item}

def works():
    with worker_lock(session.settings, name) as free:
        return not free

def wait_while(holds):
    until = time.monotonic() + WAIT_SECONDS
    while holds():
        assert time.monotonic() < until
        time.sleep(0.05)

wait_while(lambda: not ended())
before = ended()
filler = Path(os.environ["SMTUNE_HOME"]) / "filler"
with filler.open("wb", buffering=0) as file:
    try:
        while True:
            file.write(bytes(4096))
    except OSError:
        pass
wait_while(works)  # until the worker has seen it, and nobody looks at the job meanwhile
filler.unlink()
job = wait_for(session, name)
print(json.dumps({"before": before, "after": ended(), "status": job["HyperParameterTuningJobStatus"]}))
"""


@pytest.mark.skipif(find_bubblewrap() is None, reason="a small disk is made with bubblewrap")
def test_a_full_disk_costs_no_finished_training_job(settings: Settings, tmp_path: Path) -> None:
    settings.home.mkdir()
    everything = ["--dev-bind", "/", "/"]
    small_disk = ["--size", str(3 << 20), "--tmpfs", str(settings.home)]
    support = Path(__file__).parent.parent / "support"
    done = subprocess.run(
        [str(find_bubblewrap()), *everything, *small_disk, sys.executable, "-c", FULL_DISK, str(tmp_path), SLOW],
        env={**os.environ, **settings.as_environment(), "SMTUNE_SANDBOX": "off", "PYTHONPATH": str(support)},
        capture_output=True,
        text=True,
        timeout=3 * WAIT_SECONDS,
    )
    assert done.returncode == 0, done.stderr
    seen = json.loads(done.stdout)

    assert seen["status"] == "Completed"
    assert len(seen["after"]) == 4
    assert seen["before"].items() <= seen["after"].items()
    assert list(seen["after"].values()).count("Completed") >= 2


def test_a_bug_in_the_worker_ends_the_job_with_its_reason(
    submit: Run, session: LocalSession, settings: Settings
) -> None:
    name = submit(SLOW, changes={"limits": {"jobs": 500, "parallel": 1}})
    _wait_for_completed(session, name, 1)
    store = Store(settings.database)
    job = store.tuning_job(name)
    assert job is not None
    broken = {
        **job.request,
        "HyperParameterTuningJobConfig": {**job.config, "Strategy": "Random", "ParameterRanges": 5},
    }
    store.change_tuning_job(name, request=broken)

    def status() -> str:
        found = store.tuning_job(name)
        assert found is not None
        return found.status

    _wait_until(lambda: status() != "InProgress", "the tuning job has not ended")
    failed = store.tuning_job(name)
    assert failed is not None
    assert failed.status == "Failed"
    assert "worker.log" in str(failed.failure_reason)


def test_disk_trouble_fails_the_training_job_not_the_tuning_job(
    submit: Run, session: LocalSession, settings: Settings
) -> None:
    output = settings.objects / "sagemaker-us-east-1-000000000000" / "smtune" / "toy" / "output"
    spoils_the_first = f"""
job = os.environ["TRAINING_JOB_NAME"]
if "-001-" in job:
    os.makedirs({str(output)!r}, exist_ok=True)
    open({str(output)!r} + "/" + job, "w").write("a file where the folder of the artifacts has to be")
"""
    name = submit(GOOD + spoils_the_first, changes={"limits": {"jobs": 2, "parallel": 1}})
    job = wait_for(session, name)

    summaries = training_jobs(session, name)
    assert summaries[0]["TrainingJobStatus"] == "Failed"
    assert "cannot keep the artifacts" in summaries[0]["FailureReason"]
    assert summaries[1]["TrainingJobStatus"] == "Completed"
    assert job["HyperParameterTuningJobStatus"] == "Completed"


def test_parallel_training_jobs_overlap(submit: Run, session: LocalSession) -> None:
    name = submit(changes={"limits": {"jobs": 4, "parallel": 2}})
    wait_for(session, name)
    spans = [(item["TrainingStartTime"], item["TrainingEndTime"]) for item in training_jobs(session, name)]
    at_once = max(sum(start <= moment < end for start, end in spans) for moment, _ in spans)

    assert at_once == 2


def test_the_log_is_what_was_printed(submit: Run, session: LocalSession) -> None:
    name = submit(
        "print('a\\tb  c')\nprint('é', flush=True)\nimport sys\nprint('err', file=sys.stderr)\nprint('score=1')"
    )
    wait_for(session, name)
    lines = [line for _, line in log_lines(session, training_jobs(session, name)[0]["TrainingJobName"])]

    assert lines == ["a\tb  c", "é", "err", "score=1"]


def test_a_progress_bar_in_the_log_does_no_harm(submit: Run, session: LocalSession) -> None:
    bar = "import sys\nsys.stderr.write('\\r10%|#|\\r20%|##|')\nprint()\nprint('score=1')"
    name = submit(bar, changes={"limits": {"jobs": 1}})
    wait_for(session, name)
    training = training_jobs(session, name)[0]["TrainingJobName"]

    assert [line for _, line in log_lines(session, training)][-1] == "score=1"
    assert list(learning_curves(session, training)["value"]) == [1.0]


def test_a_regex_that_takes_for_ever_fails_the_training_job_by_name(submit: Run, session: LocalSession) -> None:
    script = 'for _ in range(4):\n    print("a" * 200 + "!")'
    name = submit(script, changes={"metrics": {"score": "(a|aa)+$"}, "limits": {"jobs": 1}})
    wait_for(session, name)
    (training,) = training_jobs(session, name)

    reason = "The objective metric 'score' is not known: its regex '(a|aa)+$' takes more than 0.5 s for some lines"
    assert training["TrainingJobStatus"] == "Failed"
    assert training["FailureReason"].startswith(reason)
    (told,) = (line for _, line in log_lines(session, training["TrainingJobName"]) if line.startswith("smtune: "))
    assert told == (
        "smtune: a line was not searched for the metric 'score': its regex '(a|aa)+$' takes more than 0.5 s for it; "
        "after 3 such lines the metric is not read any more"
    )


def test_objects_of_one_name_below_a_prefix_are_both_there_and_unharmed(submit: Run, session: LocalSession) -> None:
    storage = session.client("s3")
    for part in ("1", "2"):
        storage.put_object(Bucket="bucket", Key=f"d/part{part}/x.csv", Body=part.encode())
    shows = GOOD + "\nimport glob\nprint(sorted(glob.glob('*/x.csv', root_dir=os.environ['SM_CHANNEL_TRAIN'])))"
    name = submit(shows, changes={"limits": {"jobs": 1}, "data": {"channels": {"train": "s3://bucket/d/part"}}})
    wait_for(session, name)
    lines = [line for _, line in log_lines(session, training_jobs(session, name)[0]["TrainingJobName"])]

    assert lines[-1] == "['part1/x.csv', 'part2/x.csv']"
    assert session.path_of("s3://bucket/d/part1/x.csv").read_text() == "1"


def _runs(pid: int) -> bool:
    """Whether a process is alive: one that only waits to be reaped by the system is not."""
    try:
        state = Path(f"/proc/{pid}/stat").read_text(encoding="utf-8").rpartition(")")[2].split()[0]
    except OSError:
        return False
    return state not in "ZX"


def test_a_terminated_worker_leaves_no_process(
    submit: Run, settings: Settings, session: LocalSession, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SMTUNE_SANDBOX", "off")
    name = submit("import time\nprint('score=1', flush=True)\ntime.sleep(600)", changes={"limits": {"jobs": 1}})
    _wait_for_metric(session, name)
    folder = settings.training_folder(name, training_jobs(session, name)[0]["TrainingJobName"])
    pid = int((folder / "pid").read_text().split()[0])
    os.kill(_worker(settings, name), signal.SIGTERM)
    _wait_until(lambda: not _runs(pid), "the training job's process lives")


def _ended(session: LocalSession, name: str) -> list[dict[str, Any]]:
    return [item for item in training_jobs(session, name) if "TrainingEndTime" in item]


def _wait_for_completed(session: LocalSession, name: str, count: int) -> None:
    def completed() -> int:
        job = session.client("sagemaker").describe_hyper_parameter_tuning_job(HyperParameterTuningJobName=name)
        return int(job["TrainingJobStatusCounters"]["Completed"])

    _wait_until(lambda: completed() >= count, f"{name} has not {count} completed training jobs")


def _wait_for_metric(session: LocalSession, name: str, *, running: int = 1) -> None:
    """Until `running` training jobs have printed something."""

    def talkative() -> int:
        return sum(bool(log_lines(session, item["TrainingJobName"])) for item in training_jobs(session, name))

    _wait_until(lambda: talkative() >= running, f"not {running} training jobs of {name} have printed anything")


def _wait_until(holds: Callable[[], bool], otherwise: str) -> None:
    until = time.monotonic() + WAIT_SECONDS
    while not holds():
        assert time.monotonic() < until, f"{otherwise} after {WAIT_SECONDS} s"
        time.sleep(0.05)


def _locks(file: IO[str]) -> bool:
    """Whether nobody else has the file's lock."""
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


def _worker(settings: Settings, name: str) -> int:
    """The process id of the job's worker."""
    with worker_lock(settings, name) as free:
        assert not free, "no worker"
    # The last that says it runs the job: a rival, who has yet to learn that it came too late, is a process as well.
    log = (settings.job_folder(name) / "worker.log").read_text(encoding="utf-8")
    return int(re.findall(rf"worker (\d+) runs {re.escape(name)}$", log, re.MULTILINE)[-1])
