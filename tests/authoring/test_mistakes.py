"""Mistakes in environments, decorators and settings are reported at the argument that makes them."""

from __future__ import annotations

import time
from collections.abc import Callable
from pathlib import Path
from types import ModuleType

import pytest

from tiphys.diagnostics import AuthoringError

MISTAKES = {
    "upper-case name": ('env = flyte.TaskEnvironment("My Env")', "'My Env' is no name of an environment", "Call it 'my-env'."),
    "long name": (f'env = flyte.TaskEnvironment("{"x" * 64}")', "is longer than 63 characters", ""),
    "unknown setting": ('env = flyte.TaskEnvironment("a", images="x")', "`TaskEnvironment` has no `images`", "Did you mean `image`"),
    "image": ('env = flyte.TaskEnvironment("a", image="a b")', "it takes an `Image`, the address of an image, or 'auto'", ""),
    "env_vars": ('env = flyte.TaskEnvironment("a", env_vars={"A": 1})', "the value of A is 1; write it as text: '1'", ""),
    "env_vars name": ('env = flyte.TaskEnvironment("a", env_vars={"A=B": "1"})', "'A=B' is no name of a variable", ""),
    "secret": ('flyte.Secret("my key", as_env_var="a b")', "'a b' is no name of a variable", ""),
    "secret without a key": ('flyte.Secret("")', "the name is empty", ""),
    "secret in a relative folder": ('flyte.Secret("k", mount="x")', "'x' is no folder in a pod", ""),
    "secret in a folder of the image": ('flyte.Secret("k", mount="/etc/")', "what the image has in /etc", ""),
    "secret in a folder of the pod": ('flyte.Secret("k", mount="/tiphys/x")', "/tiphys/x belongs to the pod", ""),
    "secret in a hidden folder of the pod": ('flyte.Secret("k", mount="/a/../proc")', "/proc belongs to the pod", ""),
    "no secret": ('flyte.TaskEnvironment("e", secrets=[3])', "3 is no secret; write its key as text", ""),
    "memory without a unit": ("flyte.Resources(memory=5)", "5 has no unit; write a text such as '5Mi'", ""),
    "bad quantity": ('flyte.Resources(cpu="two")', "'two' is not a quantity", ""),
    "request above the limit": ("flyte.Resources(cpu=(2, 1))", "the request 2 is above the limit 1", ""),
    "negative": ("flyte.Resources(cpu=-1)", "", ""),
    "unknown resource": ("flyte.Resources(ram=1)", "`Resources` has no field `ram`", ""),
    "gpu": ('flyte.Resources(gpu="A100:9")', "a node has 1 to 8 of them", "'A100:8'"),
    "retries": ('env = flyte.TaskEnvironment("a")\n@env.task(retries=-1)\ndef f(): ...', "-1 is not a number of retries", ""),
    "timeout": ('env = flyte.TaskEnvironment("a")\n@env.task(timeout="x")\ndef f(): ...', "'x' is not a duration", ""),
    "environment's setting in the decorator": (
        'env = flyte.TaskEnvironment("a")\n@env.task(image="x")\ndef f(): ...',
        "`image` cannot be said in the decorator", "Say it in the environment",
    ),
    "unknown in the decorator": (
        'env = flyte.TaskEnvironment("a")\n@env.task(retry=1)\ndef f(): ...', "`task` has no parameter `retry`",
        "Did you mean `retries`",
    ),
    "image in an override": (
        'env = flyte.TaskEnvironment("a")\n@env.task\ndef f(): ...\ng = f.override(image="x")',
        "`image` of a task cannot be overridden", "clone_with",
    ),
    "star arguments": (
        'env = flyte.TaskEnvironment("a")\n@env.task\ndef f(*xs): ...', "`f` takes `*xs`, and a task's inputs must have names",
        "Take one parameter instead: `xs: list`.",
    ),
    "double star arguments": (
        'env = flyte.TaskEnvironment("a")\n@env.task\ndef f(**xs): ...', "`f` takes `**xs`", "Take one parameter instead: `xs: dict`.",
    ),
    "lambda": ('env = flyte.TaskEnvironment("a")\nf = env.task(lambda x: x)', "a lambda cannot be a task", "Write it as a `def`."),
    "class": ('env = flyte.TaskEnvironment("a")\n@env.task\nclass F: ...', "a task must be a function, not type", ""),
    "generator": ('env = flyte.TaskEnvironment("a")\n@env.task\ndef f():\n    yield 1', "`f` is a generator", "Return a list"),
    "two of one name": (
        'env = flyte.TaskEnvironment("a")\n@env.task\ndef f(): ...\n@env.task\ndef f(x): ...',
        "`a.f` is defined twice", "Rename one of the functions",
    ),
    "depends on itself": (
        'env = flyte.TaskEnvironment("a")\nenv.add_dependency(env)', "environment `a` cannot depend on itself", "Leave it out",
    ),
    "circle": (
        """\
a = flyte.TaskEnvironment("a")
b = flyte.TaskEnvironment("b", depends_on=[a])
c = flyte.TaskEnvironment("c", depends_on=[b])
a.add_dependency(c)""",
        "environments depend on each other in a circle: a -> c -> b -> a", "Leave this dependency out",
    ),
    "depends on a name": ('flyte.TaskEnvironment("a", depends_on=["b"])', "`depends_on` takes environments, not str 'b'", "Name the environment itself"),
    "depends on no list": ('flyte.TaskEnvironment("a", depends_on=3)', "`depends_on` takes a list of environments, not int 3", "`depends_on=[other_env]`"),
    "depends on one": (
        'a = flyte.TaskEnvironment("a")\nflyte.TaskEnvironment("b", depends_on=a)', "`depends_on` takes a list", "Write `[a]`.",
    ),
    "cache as a bool": ('flyte.TaskEnvironment("a", cache=True)', "`TaskEnvironment(cache=True)`: write 'auto'", ""),
    "cache as a dict": ('flyte.TaskEnvironment("a", cache={})', "it takes 'auto', 'override', 'disable', or a `tiphys.Cache`", ""),
    "the version of a cache": ('flyte.Cache("auto", version="1")', "`Cache` has no field `version`", "called `version_override`"),
    "a yes that is a text": ('flyte.Cache("auto", serialize="yes")', "`Cache(serialize='yes')`: write True or False", ""),
    "no text": ('flyte.Cache("auto", salt=3)', "`Cache(salt=3)`: write a text", ""),
    "an empty name": ('flyte.Trigger("")', "`Trigger(name='')`: it is empty; write a text", ""),
    "a text that is none, in a dict": (
        'flyte.Trigger("t", flyte.Cron("@daily"), env_vars={"A": 1})', "`Trigger(env_vars['A']=1)`: write a text", "",
    ),
    "the name of a source": ('flyte.Event("Git Hub", "b")', "a name in Kubernetes has lower-case letters", ""),
    "no word of a list": ('flyte.ReusePolicy(scope="all")', "write one of 'global' or 'run'", ""),
    "no time": ('flyte.FixedRate(60, "noon")', "`FixedRate(start_time='noon')`: write a datetime", ""),
    "a value too long to be shown": (
        'flyte.TaskEnvironment("a", env_vars={"A": "x" * 200000})', "xxx...)`: the value of A is longer than the 128 KiB", "",
    ),
    "method": (
        'env = flyte.TaskEnvironment("a")\nclass A:\n    @env.task\n    async def f(self, x: int) -> int: ...',
        "`A.f` is a method, which cannot be a task: a pod has no `self`", "Write `f` as a function of the module",
    ),
    "misspelt decorator": (
        'env = flyte.TaskEnvironment("a")\n@env.tsk\ndef f(): ...',
        "AttributeError: 'TaskEnvironment' object has no attribute 'tsk'", "Did you mean `task`",
    ),
    "decorator of the module": ("@flyte.task\ndef f(): ...", "there is no `tiphys.task`: write env =", ""),
    "a decorator's argument without a name": (
        'env = flyte.TaskEnvironment("a")\n@env.task(3)\ndef f(): ...', "a task must be a function, not int 3", "",
    ),
    "an override without a name": (
        'env = flyte.TaskEnvironment("a")\n@env.task\ndef f(): ...\nf.override(3)',
        "`override` takes settings by their names, and 3 has none", "Write `override(retries=3)`, say.",
    ),
    "orchestrator": (
        'env = flyte.TaskEnvironment("a")\n@env.task(orchestrator="x")\ndef f(): ...',
        "`orchestrator` says whether the task is traced, and is no 'x'", "Write True or False",
    ),
    "container task without an image": (
        'from tiphys.extras import ContainerTask\nContainerTask("a", None, ["ls"])',
        "the container task 'a' has no image", "`image='alpine:3'`",
    ),
    "container task that says no more than its name": (
        'from tiphys.extras import ContainerTask\nContainerTask("a")', "the container task 'a' has no command", "`command=[...]`",
    ),
    "resource task's inputs": (
        'from tiphys.extend import ResourceTask\nResourceTask("a", {"kind": "Job", "apiVersion": "v1"}, inputs=3)',
        "`inputs` takes types by name, not 3", "",
    ),
    "resource task's outputs": (
        'from tiphys.extend import ResourceTask\nResourceTask("a", {"kind": "Job", "apiVersion": "v1"}, outputs=3)',
        "`outputs` takes paths in the object by name, not 3", "",
    ),
    "more names than are shown": ('flyte.Cron("0 2 * * *", "Mars/Olympus")', "`Africa/Asmera`", "more."),
    "backoff": ("flyte.Backoff(base=timedelta(seconds=1), factor=2)", "a factor above 1 needs a cap", ""),
}  # fmt: skip


