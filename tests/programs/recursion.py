"""Orchestrators and helpers that call themselves: down a tree, until small enough, in pairs; bounded at run time."""

import asyncio
from typing import Any

import tiphys as flyte

env = flyte.TaskEnvironment("recursion")


@env.task
async def add(a: int, b: int = 1) -> int:
    return a + b


@env.task
async def split(values: list[int]) -> dict[str, list[int]]:
    pivot = values[0]
    return {"low": [x for x in values[1:] if x < pivot], "high": [x for x in values[1:] if x >= pivot]}


@env.task
async def tree(n: int) -> dict[str, Any]:
    if n <= 0:
        return {"value": n, "children": []}
    return {"value": n, "children": [await_free(n - 1), await_free(n - 2)]}


def await_free(n: int) -> dict[str, Any]:
    return {"value": n, "children": [await_free(n - 2)] if n > 1 else []}


@env.task
async def folder(name: str) -> list[str]:
    return {"root": ["a", "b"], "a": ["c"], "c": ["d", "e"]}.get(name, [])


@env.task
async def size(name: str) -> int:
    return ord(name[0]) - 96


@env.task
async def is_done(n: int) -> bool:
    return n >= 10


@env.task
async def numbers(n: int) -> list[int]:
    return [(i * 5 + 3) % 7 for i in range(n)]


@env.task
async def factorial(n: int) -> int:
    m = await add(n, 0)
    if m <= 1:
        return 1
    return m * await factorial(m - 1)


@env.task
async def fibonacci(n: int) -> int:
    m = await add(n, 0)
    if m < 2:
        return m
    left, right = await asyncio.gather(fibonacci(m - 1), fibonacci(m - 2))
    return left + right


@env.task
async def quicksort(values: list[int]) -> list[int]:
    if len(values) < 2:
        return values
    parts = await split(values)
    low, high = await asyncio.gather(quicksort(parts["low"]), quicksort(parts["high"]))
    return low + [values[0]] + high


@env.task
async def sorted_numbers(n: int) -> list[int]:
    return await quicksort(await numbers(n))


@env.task
async def sum_of_tree(node: dict[str, Any]) -> int:
    total = await add(node["value"], 0)
    for child in node["children"]:
        total += await sum_of_tree(child)
    return total


@env.task
async def tree_total(n: int) -> int:
    return await sum_of_tree(await tree(n))


@env.task
async def folder_size(name: str) -> int:
    names = await folder(name)
    if not names:
        return await size(name)
    sizes = await asyncio.gather(*[folder_size(each) for each in names])
    return sum(sizes)


async def climb(n: int, steps: int) -> list[int]:
    if await is_done(n):
        return [n, steps]
    return await climb(await add(n, 4), steps + 1)


@env.task
async def recursive_helper(n: int) -> list[int]:
    return await climb(n, 0)


async def even(n: int) -> bool:
    if n == 0:
        return True
    return await odd(await add(n, -1))


async def odd(n: int) -> bool:
    if n == 0:
        return False
    return await even(await add(n, -1))


@env.task
async def mutual_recursion(n: int) -> bool:
    return await even(await add(n, 0))


async def attempt(n: int, left: int) -> str:
    try:
        if await add(n) < 4:
            raise ValueError(f"{n} too small")
        return f"ok with {n}"
    except ValueError as error:
        if left == 0:
            return f"gave up: {error}"
        return await attempt(n + 1, left - 1)


@env.task
async def retries_by_recursion(n: int) -> str:
    return await attempt(n, 2)


@env.task
async def accumulates(n: int, seen: list[int]) -> list[int]:
    if len(seen) > 2 or n < 0:
        return seen
    return await accumulates(n - 1, [*seen, await add(n)])


@env.task
async def known_depth_runtime_values(n: int) -> list[int]:
    return await accumulates(n, [])


