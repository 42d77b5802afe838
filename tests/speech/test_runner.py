import asyncio
import threading

import pytest

from gateway.speech.runner import Runner, run_inline


def fail() -> str:
    raise LookupError("no")


@pytest.mark.parametrize("run", [run_inline, asyncio.to_thread])
async def test_both_runners_give_the_result_and_the_error(run: Runner) -> None:
    assert await run(lambda: "done") == "done"
    with pytest.raises(LookupError):
        await run(fail)


async def test_inline_work_stays_in_the_callers_thread() -> None:
    assert await run_inline(threading.get_ident) == threading.get_ident()
