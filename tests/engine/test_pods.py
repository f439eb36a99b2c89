"""Pods: three executors, one behaviour; isolation, failures, deadlines, secrets."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import threading
import time
from pathlib import Path

import pytest
from standin import dag, manifest, of, pod, task

from tiphys.diagnostics import InternalError, UsageError
from tiphys.engine import Event, execute
from tiphys.engine.containers import SecretKey
from tiphys.engine.secrets import find_secrets, read_env_file, variable_of

PROCESSES = ["forked", "fresh"]
LOOK = """
import json
leak = [os.environ.get('LEAK'), os.path.exists('leak'), [m for m in sys.modules if m.split('.')[0] in ('tiphys', 'hera')]]
os.environ['LEAK'] = '1'
open('leak', 'w').close()
open(os.path.join(root, 'out', 'leak'), 'w').close()
os.makedirs(os.path.join(root, 'junk', 'deep'))
os.chdir('/')
out('v', json.dumps({'leak': leak, 'seed': os.environ.get('PYTHONHASHSEED'), 'hash': hash('a'), 'pid': os.getpid(),
    'mode': os.environ['MODE'], 'root': root == os.environ['TIPHYS_POD'], 'api': os.environ.get('API_TOKEN'),
    'token': os.environ.get('TOKEN')}))
"""


@pytest.mark.parametrize("executor", PROCESSES)
def test_every_pod_has_a_process_a_folder_and_variables_of_its_own(play, executor):
    env = [
        {"name": "MODE", "value": "{{inputs.parameters.at}}"},
        {"name": "TOKEN", "valueFrom": {"secretKeyRef": {"name": "api", "key": "token"}}},
    ]
    run = play(
        dag("main", task("a", "t"), task("b", "t", depends="a"), outputs={"a": of("a"), "b": of("b")}),
        pod("t", env=env),
        snippets={"t": LOOK},
        executor=executor,
        env={**os.environ, "API_TOKEN": "s3cret", "UNDECLARED": "x"},
    )

    assert run.phase == "Succeeded", run.nodes
    a, b = (json.loads(run.outputs[name]) for name in "ab")
    assert a["leak"] == b["leak"] == [None, False, []]
    assert (a["mode"], b["mode"]) == ("a", "b")
    assert a["seed"] == b["seed"] == "0"
    assert a["hash"] == b["hash"]
    assert len({a["pid"], b["pid"], os.getpid()}) == 3
    assert a["root"]
    assert (a["token"], a["api"]) == ("s3cret", None)


def test_in_process_restores_variables_and_folder(play):
    before, folder = dict(os.environ), os.getcwd()

    run = play(dag("main", task("t")), pod("t", env=[{"name": "MODE", "value": "x"}]), snippets={"t": LOOK})

    assert run.phase == "Succeeded"
    assert (dict(os.environ), os.getcwd()) == (before, folder)


@pytest.mark.parametrize("executor", PROCESSES)
@pytest.mark.parametrize(
    ("snippet", "code", "text"),
    [
        ("code = 3", 3, ""),
        ("print('to the log'); sys.exit(4)", 4, "to the log"),
        ("sys.exit('said')", 1, "said"),
        ("raise KeyError('kk')", 1, "KeyError: 'kk'"),
        ("os._exit(9)", 9, ""),
        ("os.kill(os.getpid(), 9)", 137, ""),
        ("import atexit; atexit.register(print, 'at the end')", 0, "at the end"),
        ("import threading; threading.Timer(0.05, print, ['from a thread']).start()", 0, "from a thread"),
    ],
)
def test_exit_codes_and_logs(play, executor, snippet, code, text):
    run = play(dag("main", task("t")), pod("t"), snippets={"t": snippet}, executor=executor)

    node = run.nodes[f"{run.name}.t"]
    assert node["exit_code"] == code
    assert node["phase"] == ("Failed" if code else "Succeeded")
    assert text in (run.folder / node["log"]).read_text()


@pytest.mark.slow
@pytest.mark.parametrize("executor", PROCESSES)
def test_a_deadline_kills_the_pod_and_what_it_started(play, tmp_path, executor):
    late = tmp_path / "late"
    snippet = f"""
import subprocess, time
out('v', '{{"v":1}}')
subprocess.Popen(['sh', '-c', 'sleep 0.8; touch {late}'])
time.sleep(30)
"""
    begun = time.monotonic()

    run = play(
        dag("main", task("t"), task("h", depends="t.Failed", x=of("t")), outputs={"r": of("h")}),
        pod("t", activeDeadlineSeconds="{{=string(asFloat('0.3'))}}"),
        pod("h", "x"),
        snippets={"t": snippet, "h": "out('v', args[0])"},
        executor=executor,
    )

    node = run.nodes[f"{run.name}.t"]
    assert time.monotonic() - begun < 20
    assert (node["phase"], node["exit_code"]) == ("Failed", 143)
    assert node["message"] == "Pod was active on the node longer than the specified deadline"
    assert run.outputs == {"r": '{"v":1}'}
    time.sleep(1)
    assert not late.exists()


@pytest.mark.slow
@pytest.mark.parametrize("executor", PROCESSES)
def test_no_more_pods_run_at_a_time_than_allowed(play, executor):
    snippet = """