@pytest.mark.parametrize("title", MISTAKES)
def test_a_mistake_is_reported_at_its_line(title: str, refused: Callable[[str], str]) -> None:
    """What is wrong, where, and how to mend it."""
    program, what, mend = MISTAKES[title]

    text = refused(program)

    assert what in text
    assert mend in text
    assert "flow.py:" in text
    assert "^" in text


WRONG_KINDS = {
    "flyte.Secret(b'token')": "`Secret(key=b'token')`: write a text",
    "flyte.Trigger('t', description=b'x')": "`Trigger(description=b'x')`: write a text",
    "flyte.FixedRate(60, 3)": "`FixedRate(start_time=3)`: write a datetime",
    "flyte.FixedRate(60, '2026-01-01')": "`FixedRate(start_time='2026-01-01')`: write a datetime",
    "flyte.Trigger('t', max_action_concurrency=True)": "it must be a whole number from 1 to 2,147,483,647",
    "flyte.Trigger('t', max_action_concurrency=10**12)": "it must be a whole number from 1 to 2,147,483,647",
    "flyte.Trigger.hourly(['when'])": "it names the input that takes the planned time",
    "flyte.Trigger.hourly('the time')": "it names the input that takes the planned time",
    "flyte.Event('a', 'b', 'A b')": "it is no name of a ServiceAccount",
    "flyte.Device(1, 'GPU', 'T4', shared=0)": "`Device(shared=0)`: write True or False",
    "flyte.PodTemplate(primary_container_name='My Task')": "'My Task' is no name of a container",
    "flyte.extend.KubernetesResource(owned=0)": "`KubernetesResource(owned=0)`: write True or False",
    "flyte.extend.NativeInterface(3)": "`inputs` of an interface are types by name, not 3",
    "flyte.extend.NativeInterface({'a b': int})": "`inputs` of an interface are types by name",
    "flyte.extend.TaskTemplate(name='a', docs='text')": "`docs` takes a `Documentation`, not str 'text'",
    "flyte.extend.TaskTemplate(name='a', task_type=3)": "`task_type` is one word for the kind of work, not 3",
    "flyte.extend.TaskTemplate(name='a', task_type_version='1')": "`task_type_version` is a whole number from 0 on",
    "flyte.extend.TaskTemplate(name='a', parent_env='e')": "`parent_env` is an environment, or a weak reference to one",
    "flyte.extend.ResourceTask('a', {'kind': 'Job', 'apiVersion': 'v1'}, inputs={'x': 1})": "`x` in `inputs` has no type, but 1",
    "flyte.extend.ResourceTask('a', {'kind': 'Job', 'apiVersion': 'v1'}, docs=3)": "`docs` takes a `Documentation`",
    "flyte.extras.ContainerTask('a', 'alpine', ['ls'], inputs={1: str})": "1 in `inputs` is no name of a file",
    "flyte.extras.ContainerTask('a', 'alpine', ['ls'], inputs='')": "`inputs` takes types by name, not ''",
    "flyte.extras.ContainerTask('a', 'alpine', ['ls'], arguments=0)": "`arguments` takes a list of texts, not 0",
    "flyte.extras.shell.create('a', 'alpine', 'ls', inputs=['x'])": "`inputs` takes types by name, not ['x']",
}
"""Values of another kind than is meant, and a part of what is said of them."""


