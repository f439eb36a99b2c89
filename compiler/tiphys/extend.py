"""What plugins are made of: the classes of tasks, their interface, and the registry (docs/plugins.md)."""

from __future__ import annotations

from tiphys.authoring.container import ContainerTask
from tiphys.authoring.functions import AsyncFunctionTaskTemplate
from tiphys.authoring.interface import DataLoadingConfig, NativeInterface, SerializationContext
from tiphys.authoring.registry import TaskPluginRegistry, register_plugin
from tiphys.authoring.resource import KubernetesResource, ResourceTask
from tiphys.authoring.task import TaskTemplate
from tiphys_runtime.template import task_data

__all__ = [
    "AsyncFunctionTaskTemplate",
    "ContainerTask",
    "DataLoadingConfig",
    "KubernetesResource",
    "NativeInterface",
    "ResourceTask",
    "SerializationContext",
    "TaskPluginRegistry",
    "TaskTemplate",
    "register_plugin",
    "task_data",
]
