"""Pod templates that a profile declares: a table, or a YAML file beside the profile."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from tiphys.authoring.labels import as_annotations, as_labels
from tiphys.authoring.pod import PodTemplate, primary_of, read_spec

KINDS = ("PodTemplate", "Pod")


def read_pod_template(said: object, folder: Path) -> PodTemplate:
    """Read a pod template: a pod spec, a Pod or a PodTemplate, as a table or as the path of a YAML file.

    The primary container is the one called `primary`, else the only one. Raises ValueError.
    """
    found = read_file(folder / said) if isinstance(said, str) else said
    if not isinstance(found, dict):
        msg = "it is a pod spec: a table, or the path of a YAML file"
        raise ValueError(msg)
    if "kind" in found and found["kind"] not in KINDS:
        msg = f"it is a {found['kind']}; a PodTemplate, a Pod or a pod spec is needed"
        raise ValueError(msg)
    held: Any = found.get("template", found)
    spec, metadata = (
        (held["spec"], held.get("metadata") or {}) if isinstance(held, dict) and "spec" in held else (held, {})
    )
    labels, annotations = as_labels(metadata.get("labels")), as_annotations(metadata.get("annotations"))
    primary = primary_of(spec)
    read_spec(spec, primary)
    return PodTemplate(spec, primary, labels, annotations)


def read_file(file: Path) -> Any:
    """Read a YAML file. Raises ValueError."""
    import yaml

    try:
        return yaml.safe_load(file.read_text(encoding="utf-8"))
    except OSError as error:
        msg = f"{file} cannot be read: {error.strerror}"
        raise ValueError(msg) from None
    except (yaml.YAMLError, UnicodeDecodeError) as error:
        msg = f"{file} is not YAML: {error}"
        raise ValueError(msg) from None


def wanted(said: object) -> Mapping[str, object]:
    """Give the pod templates of a profile by name. Raises ValueError."""
    if not isinstance(said, dict):
        msg = "it holds a table, or the path of a YAML file, for each pod template: [pod_templates.NAME]"
        raise ValueError(msg)
    return said
