"""What stands in a pod for the classes of the compiler that classes of the user's derive from."""

from __future__ import annotations

from tiphys_runtime import template

STANDS_FOR = {
    "tiphys.authoring.task.TaskTemplate": template.TaskTemplate,
    "tiphys.authoring.functions.AsyncFunctionTaskTemplate": template.AsyncFunctionTaskTemplate,
}
