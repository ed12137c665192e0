"""AWS as moto plays it, with every request recorded, and small specs."""

from __future__ import annotations

import copy
from collections.abc import Mapping
from typing import Any

from smtune.clients import ClientSession
from smtune.spec import TuningSpec

ROLE = "arn:aws:iam::123456789012:role/training"
ACCOUNT = "123456789012"
REGION = "us-east-1"
BUCKET = f"sagemaker-{REGION}-{ACCOUNT}"
IMAGE = f"{ACCOUNT}.dkr.ecr.{REGION}.amazonaws.com/mine:1"
KEY = f"arn:aws:kms:{REGION}:{ACCOUNT}:key/1a2b3c4d"
SCRIPT = """
import argparse
parser = argparse.ArgumentParser()
parser.add_argument("--dose", type=float)
parser.add_argument("--rounds", type=int)
parser.add_argument("--kind")
arguments = parser.parse_args()
if arguments.dose > 0.6:
    raise SystemExit("the dose is too high")
print(f"score={1 - (arguments.dose - 0.3) ** 2:.6f}")
"""
"""What a training job runs here: best, 1, at dose 0.3; a dose above 0.6 fails."""
_CREATE = "provide-client-params.sagemaker.CreateHyperParameterTuningJob"


class Aws:
    """An account, and what was asked of it."""

    def __init__(self) -> None:
        self.session = ClientSession(
            aws_access_key_id="testing",
            aws_secret_access_key="testing",  # noqa: S106  moto takes any
            region_name=REGION,
        )
        self.requests = list[dict[str, Any]]()
        self.calls = list[str]()
        self.session.events.register(_CREATE, self._record)
        self.session.events.register("before-call", self._count)
        self.s3 = self.session.client("s3")

    def begin(self) -> None:
        """Forget what was asked."""
        self.s3.create_bucket(Bucket=BUCKET)
        self.requests.clear()
        self.calls.clear()

    def send(self, spec: Any, **options: Any) -> dict[str, Any]:
        """The request that the tuner of `spec` sends, as the caller of boto3 gives it."""
        import smtune

        smtune.build_tuner(spec, self.session).tune(wait=False, **options)
        return self.requests[-1]

    def stored(self) -> list[str]:
        """Every object in the bucket."""
        return [item["Key"] for item in self.s3.list_objects_v2(Bucket=BUCKET).get("Contents", ())]

    def _record(self, params: Mapping[str, Any], **_: Any) -> None:
        self.requests.append(copy.deepcopy(dict(params)))

    def _count(self, model: Any, **_: Any) -> None:
        self.calls.append(model.name)


def fields(**changes: Any) -> dict[str, Any]:
    """A small spec's keys: an image of one's own, data on S3."""
    return {
        "name": "toy",
        "algorithm": {"image": IMAGE},
        "objective": {"maximize": "score"},
        "metrics": {"score": r"score=(\S+)"},
        "hyperparameters": {"rounds": 3, "dose": {"min": 0.0, "max": 1.0}},
        "strategy": "random",
        "limits": {"jobs": 3, "parallel": 2},
        "role": ROLE,
        "data": {"channels": {"train": "s3://my-bucket/train"}},
        **changes,
    }


def spec_of(**changes: Any) -> TuningSpec:
    """`fields` as a spec."""
    return TuningSpec.model_validate(fields(**changes))


def script_spec(**changes: Any) -> TuningSpec:
    """A spec that this machine runs in a second or two: SCRIPT as train.py beside it."""
    own = {
        "algorithm": {"script": {"framework": "scikit-learn", "version": "1.2-1", "entry_point": "train.py"}},
        "hyperparameters": {
            "dose": {"min": 0.001, "max": 1.0, "scale": "log"},
            "rounds": {"min": 1, "max": 5},
            "kind": {"values": ["tea", "coffee"]},
        },
        "limits": {"jobs": 4, "parallel": 2},
        "seed": 0,
        "data": None,
        "tags": {"team": "pricing"},
    }
    return spec_of(**{**own, **changes})


def several(**changes: Any) -> TuningSpec:
    """A spec of two algorithms."""
    alone = fields(**changes)
    del alone["hyperparameters"]
    entry = {key: alone.pop(key) for key in ("algorithm", "metrics", "objective")}
    return TuningSpec.model_validate(
        {
            **alone,
            "algorithms": [
                {**entry, "name": "deep", "hyperparameters": {"dose": {"min": 0.0, "max": 1.0}}},
                {**entry, "name": "shallow", "hyperparameters": {"dose": {"min": 0.0, "max": 0.5}}},
            ],
        }
    )
