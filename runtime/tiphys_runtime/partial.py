"""An exception without those of its parts that cannot travel: its class stays what it is."""

from __future__ import annotations

from tiphys_runtime.envelope import describe
from tiphys_runtime.errors import remake, revive, state_of

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from tiphys_runtime.codec import World


class Sieve:
    """Says what of exceptions can travel in so many bytes."""

    def __init__(self, world: World, largest: int) -> None:
        self.world = world
        self.largest = largest
        self.known: dict[int, Partial] = {}

    def passes(self, value: Any) -> bool:
        """Whether a part can travel."""
        try:
            data = self.world.dumps(value)
            self.world.loads(data)
        except Exception:  # noqa: BLE001  (anything may happen in the user's own pickling)
            return False
        return len(data) <= self.largest

    def partial(self, error: BaseException) -> Partial:
        """Give what stands for an exception; one for each, as exceptions may refer to each other."""
        if id(error) not in self.known:
            self.known[id(error)] = Partial(error, self)
        return self.known[id(error)]

    def argument(self, value: Any) -> Any:
        """Give an argument, or what stands for it."""
        if self.passes(value):
            return value
        if isinstance(value, BaseException):
            return self.partial(value)
        if isinstance(value, (list, tuple)) and any(isinstance(each, BaseException) for each in value):
            return type(value)(self.argument(each) for each in value)
        return describe(value)


class Partial:
    """Pickles as an exception without what its sieve holds back."""

    def __init__(self, error: BaseException, sieve: Sieve) -> None:
        self.error = error
        self.sieve = sieve

    def __reduce__(self) -> tuple[Any, ...]:
        sieve = self.sieve
        args = tuple(sieve.argument(each) for each in self.error.args)
        state: dict[str, Any] = {}
        for name, value in state_of(self.error, traced=True).items():
            if name == "__tiphys_fields__":
                state[name] = {key: each for key, each in value.items() if sieve.passes(each)}
            elif name in ("__cause__", "__context__"):
                state[name] = sieve.partial(value)
            elif sieve.passes(value):
                state[name] = value
        return remake, (type(self.error), args), state, None, None, revive
