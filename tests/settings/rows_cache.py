"""Kept results: the artifact that is read, the one that is written, and what tells results apart."""

from __future__ import annotations

from tests.settings.rows import GONE, Refusal, Row

READ = {"name": "kept", "path": "/tiphys/in/kept", "optional": True, "archive": {"none": {}}}
WRITTEN = {"name": "kept", "path": "/tiphys/out/kept", "optional": True, "archive": {"none": {}}}
BOTH = {"inputs": {"artifacts": [READ]}, "outputs": {"artifacts": [WRITTEN]}}
NEITHER = {"inputs": {"artifacts": GONE}, "outputs": {"artifacts": GONE}}
LEVELS = ("environment", "decorator", "override")

ROWS = [
    *[Row(level, "cache='auto'", BOTH) for level in LEVELS],
    *[Row(level, "cache='disable'", NEITHER) for level in LEVELS],
    *[Row(level, "cache=tiphys.Cache('auto', ignored_inputs='n', salt='s')", BOTH) for level in LEVELS],
    Row("decorator", "cache='override'", {"inputs": {"artifacts": GONE}, "outputs": {"artifacts": [WRITTEN]}}),
    Row("decorator", "cache='on'", BOTH),
    Row("profile", "cache='disable'", NEITHER, also={"decorator": "cache='auto'"}),
    Row("profile", "cache='override'", {"inputs": {"artifacts": GONE}}, also={"decorator": "cache='auto'"}),
    Row("profile", "cache='override'", NEITHER, also={"decorator": "cache='disable'"}),
    Row("override", "cache='disable'", NEITHER, also={"environment": "cache='auto'"}),
    Row("decorator", "cache=tiphys.Cache('auto', serialize=True)", {**BOTH, "synchronization": {}}),
    Row("decorator", "cache=tiphys.Cache('auto')", {**BOTH, "synchronization": GONE}),
]
REFUSALS = [
    Refusal("profile", "cache='off'", "'off' is no way to cache", "There is `auto`"),
    Refusal("decorator", "cache='atuo'", "'atuo' is no way to cache", "Did you mean `auto`"),
    Refusal("environment", "cache=3", "`TaskEnvironment(cache=3)`"),
    Refusal("override", "cache=True", "`override(cache=True)`"),
    Refusal("decorator", "cache=tiphys.Cache('auto', max_age=-1)", "a duration must not be negative"),
    Refusal("decorator", "cache=tiphys.Cache('auto', max_age='1h')", "'1h' is not a duration; write seconds, or a timedelta"),
    Refusal("decorator", "cache=tiphys.Cache('auto', version_override=2)", "2 is no version; write a text"),
    Refusal("decorator", "cache=tiphys.Cache('auto', ignored_inputs=3)", "3 are no names of parameters"),
    Refusal("decorator", "cache=tiphys.Cache('auto', policies=[])", "`policies` are not supported", "Use `version"),
    Refusal(
        "decorator", "cache=tiphys.Cache('auto', ignored_inputs='m')",
        "`x.f` has no input `m`, which its cache should ignore", "There is `n`.",
    ),
]  # fmt: skip
SAMPLES = {"cache": ("'auto'", "'disable'")}
