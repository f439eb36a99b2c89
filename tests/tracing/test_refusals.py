"""Every mistake a user can make, and the text it gets: what is wrong, where, the line, how to mend it."""

from __future__ import annotations

import sys
import textwrap
from pathlib import Path

import pytest

from tiphys.compiling import trace_task
from tiphys.diagnostics import ProgramError
from tiphys.loading import load_module

HEADER = """\
import asyncio
import os
import pathlib
import socket
import subprocess
import urllib.request
from typing import Any

import tiphys as flyte

env = flyte.TaskEnvironment("flow")
LIST = [1]
TABLE = {}


class State:
    count = 0


STATE = State()


@env.task
async def add(a: int, b: int = 1) -> int:
    return a + b


@env.task
def double(a: int) -> int:
    return a * 2


@env.task
async def numbers(n: int) -> list[int]:
    return [n]


@env.task
async def mapping(n: int) -> dict[str, int]:
    return {}


@env.task
async def text(n: int) -> str:
    return ""


@env.task
async def total(xs: list[int]) -> int:
    return sum(xs)


@env.task
async def untyped(n: int) -> Any:
    return n


async def inlined(x):
    return await add(x)


async def deeper(x):
    return await deeper(x + 1) + await add(x)


async def stream():
    yield 1


def first_of(values):
    if values:
        return values[0]


def remember(x):
    LIST.append(x)


def keep(x, seen=[]):
    seen.append(x)


@env.task
async def main(n: int) -> Any:
"""