@pytest.mark.parametrize("program", WRONG_KINDS)
def test_a_value_of_another_kind_is_reported_at_its_line(program: str, refused: Callable[[str], str]) -> None:
    """Nothing is read as what it is not."""
    text = refused(program)

    assert WRONG_KINDS[program] in text
    assert "flow.py:" in text


UNKNOWN = {
    'flyte.Cache("auto", maxage=1)': ("Cache", "maxage", "max_age"),
    "flyte.ReusePolicy(replica=2)": ("ReusePolicy", "replica", "replicas"),
    "flyte.PodTemplate(podspec={})": ("PodTemplate", "podspec", "pod_spec"),
    'flyte.Cron("@daily", time_zone="UTC")': ("Cron", "time_zone", "timezone"),
    "flyte.FixedRate(60, start=None)": ("FixedRate", "start", "start_time"),
    'flyte.Event("a", "b", account="c")': ("Event", "account", "service_account"),
    'flyte.new_condition("a", data_typ=int)': ("Condition", "data_typ", "data_type"),
}
"""Fields that there are not: of what, which, and what was meant."""


@pytest.mark.parametrize("program", UNKNOWN)
def test_an_unknown_field_is_reported_with_the_nearest(program: str, refused: Callable[[str], str]) -> None:
    """The same of everything that a setting is made of."""
    owner, field, meant = UNKNOWN[program]

    text = refused(program)

    assert f"`{owner}` has no field `{field}`" in text
    assert f"`{meant}`" in text
    assert "flow.py:" in text


