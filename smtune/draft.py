"""A loaded spec -> the whole plan, offline: request, uploads, estimate, notes. Nothing is sent, nothing is asked."""

from __future__ import annotations

import dataclasses
import re
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from smtune.clone import read_document, read_job
from smtune.config import Applied, Configuration, apply
from smtune.data.survey import survey
from smtune.errors import SpecError, UsageError
from smtune.estimate import JobMinutes, PriceTable, estimate, load_prices, service_notes
from smtune.plan import Plan, plan
from smtune.plan.document import PlanDocument, is_plan, planned_name, read_plan
from smtune.request import Site
from smtune.request.site import DEFAULT_ACCOUNT, DEFAULT_REGION
from smtune.service_model import REQUEST, violations
from smtune.spec import TuningSpec, dump_spec, load_document
from smtune.spec.load import Loaded
from smtune.spec.source import Layers
from smtune.validate import check_file

_ACCOUNT = re.compile(r"\d{12}", re.ASCII)
_BUCKET = re.compile(r"[a-zA-Z0-9._-]{3,255}")  # as botocore has it: old buckets of us-east-1 have such names


@dataclass(frozen=True)
class DraftOptions:
    """What a plan depends on besides its spec."""

    site: Site = field(default_factory=Site)
    prices: PriceTable = field(default_factory=load_prices)
    minutes: JobMinutes | None = None
    configuration: Configuration = field(default_factory=lambda: Configuration({}))


def site_from(configuration: Configuration) -> Site:
    """The place that is configured; without credentials the account is one that nobody has."""
    account = configuration.get("account")
    if account is not None and not _ACCOUNT.fullmatch(str(account.value)):
        message = f"account {str(account.value)!r} (from {account.origin}) is not one: an account has 12 digits"
        raise UsageError(message)
    return Site(
        region=configuration.text("region") or DEFAULT_REGION,
        account=configuration.text("account") or DEFAULT_ACCOUNT,
        bucket=configuration.text("bucket"),
        key_prefix=configuration.text("prefix"),
    )


def draft(layers: Layers, setting: DraftOptions) -> PlanDocument:
    """What a launch of the spec would do, and what it takes.

    Raises SpecError (with the place in the file, where the spec has one) for data, a budget or tags that do not work.
    """
    loaded = load_document(layers)
    try:
        return _draft(loaded, layers, setting)
    except SpecError as error:
        raise loaded.placed(error) from None


def _draft(loaded: Loaded, layers: Layers, setting: DraftOptions) -> PlanDocument:
    applied = configured(loaded.spec, setting.configuration)
    spec, seen = applied.spec, survey(applied.spec, layers.folder)
    site, prices = setting.site, setting.prices
    unnamed = plan(spec, seen.prepared, site=site, name=spec.name, prices=prices)
    planned = plan(spec, seen.prepared, site=site, name=planned_name(spec.name, unnamed.request), prices=prices)
    refuse_bad_place(planned, site)
    places = zip(seen.files, planned.uploads, strict=True)
    return PlanDocument(
        source=layers.name,
        yaml=dump_spec(spec),
        site=_place(site),
        request=planned.request,
        uploads=tuple(dataclasses.replace(file, uri=upload.uri) for file, upload in places),
        estimate=estimate(planned.request, prices.tariff(site.region), setting.minutes).to_dict(),
        notes=(*applied.notes, *planned.notes, *service_notes(planned.request), *_placeholders(planned, site)),
    )


def _place(site: Site) -> dict[str, str | None]:
    names = {"region": site.region, "account": site.account, "role": site.role, "bucket": site.bucket}
    return names | ({"prefix": site.key_prefix} if site.key_prefix else {})


def configured(spec: TuningSpec, configuration: Configuration) -> Applied:
    """The spec with what the configuration adds. Raises SpecError where that makes it one that no launch would take."""
    applied = apply(spec, configuration)
    problems = check_file(dump_spec(applied.spec)) if applied.notes else ()
    if problems:
        said = f"the spec with its configuration ({'; '.join(applied.notes)})"
        raise SpecError(tuple(dataclasses.replace(problem, line=0, column=0) for problem in problems), source=said)
    return applied


def refuse_bad_place(planned: Plan, site: Site) -> None:
    """Raise UsageError for what the site put into the request and no service takes; the spec was checked before."""
    if site.bucket is not None and not _BUCKET.fullmatch(site.bucket):
        message = f"{site.bucket!r} is not a bucket's name: 3 to 63 lower-case letters, digits, hyphens and dots"
        raise UsageError(message)
    for item in violations(REQUEST, planned.request):
        message = f"{item.sentence} (check --role, --account, --region and --bucket)"
        raise UsageError(message)


def _placeholders(planned: Plan, site: Site) -> tuple[str, ...]:
    if site.account == DEFAULT_ACCOUNT and DEFAULT_ACCOUNT in str(planned.request):
        return (f"account {DEFAULT_ACCOUNT} is a placeholder: give --account (or --role and --bucket)",)
    return ()


def read_other(path: Path, setting: DraftOptions) -> dict[str, Any]:
    """The request to compare with: of a plan, of a request or a Describe answer in any spelling, or of a spec."""
    document = read_document(path)
    if is_plan(document):
        return dict(read_plan(path).request)
    if isinstance(document, dict) and {"algorithm", "algorithms"} & document.keys() and "name" in document:
        return dict(draft(Layers((path,)), setting).request)
    return dict(read_job(path).request)
