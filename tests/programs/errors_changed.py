"""Exceptions that a clause changes before it raises them; their constructors take what they like."""

import tiphys as flyte

env = flyte.TaskEnvironment("errors-changed")


class RowError(Exception):
    def __init__(self, row: int, *, reason: str) -> None:
        super().__init__(row)
        self.row = row
        self.reason = reason

    def __str__(self) -> str:
        return f"row {self.row}: {self.reason}"


class Slotted(Exception):
    __slots__ = ("left", "right")

    def __init__(self, left: int, right: list[int]) -> None:
        super().__init__(left)
        self.left, self.right = left, right


class Fixed(Exception):
    def __init__(self) -> None:
        super().__init__("always this")


class SaysHow(Exception):
    def __init__(self, left: int, right: str) -> None:
        super().__init__(f"{left}-{right}")
        self.left, self.right = left, right

    def __reduce__(self) -> tuple[object, ...]:
        return SaysHow, (self.left, self.right)


@env.task
async def risky(n: int) -> int:
    if n == 1:
        raise RowError(7, reason="empty")
    if n == 2:
        raise Slotted(1, [2])
    if n == 3:
        raise Fixed
    if n == 4:
        raise SaysHow(1, "z")
    if n == 5:
        raise KeyError("gone")
    return n


@env.task
async def show(text: str) -> str:
    return f"<{text}>"


@env.task
async def a_field_is_set(n: int) -> int:
    try:
        return await risky(n)
    except (RowError, Slotted, Fixed) as error:
        error.attempt = n  # type: ignore[union-attr]
        raise


@env.task
async def a_field_is_set_and_said(n: int) -> str:
    try:
        return str(await risky(n))
    except RowError as error:
        error.reason = "changed"
        return await show(f"{error} {error.row}")
    except Slotted as error:
        error.right = [3, *error.right]
        return await show(f"{error.left} {error.right}")


@env.task
async def raised_under_its_name(n: int) -> int:
    try:
        return await risky(n)
    except RowError as error:
        error.reason += "!"
        raise error  # noqa: TRY201


@env.task
async def changed_in_an_arm(n: int) -> int:
    try:
        return await risky(n)
    except RowError as error:
        if len(await show(error.reason)) > 3:
            error.reason = "long"
        raise


@env.task
async def notes(n: int) -> list[str]:
    try:
        await risky(n)
    except Exception as error:
        error.add_note(f"n was {n}")
        try:
            raise
        except Exception as same:
            return [type(same).__name__, *same.__notes__]
    return []


@env.task
async def a_cause_of_its_own_making(n: int) -> str:
    try:
        try:
            await risky(n)
        except Exception as error:
            raise SaysHow(n, "outer") from error
    except SaysHow as error:
        return f"{error} from {error.__cause__!r}"
    return "none"


CASES = [
    ("a_field_is_set", {"n": 0}),
    *[("a_field_is_set", {"n": n}, 1) for n in (1, 2, 3, 4, 5)],  # CATCH
    ("a_field_is_set_and_said", {"n": 0}),
    *[("a_field_is_set_and_said", {"n": n}, 1) for n in (1, 2, 3, 4, 5)],  # CATCH
    ("raised_under_its_name", {"n": 0}),
    *[("raised_under_its_name", {"n": n}, 1) for n in (1, 2, 3, 4, 5)],  # CATCH
    ("changed_in_an_arm", {"n": 0}),
    *[("changed_in_an_arm", {"n": n}, 1) for n in (1, 2, 3, 4, 5)],  # CATCH
    ("notes", {"n": 0}, 1),  # BEHIND; CATCH of each
    *[("notes", {"n": n}, 4) for n in (1, 2, 3, 4, 5)],  # BEHIND; CATCH of each
    ("a_cause_of_its_own_making", {"n": 0}),
    *[("a_cause_of_its_own_making", {"n": n}, 3) for n in (1, 2, 3, 4, 5)],  # BEHIND; CATCH of each
]
