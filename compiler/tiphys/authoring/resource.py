"""Tasks that create an object of Kubernetes, such as a Job, and wait for it."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Annotated, Any, Never

from pydantic import BeforeValidator

from tiphys.authoring.container import as_types
from tiphys.authoring.functions import AsyncFunctionTaskTemplate
from tiphys.authoring.interface import NativeInterface, dressed
from tiphys.authoring.levels import said_of_task
from tiphys.authoring.location import caller, keyword
from tiphys.authoring.model import Setting
from tiphys.authoring.naming import as_flag
from tiphys.authoring.task import Documentation, TaskTemplate, check_docs
from tiphys.diagnostics import AuthoringError, Mistake, Span, nearest, shown, together
from tiphys_runtime.errors import NonRecoverableError
from tiphys_runtime.resource import INPUT, Filled

CONDITION = re.compile(r"[\w.\[\]/-]+\s*(=|==|!=|>|<|>=|<=|in|notin)\s*[^{}]+")


def as_condition(value: object) -> object:
    """Check a condition on an object. Raises ValueError."""
    if value is None or (isinstance(value, str) and CONDITION.fullmatch(value.strip())):
        return value
    msg = "it must compare fields of the object with values, such as 'status.succeeded > 0'"
    raise ValueError(msg)


class KubernetesResource(Setting):
    """What Argo does with the manifest that a task gives: it creates the object and waits for a condition.

    success, failure: when the object has succeeded, or failed, such as `status.succeeded > 0`; several with `,` in
    between must all hold. Without both the task ends once the object is there. owned: the object goes when the run
    does. outputs: places in the object, as dotted paths; without any the whole object is the result.
    """

    success: Annotated[str | None, BeforeValidator(as_condition)] = None
    failure: Annotated[str | None, BeforeValidator(as_condition)] = None
    owned: Annotated[bool, BeforeValidator(as_flag)] = True
    outputs: tuple[str, ...] = ()


class ResourceFunctionTask(AsyncFunctionTaskTemplate[..., Any]):
    """A function that gives the manifest of an object. Its `plugin_config` is a `KubernetesResource`."""

    task_type = "kubernetes-resource"

    @property
    def resource(self) -> KubernetesResource:
        """What is done with the manifest."""
        config: KubernetesResource = self.plugin_config
        return config

    def do(self, args: tuple[Any, ...], kwargs: Mapping[str, Any]) -> Never:  # noqa: ARG002
        """Refuse: an object needs a cluster."""
        raise needs_cluster(self)


class ResourceTask(TaskTemplate[..., Any]):
    """A task that creates an object from a manifest, in which `{{.inputs.NAME}}` stands for the value of an input.

    manifest: a dict, or YAML. inputs: types by name. outputs: dotted paths in the finished object, by name: one is the
    result, several are a tuple; without any it is the whole object. success, failure, owned: see `KubernetesResource`.
    Its calls are awaited. Raises AuthoringError.
    """

    task_type = "kubernetes-resource"

    def __init__(
        self,
        name: str,
        manifest: Mapping[str, Any] | str,
        inputs: Mapping[str, Any] | None = None,
        outputs: Mapping[str, str] | None = None,
        *,
        success: str | None = None,
        failure: str | None = None,
        owned: bool = True,
        docs: Documentation | None = None,
        **settings: Any,
    ) -> None:
        from tiphys.authoring.templates import check_task_name

        where = caller()
        with together():
            check_task_name(name, where)
            said = said_of_task("ResourceTask", settings, where, ResourceTask, "it creates an object")
            check_docs(docs, where)
            inputs = as_types("inputs", inputs, where)
            check_paths(outputs, where)
            form = self.form_of(manifest, inputs)
        paths = tuple((outputs or {}).values())
        self.resource = KubernetesResource(success=success, failure=failure, owned=owned, outputs=paths)
        kinds = dict.fromkeys(outputs or {"object": ""}, Any)
        function = dressed(Filled(form), name, NativeInterface(inputs, kinds).signature)
        self.begin(function, name=name, said=said, docs=docs, where=where)

    @property
    def is_async(self) -> bool:
        """Its calls are awaited."""
        return True

    @staticmethod
    def form_of(manifest: Mapping[str, Any] | str, inputs: Mapping[str, Any]) -> dict[str, Any]:
        """Check a manifest, and that it names inputs of the task alone. Raises AuthoringError."""
        import yaml

        where = keyword(caller(), "manifest")
        try:
            form = yaml.safe_load(manifest) if isinstance(manifest, str) else manifest
        except yaml.YAMLError as error:
            mend = "Put quotes around `{{.inputs.NAME}}`." if "{{" in str(manifest) else None
            raise AuthoringError(Mistake(f"the manifest is no YAML: {error}", where, mend)) from None
        if not isinstance(form, Mapping) or not form.get("apiVersion") or not form.get("kind"):
            raise AuthoringError(Mistake("the manifest needs `apiVersion` and `kind`", where))
        for name in sorted(set(INPUT.findall(repr(form))) - set(inputs)):
            mend = nearest(name, sorted(inputs))
            raise AuthoringError(Mistake(f"`{{{{.inputs.{name}}}}}` names no input of the task", where, mend))
        return dict(form)

    def do(self, args: tuple[Any, ...], kwargs: Mapping[str, Any]) -> Never:  # noqa: ARG002
        """Refuse: an object needs a cluster."""
        raise needs_cluster(self)


def check_paths(outputs: object, where: Span) -> None:
    """Refuse outputs that are no paths by name. Raises AuthoringError."""
    named = isinstance(outputs, Mapping) and all(isinstance(text, str) for pair in outputs.items() for text in pair)
    if outputs is not None and not named:
        text = f"`outputs` takes paths in the object by name, not {shown(outputs)}"
        raise AuthoringError(Mistake(text, keyword(where, "outputs"), "Write `outputs={'name': 'metadata.name'}`."))


def needs_cluster(task: TaskTemplate[..., Any]) -> NonRecoverableError:
    """Make the error of a call where there is no cluster."""
    return NonRecoverableError(
        f"the task `{task.name}` creates an object of Kubernetes, for which there is no cluster here; "
        "`.forward(...)` gives its manifest"
    )
