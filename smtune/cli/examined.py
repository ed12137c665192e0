"""An account, as a spec or the configuration would use it, examined: also where its credentials are no good."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from smtune.cli.text import remark
from smtune.draft import DraftOptions, draft
from smtune.errors import ConfigurationError, ServiceError, SpecError
from smtune.plan.document import PlanDocument, PlannedFile
from smtune.preflight import Check, Subject, examine
from smtune.request import Site
from smtune.service import translated
from smtune.session import configuration_of, site_of
from smtune.spec.source import Layers
from smtune.validate import check_file


def examine_aws(
    session: Any, layers: Layers | None, options: Mapping[str, str | None]
) -> tuple[Subject, tuple[Check, ...]]:
    """What was examined, and the checks. Raises SpecError for a spec that no launch would take."""
    problems = check_file(layers) if layers else ()
    if layers and problems:
        raise SpecError(problems, source=layers.name)
    bare = Subject(None, session.region_name or "", "", options["role"], options["bucket"])
    if not has_credentials(session):
        return bare, examine(session, bare)
    try:
        subject = _subject(session, layers, options)
    except ServiceError as error:
        return bare, _without_settings(error, examine(session, bare))
    return subject, examine(session, subject)


def _without_settings(error: ServiceError, checks: tuple[Check, ...]) -> tuple[Check, ...]:
    """The checks of the account itself, where AWS did not give what a launch is made of: it would end there, too."""
    detail = f"only the account itself is checked: {error}"
    if any(check.name == "credentials" and check.state == "failed" for check in checks):
        remark(detail)
        return checks
    return (*checks, Check("settings", "failed", detail))


def has_credentials(session: Any) -> bool:
    """Whether there are any, good or not."""
    try:
        with translated():
            return session.get_credentials() is not None
    except (ConfigurationError, ServiceError):
        return False


def _subject(session: Any, layers: Layers | None, options: Mapping[str, str | None]) -> Subject:
    configuration = configuration_of(session, options)
    site = site_of(session, configuration)
    if layers is None:
        role = configuration.text("role") or site.role
        return Subject(None, site.region, site.account, role, site.bucket)
    return subject_of(draft(layers, DraftOptions(site=site, configuration=configuration)), site)


def subject_of(document: PlanDocument, site: Site) -> Subject:
    """What a plan would use at its place."""
    return Subject(
        request=document.request,
        region=site.region,
        account=site.account,
        role=site.role,
        bucket=site.bucket,
        upload_bytes=sum(_size(upload) for upload in document.uploads),
        upload_uris=tuple(upload.uri for upload in document.uploads),
    )


def _size(upload: PlannedFile) -> int:
    """Bytes; of a part of a table, which is made only at the launch, about."""
    if upload.bytes is not None:
        return upload.bytes
    return round((upload.share or 1.0) * sum(source.bytes for source in upload.sources))