import time
base = os.path.dirname(os.path.dirname(root))
mine = os.path.join(base, 'busy-' + argv[3])
open(mine, 'w').close()
time.sleep(0.1)
out('v', str(len([name for name in os.listdir(base) if name.startswith('busy-')])))
os.unlink(mine)
"""
    names = [f"t{index}" for index in range(5)]

    run = play(
        dag("main", *[task(name, "t") for name in names], outputs={name: of(name) for name in names}),
        pod("t"),
        snippets={"t": snippet},
        executor=executor,
        parallelism=2,
    )

    assert max(int(text) for text in run.outputs.values()) == 2


def test_the_pods_folders_are_gone_and_the_rest_is_kept(play):
    run = play(dag("main", task("t")), pod("t"), snippets={"t": "print('x')"}, executor="forked")

    assert not (run.folder / "pods").exists()
    assert json.loads((run.folder / "nodes.json").read_text()) == run.nodes
    assert run.pods == 1
    assert run.seconds > 0


def test_an_interrupt_kills_the_children(tmp_path):
    mark = tmp_path / "pid"
    snippet = f"""
import time
write({str(mark)!r} + '.new', str(os.getpid()))
os.rename({str(mark)!r} + '.new', {str(mark)!r})
time.sleep(60)
"""
    body = manifest(dag("main", task("t")), pod("t"), snippets={"t": snippet})

    def interrupt() -> None:
        while not mark.exists():
            time.sleep(0.01)
        os.kill(os.getpid(), signal.SIGINT)

    threading.Thread(target=interrupt, daemon=True).start()
    with pytest.raises(KeyboardInterrupt):
        execute(body, {}, executor="forked", workdir=tmp_path / "run")

    with pytest.raises(ProcessLookupError):
        os.kill(int(mark.read_text()), 0)
    assert "Running" in (tmp_path / "run" / "nodes.json").read_text()


def test_a_bundle_that_cannot_be_loaded_is_our_own_error(tmp_path):
    body = manifest(dag("main", task("t")), pod("t"), snippets={})
    body[1]["binaryData"]["tiphys.zip"] = "aGk="

    with pytest.raises(InternalError, match="holds no shim"):
        execute(body, {}, executor="forked", workdir=tmp_path)


def test_events_tell_the_tree(play):
    events: list[Event] = []

    run = play(
        dag("main", task("s", "t", when="false"), task("t", depends="s")),
        pod("t", retryStrategy={"limit": "1"}),
        snippets={"t": "code = 1"},
        on_event=events.append,
    )

    told = [(event.what, event.path.removeprefix(run.name), event.phase.value, event.attempt) for event in events]
    assert told == [
        ("started", "", "Running", None),
        ("finished", ".s", "Skipped", None),
        ("started", ".t", "Running", None),
        ("started", ".t(0)", "Running", 0),
        ("finished", ".t(0)", "Failed", 0),
        ("started", ".t(1)", "Running", 1),
        ("finished", ".t(1)", "Failed", 1),
        ("finished", ".t", "Failed", None),
        ("finished", "", "Failed", None),
    ]


@pytest.mark.parametrize(
    ("change", "problem"),
    [
        ({"command": ["bash"]}, "only .* runs on this computer"),
        ({"volumeMounts": []}, "mounts no ConfigMap"),
    ],
)
def test_what_cannot_run_here_is_refused(play, change, problem):
    strange = pod("t")
    strange["container"] |= change

    with pytest.raises(UsageError, match=problem):
        play(dag("main", task("t")), strange, snippets={"t": ""})


def test_an_unknown_executor_is_refused(play):
    with pytest.raises(UsageError, match="no executor `slow`"):
        play(dag("main", task("t")), pod("t"), snippets={"t": ""}, executor="slow")


def secret(variable, name, key, **more):
    return {"name": variable, "valueFrom": {"secretKeyRef": {"name": name, "key": key, **more}}}


def test_all_missing_secrets_are_named_before_anything_starts(play, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    env = [secret("TOKEN", "api", "token"), secret("KEY", "my-db.x", "key"), secret("OPT", "o", "k", optional=True)]

    with pytest.raises(UsageError) as caught:
        play(dag("main", task("t")), pod("t", env=env), snippets={"t": ""}, env={"KEY2": "x"})

    assert "set API_TOKEN, or TOKEN" in str(caught.value)
    assert "set MY_DB_X_KEY, or KEY" in str(caught.value)
    assert "OPT" not in str(caught.value)
    assert not (tmp_path / "run1").exists()


def test_secrets_come_from_the_environment_then_from_the_file(play, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    Path(".env").write_text("# a comment\nexport API_TOKEN='from file'\nMY_DB_KEY=\"file\"\nbroken line\n")
    env = [secret("TOKEN", "api", "token"), secret("KEY", "my-db", "key"), secret("OPT", "o", "k", optional=True)]
    show = "out('v', os.environ['TOKEN'] + '/' + os.environ['KEY'] + '/' + str(os.environ.get('OPT')))"

    run = play(
        dag("main", task("t"), outputs={"r": of("t")}),
        pod("t", env=env),
        snippets={"t": show},
        env={"MY_DB_KEY": "from environment"},
    )

    assert run.outputs == {"r": "from file/from environment/None"}


def with_files(template, *entries):
    """Give a pod a folder of secrets: (secret, key, file) each, and a variable with the path of each."""
    sources = [{"secret": {"name": name, "items": [{"key": key, "path": path}]}} for name, key, path in entries]
    paths = [{"name": f"{path.upper()}_FILE", "value": f"/etc/own/{path}"} for _, _, path in entries]
    container = template["container"]
    mounts = [*container["volumeMounts"], {"name": "s", "mountPath": "/etc/own", "readOnly": True}]
    return {
        **template,
        "container": {**container, "env": [*container.get("env", ()), *paths], "volumeMounts": mounts},
        "volumes": [*template["volumes"], {"name": "s", "projected": {"sources": sources}}],
    }


def test_a_secret_as_a_file_lies_below_the_pods_root_and_its_variable_says_where(play, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "key.pem").write_text("from a file")
    show = """
