"""Control flow: what cannot be followed from the values of run time. Each program, and the text it gets."""

from __future__ import annotations

ROWS = {
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
  Let something in its body end it, such as the result of a task.
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
    "iterator kept": (
        """\
rows = iter(await numbers(n))
return await add(next(rows))
""",
        """\
how far an iterator over a runtime value is cannot be followed
  flow.py:85:5
    rows = iter(await numbers(n))
    ^^^^
  Go over the value itself, or over a list of what the iterator gives: `xs[0]`, `xs[1:]`, `for x in xs`.
""",
    ),
    "iterator gone on with": (
        """\
rows = enumerate(await numbers(n))
return await add(next(rows)[1])
""",
        """\
how far an iterator over a runtime value is cannot be followed
  flow.py:86:22
    return await add(next(rows)[1])
                     ^^^^^^^^^^
  Go over the value itself, or over a list of what the iterator gives: `xs[0]`, `xs[1:]`, `for x in xs`.
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
  Define it in the module.
""",
    ),
    "with": (
        """\
await add(1)
with open('x') as f:
    return f.read()
""",
        """\
`open` in an orchestrator reads or writes a file
  flow.py:86:10
    with open('x') as f:
         ^^^^^^^^^
  Do it in a task, or pass the value as an argument of the orchestrator.
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
    "clause by result": (
        """\
a = await untyped(n)
try:
    await add(n)
except a:
    return 1
return 2
""",
        """\
what this clause catches is known only at run time
  flow.py:88:12
    except a:
           ^
  Name the classes, and decide inside the clause.
""",
    ),
    "key calls a task": (
        """\
xs = await numbers(n)
return sorted(xs, key=lambda x: double(x))
""",
        """\
`<lambda>` calls a task, so it cannot run as part of another computation
  flow.py:86:27
    return sorted(xs, key=lambda x: double(x))
                          ^^^^^^^^^^^^^^^^^^^
  Call the task itself in the orchestrator.
""",
    ),
    "helper that keeps a list": (
        """\
seen = []
def note(x):
    seen.append(x)
    return x
xs = await numbers(n)
return list(map(note, xs))
""",
        """\
`note` is computed in a pod, where its change of `seen` would be lost
  flow.py:86:5
    def note(x):
    ^^^^^^^^^^^^
  Let it give a new value instead of changing one.
""",
    ),
    "generator twice": (
        """\
def gen():
    yield 1
    yield 2
g = gen()
for x in g:
    await add(x)
for x in g:
    await add(x)
return 1
""",
        """\
a generator can be iterated over only once here
  flow.py:91:14
    for x in g:
             ^
  Make a list of it: `list(...)`.
""",
    ),
    "next of a generator": (
        """\
def gen():
    yield 1
await add(n)
return next(gen())
""",
        """\
`next` on a generator cannot be traced
  flow.py:88:12
    return next(gen())
           ^^^^^^^^^^^
  Loop over it with `for`.
""",
    ),
    "lock held": (
        """\
import threading
lock = threading.Lock()
with lock:
    return await add(n)
""",
        """\
this context manager cannot be used in an orchestrator
  flow.py:87:10
    with lock:
         ^^^^
  Open what you need inside a task.
""",
    ),
    "one object": (
        """\
xs = [1]
ys = xs
if await add(n) > 1:
    xs = [2]
return xs is ys
""",
        """\
whether these are one object is known only at run time
  flow.py:89:12
    return xs is ys
           ^^^^^^^^
  Compare with `==`, or keep in a variable which one it is.
""",
    ),
    "a method of a list, passed on": (
        """\
found = []
push = found.append
[push(x) for x in await numbers(n)]
return found
""",
        """\
`append` would change a copy: this is computed in a pod, from which no change comes back
  flow.py:87:6
    [push(x) for x in await numbers(n)]
     ^^^^
  Write a `for` loop, and call it there by its object.
""",
    ),
    "a list of an earlier round, which another variable may hold": (
        """\
best, current = [], []
for x in await numbers(n):
    current.append(await add(x))
    if len(current) > len(best):
        best = current
return [best, current]
""",
        """\
this changes a value in place that another one, computed at run time, may hold too
  flow.py:87:9
    current.append(await add(x))
    ^^^^^^^^^^^^^^^^^^^^^^^^^^^^
  Build a new value instead, or change a copy: `copy.deepcopy(value)`.
""",
    ),
    "a list that an arm with tasks keeps": (
        """\
values, kept = [], {}
got = await add(n)
if got > 2:
    kept = {"k": [values]}
    got = await add(got)
got = await add(got)
values.append(got)
return [kept]
""",
        """\
this changes a value in place that another one, computed at run time, may hold too
  flow.py:91:5
    values.append(got)
    ^^^^^^^^^^^^^^^^^^
  Build a new value instead, or change a copy: `copy.deepcopy(value)`.
""",
    ),
    "an endless loop that an iterator would have ended": (
        """\
it = iter(range(n))
while True:
    try:
        x = next(it)
    except StopIteration:
        break
    await add(x)
return n
""",
        """\
how far an iterator over a runtime value is cannot be followed
  flow.py:85:5
    it = iter(range(n))
    ^^
  Go over the value itself, or over a list of what the iterator gives: `xs[0]`, `xs[1:]`, `for x in xs`.
""",
    ),
    "a list that a loop returns, changed in `finally`": (
        """\
log = []
try:
    for x in await numbers(n):
        if await add(x) == 3:
            return log
        log.append(x)
finally:
    log.append(-1)
return log
""",
        """\
this changes a value in place that another one, computed at run time, may hold too
  flow.py:92:9
    log.append(-1)
    ^^^^^^^^^^^^^^
  Build a new value instead, or change a copy: `copy.deepcopy(value)`.
""",
    ),
    "a list that may be returned, changed in `finally`": (
        """\
log = []
try:
    if await add(n) == 3:
        return log
    return [n]
finally:
    log.append(await add(n))
""",
        """\
this changes a value in place that another one, computed at run time, may hold too
  flow.py:91:9
    log.append(await add(n))
    ^^^^^^^^^^^^^^^^^^^^^^^^
  Build a new value instead, or change a copy: `copy.deepcopy(value)`.
""",
    ),
}
