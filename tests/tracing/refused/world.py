"""The world: files, processes, the network, the program's own modules. Each program, and the text it gets."""

from __future__ import annotations

ROWS = {
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
    "module item": (
        """\
s = STATE
await add(n)
s[0] = 1
return 1
""",
        """\
an orchestrator cannot change this value: it belongs to the module, or cannot be changed
  flow.py:87:5
    s[0] = 1
    ^^^^
""",
    ),
    "another run": (
        """\
flyte.run(add, a=n)
return await add(n)
""",
        """\
`flyte.run` in an orchestrator starts another run
  flow.py:85:5
    flyte.run(add, a=n)
    ^^^^^^^^^^^^^^^^^^^
  Call the task itself, and await it.
""",
    ),
}
