"""Last stage, one of two: puts a manifest into a cluster, starts a run, follows it, fetches what it returned.

    connection   a kubeconfig becomes a `Cluster`; every request goes through it
    refusals     what an API server says, as sentences
    apply        a manifest's objects are created or brought up to date
    leftovers    triggers that the source does not have any more
    secrets      the Secrets that a program reads are looked for
    signal       a person's answer to a run that waits for it
    submit       a Workflow is started
    watch        a run is followed until it has ended
    nodes        a run as plain data
    result       what a run returned, or why it failed

The only importer of `kubernetes`, and it waits until `connect`: importing this package loads nothing of it.
"""

from __future__ import annotations

from tiphys.cluster.apply import Applied, apply
from tiphys.cluster.connection import Cluster, connect
from tiphys.cluster.leftovers import Leftovers, leftovers, prune
from tiphys.cluster.nodes import Node, Phase, Run
from tiphys.cluster.refusals import Absent, Refused, Unreachable
from tiphys.cluster.result import Outcome, outcome
from tiphys.cluster.secrets import check_secrets
from tiphys.cluster.signal import signal, waiting
from tiphys.cluster.submit import Submitted, submit, submit_new
from tiphys.cluster.watch import watch

__all__ = [
    "Absent",
    "Applied",
    "Cluster",
    "Leftovers",
    "Node",
    "Outcome",
    "Phase",
    "Refused",
    "Run",
    "Submitted",
    "Unreachable",
    "apply",
    "check_secrets",
    "connect",
    "leftovers",
    "outcome",
    "prune",
    "signal",
    "submit",
    "submit_new",
    "waiting",
    "watch",
]
