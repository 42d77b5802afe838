"""Logs: one masked JSON line per event, for our lines and the libraries', with the call's id in each."""

import asyncio
import io
import json
import logging
from collections.abc import Iterator

import pytest
import structlog

from gateway.logs import bind_call, configure_logs, get_logger
from gateway.settings import Settings


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


@pytest.fixture(autouse=True)
def _logging_as_before() -> Iterator[None]:
    root = logging.getLogger()
    handlers, level = root.handlers[:], root.level
    yield
    root.handlers[:] = handlers
    root.setLevel(level)
    structlog.reset_defaults()
    structlog.contextvars.clear_contextvars()


def lines(out: io.StringIO) -> list[dict[str, object]]:
    return [json.loads(line) for line in out.getvalue().splitlines()]


def configured(**settings: object) -> io.StringIO:
    out = io.StringIO()
    configure_logs(Settings.model_validate({"log_format": "json"} | settings), out)
    return out


def test_a_line_is_json_with_time_level_logger_and_call() -> None:
    out = configured()
    bind_call("CA1", leg=2)
    get_logger("gateway.x").info("call.state", before="ready", after="listening")
    (line,) = lines(out)
    assert str(line.pop("timestamp")).endswith("Z")
    assert line == {
        "event": "call.state",
        "level": "info",
        "logger": "gateway.x",
        "call_id": "CA1",
        "leg": 2,
        "before": "ready",
        "after": "listening",
    }


def test_a_second_call_in_a_task_starts_afresh() -> None:
    out = configured()
    bind_call("CA1", leg=2)
    bind_call("CA2")
    get_logger("x").info("e")
    assert lines(out)[0]["call_id"] == "CA2"
    assert "leg" not in lines(out)[0]


async def test_calls_in_different_tasks_do_not_mix() -> None:
    out = configured()

    async def call(call_id: str) -> None:
        bind_call(call_id)
        await asyncio.sleep(0)
        get_logger("x").info("e", expected=call_id)

    await asyncio.gather(call("CA1"), call("CA2"))
    assert [line["call_id"] == line["expected"] for line in lines(out)] == [True, True]


def test_lines_of_libraries_go_through_the_same_masks(monkeypatch: pytest.MonkeyPatch) -> None:
    out = configured(openai_api_key="very-secret-key")
    monkeypatch.setattr(logging.getLogger("uvicorn.error"), "level", logging.NOTSET)  # a server of another test sets it
    logging.getLogger("uvicorn.error").warning("refused %s for %s", "very-secret-key", "+15550100000")
    logging.getLogger("lib").error("e", extra={"auth_token": "abc"})
    first, second = lines(out)
    assert first["event"] == "refused [masked] for [number]"
    assert first["logger"] == "uvicorn.error"
    assert second["auth_token"] == "[masked]"


def test_a_traceback_has_no_local_variables_and_is_masked() -> None:
    out = configured()

    def fail(hidden: str) -> None:
        raise ValueError("from +15550100000")

    try:
        fail("-".join(("the", "local", "variable")))
    except ValueError:
        get_logger("x").exception("call.crashed")
    text = out.getvalue()
    assert "Traceback" in str(lines(out)[0]["exception"])
    assert "in fail" in text
    assert "the-local-variable" not in text
    assert "15550100000" not in text


def test_the_level_holds_for_both_kinds() -> None:
    out = configured(log_level="warning")
    get_logger("x").info("quiet")
    logging.getLogger("lib").info("quiet")
    logging.getLogger("httpx2").info("quiet")
    get_logger("x").error("loud")
    assert [line["event"] for line in lines(out)] == ["loud"]


def test_libraries_that_print_urls_are_quiet() -> None:
    out = configured(log_level="debug")
    logging.getLogger("httpx2").info("HTTP Request: POST https://api.twilio.com/…")
    assert out.getvalue() == ""


@pytest.mark.parametrize(
    ("log_format", "environment", "terminal", "json_lines"),
    [
        ("auto", "development", True, False),
        ("auto", "development", False, True),
        ("auto", "production", True, True),
        ("console", "production", False, False),
        ("json", "development", True, True),
    ],
)
def test_the_format_follows_the_place(log_format: str, environment: str, terminal: bool, json_lines: bool) -> None:
    out = Terminal() if terminal else io.StringIO()
    configure_logs(Settings.model_validate({"log_format": log_format, "gateway_env": environment}), out)
    get_logger("x").info("call.state", caller="alice")
    assert out.getvalue().startswith("{") == json_lines
    assert "alice" not in out.getvalue()
    assert "call.state" in out.getvalue()


def test_configuring_twice_writes_each_line_once() -> None:
    configured()
    out = configured()
    get_logger("x").info("e")
    assert len(lines(out)) == 1