REFUSALS = {
    "if": (
        """\
a = await add(n)
if a > 1:
    a = await add(a)
return a
""",
        """\
this `if` depends on a value that is known only at run time
  flow.py:86:8
    if a > 1:
       ^^^^^
  Decide inside a task, or use a conditional expression of plain values; branches come with a later version.
""",
    ),
    "while": (
        """\
a = await add(n)
while a < 5:
    a = await add(a)
return a
""",
        """\
this `while` depends on a value that is known only at run time
  flow.py:86:11
    while a < 5:
          ^^^^^
  Decide inside a task, or use a conditional expression of plain values; branches come with a later version.
""",
    ),
    "for": (
        """\
xs = await numbers(n)
for x in xs:
    await add(x)
return 1
""",
        """\
how many rounds this takes is known only at run time, and each calls a task
  flow.py:86:14
    for x in xs:
             ^^
  Loop over a list that is known when the program is compiled; loops over runtime values come with a later version.
""",
    ),
    "comprehension awaiting": (
        """\
xs = await numbers(n)
return [await add(x) for x in xs]
""",
        """\
how many rounds this takes is known only at run time, and each calls a task
  flow.py:86:12
    return [await add(x) for x in xs]
           ^^^^^^^^^^^^^^^^^^^^^^^^^^
  Loop over a list that is known when the program is compiled; loops over runtime values come with a later version.
""",
    ),
    "comprehension of calls": (
        """\
xs = await numbers(n)
return await asyncio.gather(*[add(x) for x in xs])
""",
        """\
how many rounds this takes is known only at run time, and each calls a task
  flow.py:86:18
    return await asyncio.gather(*[add(x) for x in xs])
                 ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^
  Loop over a list that is known when the program is compiled; loops over runtime values come with a later version.
""",
    ),
    "generator of calls": (
        """\
xs = await numbers(n)
return await asyncio.gather(*(add(x) for x in xs))
""",
        """\
how many rounds this takes is known only at run time, and each calls a task
  flow.py:86:18
    return await asyncio.gather(*(add(x) for x in xs))
                 ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^
  Loop over a list that is known when the program is compiled; loops over runtime values come with a later version.
""",
    ),
    "helper in a comprehension": (
        """\
xs = await numbers(n)
return await asyncio.gather(*(inlined(x) for x in xs))
""",
        """\
how many rounds this takes is known only at run time, and each calls a task
  flow.py:86:18
    return await asyncio.gather(*(inlined(x) for x in xs))
                 ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^
  Loop over a list that is known when the program is compiled; loops over runtime values come with a later version.
""",
    ),
    "map of calls": (
        """\
xs = await numbers(n)
return await asyncio.gather(*map(add, xs))
""",
        """\
how many rounds this takes is known only at run time, and each calls a task
  flow.py:86:18
    return await asyncio.gather(*map(add, xs))
                 ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^
  Loop over a list that is known when the program is compiled; loops over runtime values come with a later version.
""",
    ),
    "match": (
        """\
a = await add(n)
match a:
    case 1:
        return 1
    case _:
        return 2
""",
        """\
this `match` depends on a value that is known only at run time
  flow.py:87:14
    case 1:
         ^
  Decide inside a task; branches on runtime values come with a later version.
""",
    ),
    "assert": (
        """\
a = await add(n)
assert a > 0
return a
""",
        """\
this `assert` depends on a value that is known only at run time
  flow.py:86:12
    assert a > 0
           ^^^^^
  Decide inside a task, or use a conditional expression of plain values; branches come with a later version.
""",
    ),
    "and": (
        """\
a = await add(n)
return a > 1 and await add(a)
""",
        """\
whether this side of `and` runs is known only at run time, and it calls a task
  flow.py:86:22
    return a > 1 and await add(a)
                     ^^^^^^^^^^^^
  Call the task before, and decide with its result; branches on runtime values come with a later version.
""",
    ),
    "or": (
        """\
a = await add(n)
return a or await add(a)
""",
        """\
whether this side of `or` runs is known only at run time, and it calls a task
  flow.py:86:17
    return a or await add(a)
                ^^^^^^^^^^^^
  Call the task before, and decide with its result; branches on runtime values come with a later version.
""",
    ),
    "ternary": (
        """\
a = await add(n)
return await add(a) if a > 1 else 0
""",
        """\
whether this side of `if` runs is known only at run time, and it calls a task
  flow.py:86:12
    return await add(a) if a > 1 else 0
           ^^^^^^^^^^^^
  Call the task before, and decide with its result; branches on runtime values come with a later version.
""",
    ),
    "ternary of a sync task": (
        """\
a = await add(n)
return double(a) if a > 1 else 0
""",
        """\
whether this side of `if` runs is known only at run time, and it calls a task
  flow.py:86:12
    return double(a) if a > 1 else 0
           ^^^^^^^^^
  Call the task before, and decide with its result; branches on runtime values come with a later version.
""",
    ),
    "un-awaited": (
        """\
add(n)
return await add(n)
""",
        """\
`add` is called but never awaited
  flow.py:85:5
    add(n)
    ^^^^^^
  Write `await add(...)`, or put it into `asyncio.gather`.
""",
    ),
    "un-awaited and kept": (
        """\
job = add(n)
return await add(n)
""",
        """\
`add` is called but never awaited
  flow.py:85:11
    job = add(n)
          ^^^^^^
  Write `await add(...)`, or put it into `asyncio.gather`.
""",
    ),
    "returned un-awaited": (
        """\
return add(n)
""",
        """\
`add` is called but never awaited
  flow.py:85:12
    return add(n)
           ^^^^^^
  Write `await add(...)`, or put it into `asyncio.gather`.
""",
    ),
    "double await": (
        """\
job = add(n)
a = await job
return await job
""",
        """\
`add` was awaited before, and a coroutine can be awaited once
  flow.py:87:12
    return await job
           ^^^^^^^^^
  Keep its result in a variable, or make a task of it: `asyncio.create_task(...)`.
""",
    ),
    "await a result": (
        """\
a = await add(n)
return await a
""",
        """\
`await` needs a coroutine or a task, and this is a result
  flow.py:86:12
    return await a
           ^^^^^^^
  Leave out the `await`.
""",
    ),
    "await a number": (
        """\
await add(1)
return await 5
""",
        """\
`await` needs a coroutine or a task, and this is an int
  flow.py:86:12
    return await 5
           ^^^^^^^
  Leave out the `await`.
""",
    ),
    "await a sync task": (
        """\
return await double(n)
""",
        """\
`await` needs a coroutine or a task, and this is a result
  flow.py:85:12
    return await double(n)
           ^^^^^^^^^^^^^^^
  Leave out the `await`.
""",
    ),
    "missing": (
        """\
return await add()
""",
        """\
`add` is called without `a`
  flow.py:85:18
    return await add()
                 ^^^^^
  Pass it: `add(a=...)`.
""",
    ),
    "misspelt": (
        """\
return await add(a=n, bee=2)
""",
        """\
`add` has no parameter `bee`
  flow.py:85:18
    return await add(a=n, bee=2)
                 ^^^^^^^^^^^^^^^
  Did you mean `b`?
""",
    ),
    "too many": (
        """\
return await add(1, 2, 3)
""",
        """\
`add` takes 2 arguments, but is given 3
  flow.py:85:18
    return await add(1, 2, 3)
                 ^^^^^^^^^^^^
  Its parameters are `add(a: int, b: int = 1)`.
""",
    ),
    "twice": (
        """\
return await add(n, a=1)
""",
        """\
`add` is given `a` twice
  flow.py:85:18
    return await add(n, a=1)
                 ^^^^^^^^^^^
""",
    ),
    "wrong type": (
        """\
return await add('text')
""",
        """\
`a` of `flow.add` takes `int`, but is given `str`
  flow.py:85:18
    return await add('text')
                 ^^^^^^^^^^^
""",
    ),
    "wrong type of a result": (
        """\
s = await text(n)
return await add(s)
""",
        """\
`a` of `flow.add` takes `int`, but is given `str`
  flow.py:86:18
    return await add(s)
                 ^^^^^^
""",
    ),
    "wrong item type": (
        """\
return await total(['a'])
""",
        """\
`xs` of `flow.total` takes `list[int]`, but is given `list[str]`
  flow.py:85:18
    return await total(['a'])
                 ^^^^^^^^^^^^
""",
    ),
    "None for an int": (
        """\
return await add(None)
""",
        """\
`a` of `flow.add` takes `int`, but is given `None`
  flow.py:85:18
    return await add(None)
                 ^^^^^^^^^
""",
    ),
    "coroutine passed": (
        """\
return await add(add(n))
""",
        """\
`a` of `flow.add` is given a coroutine that was not awaited
  flow.py:85:18
    return await add(add(n))
                 ^^^^^^^^^^^
  Pass the result: `await add(...)`.
""",
    ),
    "iterator passed": (
        """\
return await total(zip([1], [2]))
""",
        """\
`xs` of `flow.total` is given an iterator, which cannot travel to a pod
  flow.py:85:18
    return await total(zip([1], [2]))
                 ^^^^^^^^^^^^^^^^^^^^
  Make a list of it: `list(...)`.
""",
    ),
    "unknown number of arguments": (
        """\
xs = await numbers(n)
return await add(*xs)
""",
        """\
how many arguments this passes is known only at run time
  flow.py:86:18
    return await add(*xs)
                 ^^^^^^^^
  Pass values that are counted when the program is compiled; fan-out over runtime values comes with a later version.
""",
    ),
    "unknown names of arguments": (
        """\
d = await mapping(n)
return await add(**d)
""",
        """\
how many arguments this passes is known only at run time
  flow.py:86:18
    return await add(**d)
                 ^^^^^^^^
  Pass values that are counted when the program is compiled; fan-out over runtime values comes with a later version.
""",
    ),
    "open": (
        """\
await add(1)
return open('x').read()
""",
        """\
`open` in an orchestrator reads or writes a file
  flow.py:86:12
    return open('x').read()
           ^^^^^^^^^
  Do it in a task, or pass the value as an argument of the orchestrator.
""",
    ),
    "environ": (
        """\
await add(1)
return os.environ['HOME']
""",
        """\
reading `os.environ` in an orchestrator would freeze the compiling computer's value
  flow.py:86:12
    return os.environ['HOME']
           ^^^^^^^^^^^^^^^^^^
  Read it in a task, or pass it as an argument of the orchestrator.
""",
    ),
    "environ get": (
        """\
await add(1)
return os.environ.get('HOME')
""",
        """\
reading `os.environ` in an orchestrator would freeze the compiling computer's value
  flow.py:86:12
    return os.environ.get('HOME')
           ^^^^^^^^^^^^^^
  Read it in a task, or pass it as an argument of the orchestrator.
""",
    ),
    "getenv": (
        """\
await add(1)
return os.getenv('HOME')
""",
        """\
`os.getenv` in an orchestrator reads the environment
  flow.py:86:12
    return os.getenv('HOME')
           ^^^^^^^^^^^^^^^^^
  Do it in a task, or pass the value as an argument of the orchestrator.
""",
    ),
    "listdir": (
        """\
await add(1)
return os.listdir('.')
""",
        """\
`os.listdir` in an orchestrator reads or changes the computer it runs on
  flow.py:86:12
    return os.listdir('.')
           ^^^^^^^^^^^^^^^
  Do it in a task, or pass the value as an argument of the orchestrator.
""",
    ),
    "socket": (
        """\
await add(1)
return socket.socket()
""",
        """\
`socket.socket` in an orchestrator uses the network
  flow.py:86:12
    return socket.socket()
           ^^^^^^^^^^^^^^^
  Do it in a task, or pass the value as an argument of the orchestrator.
""",
    ),
    "urlopen": (
        """\
await add(1)
return urllib.request.urlopen('http://x')
""",
        """\
`urllib.request.urlopen` in an orchestrator uses the network
  flow.py:86:12
    return urllib.request.urlopen('http://x')
           ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^
  Do it in a task, or pass the value as an argument of the orchestrator.
""",
    ),
    "subprocess": (
        """\
await add(1)
return subprocess.run(['ls'])
""",
        """\
`subprocess.run` in an orchestrator starts a process
  flow.py:86:12
    return subprocess.run(['ls'])
           ^^^^^^^^^^^^^^^^^^^^^^
  Do it in a task, or pass the value as an argument of the orchestrator.
""",
    ),
    "input": (
        """\
await add(1)
return input()
""",
        """\
`input` in an orchestrator waits for a person
  flow.py:86:12
    return input()
           ^^^^^^^
  Do it in a task, or pass the value as an argument of the orchestrator.
""",
    ),
    "path": (
        """\
await add(1)
return pathlib.Path('x').read_text()
""",
        """\
`pathlib.Path('x').read_text` in an orchestrator reads or writes files
  flow.py:86:12
    return pathlib.Path('x').read_text()
           ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^
  Do it in a task, or pass the value as an argument of the orchestrator.
""",
    ),
    "eval": (
        """\
await add(1)
return eval('1')
""",
        """\
`eval` in an orchestrator runs code made at run time
  flow.py:86:12
    return eval('1')
           ^^^^^^^^^
  Do it in a task, or pass the value as an argument of the orchestrator.
""",
    ),
    "wait": (
        """\
done, _ = await asyncio.wait([add(n)])
return 1
""",
        """\
`asyncio.wait` is not supported
  flow.py:85:21
    done, _ = await asyncio.wait([add(n)])
                    ^^^^^^^^^^^^^^^^^^^^^^
  Await them all with `asyncio.gather(*jobs)`.
""",
    ),
    "wait for the first": (
        """\
jobs = [asyncio.create_task(add(n))]
done, _ = await asyncio.wait(jobs, return_when=asyncio.FIRST_COMPLETED)
return 1
""",
        """\
the first of several running tasks cannot be known in a DAG, so `asyncio.wait(..., FIRST_COMPLETED)` has no meaning here
  flow.py:86:21
    done, _ = await asyncio.wait(jobs, return_when=asyncio.FIRST_COMPLETED)
                    ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^
  Await them all with `asyncio.gather(*jobs)`.
""",
    ),
    "as_completed": (
        """\
for job in asyncio.as_completed([add(n)]):
    await job
return 1
""",
        """\
`asyncio.as_completed` is not supported yet
  flow.py:85:16
    for job in asyncio.as_completed([add(n)]):
               ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^
  Use `asyncio.gather`: it gives the results in order.
""",
    ),
    "wait_for": (
        """\
return await asyncio.wait_for(add(n), 5)
""",
        """\
`asyncio.wait_for` is not supported yet
  flow.py:85:18
    return await asyncio.wait_for(add(n), 5)
                 ^^^^^^^^^^^^^^^^^^^^^^^^^^^
  Give the task a timeout: `task.override(timeout=60)`.
""",
    ),
    "timeout": (
        """\
async with asyncio.timeout(5):
    return await add(n)
""",
        """\
`asyncio.timeout` is not supported yet
  flow.py:85:16
    async with asyncio.timeout(5):
               ^^^^^^^^^^^^^^^^^^
  Give the task a timeout: `task.override(timeout=60)`.
""",
    ),
    "Semaphore": (
        """\
limit = asyncio.Semaphore(2)
return await add(n)
""",
        """\
`asyncio.Semaphore` is not supported yet
  flow.py:85:13
    limit = asyncio.Semaphore(2)
            ^^^^^^^^^^^^^^^^^^^^
  Leave it out.
""",
    ),
    "Lock": (
        """\
lock = asyncio.Lock()
return await add(n)
""",
        """\
a lock between running tasks has no meaning in a DAG
  flow.py:85:12
    lock = asyncio.Lock()
           ^^^^^^^^^^^^^^
  Order tasks by awaiting them.
""",
    ),
    "sleep": (
        """\
await asyncio.sleep(5)
return await add(n)
""",
        """\
`asyncio.sleep` in an orchestrator is not supported yet
  flow.py:85:11
    await asyncio.sleep(5)
          ^^^^^^^^^^^^^^^^
  Sleep inside a task.
""",
    ),
    "return_exceptions": (
        """\
return await asyncio.gather(add(n), return_exceptions=True)
""",
        """\
`return_exceptions=True` is not supported yet
  flow.py:85:18
    return await asyncio.gather(add(n), return_exceptions=True)
                 ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^
  Leave it out.
""",
    ),
    "cancel": (
        """\
job = asyncio.create_task(add(n))
job.cancel()
return await job
""",
        """\
`cancel` of a task has no meaning where tasks are pods
  flow.py:86:5
    job.cancel()
    ^^^^^^^^^^^^
  Let it run to its end, or use plain code inside one task.
""",
    ),
    "result too early": (
        """\
job = asyncio.create_task(add(n))
x = job.result()
return await job
""",
        """\
the result of `add` is read before it is awaited
  flow.py:86:9
    x = job.result()
        ^^^^^^^^^^^^
  Await it first.
""",
    ),
    "async for": (
        """\
async for x in stream():
    await add(x)
return 1
""",
        """\
`async for` cannot be traced
  flow.py:85:5
    async for x in stream():
    ^^^^^^^^^^^^^^^^^^^^^^^^
""",
    ),
    "async comprehension": (
        """\
await add(1)
return [x async for x in stream()]
""",
        """\
an async generator cannot be traced
  flow.py:86:30
    return [x async for x in stream()]
                             ^^^^^^^^
""",
    ),
    "async generator": (
        """\
await add(1)
return stream()
""",
        """\
an async generator cannot be traced
  flow.py:86:12
    return stream()
           ^^^^^^^^
""",
    ),
    "with": (
        """\
await add(1)
with open('x') as f:
    return f.read()
""",
        """\
`with` cannot be traced here
  flow.py:86:10
    with open('x') as f:
         ^^^^^^^^^
  Open what you need inside a task.
""",
    ),
    "try": (
        """\
try:
    return await add(n)
except ValueError:
    return 0
""",
        """\
this `try` contains what happens at run time
  flow.py:85:5
    try:
    ^^^^
  Catch inside the task; `try` around tasks comes with a later version.
""",
    ),
    "try finally": (
        """\
try:
    a = await add(n)
finally:
    print('x')
return a
""",
        """\
this `try` contains what happens at run time
  flow.py:85:5
    try:
    ^^^^
  Catch inside the task; `try` around tasks comes with a later version.
""",
    ),
    "class": (
        """\
class Inner:
    x = 1
return await add(n)
""",
        """\
a class cannot be defined inside an orchestrator
  flow.py:85:5
    class Inner:
    ^^^^^^^^^^^^
""",
    ),
    "global": (
        """\
global COUNT
COUNT = 1
return await add(n)
""",
        """\
`global COUNT`: an orchestrator cannot change its module
  flow.py:86:5
    COUNT = 1
    ^^^^^
  Return the value, or keep it in a local variable.
""",
    ),
    "module list": (
        """\
LIST.append(n)
return await add(n)
""",
        """\
an orchestrator cannot change a value of its module
  flow.py:85:5
    LIST.append(n)
    ^^^^^^^^^^^^^^
  Change a copy of it instead.
""",
    ),
    "module list by result": (
        """\
a = await add(n)
LIST.append(a)
return a
""",
        """\
an orchestrator cannot change a value of its module
  flow.py:86:5
    LIST.append(a)
    ^^^^^^^^^^^^^^
  Change a copy of it instead.
""",
    ),
    "module dict": (
        """\
TABLE['x'] = 1
return await add(n)
""",
        """\
an orchestrator cannot change a value of its module
  flow.py:85:5
    TABLE['x'] = 1
    ^^^^^^^^^^
  Change a copy of it instead.
""",
    ),
    "module object": (
        """\
STATE.count += 1
return await add(n)
""",
        """\
an orchestrator cannot change an object that was made outside of it
  flow.py:85:5
    STATE.count += 1
    ^^^^^^^^^^^
  Build a changed copy instead, for example with `dataclasses.replace`.
""",
    ),
    "module list in a helper": (
        """\
remember(n)
return await add(n)
""",
        """\
an orchestrator cannot change a value of its module
  flow.py:76:5
    LIST.append(x)
    ^^^^^^^^^^^^^^
  Change a copy of it instead.
""",
    ),
    "mutable default": (
        """\
keep(n)
return await add(n)
""",
        """\
an orchestrator cannot change a value of its module
  flow.py:80:5
    seen.append(x)
    ^^^^^^^^^^^^^^
  Change a copy of it instead.
""",
    ),
    "endless": (
        """\
while True:
    n = 1
return await add(n)
""",
        """\
this loop does not end when the program is compiled
  flow.py:85:11
    while True:
          ^^^^
""",
    ),
    "recursion": (
        """\
return await deeper(1)
""",
        """\
the calls nest too deep to be traced
  flow.py:63:18
    return await deeper(x + 1) + await add(x)
                 ^^^^^^^^^^^^^
  Write the recursion as a loop.
""",
    ),
    "orchestrator recursion": (
        """\
return await main(n)
""",
        """\
this call leads back to itself whatever happens, so it never ends
  flow.py:85:18
    return await main(n)
                 ^^^^^^^
  Return before it where there is nothing left to do.
""",
    ),
    "undefined": (
        """\
return await add(nn)
""",
        """\
`nn` is not defined
  flow.py:85:22
    return await add(nn)
                     ^^
  Did you mean `n`?
""",
    ),
    "undefined call": (
        """\
await add(1)
return await ad(n)
""",
        """\
`ad` is not defined
  flow.py:86:18
    return await ad(n)
                 ^^
  Did you mean `add`?
""",
    ),
    "before set": (
        """\
a = b
b = await add(n)
return a
""",
        """\
`b` is read before it is set
  flow.py:85:9
    a = b
        ^
""",
    ),
    "raises": (
        """\
a = await add(n)
return [1, 2][5]
""",
        """\
`flow.main` always raises IndexError: list index out of range
  flow.py:86:12
    return [1, 2][5]
           ^^^^^^^^^
  Raise it in a task, or mend the values that lead here.
""",
    ),
    "raises itself": (
        """\
await add(n)
raise ValueError('never works')
""",
        """\
`flow.main` always raises ValueError: never works
  flow.py:86:5
    raise ValueError('never works')
    ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^
  Raise it in a task, or mend the values that lead here.
""",
    ),
    "raise a result": (
        """\
a = await add(n)
raise ValueError(a)
""",
        """\
this raises a value that is known only at run time
  flow.py:86:5
    raise ValueError(a)
    ^^^^^^^^^^^^^^^^^^^
""",
    ),
    "annotated raise": (
        """\
x = {'a': 1}
return await add(x['b'])
""",
        """\
`flow.main` always raises KeyError: 'b'
  flow.py:86:22
    return await add(x['b'])
                     ^^^^^^
  Raise it in a task, or mend the values that lead here.
""",
    ),
    "lambda calls a task": (
        """\
xs = await numbers(n)
return list(map(lambda x: double(x), xs))
""",
        """\
`<lambda>` calls a task, so it cannot run as part of another computation
  flow.py:86:21
    return list(map(lambda x: double(x), xs))
                    ^^^^^^^^^^^^^^^^^^^
  Call the task itself in the orchestrator.
""",
    ),
    "yield": (
        """\
yield await add(n)
""",
        """\
`main` is a generator, which cannot be a task
  flow.py:83:1
    @env.task
    ^^^^^^^^^
  Return a list instead of yielding.
""",
    ),
    "lost change": (
        """\
out = []
xs = await numbers(n)
[out.append(x) for x in xs]
return out
""",
        """\
this comprehension is computed in a pod, where its change of `out` would be lost
  flow.py:87:5
    [out.append(x) for x in xs]
    ^^^^^^^^^^^^^^^^^^^^^^^^^^^
  Let it give a new value instead of changing one.
""",
    ),
    "lost change in a lambda": (
        """\
out = []
xs = await numbers(n)
list(map(lambda x: out.append(x), xs))
return out
""",
        """\
a lambda is computed in a pod, where its change of `out` would be lost
  flow.py:87:14
    list(map(lambda x: out.append(x), xs))
             ^^^^^^^^^^^^^^^^^^^^^^^
  Let it give a new value instead of changing one.
""",
    ),
    "part changed": (
        """\
d = await untyped(n)
xs = d['xs']
xs.append(1)
return d
""",
        """\
this changes a part of a task's result in place, through another name
  flow.py:87:5
    xs.append(1)
    ^^^^^^^^^^^^
  Build a new value instead, or change it inside a task.
""",
    ),
    "part assigned": (
        """\
rows = await untyped(n)
rows[0].score = 1
return rows
""",
        """\
an orchestrator cannot change an object that was made outside of it
  flow.py:86:5
    rows[0].score = 1
    ^^^^^^^^^^^^^
  Build a changed copy instead, for example with `dataclasses.replace`.
""",
    ),
    "override": (
        """\
return await add.override(cpu=3)(n)
""",
        """\
`override` has no parameter `cpu`
  flow.py:85:18
    return await add.override(cpu=3)(n)
                 ^^^^^^^^^^^^^^^^^^^
  There is `resources`, `env_vars`, `secrets`, `retries`, `timeout`, `short_name`.
""",
    ),
    "override runtime": (
        """\
a = await add(n)
return await add.override(retries=a)(n)
""",
        """\
settings that are known only at run time are not supported yet
  flow.py:86:18
    return await add.override(retries=a)(n)
                 ^^^^^^^^^^^^^^^^^^^^^^^
""",
    ),
    "later": (
        """\
return await add.override(cache='auto')(n)
""",
        """\
`cache` is not supported yet
  flow.py:85:18
    return await add.override(cache='auto')(n)
                 ^^^^^^^^^^^^^^^^^^^^^^^^^^
  Leave it out for now.
""",
    ),
    "except star": (
        """\
try:
    await add(n)
except* ValueError:
    pass
return 1
""",
        """\
`except*` cannot be traced yet
  flow.py:85:5
    try:
    ^^^^
""",
    ),
    "walrus": (
        """\
xs = await numbers(n)
return [y for x in xs if (y := x)]
""",
        """\
`:=` in a comprehension over a runtime value cannot be traced
  flow.py:86:31
    return [y for x in xs if (y := x)]
                              ^^^^^^
  Write it as a loop.
""",
    ),
    "del": (
        """\
a = await add(n)
del a
return a
""",
        """\
`a` is read before it is set
  flow.py:87:12
    return a
           ^
""",
    ),
    "call a result": (
        """\
a = await add(n)
b = 5
return b(a)
""",
        """\
`flow.main` always raises TypeError: 'int' object is not callable
  flow.py:87:12
    return b(a)
           ^^^^
  Raise it in a task, or mend the values that lead here.
""",
    ),
    "list called": (
        """\
await add(1)
a = [1]
return a(n)
""",
        """\
`flow.main` always raises TypeError: 'list' object is not callable
  flow.py:87:12
    return a(n)
           ^^^^
  Raise it in a task, or mend the values that lead here.
""",
    ),
    "several": (
        """\
a = await add(m)
b = await add()
if await add(n):
    pass
c = await add(b)
add(n)
return a + c
""",
        """\
`m` is not defined
  flow.py:85:19
    a = await add(m)
                  ^

`add` is called without `a`
  flow.py:86:15
    b = await add()
              ^^^^^
  Pass it: `add(a=...)`.

this `if` depends on a value that is known only at run time
  flow.py:87:8
    if await add(n):
       ^^^^^^^^^^^^
  Decide inside a task, or use a conditional expression of plain values; branches come with a later version.

`add` is called but never awaited
  flow.py:90:5
    add(n)
    ^^^^^^
  Write `await add(...)`, or put it into `asyncio.gather`.
""",
    ),
}


@pytest.mark.parametrize("title", REFUSALS)
def test_a_mistake_is_refused_at_its_line(title: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The whole text, so that its prose and its carets are seen in review."""
    body, expected = REFUSALS[title]
    path = tmp_path / "flow.py"
    path.write_text(HEADER + textwrap.indent(body, "    "))
    monkeypatch.chdir(tmp_path)
    monkeypatch.delitem(sys.modules, "flow", raising=False)

    with pytest.raises(ProgramError) as caught:
        trace_task(load_module(path).main)

    assert str(caught.value) + "\n" == expected
