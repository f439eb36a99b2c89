"""Rows of `triggers`: a CronWorkflow each, or a Sensor of Argo Events, whose definitions no test server has."""

from __future__ import annotations

from tests.settings.rows import GONE, Refusal, Row

CRON = "CronWorkflow"
MAIN = "main"


def trigger(words: str) -> str:
    return f"triggers=tiphys.Trigger('nightly', {words})"


NIGHTLY = "tiphys.Cron('0 2 * * *')"
ROWS = [
    Row(
        MAIN, trigger(NIGHTLY), of=CRON,
        shows={
            "metadata": {"name": "m-main-nightly", "labels": {"tiphys.dev/program": "m-main"}},
            "spec": {
                "schedules": ["0 2 * * *"], "timezone": "UTC", "suspend": False, "concurrencyPolicy": "Allow",
                "startingDeadlineSeconds": 60, "successfulJobsHistoryLimit": 3, "failedJobsHistoryLimit": 3,
                "workflowSpec": {"arguments": GONE, "podSpecPatch": GONE, "parallelism": GONE},
            },
        },
    ),
    Row(
        MAIN, f"triggers=[tiphys.Trigger('off', {NIGHTLY}), tiphys.Trigger('b', {NIGHTLY})]", of=CRON,
        shows={"metadata": {"name": "m-main-off"}},
    ),
    Row(
        MAIN, trigger("tiphys.Cron(' 0  6 * * MON-FRI ', 'Europe/Berlin')"), of=CRON,
        shows={"spec": {"schedules": ["0 6 * * MON-FRI"], "timezone": "Europe/Berlin"}},
    ),
    Row(MAIN, trigger("tiphys.Cron('@daily')"), of=CRON, shows={"spec": {"schedules": ["@daily"]}}),
    Row(MAIN, trigger("tiphys.FixedRate(1)"), of=CRON, shows={"spec": {"schedules": ["* * * * *"]}}),
    Row(MAIN, trigger("tiphys.FixedRate(15)"), of=CRON, shows={"spec": {"schedules": ["*/15 * * * *"]}}),
    Row(MAIN, trigger("tiphys.FixedRate(60)"), of=CRON, shows={"spec": {"schedules": ["0 * * * *"]}}),
    Row(MAIN, trigger("tiphys.FixedRate(1440)"), of=CRON, shows={"spec": {"schedules": ["0 0 * * *"]}}),
    Row(
        MAIN, trigger("tiphys.FixedRate(360, datetime.datetime(2026, 1, 1, 9, 20))"), of=CRON,
        shows={"spec": {"schedules": ["20 3-23/6 * * *"], "timezone": "UTC"}},
    ),
    Row(
        MAIN, trigger("tiphys.FixedRate(10080, datetime.datetime(2026, 1, 6, 9, 20))"), of=CRON,
        shows={"spec": {"schedules": ["20 9 * * 2"]}},  # a Tuesday
    ),
    Row(MAIN, trigger(f"{NIGHTLY}, auto_activate=False"), of=CRON, shows={"spec": {"suspend": True}}),
    Row(
        MAIN, trigger(f"{NIGHTLY}, inputs={{'n': 7}}"), of=CRON,
        shows={"spec": {"workflowSpec": {"arguments": {"parameters": [{"name": "n", "value": "7"}]}}}},
    ),
    Row(
        MAIN, trigger(f"{NIGHTLY}, 'every {{{{night}}}}'"), of=CRON,
        shows={"metadata": {"annotations": {"workflows.argoproj.io/description": "every {\u200b{night}}"}}},
    ),
    Row(
        MAIN, trigger(f"{NIGHTLY}, labels={{'team': 'ml'}}, annotations={{'note': 'x'}}"), of=CRON,
        shows={
            "metadata": {"labels": {"team": "ml"}, "annotations": {"note": "x"}},
            "spec": {"workflowMetadata": {"labels": {"team": "ml"}, "annotations": {"note": "x"}}},
        },
    ),
    Row(
        MAIN, trigger(f"{NIGHTLY}, env_vars={{'MODE': 'cron'}}"), of=CRON,
        shows={"spec": {"workflowSpec": {
            "podSpecPatch": '{"containers": [{"name": "main", "env": [{"name": "MODE", "value": "cron"}]}]}'
        }}},
    ),
    Row(
        MAIN, trigger("tiphys.Event('github', 'push')"), of="Sensor",
        shows={
            "metadata": {"name": "m-main-nightly", "labels": {"tiphys.dev/program": "m-main"}},
            "spec": {
                "dependencies": [{"name": "event", "eventSourceName": "github", "eventName": "push"}],
                "replicas": GONE, "template": GONE,
                "triggers": [{"template": {"name": "run", "k8s": {
                    "operation": "create", "parameters": GONE,
                    "source": {"resource": {
                        "kind": "Workflow", "metadata": {"generateName": "m-main-nightly-"},
                        "spec": {"arguments": GONE},
                    }},
                }}}],
            },
        },
    ),
    Row(
        MAIN,
        trigger("tiphys.Event('github', 'push', 'starter'), inputs={'n': tiphys.EventData('body.n')}, "
                "auto_activate=False, labels={'team': 'ml'}, env_vars={'A': 'b'}"),
        of="Sensor",
        shows={"spec": {
            "replicas": 0, "template": {"serviceAccountName": "starter"},
            "triggers": [{"template": {"k8s": {
                "parameters": [{
                    "src": {"dependencyName": "event", "dataKey": "body.n"}, "dest": "spec.arguments.parameters.0.value"
                }],
                "source": {"resource": {
                    "metadata": {"labels": {"team": "ml"}},
                    "spec": {
                        "arguments": {"parameters": [{"name": "n"}]},
                        "podSpecPatch": '{"containers": [{"name": "main", "env": [{"name": "A", "value": "b"}]}]}',
                    },
                }},
            }}}],
        }},
    ),
    Row(
        MAIN, trigger(f"{NIGHTLY}, max_action_concurrency=4"), of=CRON,
        shows={"spec": {"workflowSpec": {"parallelism": 4}}},
    ),
    Row(
        MAIN, trigger(f"{NIGHTLY}, queue='night'"), of="triggered pod", profile="[queues.night]\nkueue = 'night'\n[queues.day]\nkueue = 'day'",
        also={"environment": "queue='day'"}, shows={"metadata": {"labels": {"kueue.x-k8s.io/queue-name": "night"}}},
    ),
    Row(
        MAIN, trigger(f"{NIGHTLY}, interruptible=True"), of="triggered pod",
        profile="[interruptible]\nnode_selector = {spot = 'yes'}", shows={"nodeSelector": {"spot": "yes"}},
    ),
    Row(
        MAIN, trigger(f"{NIGHTLY}, overwrite_cache=True"), of="triggered pod", also={"decorator": "cache='auto'"},
        shows={"outputs": {"artifacts": [{"name": "kept"}]}},
    ),
    Row(
        MAIN, trigger(f"{NIGHTLY}, custom_context={{'who': 'cron'}}"), of="triggered pod",
        shows={"inputs": {"parameters": [{"name": "--21--context"}]}},
    ),
]  # fmt: skip
REFUSALS = [
    Refusal(MAIN, "triggers='daily'", message="must be a `Trigger`, or a list of them"),
    Refusal(
        MAIN, f"triggers=[tiphys.Trigger('a', {NIGHTLY}), tiphys.Trigger('a', {NIGHTLY})]",
        message="two triggers are called 'a'",
    ),
    Refusal(
        MAIN, f"triggers=[tiphys.Trigger('a b', {NIGHTLY}), tiphys.Trigger('a-b', {NIGHTLY})]",
        message="would both be called `m-main-a-b` in the cluster", mend="Rename one",
    ),
    Refusal(MAIN, f"triggers=tiphys.Trigger('', {NIGHTLY})", message="`Trigger(name='')`"),
    Refusal(MAIN, trigger("tiphys.Cron('0 2 * *')"), message="it has 4 fields, and cron has five"),
    Refusal(MAIN, trigger("tiphys.Cron('60 2 * * *')"), message="the minute '60' is not within 0 to 59"),
    Refusal(MAIN, trigger("tiphys.Cron('0 2 * * *', 'Europe/Berlen')"), message="`Europe/Berlin`"),
    Refusal(MAIN, trigger("tiphys.FixedRate(0)"), message="0 is no number of minutes"),
    Refusal(MAIN, trigger("tiphys.FixedRate(45)"), message="the nearest that does is 30"),
    Refusal(MAIN, trigger("tiphys.OnArtifact('model')"), message="nothing in the cluster tells of new artifacts"),
    Refusal(MAIN, trigger("'0 2 * * *'"), message="it must be a `Cron`, a `FixedRate` or an `Event`"),
    Refusal(MAIN, trigger(f"{NIGHTLY}, inputs={{'m': 1}}"), message="`m.main` has no input `m`", mend="`n`"),
    Refusal(MAIN, trigger(f"{NIGHTLY}, inputs={{'n': 'x'}}"), message="it takes `int`"),
    Refusal(MAIN, trigger(f"{NIGHTLY}, inputs={{'n': True}}"), message="it takes `int`"),
    Refusal(
        MAIN, trigger(f"{NIGHTLY}, inputs={{'n': tiphys.TriggerTime}}"), message="takes no time",
        mend="Declare it as `n: datetime`.",
    ),
    Refusal(MAIN, "triggers=tiphys.Trigger.daily()", message="no input `trigger_time`"),
    Refusal(MAIN, trigger(f"{NIGHTLY}, env_vars={{'A': '{{{{x}}}}'}}"), message="Argo or Kubernetes would replace"),
    Refusal(MAIN, trigger(f"{NIGHTLY}, env_vars={{'TIPHYS_POD': 'x'}}"), message="are tiphys' own", mend="another name"),
    Refusal(
        MAIN, trigger(f"{NIGHTLY}, env_vars={{'TOKEN': 'x'}}"), also={"environment": "secrets='token'"},
        message="`x.f` has a variable `TOKEN` that a run cannot change", mend="another name",
    ),
    Refusal(
        MAIN, trigger(f"{NIGHTLY}, env_vars={{'A': 'x'}}"), also={"environment": "env_vars={'A': '$(B)'}"},
        message="`x.f` has a variable `A` that a run cannot change", mend="another name",
    ),
    Refusal(MAIN, trigger(f"{NIGHTLY}, labels={{'team': 'a b'}}"), message="'a b' of `team` is no value of a label"),
    Refusal(MAIN, trigger(f"{NIGHTLY}, annotations={{'a b': 'x'}}"), message="'a b' is no key of a label"),
    Refusal(MAIN, trigger(f"{NIGHTLY}, interruptible=True"), message="`x.f`: the profile does not say which nodes are interruptible"),
    Refusal(MAIN, trigger(f"{NIGHTLY}, interruptible='yes'"), message="write True or False"),
    Refusal(MAIN, trigger(f"{NIGHTLY}, queue='gpu'"), message="`x.f`: the profile has no queue `gpu`", mend="[queues.gpu]"),
    Refusal(MAIN, trigger(f"{NIGHTLY}, queue=''"), message="`Trigger(queue='')`"),
    Refusal(MAIN, trigger(f"{NIGHTLY}, overwrite_cache=1"), message="write True or False"),
    Refusal(MAIN, trigger(f"{NIGHTLY}, notifications=['me']"), message="Argo tells nobody"),
    Refusal(MAIN, trigger(f"{NIGHTLY}, custom_context={{'a': 1}}"), message="custom_context"),
    Refusal(MAIN, trigger(f"{NIGHTLY}, max_action_concurrency=0"), message="a whole number from 1 to"),
    Refusal(
        MAIN, trigger("tiphys.Event('github', 'push'), inputs={'n': tiphys.TriggerTime}"),
        message="an event has no planned time", mend="",
    ),
    Refusal(
        MAIN, trigger(f"{NIGHTLY}, inputs={{'n': tiphys.EventData('body')}}"),
        message="only an `Event` tells something",
    ),
    Refusal(MAIN, trigger("tiphys.Event('Git Hub', 'push')"), message="`Event(source='Git Hub')`"),
    Refusal(MAIN, trigger(f"{NIGHTLY}, retries=3"), message="`Trigger` has no field `retries`"),
]  # fmt: skip
