"""genai: a state whose results are gathered and put into it."""

import asyncio
from dataclasses import dataclass, field

import tiphys as flyte

env = flyte.TaskEnvironment("shape")


@dataclass
class State:
    query: str
    results: list[str] = field(default_factory=list)


@env.task
async def search(query: str, i: int) -> str:
    return f"{query} {i}"


@env.task
async def main(state: State, subagents: int = 3) -> State:
    jobs = [search(state.query, i) for i in range(subagents)]
    state.results = await asyncio.gather(*jobs)
    return state
