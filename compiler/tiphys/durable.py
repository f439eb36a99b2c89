"""Time that belongs to a run: `durable.sleep`, `durable.time`, `durable.now`. Defined in the runtime."""

from tiphys_runtime.durable import now, sleep, time

__all__ = ["now", "sleep", "time"]
