"""An account, as a spec or the configuration would use it, examined: also where its credentials are no good."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from smtune.cli.text import remark
from smtune.draft import DraftOptions, draft
from smtune.errors import ConfigurationError, ServiceError, SpecError
from smtune.preflight import Check, Subject, examine
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
    subject = bare
    if has_credentials(session):
        try:
            subject = _subject(session, layers, options)
        except ServiceError as error:
            # The checks say why; what was configured elsewhere is left out.
            remark(f"only the account itself is checked: {error}")
    return subject, examine(session, subject)


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
    document = draft(layers, DraftOptions(site=site, configuration=configuration))
    return Subject(
        request=document.request,
        region=site.region,
        account=site.account,
        role=site.role,
        bucket=site.bucket,
        upload_bytes=sum(upload.bytes or 0 for upload in document.uploads),
        upload_uris=tuple(upload.uri for upload in document.uploads),
    )
