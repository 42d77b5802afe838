"""What the commands share."""

import pytest
import typer

from gateway.cli.terminal import need_local


def test_missing_speech_parts_are_named_with_the_command(capsys: pytest.CaptureFixture[str]) -> None:
    need_local("json")
    with pytest.raises(typer.Exit) as ended:
        need_local("json", "a_recogniser_that_is_not_there")
    assert ended.value.exit_code == 1
    told = capsys.readouterr().err
    assert "a_recogniser_that_is_not_there missing" in told
    assert "pip install 'voice-ordering-gateway[local]'" in told
