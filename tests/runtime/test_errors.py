"""What users catch is what they expect to catch, and survives pickling."""

import copy
import pickle

import pytest

from tiphys_runtime import errors


@pytest.mark.parametrize(
    ("error", "kinds"),
    [
        (errors.TaskTimeoutError("m"), (TimeoutError, errors.RuntimeUserError)),
        (errors.OOMError("m"), (MemoryError, errors.RuntimeUserError)),
        (errors.NonRecoverableError("m"), (errors.RuntimeUserError, RuntimeError)),
        (errors.TaskLostError("m"), (errors.RuntimeSystemError,)),
        (errors.InternalError("m"), (errors.RuntimeSystemError,)),
        (errors.ImagePullBackOffError("m"), (errors.RuntimeUserError,)),
        (errors.RuntimeUserError("ValueError", "m", worker="w"), (errors.BaseRuntimeError,)),
    ],
)
def test_errors_are_what_they_say(error, kinds):
    for again in (error, pickle.loads(pickle.dumps(error)), copy.copy(error)):
        assert all(isinstance(again, kind) for kind in kinds)
        assert str(again) == "m"
        assert again.code == ("ValueError" if type(error) is errors.RuntimeUserError else type(error).__name__)
        assert again.worker == error.worker
