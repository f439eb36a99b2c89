"""`max_inline_io_bytes`: the pod itself looks at the sizes, so it appears in the bundle, not in the pod."""

from __future__ import annotations

from tests.settings.rows import Refusal, Row

WRONG = "write a number of bytes from 1 on, such as 50 * 1024 * 1024"
BOTH = ("decorator", "override")
ROWS = [Row(level, "max_inline_io_bytes=1000", {"container": {"command": ["python3"]}}) for level in BOTH]
REFUSALS = [
    *[Refusal(level, f"max_inline_io_bytes={said}", WRONG) for level in BOTH for said in ("0", "-1", "1.5", "True", "'1Mi'")],
    Refusal("environment", "max_inline_io_bytes=1", "`max_inline_io_bytes` cannot be said in an environment"),
]  # fmt: skip
SAMPLES = {"max_inline_io_bytes": ("1000", "2000")}
