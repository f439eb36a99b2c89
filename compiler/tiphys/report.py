"""Reports of tasks: `report.log("<h1>...</h1>")`, in a task with `report=True`. Defined in the runtime."""

from tiphys_runtime.report import Report, Tab, current_report, flush, get_tab, log, replace

__all__ = ["Report", "Tab", "current_report", "flush", "get_tab", "log", "replace"]
