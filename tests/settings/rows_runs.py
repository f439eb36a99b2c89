"""Rows of what one run says of all its tasks: `with_runcontext`."""

from tests.settings.rows import GONE, Refusal, Row

QUEUES = "[queues.small]\nkueue = 'small'\n[queues.large]\nkueue = 'large'\n"
SPOT = "[interruptible]\nnode_selector = {'spot' = 'true'}\n"
LABEL = "kueue.x-k8s.io/queue-name"


def variables(**said: str) -> dict[str, object]:
    return {"container": {"env": [{"name": name, "value": value} for name, value in said.items()]}}


ROWS = [
    Row("run", "queue='large'", {"metadata": {"labels": {LABEL: "large"}}}, profile=QUEUES,
        also={"environment": "queue='small'", "decorator": "queue='small'", "override": "queue='small'"}),
    Row("run", "interruptible=True", {"nodeSelector": {"spot": "true"}}, profile=SPOT,
        also={"override": "interruptible=False"}),
    Row("run", "interruptible=False", {"nodeSelector": GONE}, profile=SPOT, also={"decorator": "interruptible=True"}),
    Row("run", "service_account='night'", {"serviceAccountName": "night"},
        also={"override": "service_account='day'"}, profile="service_account = 'team'"),
    Row("run", "env_vars={'MODE': 'trial'}", variables(MODE="trial")),
    Row("run", "env_vars={'MODE': 'trial'}", variables(MODE="trial", OTHER="1"),
        also={"environment": "env_vars={'MODE': 'real', 'OTHER': '1'}"}),
    Row("run", "env_vars={}", variables(MODE="real"), also={"override": "env_vars={'MODE': 'real'}"}),
    Row("run", "custom_context={'who': 'me'}", {"inputs": {"parameters": [{"name": "--21--context"}]}}),
]  # fmt: skip
REFUSALS = [
    Refusal("run", "queue='nowhere'", "`x.f`: the profile has no queue `nowhere`", "[queues.nowhere]"),
    Refusal("run", "queue=3", "`with_runcontext(queue=3)`: write the name of a queue of the profile, as text"),
    Refusal("run", "interruptible='yes'", "`with_runcontext(interruptible='yes')`: write True or False"),
    Refusal("run", "interruptible=True", "`x.f`: the profile does not say which nodes are interruptible"),
    Refusal("run", "service_account='A b'", "it is no name of a ServiceAccount"),
    Refusal("run", "env_vars={'A': 1}", "the value of A is 1; write it as text: '1'"),
    Refusal("run", "env_vars={'TIPHYS_POD': 'x'}", "are tiphys' own", "Choose another name."),
    Refusal("run", "env_vars={'TOKEN': 'x'}", "the variable `TOKEN` is set twice", "as_env_var=",
            also={"environment": "secrets='token'"}),
    Refusal("run", "env_vars={'1A': 'x'}", "`x.f`: '1A' is no name of an environment variable", "return tiphys.with_runcontext("),
    Refusal("run", "retries=3", "`with_runcontext` has no parameter `retries`", "There is `annotations`"),
    Refusal("run", "env_var={'A': '1'}", "`with_runcontext` has no parameter `env_var`", "Did you mean `env_vars`"),
    Refusal("run", "project='p', domain='d'", "`with_runcontext` has no parameter `project`", "Say the `namespace`."),
    Refusal("run", "copy_style='all'", "`with_runcontext` has no parameter `copy_style`", "travels with the program"),
    Refusal("run", "notifications=()", "`with_runcontext` has no parameter `notifications`", "the last task tell people"),
    Refusal("run", "dry_run=True", "`with_runcontext` has no parameter `dry_run`", "tiphys compile FILE TASK -o -"),
]  # fmt: skip
