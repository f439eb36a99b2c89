"""Images: addresses, references, and what must be built; which Python they have. Files that are included."""

from __future__ import annotations

import sys

from tests.settings.rows import Refusal, Row

HERE = f"3.{sys.version_info.minor}"
OTHER = "3.10"


SCRIPT = (
    "script = __import__('pathlib').Path(__file__).with_name('old.py')\n"
    "script.write_text('# /// script\\n# requires-python = \"<3.9\"\\n# ///\\n')\n"
    "SCRIPT = tiphys.Image.from_uv_script(script)\n"
)


def image(address: str) -> dict[str, object]:
    return {"container": {"image": address}}


ROWS = [
    Row("environment", "image=tiphys.Image.from_base('a/b:1')", image("a/b:1")),
    Row("environment", "image=tiphys.Image.from_debian_base()", image(f"python:{HERE}-slim-bookworm")),
    Row(
        "environment", "image=tiphys.Image.from_ref_name('base')", image("a/b:2"), profile="[images]\nbase = 'a/b:2'"
    ),
    Row(
        "environment", "image=tiphys.Image.from_debian_base(registry='r.example', registry_secret='keys')",
        {"spec": {"imagePullSecrets": [{"name": "keys"}]}}, "WorkflowTemplate",
    ),
    Row(
        "environment", "image=tiphys.Image.from_debian_base(registry='r.example', registry_secret='keys')",
        {"spec": {"imagePullSecrets": [{"name": "first"}, {"name": "keys"}]}}, "WorkflowTemplate",
        profile="image_pull_secrets = ['first']",
    ),
    Row(
        "environment",
        "image=tiphys.Image.from_debian_base(registry='r.example', registry_secret=tiphys.Secret('pull', group='keys'))",
        {"spec": {"imagePullSecrets": [{"name": "keys"}]}}, "WorkflowTemplate",
    ),
    Row(
        "environment", "include=['row.txt']", {"binaryData": {}}, "ConfigMap",
        head="__import__('pathlib').Path(__file__).with_name('row.txt').write_text('x')",
    ),
    Row("environment", "image=f'python:3.{__import__(\"sys\").version_info.minor}'", image(f"python:{HERE}")),
]  # fmt: skip
REFUSALS = [
    Refusal("environment", "image=3", "`TaskEnvironment(image=3)`: it takes an `Image`, the address of an image, or"),
    Refusal("environment", "image='a b'", "the address of an image"),
    Refusal("environment", "image='http://registry.example/a'", "the address of an image"),
    Refusal("environment", "image='Base:1'", "an address is in lower case"),
    Refusal("environment", "image='base@sha256:12'", "the address of an image"),
    Refusal("environment", "image=tiphys.Image('a')", "not made by calling", "Image.from_debian_base()"),
    Refusal(
        "environment", "image=tiphys.Image.from_ref_name('bose')", "which image is `bose`?", "Did you mean `base`?",
        profile="[images]\nbase = 'a/b:2'",
    ),
    Refusal(
        "environment", f"image=tiphys.Image.from_debian_base(python='{OTHER}')",
        f"has Python {OTHER}, and this program is compiled with {HERE}", f"take an image with {HERE}",
    ),
    Refusal(
        "environment", "image=SCRIPT", f"the image's script needs Python <3.9, and this program is compiled with {HERE}",
        f"let it allow {HERE}", head=SCRIPT,
    ),
    Refusal(
        "environment",
        f"pod_template=tiphys.PodTemplate({{'containers': [{{'name': 'primary', 'image': 'python:{OTHER}'}}]}})",
        f"the image python:{OTHER} (pod template) has Python {OTHER}", f"with {HERE}",
    ),
    Refusal("profile", f"image = 'python:{OTHER}'", f"the image python:{OTHER} (profile) has Python {OTHER}", f"with {HERE}"),
    Refusal("environment", f"image='reg.example/python:{OTHER}-slim'", f"has Python {OTHER}", f"with {HERE}"),
    Refusal(
        "environment", "image=tiphys.Image.from_ref_name('base')", f"the image python:{OTHER} has Python {OTHER}",
        f"with {HERE}", profile=f"[images]\nbase = 'python:{OTHER}'",
    ),
    Refusal("environment", "include='a.txt'", "it takes several paths; write include=['a.txt']"),
    Refusal("environment", "include=3", "it takes a list of paths"),
    Refusal("environment", "include=['']", "'' is no path"),
    Refusal("environment", "include=['nowhere']", "is called nowhere, or matches it", "Paths are relative"),
    Refusal("profile", "images='a'", "`images = 'a'`", "[images] NAME ="),
    Refusal("profile", "registry='https://a'", "is no registry"),
]  # fmt: skip
