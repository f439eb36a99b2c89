"""What a function uses means the same in a pod that has nothing but the bundle."""

import sys

from tiphys.bundle import decode_live


def test_a_program_with_everything_runs_with_the_standard_library_alone(load, bundler, entry, pod):
    kitchen = load("kitchen")
    for function in (kitchen.check, kitchen.acheck):
        bundler.add(entry(function, "n"))
    made = pod(bundler.build())

    for name in ("check", "acheck"):
        result = made.run(name, '{"v":7}')

        assert (result.code, result.err, result.text()) == (0, "", '{"v":2}')
    assert bundler.requirements() == []
