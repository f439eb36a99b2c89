"""agents: a model is asked, the tool that it names is called, until it answers."""

import tiphys as flyte

env = flyte.TaskEnvironment("shape")


@env.task
async def ask(history: list[str]) -> dict[str, str]:
    return {"tool": "search", "input": "x"} if len(history) < 3 else {"answer": "done"}


@env.task
async def search(text: str) -> str:
    return f"found {text}"


@env.task
async def count(text: str) -> str:
    return f"{len(text)}"


TOOLS = {"search": search, "count": count}


@env.task
async def main(question: str, most: int = 5) -> str:
    history = [question]
    for _ in range(most):
        reply = await ask(history)
        if "answer" in reply:
            return reply["answer"]
        try:
            history.append(await TOOLS[reply["tool"]](reply["input"]))
        except Exception as error:
            history.append(f"tool failed: {error}")
    return "out of steps"
