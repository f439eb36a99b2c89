"""Files in the cluster's artifact repository: each has a key, and the rest of its place is the repository's own."""

from __future__ import annotations

from hera.workflows import models as m


def artifact(name: str, path: str, key: str, store: str) -> m.Artifact:
    """Describe a file that may be absent. store: the kind of the repository."""
    return m.Artifact(
        name=name,
        path=path,
        optional=True,
        archive=m.ArchiveStrategy(none=m.NoneStrategy()),
        s3=m.S3Artifact(key=key) if store == "s3" else None,
        gcs=m.GCSArtifact(key=key) if store == "gcs" else None,
        oss=m.OSSArtifact(key=key) if store == "oss" else None,
        # Azure's demands fields that are empty where the repository fills them
        azure=m.AzureArtifact(blob=key, container="", endpoint="") if store == "azure" else None,
    )
