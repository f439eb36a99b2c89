"""The errors that user code may catch, in a pod as well as here. Defined once, in the runtime."""

from tiphys_runtime.errors import *  # noqa: F403  the runtime's names are the user's
