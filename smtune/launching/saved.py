"""A plan that was saved -> its tuning job: exactly that request, or none."""

from __future__ import annotations

import dataclasses
from pathlib import Path

import boto3

from smtune.compare import differences
from smtune.config import Configuration
from smtune.errors import Problem, SpecError, UsageError
from smtune.execute import Launched
from smtune.launching.ready import Circumstances, ready
from smtune.launching.spec import carry_out
from smtune.plan.document import PlanDocument
from smtune.request import Site
from smtune.request.site import DEFAULT_ACCOUNT
from smtune.session import is_local, site_of
from smtune.spec import load_spec

_SHOWN = 5
_UPLOAD_KEY = "upload_key"


def launch_plan(
    session: boto3.Session, document: PlanDocument, folder: Path, circumstances: Circumstances | None = None
) -> Launched:
    """Launch what `document` says, with the files below `folder` that it was made of.

    Of the configuration only the key of uploads counts: everything else is in the plan. Raises UsageError for another
    account or region than the plan's, SpecError where data or code have changed since.
    """
    site = _same_place(session, document)
    given = circumstances or Circumstances()
    key = given.configuration.said.get(_UPLOAD_KEY, ())
    given = dataclasses.replace(given, site=site, configuration=Configuration({_UPLOAD_KEY: key} if key else {}))
    with ready(session, load_spec(document.yaml), folder, given) as it:
        name = str(document.request["HyperParameterTuningJobName"])
        changed = differences(document.request, it.plan(name).request)
        if changed:
            paths = ", ".join(item.path for item in changed[:_SHOWN])
            message = f"data or code have changed since the plan was made: the request would differ in {paths}"
            fix = f"make the plan again: smtune plan {document.source} --out FILE"
            raise SpecError((Problem(0, 0, "", message, fix),), source=document.source)
        return carry_out(session, it, name)


def _same_place(session: boto3.Session, document: PlanDocument) -> Site:
    said, here = document.site, site_of(session)
    planned = Site(said["region"], said["account"], said["role"], said["bucket"], said.get("prefix"))
    for what, wanted, found in (("account", planned.account, here.account), ("region", planned.region, here.region)):
        if wanted != found:
            placeholder = what == "account" and wanted == DEFAULT_ACCOUNT
            made = "for no account" if placeholder else f"for {what} {wanted}"
            place = "this machine is" if is_local(session) else "this session is"
            message = f"the plan was made {made}, and {place} {what} {found}"
            fix = "plan with --online, so that it names the account" if placeholder else "plan again for this one"
            full = f"{message}; {fix}"
            raise UsageError(full)
    return planned
