"""The entry of a pod: reads the operands, computes the glue, calls the function, writes the outputs (docs/wire.md)."""

from __future__ import annotations

import os
import sys

from tiphys_runtime import codec, envelope
from tiphys_runtime.loading import BrokenBundle, Bundle
from tiphys_runtime.opening import expanded, opened
from tiphys_runtime.operands import Operand, Values

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any

DONE, USER, FINAL, INPUT, TIMEOUT, BUG = 0, 1, 2, 3, 4, 70
FIXED_ARGUMENTS = 4  # DIGEST ENTRY UID AT


class Ended(Exception):
    """A call ended badly: with this exit code, because of `error`, at `where` in the orchestrator `owner`."""

    def __init__(self, code: int, error: BaseException, where: str | None = None, owner: str | None = None) -> None:
        super().__init__(code)
        self.code = code
        self.error = error
        self.where = where
        self.owner = owner


def main(argv: list[str], root: str | os.PathLike[str] | None = None, *, alone: bool = False) -> int:
    """Run one entry of the bundle under `root` and give the exit code.

    alone: the process is a pod's own. Then the program's modules can be imported in it, and code that
    no signal interrupts is ended with the process.
    """
    place = os.fspath(root) if root is not None else os.environ.get("TIPHYS_POD", "/tiphys")
    call = Call(place, alone=alone)
    try:
        call.open(argv)
        call.run()
    except Ended as ended:
        return call.fail(ended)
    except Exception as error:  # noqa: BLE001  (the outermost frame of a pod)
        from tiphys_runtime.errors import InternalError

        bug = InternalError(f"a bug in tiphys: {type(error).__name__}: {error}")
        bug.__cause__ = error
        return call.fail(Ended(BUG, bug))
    return DONE


