"""smtune data upload: files or a folder -> S3, once for each content."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from smtune.cli.options import output_option, target_option

if TYPE_CHECKING:
    from smtune.data.upload.snapshot import Snapshot


@click.command("upload", short_help="Put files or a folder on S3, once.")
@click.argument("path", type=click.Path(path_type=Path))
@click.argument("destination", metavar="s3://BUCKET/PREFIX")
@click.option("--kms-key", metavar="ARN", help="Encrypt with this KMS key instead of the bucket's own setting.")
@click.option("--bucket-owner", metavar="ACCOUNT", help="Refuse a bucket that belongs to another account.")
@click.option("--jobs", default=16, show_default=True, type=click.IntRange(1, 128), help="Requests at once.")
@click.option("--dry-run", is_flag=True, help="Say what would be sent; send nothing.")
@target_option
@output_option("table", "json")
def command(path: Path, destination: str, target: Any, dry_run: bool, output: str, **options: Any) -> None:
    """Upload PATH to s3://BUCKET/PREFIX/<fingerprint>/, and print that prefix: a channel of a spec names it.

    The fingerprint is of the contents, so what lies there never changes, and what is there already is not sent again:
    not after an interruption, and of a folder with one other file only that one, the rest is copied within S3. A
    manifest in s3://BUCKET/PREFIX/manifests/ says that all is there. Secrets, version control and what .smtuneignore
    names stay here.

    \b
    smtune data upload images/ s3://my-bucket/images
    smtune data upload train.csv s3://my-bucket/churn --kms-key alias/churn -o json
    """
    from functools import partial

    from smtune.data.upload.manifest import take_inventory
    from smtune.errand import Errand

    inventory = Errand(partial(take_inventory, path))  # files are read while boto3 is imported
    from smtune.cli.text import print_json, remark
    from smtune.data.upload.settings import UploadSettings
    from smtune.data.upload.snapshot import foresee, upload
    from smtune.session import connect

    settings = UploadSettings(jobs=options["jobs"], kms_key=options["kms_key"], owner=options["bucket_owner"])
    session = connect(target)
    if dry_run:
        snapshot = foresee(session, inventory, destination, settings)
    else:
        from smtune.cli.uploading import showing

        with showing() as progress:
            snapshot = upload(session, inventory, destination, settings, progress)
    if output == "json":
        print_json({**snapshot.to_dict(), "dry_run": dry_run})
    else:
        click.echo(snapshot.uri)
    remark(_summary(snapshot, would="would be " if dry_run else ""))


def _summary(snapshot: Snapshot, *, would: str) -> str:
    sent = snapshot.sent
    counts = (
        ("sent", sent.sent_files, sent.sent_bytes),
        ("copied within S3", sent.copied_files, sent.copied_bytes),
        ("there already", sent.kept_files, sent.kept_bytes),
    )
    said = [
        f"{files:,} {'' if what == 'there already' else would}{what} ({size / 1e6:,.1f} MB)"
        for what, files, size in counts
        if files
    ]
    if snapshot.left_out:
        names = ", ".join(snapshot.left_out[:5])
        more = f" and {len(snapshot.left_out) - 5} more" if len(snapshot.left_out) > 5 else ""
        said.append(f"left out: {names}{more}")
    count = len(snapshot.manifest.entries)
    return f"{count:,} file{'' if count == 1 else 's'}: {'; '.join(said)}"