@env.task
async def binary_search(n: int) -> list[int]:
    values = sorted(await numbers(7))

    async def search(low: int, high: int) -> int:
        if low >= high:
            return low
        middle = await add((low + high) // 2, 0)
        if values[middle] < n:
            return await search(middle + 1, high)
        return await search(low, middle)

    return [await search(0, len(values)), len(values)]


@env.task
async def merge(left: list[int], right: list[int]) -> list[int]:
    return sorted(left + right)


@env.task
async def merge_sort(values: list[int]) -> list[int]:
    if len(values) < 2:
        return values
    middle = len(values) // 2
    left, right = await asyncio.gather(merge_sort(values[:middle]), merge_sort(values[middle:]))
    return await merge(left, right)


@env.task
async def divide_and_conquer(n: int) -> list[int]:
    return await merge_sort(await numbers(n))


@env.task
async def fragile(n: int) -> int:
    if n < 1:
        raise ValueError(f"{n} is too small")
    return n


@env.task
async def deep(n: int) -> int:
    a = await fragile(await add(n, -1))
    if a < 2:
        return a
    return await deep(a)


@env.task
async def caught_around_it(n: int) -> str:
    try:
        return f"went down to {await deep(n)}"
    except ValueError as error:
        return f"caught: {error}"


@env.task
async def many_of_it(n: int) -> list[int]:
    return await asyncio.gather(*[deep(each + 2) for each in await numbers(n)])


class Walker:
    def __init__(self, top: int) -> None:
        self.top = top

    async def walk(self, n: int) -> int:
        if n >= self.top:
            return n
        return await self.walk(await add(n, 2))


@env.task
async def a_method(n: int) -> int:
    walker = Walker(7)
    return await add(await walker.walk(await add(n)), 0)


def divisor(a: int, b: int) -> int:
    return a if b == 0 else divisor(b, a % b)


def summed(k: int) -> int:
    return k and k + summed(k - 1)


@env.task
async def recursion_in_an_expression(n: int) -> list[int]:
    a = await add(n, 11)
    return [divisor(a, 18), summed(a), divisor(12, 18)]


CASES = [
    # a pod for each product: it is made when the call inside has ended, and no pod follows it
    *[("factorial", {"n": n}, glue) for n, glue in ((0, 0), (1, 0), (4, 3))],
    # a pod for each sum
    *[("fibonacci", {"n": n}, glue) for n, glue in ((0, 0), (1, 0), (4, 4))],
    # a pod for each list that is put together of two sorted ones
    *[("sorted_numbers", {"n": n}, glue) for n, glue in ((0, 0), (1, 0), (2, 1), (6, 3))],
    # two for each child: reading it may fail, and has its place behind the child before; the sum follows its call
    *[("tree_total", {"n": n}, glue) for n, glue in ((0, 0), (1, 4), (3, 6))],
    # a pod for each sum over a folder that has some inside
    *[("folder_size", {"name": name}, glue) for name, glue in (("root", 3), ("c", 1), ("z", 0))],
    *[("recursive_helper", {"n": n}) for n in (0, 8, 12)],
    *[("mutual_recursion", {"n": n}) for n in (0, 1, 4)],
    # a catch for each failure, and the number of the next
    *[("retries_by_recursion", {"n": n}, glue) for n, glue in ((0, 4), (2, 2), (5, 0))],
    # the first test reads an input only: no pod comes before it
    *[("known_depth_runtime_values", {"n": n}, 1) for n in (-1, 0, 1, 5)],  # INPUT
    # the list is made when the search has ended
    *[("binary_search", {"n": n}, 1) for n in (0, 3, 9)],  # BEHIND
    # a pod for each list that is cut, but for the first: no other comes before the two halves
    *[("divide_and_conquer", {"n": n}, glue) for n, glue in ((0, 0), (1, 0), (2, 1), (5, 4))],
    # the text is made behind the try; where it fails there is a catch
    *[("caught_around_it", {"n": n}, glue) for n, glue in ((1, 2), (2, 1), (4, 1))],
    # an item that ends where the test does is written by a pod that knows it is one
    *[("many_of_it", {"n": n}, n) for n in (0, 1, 3)],
    *[("a_method", {"n": n}) for n in (0, 1, 9)],
    *[("recursion_in_an_expression", {"n": n}) for n in (0, 1, 7)],
]