class Call:
    """One run of one entry."""

    def __init__(self, root: str, *, alone: bool) -> None:
        self.root = root
        self.alone = alone
        self.world: Bundle | None = None
        self.entry: dict[str, Any] = {"title": "?", "outputs": [{"name": "v"}]}
        self.values = Values([])
        self.at = ""
        self.uid = ""
        self.item: str | None = None

    def open(self, argv: list[str]) -> None:
        """Find the entry and its operands. Raises Ended."""
        try:
            arguments = [expanded(argument) for argument in argv]
            if len(arguments) < FIXED_ARGUMENTS:
                raise BrokenBundle("usage: tiphys.zip DIGEST ENTRY UID AT ENVELOPE...")
            digest, name, self.uid, self.at, *texts = arguments
            self.world = world = opened(os.path.join(self.root, "code", "tiphys.zip"), digest, alone=self.alone)
            entries: dict[str, dict[str, Any]] = world.manifest["entries"]
            if name not in entries:
                raise BrokenBundle(f"the bundle has no entry {name!r}")
            self.entry = entries[name]
            os.environ.update(self.entry.get("env") or {})
            described: list[dict[str, Any]] = self.entry["operands"]
            is_item = "item" in self.entry
            expected = len(described) + is_item
            if len(texts) != expected:
                raise BrokenBundle(f"the entry {name!r} takes {expected} envelopes, not {len(texts)}")
            if is_item:
                self.item = texts.pop()
            self.values = Values(
                [named(each, text, world, self.root) for each, text in zip(described, texts, strict=True)]
            )
        except (ValueError, OSError) as error:
            raise Ended(INPUT, error) from None

    def run(self) -> None:
        """Compute glue and body, and write the outputs. Raises Ended."""
        self.glue("before")
        if self.entry.get("task"):
            function, args, kwargs = self.prepared()
            self.values.body = self.body(function, args, kwargs)
        self.glue("after")
        written = [(str(output["name"]), *self.packed(output)) for output in self.outputs()]
        for name, text, data in written:
            self.write(name, text, data)

    def outputs(self) -> list[dict[str, Any]]:
        found: list[dict[str, Any]] = self.entry["outputs"]
        return found

    def prepared(self) -> tuple[Callable[..., Any], list[Any], dict[str, Any]]:
        """Load the function and its arguments."""
        assert self.world is not None
        args: list[Any] = self.entry.get("args", [])
        kwargs: dict[str, Any] = self.entry.get("kwargs", {})
        member = str(self.entry["task"])
        try:
            function = self.world.persistent(f"f:{member.removeprefix('tasks/').removesuffix('.pkl')}")
            return function, [self.values.at(n) for n in args], {k: self.values.at(n) for k, n in kwargs.items()}
        except Exception as error:  # noqa: BLE001  (unpickling runs code of the user's and of libraries)
            raise Ended(INPUT, error) from None

    def glue(self, when: str) -> None:
        """Compute the steps before or after the body, in order."""
        steps: list[dict[str, Any]] = self.entry.get(when) or []
        for step in steps:
            assert self.world is not None
            try:
                function = self.world.persistent(f"x:{step['glue']}")
                operands = [self.values.at(place) for place in step["operands"]]
                self.values.computed.append(function(*operands))
            except BaseException as error:  # noqa: BLE001
                raise Ended(INPUT, error, str(step.get("where")), str(step.get("owner"))) from None

    def body(self, function: Callable[..., Any], args: list[Any], kwargs: dict[str, Any]) -> Any:
        """Call the user's function within its timeout."""
        seconds: float | None = self.entry.get("timeout")
        try:
            if seconds is None:
                return result_of(function(*args, **kwargs))
            return self.timed(lambda: result_of(function(*args, **kwargs)), seconds)
        except Ended:
            raise
        except KeyboardInterrupt as error:
            if not self.alone:  # in the process of whoever runs the program: it is for them
                raise
            raise Ended(USER, error) from None
        except BaseException as error:  # noqa: BLE001  (SystemExit too: it ends the task, not the shim)
            from tiphys_runtime.errors import NonRecoverableError

            raise Ended(FINAL if isinstance(error, NonRecoverableError) else USER, error) from None

    def timed(self, work: Callable[[], Any], seconds: float) -> Any:
        """Do the work within its time. Raises Ended when that is over, whatever the code made of the interruption."""
        from tiphys_runtime.deadline import Deadline, Timer

        timer = Timer(seconds, self.cut_off if self.alone else None)
        try:
            with timer:
                result = work()
        except BaseException as error:
            if timer.is_over or isinstance(error, Deadline):
                raise Ended(TIMEOUT, self.timed_out(error)) from None
            raise
        if timer.is_over:
            raise Ended(TIMEOUT, self.timed_out())
        return result

    def timed_out(self, error: BaseException | None = None) -> BaseException:
        """Make the error of a timeout; its traceback is where the code was."""
        from tiphys_runtime.errors import TaskTimeoutError

        task, seconds = self.entry["title"], self.entry["timeout"]
        made = TaskTimeoutError(f"the task {task} ran longer than its timeout of {seconds} s")
        return made.with_traceback(error.__traceback__ if error is not None else None)

    def cut_off(self) -> None:
        """End the process while the main thread is in code that no signal interrupts."""
        self.fail(Ended(TIMEOUT, self.timed_out()))
        sys.stderr.flush()
        os._exit(TIMEOUT)

    def packed(self, output: dict[str, Any]) -> tuple[str, bytes | None]:
        """Give the envelope and the file of an output. Raises Ended: no other attempt would write it."""
        assert self.world is not None
        value = self.values.at(output["value"])
        name, inline = str(output["name"]), int(output["inline"])
        key = self.key(name) if output.get("slot") else None
        task = self.entry["title"]
        try:
            text, data = envelope.make(value, self.world, inline=inline, key=key, described=bool(output.get("repr")))
            if self.is_item(name) and data is None:
                data = codec.to_file(value, self.world)
        except envelope.TooLarge as error:
            problem = (
                f"the task {task} gives {error.args[0]:,} bytes for `{name}`, and without an artifact repository "
                f"only {inline:,} can travel; configure one, or return less"
            )
        except Exception as error:  # noqa: BLE001  (pickling runs the user's own code)
            problem = f"what the task {task} gives for `{name}` cannot be written: {type(error).__name__}: {error}"
        else:
            return text, data
        from tiphys_runtime.errors import NonRecoverableError

        raise Ended(FINAL, NonRecoverableError(problem))

    def is_item(self, name: str) -> bool:
        """Whether an output is the item of a list that others read."""
        return self.item is not None and name == self.entry["item"]

    def key(self, name: str) -> str:
        """Give the key under which Argo will store the file of an output."""
        if self.is_item(name):
            return f"tiphys/{self.uid}/m/{self.item}/_"
        return f"tiphys/{self.uid}/v/{self.at}/_" if name == "v" else f"tiphys/{self.uid}/v/{self.at}/{name}/_"

    def write(self, name: str, text: str, data: bytes | None = None) -> None:
        """Write an output where Argo looks for it."""
        folder = os.path.join(self.root, "out")
        os.makedirs(folder, exist_ok=True)
        if data is not None:
            with open(os.path.join(folder, f"{name}.data"), "wb") as file:
                file.write(data)
        with open(os.path.join(folder, name), "w", encoding="ascii") as file:
            file.write(text)

    def fail(self, ended: Ended) -> int:
        """Tell of a failure: on stderr, in every output, and in the termination log. Gives the exit code."""
        from tiphys_runtime import failure, tracebacks

        if self.world is not None:
            tracebacks.show_sources(self.world.manifest.get("sources", {}), self.world.read)
        failure.tell(ended.error)
        attempt = os.environ.get("TIPHYS_ATTEMPT", "")
        told = failure.record(
            ended.error,
            self.world,
            task=ended.owner or str(self.entry["title"]),
            where=ended.where,
            attempt=int(attempt) + 1 if attempt.isdigit() else None,
        )
        try:
            names = [str(output["name"]) for output in self.outputs()]
            for name in dict.fromkeys((*names, "v")):
                text = envelope.write({"e": told} if name == "v" else {})
                self.write(name, text, b"E" + codec.text_of(told).encode() if self.is_item(name) else None)
            with open(os.environ.get("TIPHYS_TERMINATION_LOG", "/dev/termination-log"), "w", encoding="utf-8") as file:
                file.write(str(told["type"]))
        except OSError as error:
            print(f"tiphys: the failure could not be recorded: {error}", file=sys.stderr)  # noqa: T201
        if self.alone and ended.code == TIMEOUT:
            leave(ended.code)
        return ended.code


def leave(code: int) -> None:
    """End the process when threads of the task would keep it alive."""
    import threading

    if any(not each.daemon for each in threading.enumerate() if each is not threading.current_thread()):
        sys.stdout.flush()
        sys.stderr.flush()
        os._exit(code)


def named(described: dict[str, Any], text: str, world: Bundle, root: str) -> Operand:
    """Read the envelope of an operand. Raises ValueError, naming it."""
    try:
        return Operand(described, text, world, root)
    except ValueError as error:
        raise ValueError(f"the value of `{described['name']}` cannot be read: {error}") from error


def result_of(result: Any) -> Any:
    """Give what a function returned, awaited if need be."""
    if not hasattr(result, "__await__"):
        return result
    from tiphys_runtime.awaiting import run

    return run(result)