def test_a_parameter_that_asks_for_nothing_is_let_through(load: Callable[[str], ModuleType]) -> None:
    """Programs that spell out a default still compile."""
    module = load("""
        env = flyte.TaskEnvironment("a")
        @env.task(cache="disable", interruptible=False, report=False, triggers=(), links=None)
        def f(): ...
    """)

    assert module.f.name == "a.f"


def test_mistakes_of_one_file_are_reported_together(refused: Callable[[str], str]) -> None:
    """Not one per run."""
    text = refused("""
        env = flyte.TaskEnvironment("A")
        @env.task(retries="x")
        def f(*xs): ...
        @env.task(timeout=-1)
        def g(): ...
    """)

    for part in ("'A' is no name", "'x' is not a number of retries", "`f` takes `*xs`", "must not be negative"):
        assert part in text


ABSURD = {
    'flyte.Resources(cpu="1e999999")': "'1e999999': no node has that many cores",
    'flyte.Resources(cpu="1e99999999999999999")': "no node has that many cores",
    'flyte.Resources(cpu="9" * 100_000)': "is not a quantity: it has 100000 characters",
    "flyte.Resources(cpu=10**5000)": "no node has that many cores",
    "flyte.Resources(cpu=1e300)": "is not a quantity: it has 301 characters",
    'flyte.Resources(cpu="1e-999999")': "'1e-999999' is less than a thousandth of a core",
    'flyte.Resources(cpu="0.0000001")': "'0.0000001' is less than a thousandth of a core",
    'flyte.Resources(memory="1e999999")': "'1e999999' is more than Kubernetes counts to, which is almost '8Ei'",
    'flyte.Resources(disk="8Ei")': "'8Ei' is more than Kubernetes counts to",
    'flyte.Resources(shm="1e99999999999999999")': "is more than Kubernetes counts to",
    'flyte.Resources(memory="9" * 100_000 + "Gi")': "is not a quantity: it has 100002 characters",
    'flyte.Resources(memory=("1e999999", "1e999999"))': "is more than Kubernetes counts to",
    "flyte.Resources(memory=10**5000)": "",
    "flyte.Resources(gpu=10**5000)": "no node has that many",
    "flyte.RetryStrategy(10**5000)": "",
    "flyte.Timeout(10**5000)": "is too long: at most 100 years",
    "flyte.Timeout(timedelta.max)": "is too long: at most 100 years",
    "flyte.Timeout(1e-12)": "1e-12 is less than a microsecond",
    "flyte.Timeout(deadline=1e300)": "1e+300 is too long: at most 100 years",
    "flyte.Backoff(base=timedelta.max)": "is too long: at most 100 years",
    "flyte.Cache('auto', max_age=1e308)": "1e+308 is too long: at most 100 years",
    "flyte.Cache('auto', max_age=float('nan'))": "nan is not a duration",
    "flyte.new_condition('x', timeout=10**5000)": "is too long: at most 100 years",
    "flyte.new_condition('x', timeout=float('nan'))": "nan is not a duration; write seconds, or a timedelta",
    "flyte.ReusePolicy(replicas=1, idle_ttl=10**5000)": "is too long: at most 100 years",
    "flyte.Cron('*/99999999999999999999 * * * *')": "the step '99999999999999999999' of the minute is no whole number",
    "flyte.TaskEnvironment('x' * 100_000)": "is longer than 63 characters",
    "flyte.TaskEnvironment('a', env_vars={'A': 'x' * 3_000_000})": "",
}


