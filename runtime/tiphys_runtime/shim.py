"""The entry of a pod: reads the operands, computes the glue, calls the function, writes the outputs (docs/wire.md)."""

from __future__ import annotations

import os

from tiphys_runtime import codec, envelope
from tiphys_runtime.loading import BrokenBundle, Bundle
from tiphys_runtime.opening import expanded, opened
from tiphys_runtime.operands import Operand, Values

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from typing import Any

    from tiphys_runtime.catching import Caught
    from tiphys_runtime.counting import Tally

DONE, USER, FINAL, INPUT, TIMEOUT, BUG = 0, 1, 2, 3, 4, 70
FIXED_ARGUMENTS = 4  # DIGEST ENTRY UID AT


class Ended(Exception):
    """A call ended badly: with this exit code, because of `error`, in this step of the orchestrator's."""

    def __init__(self, code: int, error: BaseException, step: Mapping[str, Any] | None = None) -> None:
        super().__init__(code)
        self.code = code
        self.error = error
        self.where = str(step.get("where")) if step is not None else None
        self.owner = str(step.get("owner")) if step is not None else None
        self.frame: list[Any] | None = step.get("frame") if step is not None else None


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
        self.at = self.digest = self.uid = ""
        self.share: int | None = None
        self.item: str | None = None
        self.records_to: str | None = None
        self.frame: list[dict[str, Any]] = []
        self.told = "{}"
        self.caught: Caught | None = None
        self.seconds: float | None = None
        self.limit = "timeout"
        self.tally: Tally | None = None

    def open(self, argv: list[str]) -> None:
        """Find the entry and its operands. Raises Ended."""
        try:
            arguments = [expanded(argument) for argument in argv]
            if len(arguments) < FIXED_ARGUMENTS:
                raise BrokenBundle("usage: tiphys.zip DIGEST ENTRY UID AT ENVELOPE...")
            self.digest, name, self.uid, self.at, *texts = arguments
            self.world = world = opened(os.path.join(self.root, "code", "tiphys.zip"), self.digest, alone=self.alone)
            entries: dict[str, dict[str, Any]] = world.manifest["entries"]
            if name not in entries:
                raise BrokenBundle(f"the bundle has no entry {name!r}")
            self.entry = entries[name]
            os.environ.update(self.entry.get("env") or {})
            if "files" in self.entry:
                from tiphys_runtime.included import lay_out

                lay_out(world, self.entry["files"], self.root)
            described: list[dict[str, Any]] = self.entry["operands"]
            expected = len(described) + sum(
                name in self.entry for name in ("item", "catch", "records", "records", "shares")
            )
            if len(texts) != expected:
                raise BrokenBundle(f"the entry {name!r} takes {expected} envelopes, not {len(texts)}")
            self.take(texts)
            self.values = Values(
                [named(each, text, world, self.root) for each, text in zip(described, texts, strict=True)]
            )
        except (ValueError, OSError) as error:
            raise Ended(INPUT, error) from None

    def take(self, texts: list[str]) -> None:
        """Take from the arguments what is no operand. Raises ValueError."""
        if "shares" in self.entry:
            self.share = int(share) if (share := texts.pop()) != "-" else None
        if "records" in self.entry:
            self.frame, to = envelope.frame_of(texts.pop()), texts.pop()
            self.records_to = to if to != "-" else None
        if "item" in self.entry:
            self.item = texts.pop()
        if "catch" in self.entry:
            self.told = texts.pop(0)

    def run(self) -> None:
        """Compute glue and body, and write the outputs. Raises Ended."""
        if any(name in os.environ for name in ("TIPHYS_LAST", "TIPHYS_QUEUED", "TIPHYS_GROWN")):
            from tiphys_runtime import waiting

            waiting.begin(self)
        if "catch" in self.entry:
            self.catch()
        self.glue("before")
        if self.entry.get("task"):
            self.values.body = self.result()
        self.glue("after")
        written = [(str(output["name"]), *self.packed(output)) for output in self.outputs()]
        for name, text, data in written:
            self.write(name, text, data)
        if "artifact" in self.entry:
            from tiphys_runtime import leaving

            leaving.leave(self)
        if self.records_to is not None:
            from tiphys_runtime import ending

            ending.record(self, None)

    def result(self) -> Any:
        """Give what the task gives; where results are kept, the one of an equal call. Raises Ended."""
        if "kept" not in self.entry:
            return self.worked_out()
        from tiphys_runtime import keeping

        return keeping.kept(self, self.worked_out)

    def worked_out(self) -> Any:
        """Load the task and run it. Raises Ended."""
        if "variables" in self.entry:
            os.environ.update(self.values.at(self.entry["variables"]))
        work = self.prepared()
        if "most" not in self.entry:
            return self.called(*work)
        from tiphys_runtime import sizes

        return sizes.measured(self, self.called, *work)

    def called(self, function: Callable[..., Any], args: list[Any], kwargs: dict[str, Any]) -> Any:
        """Call the user's function, which may ask for its context, and leave a report."""
        from tiphys_runtime import context

        given = self.values.at(self.entry["context"]) if "context" in self.entry else {}
        with context.In(place=self.at, uid=self.uid, version=self.digest, given=given):
            if "report" not in self.entry:
                return self.body(function, args, kwargs)
            from tiphys_runtime.report import Running

            with Running(self):
                return self.body(function, args, kwargs)

    def catch(self) -> None:
        """Find the exception that ended a region. Raises Ended."""
        from tiphys_runtime.catching import Caught

        assert self.world is not None
        try:
            self.caught = Caught(self.root, self.world, self.told)
        except (ValueError, LookupError) as error:
            raise Ended(INPUT, error) from None
        self.values.body = self.caught.error

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
                raise Ended(INPUT, error, step) from None

    def body(self, function: Callable[..., Any], args: list[Any], kwargs: dict[str, Any]) -> Any:
        """Call the user's function within its timeout."""
        try:
            if self.entry.get("timeout") is None and "within" not in self.entry and "deadline" not in self.entry:
                return result_of(function(*args, **kwargs))
            from tiphys_runtime.timing import timed

            return timed(self, lambda: result_of(function(*args, **kwargs)))
        except Ended:
            raise
        except KeyboardInterrupt as error:
            if not self.alone:  # in the process of whoever runs the program: it is for them
                raise
            raise Ended(USER, error) from None
        except BaseException as error:  # noqa: BLE001  (SystemExit too: it ends the task, not the shim)
            from tiphys_runtime.errors import NonRecoverableError

            raise Ended(FINAL if isinstance(error, NonRecoverableError) else USER, error) from None

    def packed(self, output: dict[str, Any]) -> tuple[str, bytes | None]:
        """Give the envelope and the file of an output. Raises Ended: no other attempt would write it."""
        assert self.world is not None
        name, inline = str(output["name"]), int(output["inline"])
        if self.share is not None and "shared" in output:
            inline = min(inline, self.share)
        key = self.key(name) if output.get("slot") else None
        described = bool(output.get("repr"))
        came = self.caught.envelope_at(output["value"], described=described) if self.caught is not None else None
        if came is not None:
            return envelope.handed_on(came, inline=inline, key=key, is_file=self.is_item(name))
        value = self.values.at(output["value"])
        try:
            text, data = envelope.make(value, self.world, inline=inline, key=key, described=described)
            if self.is_item(name) and data is None:
                data = codec.to_file(value, self.world)
        except Exception as error:  # noqa: BLE001  (pickling runs the user's own code)
            from tiphys_runtime import ending

            problem = ending.unwritable(error, f"the task {self.entry['title']}", name, inline, self.share)
            raise Ended(FINAL, problem) from None
        return text, data

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
        """Tell of a failure. Gives the exit code."""
        from tiphys_runtime import ending

        return ending.fail(self, ended)


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
