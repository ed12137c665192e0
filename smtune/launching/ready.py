"""A spec, ready for a session: configured, its data prepared, its request planned. Nothing has been sent."""

from __future__ import annotations

import dataclasses
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path

import boto3

from smtune.config import Configuration
from smtune.data.prepare import prepare
from smtune.data.upload.settings import Report, UploadSettings
from smtune.draft import configured, refuse_bad_place
from smtune.errors import ConfigurationError
from smtune.estimate import PriceTable
from smtune.launching.data import refuse_bad_data
from smtune.plan import Plan, Prepared, plan
from smtune.plan.document import planned_name
from smtune.request import Site
from smtune.session import announce, is_local, site_of
from smtune.spec import BuiltIn, TuningSpec


@dataclass(frozen=True)
class Ready:
    """Everything that a launch needs; its files live as long as `ready` is open."""

    spec: TuningSpec
    """With what the configuration adds."""
    prepared: Prepared
    site: Site
    notes: tuple[str, ...]
    prices: PriceTable | None = None
    """None: the shipped ones, which are read only for a budget."""
    upload_key: str | None = None
    report: Report | None = None
    check: Callable[[], tuple[str, ...]] = tuple
    """Looks at the data; its notes. Raises SpecError for data that training would fail of."""

    def plan(self, name: str) -> Plan:
        """The plan of a tuning job of this name."""
        return plan(self.spec, self.prepared, site=self.site, name=name, prices=self.prices)

    def name(self, attempt: int = 0) -> str:
        """The name that stands for this request; `attempt` counts the jobs that ask for the same on purpose."""
        return planned_name(self.spec.name, self.plan(self.spec.name).request, attempt)

    @property
    def uploads(self) -> UploadSettings:
        """How its files are sent; a bucket of the account's default name has to belong to the account."""
        owner = self.site.account if self.site.bucket is None else None
        return UploadSettings(kms_key=self.upload_key, owner=owner)


@dataclass(frozen=True)
class Circumstances:
    """What a launch depends on besides spec and session."""

    configuration: Configuration = field(default_factory=lambda: Configuration({}))
    site: Site | None = None
    """None: the session's own."""
    prices: PriceTable | None = None
    report: Report | None = None
    """Is told how far the upload is."""
    check_data: bool = True
    """Whether the data is looked at before it is sent."""


@contextmanager
def ready(
    session: boto3.Session, spec: TuningSpec, folder: Path, circumstances: Circumstances | None = None
) -> Iterator[Ready]:
    """Configure, prepare and check `spec`, whose paths are relative to `folder`.

    Raises SpecError, ConfigurationError, ServiceError; nothing has been created then.
    """
    given = circumstances or Circumstances()
    applied = configured(spec, given.configuration)
    site = given.site or site_of(session, given.configuration)
    _refuse_unfit_role(session, applied.spec, site)
    with tempfile.TemporaryDirectory(prefix="smtune-") as workspace:
        prepared = prepare(applied.spec, folder.absolute(), Path(workspace))
        key = given.configuration.text("upload_key")
        check = partial(refuse_bad_data, spec, folder.absolute()) if given.check_data else tuple
        it = Ready(applied.spec, prepared, site, applied.notes, given.prices, key, given.report, check)
        planned = it.plan(spec.name)
        refuse_bad_place(planned, site)
        notes = (*it.notes, *_derived(spec, planned), *announce(session, planned))
        yield dataclasses.replace(it, notes=notes)


def _refuse_unfit_role(session: boto3.Session, spec: TuningSpec, site: Site) -> None:
    if site.role is None and not all(definition.role for definition in spec.definitions) and not is_local(session):
        message = (
            "AWS needs a role: add role: arn:aws:iam::ACCOUNT:role/NAME to the spec or to smtune.toml, "
            "give --role, or use this machine: --local"
        )
        raise ConfigurationError(message)


def _derived(spec: TuningSpec, planned: Plan) -> list[str]:
    """What the request says beyond the spec's own words."""
    asked = spec.definitions[0].static.get("eval_metric")
    sent = planned.request.get("TrainingJobDefinition", {}).get("StaticHyperParameters", {}).get("eval_metric")
    if isinstance(spec.definitions[0].algorithm, BuiltIn) and sent is not None and sent != asked:
        return [f"eval_metric is {sent}, so that the training jobs print what the diagnosis reads"]
    return []
