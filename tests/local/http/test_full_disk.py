"""`smtune serve` on a disk that is full: an answer in words, nothing lost, and everything works once there is room."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
from local_jobs import WAIT_SECONDS

from smtune.local.sandbox import find_bubblewrap
from smtune.local.settings import Settings

# In a sandbox, whose home is a small disk: nothing of it is seen from outside.
FULL_DISK = """
import json, os, sys, time
from pathlib import Path
import boto3
from botocore.config import Config
from botocore.exceptions import ClientError
from peers import Peer
from smtune.local.lock import has_worker
from smtune.local.settings import Settings
from served import serving, variables

home = Path(os.environ["SMTUNE_HOME"])
LARGE = bytes(1 << 19)  # more than what a checkpoint of the database may free meanwhile
once = Config(retries={"total_max_attempts": 1})

def refusal(call, **request):
    fill()
    try:
        call(**request)
    except ClientError as error:
        return error.response["ResponseMetadata"]["HTTPStatusCode"]
    return None

def fill():
    with (home / "filler").open("ab", buffering=0) as file:
        try:
            while True:
                file.write(bytes(4096))
        except OSError:
            pass

with serving(home) as process:
    url = variables(process.stdout)["AWS_ENDPOINT_URL"]
    session = boto3.Session("any", "any", region_name="us-east-1")
    peer = Peer("serve", session, url)
    s3, sagemaker = (session.client(name, endpoint_url=url, config=once) for name in ("s3", "sagemaker"))
    peer.prepare()
    jobs = [peer.request(name) for name in ("before", "meanwhile")]
    s3.put_object(Bucket="disk", Key="kept", Body=b"precious")
    begun = s3.create_multipart_upload(Bucket="disk", Key="parts")["UploadId"]
    before = peer.wait(peer.create(jobs[0]))["TrainingJobStatusCounters"]
    while has_worker(Settings.from_environment(), "before"):  # its end makes some room
        time.sleep(0.05)
    refused = {
        "an object": refusal(s3.put_object, Bucket="disk", Key="kept", Body=LARGE),
        "a part": refusal(s3.upload_part, Bucket="disk", Key="parts", UploadId=begun, PartNumber=1, Body=LARGE),
    }
    refused_job = refusal(sagemaker.create_hyper_parameter_tuning_job, **jobs[1])  # the database may have room left
    meanwhile = s3.get_object(Bucket="disk", Key="kept")["Body"].read().decode()
    drafts = [str(path) for path in home.rglob(".smtune-draft-*")]
    is_alive = process.poll() is None
    (home / "filler").unlink()
    part = s3.upload_part(Bucket="disk", Key="parts", UploadId=begun, PartNumber=1, Body=bytes(5000))
    chosen = {"Parts": [{"PartNumber": 1, "ETag": part["ETag"]}]}
    s3.complete_multipart_upload(Bucket="disk", Key="parts", UploadId=begun, MultipartUpload=chosen)
    after = peer.wait(peer.create(jobs[1]) if refused_job else "meanwhile")["TrainingJobStatusCounters"]
    kept = peer.describe("before")["TrainingJobStatusCounters"]
    keys = [item["Key"] for item in s3.list_objects_v2(Bucket="disk")["Contents"]]
print(json.dumps({"refused": refused, "meanwhile": meanwhile, "drafts": drafts, "is_alive": is_alive, "keys": keys,
                  "kept": kept == before, "exit": process.returncode,
                  "job": [refused_job, sum(after.values()), after["Completed"]]}))
"""


@pytest.mark.slow
@pytest.mark.skipif(find_bubblewrap() is None, reason="a small disk is made with bubblewrap")
def test_a_full_disk_is_an_answer_and_costs_nothing(settings: Settings) -> None:
    settings.home.mkdir()
    small_disk = ["--dev-bind", "/", "/", "--size", str(3 << 20), "--tmpfs", str(settings.home)]
    support = Path(__file__).parents[2] / "support"
    done = subprocess.run(
        [str(find_bubblewrap()), *small_disk, sys.executable, "-c", FULL_DISK],
        env={**os.environ, **settings.as_environment(), "SMTUNE_SANDBOX": "off", "PYTHONPATH": str(support)},
        capture_output=True,
        text=True,
        timeout=2 * WAIT_SECONDS,
    )
    assert done.returncode == 0, done.stderr
    seen = json.loads(done.stdout)
    refused_job, ended, completed = seen.pop("job")

    assert refused_job in {500, None}
    assert (ended, completed) == (3, 3) if refused_job else ended > 0
    assert seen == {
        "refused": {"an object": 500, "a part": 500},
        "meanwhile": "precious",
        "drafts": [],
        "is_alive": True,
        "keys": ["kept", "parts"],
        "kept": True,
        "exit": 0,
    }
