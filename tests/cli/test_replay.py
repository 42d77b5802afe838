"""`gateway replay` of files and of calls that are not there."""

from pathlib import Path

import pytest
from typer.testing import CliRunner

from gateway.cli import app

runner = CliRunner()
STARTED = '{"type": "call.started", "sessionId": "CA1", "timestamp": 1795370000000, "restaurantId": "casa-verde"}'
LEG = '{"type": "call.leg_started", "sessionId": "CA1", "timestamp": 1795370001000, "leg": 1, "streamSid": "MZ1"}'
SAID = (
    '{"type": "transcription.complete", "sessionId": "CA1", "timestamp": 1795370012500,'
    ' "data": {"text": "a [bold]coke[/bold]", "confidence": 0.9, "isFinal": true, "itemId": "i1"}}'
)
CALLED = (
    '{"type": "call.tool_called", "sessionId": "CA1", "timestamp": 1795370013000, "responseId": "r1",'
    ' "toolCallId": "t1", "name": "set_line", "arguments": "{\\"item_id\\": \\"coke\\", \\"quantity\\": 2}"}'
)


@pytest.fixture
def log(tmp_path: Path) -> Path:
    return tmp_path / "call.jsonl"


@pytest.fixture(autouse=True)
def bare(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    for name in ("REDIS_URL", "RESTAURANTS_DIR"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("DATA_DIR", str(tmp_path / "data"))


def test_a_recorded_call(log: Path) -> None:
    log.write_text("\n".join([STARTED, LEG, SAID, CALLED, ""]))
    result = runner.invoke(app, ["replay", str(log)])
    assert result.exit_code == 0, result.output
    assert "12.5  caller  a [bold]coke[/bold]" in result.stdout
    assert "two Coke" in result.stdout
    assert "$6.50" in result.stdout
    assert "4 events, 1 leg," in result.stdout


def test_an_event_of_another_version_is_passed_over(log: Path) -> None:
    log.write_text("\n".join([STARTED, '{"type": "call.from_the_future"}', SAID]))
    result = runner.invoke(app, ["replay", str(log), "--no-states"])
    assert result.exit_code == 0
    assert "entry 2: unknown" in result.stdout
    assert "the log is damaged" in result.stdout
    assert "states" not in result.stdout


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("not json", "does not begin as a call does"),
        (SAID, "does not begin as a call does"),
        (STARTED.replace("casa-verde", "elsewhere"), "of the restaurant elsewhere"),
    ],
)
def test_files_that_are_no_calls(log: Path, text: str, reason: str) -> None:
    log.write_text(text)
    result = runner.invoke(app, ["replay", str(log)])
    assert result.exit_code == 1
    assert reason in " ".join(result.stderr.split())


def test_an_export_holds_the_call_without_numbers_and_what_was_not_sound_is_left_out(log: Path, tmp_path: Path) -> None:
    left = '{"type": "call.message_left", "sessionId": "CA1", "timestamp": 1, "toolCallId": "t", "text": "late", %s}'
    number = '"number": "+15557654321"'
    started = STARTED.replace("}", ', "callerKey": "k8f3", "callerLastTwo": "21"}')
    log.write_text("\n".join([started, LEG, SAID, CALLED, '{"type": "call.tool_ca', CALLED, left % number]))
    out = tmp_path / "export.jsonl"
    result = runner.invoke(app, ["replay", str(log), "--export", str(out)])
    assert result.exit_code == 0, result.output
    assert "entry 5: unreadable" in result.stdout
    assert "entry 6: repeated" in result.stdout
    text = out.read_text()
    assert len(text.splitlines()) == 5
    assert not any(secret in text for secret in ("7654321", "k8f3", '"21"'))
    assert "two Coke" in runner.invoke(app, ["replay", str(out)]).stdout


def test_an_unknown_call() -> None:
    result = runner.invoke(app, ["replay", "CA0"])
    assert result.exit_code == 1
    assert "no call CA0 in the store" in result.stderr


def test_a_store_that_is_away() -> None:
    result = runner.invoke(app, ["replay", "CA0", "--redis-url", "redis://127.0.0.1:1/0"])
    assert result.exit_code == 1
    assert "the store cannot be read" in result.stderr


def test_restaurants_with_mistakes(log: Path, tmp_path: Path) -> None:
    log.write_text(STARTED)
    result = runner.invoke(app, ["replay", str(log), "--restaurants", str(tmp_path)])
    assert result.exit_code == 1
    assert "no restaurant in this folder" in " ".join(result.stderr.split())


def test_what_the_staff_must_know_is_in_the_story(log: Path) -> None:
    stamp = '"sessionId": "CA1", "timestamp": 1795370014000'
    ana = '"name": "Ana", "number": "+15557654321"'
    told = [
        f'{{"type": "call.offer_changed", {stamp}, "soldOut": [{{"ref": "tiramisu"}}], "quoteMinutes": 45}}',
        f'{{"type": "call.offer_changed", {stamp}}}',
        f'{{"type": "call.message_left", {stamp}, "toolCallId": "t2", "text": "cold pizza", {ana}}}',
        f'{{"type": "call.message_left", {stamp}, "toolCallId": "t3", "text": "late"}}',
        f'{{"type": "call.alert_raised", {stamp}, "kind": "transfer_unanswered", "reason": "an event"}}',
    ]
    log.write_text("\n".join([STARTED, LEG, *told]))
    shown = " ".join(runner.invoke(app, ["replay", str(log)]).stdout.split())
    assert "sold out: tiramisu; an order takes 45 minutes" in shown
    assert "sold out: nothing; an order takes as usual" in shown
    assert "message for the staff from Ana, to be rung back at the number that ends in 21: cold pizza" in shown
    assert "message for the staff from the caller: late" in shown
    assert "ALERT for the staff, transfer unanswered: an event" in shown
    assert "+15557654321" not in shown
