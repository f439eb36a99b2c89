"""Concurrency: what has no meaning where tasks are pods, or cannot be followed. Each program, and the text it gets."""

from __future__ import annotations

ROWS = {
    "wait": (
        """\
done, _ = await asyncio.wait([add(n)])
return 1
""",
        """\
`asyncio.wait` is not supported: it gives sets of tasks to look into
  flow.py:85:21
    done, _ = await asyncio.wait([add(n)])
                    ^^^^^^^^^^^^^^^^^^^^^^
  Await them all with `asyncio.gather(*jobs)`; with `return_exceptions=True` it gives exceptions as values.
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
  Await them all with `asyncio.gather(*jobs)`; with `return_exceptions=True` it gives exceptions as values.
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
    "sleep in a limit": (
        """\
await asyncio.wait_for(asyncio.sleep(5), 1)
return await add(n)
""",
        """\
a sleep that a time limit may end is not supported
  flow.py:85:28
    await asyncio.wait_for(asyncio.sleep(5), 1)
                           ^^^^^^^^^^^^^^^^
  Give the limit to the tasks, or sleep outside of it.
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
  Leave it out: what has begun runs to its end, or a limit (`timeout=` of a task, `asyncio.wait_for`).
""",
    ),
    "cancel behind what cannot be followed": (
        """\
jobs = []
for value in await numbers(n):
    jobs.append(asyncio.create_task(add(value)))
pending = set(jobs)
while pending:
    done, pending = await asyncio.wait(pending, return_when=asyncio.FIRST_EXCEPTION)
    for job in jobs:
        job.cancel()
return 1
""",
        """\
a list of tasks, of which only run time knows the number, is no data to compute with
  flow.py:88:19
    pending = set(jobs)
                  ^^^^
  Await them, `await asyncio.gather(*jobs)`, and use the results.

the first of several running tasks cannot be known in a DAG, so `asyncio.wait(..., FIRST_EXCEPTION)` has no meaning here
  flow.py:90:31
    done, pending = await asyncio.wait(pending, return_when=asyncio.FIRST_EXCEPTION)
                          ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^
  Await them all with `asyncio.gather(*jobs)`; with `return_exceptions=True` it gives exceptions as values.

`cancel` of a task has no meaning where tasks are pods
  flow.py:92:13
    job.cancel()
    ^^^^^^^^^^^^
  Leave it out: what has begun runs to its end, or a limit (`timeout=` of a task, `asyncio.wait_for`).
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
    "Event": (
        """\
e = asyncio.Event()
return await add(n)
""",
        """\
an event between running tasks has no meaning in a DAG
  flow.py:85:9
    e = asyncio.Event()
        ^^^^^^^^^^^^^^^
  Order tasks by awaiting them.
""",
    ),
    "Queue": (
        """\
e = asyncio.Queue()
return await add(n)
""",
        """\
a queue between running tasks has no meaning in a DAG
  flow.py:85:9
    e = asyncio.Queue()
        ^^^^^^^^^^^^^^^
  Pass values as arguments and results.
""",
    ),
    "shield": (
        """\
return await asyncio.shield(add(n))
""",
        """\
`asyncio.shield` has no meaning where nothing is cancelled
  flow.py:85:18
    return await asyncio.shield(add(n))
                 ^^^^^^^^^^^^^^^^^^^^^^
  Leave it out.
""",
    ),
    "run": (
        """\
return asyncio.run(add(n))
""",
        """\
`asyncio.run` inside an orchestrator has no meaning
  flow.py:85:12
    return asyncio.run(add(n))
           ^^^^^^^^^^^^^^^^^^^
  Await the coroutine instead.
""",
    ),
    "create_task of a result": (
        """\
a = await add(n)
return await asyncio.create_task(a)
""",
        """\
`create_task` needs coroutines or tasks
  flow.py:86:18
    return await asyncio.create_task(a)
                 ^^^^^^^^^^^^^^^^^^^^^^
  Pass the call itself, without `await`.
""",
    ),
    "gather of a result": (
        """\
a = await add(n)
return await asyncio.gather(a, add(n))
""",
        """\
`gather` needs coroutines or tasks
  flow.py:86:33
    return await asyncio.gather(a, add(n))
                                ^
  Pass the call itself, without `await`.
""",
    ),
    "member that is cancelled": (
        """\
async with asyncio.TaskGroup() as group:
    group.create_task(add(n))
    group.cancel()
return 1
""",
        """\
`TaskGroup.cancel` cannot be traced
  flow.py:87:9
    group.cancel()
    ^^^^^^^^^^^^^^
  Start its tasks by `create_task`.
""",
    ),
    "timeout after the beginning": (
        """\
job = asyncio.create_task(add(n))
await add(1)
return await asyncio.wait_for(job, 5)
""",
        """\
this task has begun before its timeout is known
  flow.py:87:18
    return await asyncio.wait_for(job, 5)
                 ^^^^^^^^^^^^^^^^^^^^^^^^
  Give the timeout where the task is called: `asyncio.wait_for(task(...), timeout)`.
""",
    ),
    "return_exceptions by result": (
        """\
a = await add(n)
return await asyncio.gather(add(n), return_exceptions=a)
""",
        """\
this has to be known when the program is compiled
  flow.py:86:18
    return await asyncio.gather(add(n), return_exceptions=a)
                 ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^
  Write `True` or `False`.
""",
    ),
    "return_exceptions of a map by result": (
        """\
a = await add(n)
return list(flyte.map(add, [1], return_exceptions=a))
""",
        """\
`return_exceptions` has to be known when the program is compiled
  flow.py:86:17
    return list(flyte.map(add, [1], return_exceptions=a))
                ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^
  Write `True` or `False`.
""",
    ),
    "side by side": (
        """\
out = []
async def one(x):
    out.append(await add(x))
xs = await numbers(n)
await asyncio.gather(*[one(x) for x in xs])
return out
""",
        """\
these run side by side, and each changes a value that they share
  flow.py:89:27
    await asyncio.gather(*[one(x) for x in xs])
                          ^^^^^^^^^^^^^^^^^^^^
  Return a value from each, and put them together from the list that `gather` gives.
""",
    ),
    "variable side by side": (
        """\
count = 0
async def one(x):
    nonlocal count
    count += await add(x)
xs = await numbers(n)
await asyncio.gather(*[one(x) for x in xs])
return count
""",
        """\
these run side by side, and each changes a value that they share
  flow.py:90:27
    await asyncio.gather(*[one(x) for x in xs])
                          ^^^^^^^^^^^^^^^^^^^^
  Return a value from each, and put them together from the list that `gather` gives.
""",
    ),
    "a dict of tasks that loses one": (
        """\
jobs = {x: asyncio.create_task(add(x)) for x in await numbers(n)}
jobs.pop(0)
return await asyncio.gather(*jobs.values())
""",
        """\
which tasks a dict holds after `pop` is known only at run time
  flow.py:86:5
    jobs.pop(0)
    ^^^^^^^^^^^
  Await them first, and change the dict of their results.
""",
    ),
    "a coroutine from outside of a loop": (
        """\
made = add(n)
found = []
for x in await numbers(n):
    found.append(await made)
return found
""",
        """\
`add` may be awaited here more than once, which no coroutine can
  flow.py:87:5
    for x in await numbers(n):
    ^^^^^^^^^^^^^^^^^^^^^^^^^^
  Keep its result in a variable, or make a task of it: `asyncio.create_task(...)`.
""",
    ),
    "a dict of no pairs": (
        """\
return dict([add(x) for x in await numbers(n)])
""",
        """\
a dict is made of pairs, and this gives something else
  flow.py:85:12
    return dict([add(x) for x in await numbers(n)])
           ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^
  Give keys and coroutines.
""",
    ),
    "tasks of known keys and others": (
        """\
jobs = {"first": asyncio.create_task(add(n))}
for x in await numbers(n):
    jobs[str(x)] = asyncio.create_task(add(x))
return [await job for job in jobs.values()]
""",
        """\
this dict holds tasks of known keys, and of keys of run time
  flow.py:88:34
    return [await job for job in jobs.values()]
                                 ^^^^^^^^^^^^^
  Keep them in two dicts.
""",
    ),
    "tasks beside functions": (
        """\
jobs = [(lambda y: y + x, asyncio.create_task(add(x))) for x in await numbers(n)]
return [await job for _, job in jobs]
""",
        """\
this list holds tasks beside functions, as many as run time says
  flow.py:85:12
    jobs = [(lambda y: y + x, asyncio.create_task(add(x))) for x in await numbers(n)]
           ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^
  Await them, and keep what they give.
""",
    ),
    "tasks of two kinds": (
        """\
jobs = []
for x in await numbers(n):
    jobs.append(add(x))
for x in await numbers(n):
    jobs.append(untyped(x))
for job in jobs:
    await job
return 1
""",
        """\
this list holds tasks of two kinds
  flow.py:90:16
    for job in jobs:
               ^^^^
  Await them all with `asyncio.gather`.
""",
    ),
    "task of an earlier round": (
        """\
job = None
for x in await numbers(n):
    if job is not None:
        await job
    job = asyncio.create_task(add(x))
return await job
""",
        """\
what `job` holds here cannot be followed: it is a task of an earlier round of a loop
  flow.py:87:12
    if job is not None:
       ^^^
  Set it anew before it is read here, or keep its result instead.

what `job` holds here cannot be followed: it is a task of the last round of a loop
  flow.py:90:18
    return await job
                 ^^^
  Set it anew before it is read here, or keep its result instead.
""",
    ),
    "a limit at run time around an orchestrator": (
        """\
limit = await add(n)
return await asyncio.wait_for(main(n), limit)
""",
        """\
a limit that is known only at run time cannot hold for an orchestrator
  flow.py:86:35
    return await asyncio.wait_for(main(n), limit)
                                  ^^^^^^^
  Put the limit around the calls of tasks in it, and pass it as an argument.
""",
    ),
    "tasks that a refused statement would have awaited": (
        """\
job = asyncio.create_task(add(n))
async def inner():
    return await job
with open('x') as f:
    a = await inner()
return a
""",
        """\
`open` in an orchestrator reads or writes a file
  flow.py:88:10
    with open('x') as f:
         ^^^^^^^^^
  Do it in a task, or pass the value as an argument of the orchestrator.
""",
    ),
}