@pytest.mark.parametrize("program", ABSURD)
def test_absurd_numbers_and_texts_are_refused_at_once(program: str, refused: Callable[[str], str]) -> None:
    """They cost no time, and the message can be read."""
    begun = time.monotonic()
    text = refused(program)

    assert time.monotonic() - begun < 2
    assert ABSURD[program] in text
    assert "flow.py:3:" in text
    assert len(text) < 3000


TOGETHER = {
    "environment": (
        'env = flyte.TaskEnvironment("A b", queue=4, cache="foo", foo=3)',
        ["'A b' is no name of an environment", "`TaskEnvironment` has no `foo`",
         "`TaskEnvironment(cache='foo')`: `Cache(behavior='foo')`: 'foo' is no way to cache",
         "`TaskEnvironment(queue=4)`: write the name of a queue"],
    ),
    "decorator": (
        'env = flyte.TaskEnvironment("a")\n@env.task(retries=-1, timeout="x", bar=3)\ndef f(): ...',
        ["`task` has no parameter `bar`", "-1 is not a number of retries", "'x' is not a duration"],
    ),
    "override": (
        'env = flyte.TaskEnvironment("a")\n@env.task\ndef f(): ...\nf.override(retries=-1, image="x", nope=1)',
        ["`image` of a task cannot be overridden", "`override` has no parameter `nope`", "-1 is not a number of retries"],
    ),
    "clone": (
        'flyte.TaskEnvironment("a").clone_with("B", queue=4, nope=1)',
        ["`TaskEnvironment` has no `nope`", "`TaskEnvironment(queue=4)`", "'B' is no name of an environment"],
    ),
    "container": (
        'from tiphys.extras import ContainerTask\nContainerTask("A b", image="a b", command="ls", retries=-1)',
        ["'A b' is no name of a task", "it takes an `Image`", "-1 is not a number of retries", "`command` takes a list"],
    ),
}  # fmt: skip


@pytest.mark.parametrize("title", TOGETHER)
def test_mistakes_of_one_call_are_raised_together(title: str, tmp_path: Path) -> None:
    """In plain Python too, where nobody gathers those of a file: each once, at its own argument."""
    program, said = TOGETHER[title]
    file = tmp_path / "flow.py"
    file.write_text("import tiphys as flyte\n" + program + "\n")

    with pytest.raises(AuthoringError) as caught:
        exec(compile(file.read_text(), str(file), "exec"), {})  # noqa: S102  the program of the test

    assert len(caught.value.mistakes) == len(said)
    for part in said:
        (found,) = [one for one in caught.value.mistakes if part in one.message]
        assert found.where is not None
        assert (found.where.file, str(found).count("flow.py:")) == (str(file), 1)


def test_a_setting_made_of_a_plain_value_is_told_at_one_place(refused: Callable[[str], str]) -> None:
    """Not also where the object behind it is made."""
    text = refused("""
        env = flyte.TaskEnvironment("a")
        @env.task(retries=-1)
        def f(): ...
    """)

    assert text == (
        "`task(retries=-1)`: `RetryStrategy(count=-1)`: -1 is not a number of retries; write a whole number from 0 on\n"
        "  flow.py:4:11\n"
        "    @env.task(retries=-1)\n"
        "              ^^^^^^^^^^"
    )


def test_environments_that_are_named_twice_are_kept_once(load: Callable[[str], ModuleType]) -> None:
    """`add_dependency` ignores what is known."""
    module = load("""
        a = flyte.TaskEnvironment("a")
        b = flyte.TaskEnvironment("b", depends_on=[a])
        b.add_dependency(a, a)
    """)

    assert module.b.depends_on == (module.a,)


def test_a_task_called_outside_a_run_is_the_plain_function(load: Callable[[str], ModuleType]) -> None:
    """That is how users unit-test."""
    module = load("""
        env = flyte.TaskEnvironment("a")
        @env.task(retries=2)
        def f(x: int, y: int = 2) -> int:
            "Add."
            return x + y
    """)

    assert module.f(1) == module.f.forward(1) == module.f.func(1) == 3
    assert module.f.__doc__ == module.f.description == "Add."
    assert module.f.name == "a.f"
