"""Calls: arguments, types, what is awaited. Each program, and the text it gets."""

from __future__ import annotations

ROWS = {
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
  `a` is the parameter that an argument without a name gives it: pass that one by its name.
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
async def many(*xs):
    return await add(len(xs))
return await many(*await numbers(n))
""",
        """\
how many arguments this passes is known only at run time
  flow.py:87:18
    return await many(*await numbers(n))
                 ^^^^^^^^^^^^^^^^^^^^^^^
  Pass the values one by one, or all of them as one list or dict.
""",
    ),
    "unknown names of arguments": (
        """\
async def many(**xs):
    return await add(len(xs))
return await many(**await mapping(n))
""",
        """\
how many arguments this passes is known only at run time
  flow.py:87:18
    return await many(**await mapping(n))
                 ^^^^^^^^^^^^^^^^^^^^^^^^
  Pass the values one by one, or all of them as one list or dict.
""",
    ),
    "override": (
        """\
return await add.override(cpu=3)(n)
""",
        """\
`override` has no parameter `cpu`
  flow.py:85:31
    return await add.override(cpu=3)(n)
                              ^^^^^
  It is a part of the resources: `resources=tiphys.Resources(cpu=...)`.
""",
    ),
    "override runtime": (
        """\
a = await add(n)
return await add.override(queue=str(a))(n)
""",
        """\
`queue` of a task has to be known when the program is compiled; quantities of resources, timeouts, numbers of retries and values of `env_vars` need not
  flow.py:86:18
    return await add.override(queue=str(a))(n)
                 ^^^^^^^^^^^^^^^^^^^^^^^^^^
  Choose between calls with known settings by an `if`, or take them from an input that `--bind` fixes.
""",
    ),
    "override wrong": (
        """\
return await add.override(interruptible='yes')(n)
""",
        """\
`override(interruptible='yes')`: write True or False
  flow.py:85:31
    return await add.override(interruptible='yes')(n)
                              ^^^^^^^^^^^^^^^^^^^
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

`add` is called but never awaited
  flow.py:90:5
    add(n)
    ^^^^^^
  Write `await add(...)`, or put it into `asyncio.gather`.
""",
    ),
    "several kinds of mistakes in an arm": (
        """\
a = await add(n)
if a > 1:
    await add()
else:
    await add(b=1)
return a
""",
        """\
`add` is called without `a`
  flow.py:87:15
    await add()
          ^^^^^
  Pass it: `add(a=...)`.

`add` is called without `a`
  flow.py:89:15
    await add(b=1)
          ^^^^^^^^
  Pass it: `add(a=...)`.
""",
    ),
}
