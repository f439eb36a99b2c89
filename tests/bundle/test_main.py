"""A program that is started as a script is `__main__`, here and in its pods."""

import subprocess
import sys

SCRIPT = """
import dataclasses, hashlib, os, subprocess, sys, tempfile
from pathlib import Path

@dataclasses.dataclass
class Config:
    n: int = 1

def helper(config):
    assert isinstance(config, Config)
    return Config(config.n + 1)

def task(config):
    return helper(config)

def main():
    from tiphys.bundle import Bundler, Entry, Operand, Output, decode_live
    bundler = Bundler(program="p", root=Path(__file__).parent, is_task=lambda value: None)
    bundler.add(Entry("e", "t.e", task, "t.e", (Operand("config"),), args=(0,),
                      outputs=(Output("v", "v", 2048, True),)))
    text = bundler.literal(Config(4))
    bundle = bundler.build()
    root = Path(tempfile.mkdtemp(dir=Path(__file__).parent))
    (root / "code").mkdir()
    (root / "code" / "tiphys.zip").write_bytes(bundle.data)
    subprocess.run([sys.executable, "-S", "-I", root / "code" / "tiphys.zip", bundle.digest, "e", "u", "a", text],
                   env={"TIPHYS_POD": str(root)}, check=True)
    print(text, decode_live((root / "out" / "v").read_text()) == Config(5))

if __name__ == "__main__":
    main()
"""


def test_a_script_travels_by_value(tmp_path):
    (tmp_path / "flow.py").write_text(SCRIPT)
    done = subprocess.run([sys.executable, "flow.py"], cwd=tmp_path, capture_output=True, text=True, check=False)

    assert (done.stderr, done.stdout) == ("", '{"v":{"$dc":["__main__:Config",{"n":4}]}} True\n')