assert os.environ["A_FILE"].startswith(os.environ["TIPHYS_POD"])
from pathlib import Path
out("v", Path(os.environ["A_FILE"]).read_text() + Path(os.environ["B_FILE"]).read_text())
"""

    run = play(
        dag("main", task("t"), outputs={"r": of("t")}),
        with_files(pod("t"), ("db", "a", "a"), ("tls", "value", "b")),
        snippets={"t": show},
        env={"DB_A": "text ", "B_FILE": str(tmp_path / "key.pem")},
    )

    assert run.outputs == {"r": "text from a file"}
    assert not (run.folder / "pods").exists()


def test_missing_secrets_that_are_files_are_named_with_the_ways_to_give_them(play, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    files = with_files(pod("t"), ("db", "a", "a"), ("tls", "value", "b"))

    with pytest.raises(UsageError) as caught:
        play(dag("main", task("t")), files, snippets={"t": ""}, env={"B_FILE": "/no/such"})
    assert "B_FILE=/no/such cannot be read" in str(caught.value)

    with pytest.raises(UsageError) as caught:
        play(dag("main", task("t")), files, snippets={"t": ""}, env={"B": "x"})
    assert "secret `db`, key `a`: set DB_A, or A, or A_FILE" in str(caught.value)
    assert "tls" not in str(caught.value)


def test_secret_names():
    assert variable_of("my-api.v2", "a_b") == "MY_API_V2_A_B"
    assert find_secrets([], {}, file=Path("none")) == {}
    assert read_env_file(Path("/nonexistent/.env")) == {}


def test_the_environment_wins_over_the_file_under_each_name_of_a_secret(tmp_path: Path) -> None:
    (tmp_path / ".env").write_text("TLS_CERT=from the file\n")
    (tmp_path / "cert").write_text("from another file")
    key = SecretKey("", "tls", "cert", optional=False, path="/s/tls/cert")

    for env, text in (({}, "from the file"), ({"TLS_CERT_FILE": str(tmp_path / "cert")}, "from another file")):
        assert find_secrets([key], env, file=tmp_path / ".env") == {key: text}


def test_the_engine_imports_only_the_standard_library():
    code = (
        "import sys; import tiphys.engine; "
        "print(sorted({name.split('.')[0] for name in sys.modules} - set(sys.stdlib_module_names)))"
    )
    output = subprocess.run(
        [sys.executable, "-S", "-c", code],
        capture_output=True,
        text=True,
        check=True,
        env={"PYTHONPATH": str(Path(execute.__code__.co_filename).parents[2]), "PATH": os.environ["PATH"]},
    ).stdout

    assert json.loads(output.replace("'", '"')) == ["__main__", "tiphys"] or json.loads(output.replace("'", '"')) == [
        "tiphys"
    ]


def test_a_set_of_containers_without_the_shims_names_is_refused(tmp_path):
    body = {"name": "x", "containerSet": {"containers": [{"name": "a", "image": "i", "command": ["true"]}]}}
    workflow = {"kind": "WorkflowTemplate", "metadata": {"name": "w"}, "spec": {"entrypoint": "x", "templates": [body]}}

    with pytest.raises(UsageError, match="is a set of containers without `main` and `user`"):
        execute([workflow], {}, workdir=tmp_path)
