"""Second stage: interprets the orchestrator's own source and yields a Program. Reads authoring; read by the compiler.

What is known is computed natively at compile time; what depends on a runtime value becomes atoms, glue and nodes.
The interpreter's state is data (`state.py`): it can be marked, rolled back, and its changes compared.
"""

from tiphys.tracing.program import trace

__all__ = ["trace"]
