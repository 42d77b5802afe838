"""`gateway demo` as a process: with tone codes, and once with real speech; nothing is left behind, however it ends."""

import asyncio
import os
import signal
import subprocess
import wave
from pathlib import Path

import numpy as np
import pytest

from gateway.cli.pos_secret import new_secret
from gateway.local.pos import PosReceiver
from tests.cli.conftest import Gateway, call_id


def read_until(process: "subprocess.Popen[str]", text: str) -> str:
    assert process.stdout is not None
    seen = ""
    for line in process.stdout:
        seen += line
        if text in line:
            return seen
    raise AssertionError(f"it ended without {text!r}:\n{seen}")


def voices(wav: Path) -> tuple[int, int]:
    """The loudest sample of caller and agent."""
    with wave.open(str(wav)) as file:
        assert (file.getnchannels(), file.getframerate()) == (2, 8000)
        sides = np.frombuffer(file.readframes(file.getnframes()), dtype="<i2").reshape(-1, 2)
    peaks = np.abs(sides.astype(int)).max(axis=0)
    return int(peaks[0]), int(peaks[1])


def test_an_order_reaches_the_pos_and_can_be_read_again(gateway: Gateway) -> None:
    ended = gateway.demo("--tone")
    assert ended.returncode == 0, ended.stdout + ended.stderr
    for told in (
        "12 piece Wings with Garlic",
        "$40.59",
        "for Ana, pickup",
        "one webhook received",
        "word error rate 0.0%",
    ):
        assert told in ended.stdout
    assert min(voices(gateway.wav)) > 1000
    assert gateway.left_behind() == []

    again = gateway.run("replay", call_id(ended.stdout), "--data-dir", str(gateway.folder / "data"))
    assert again.returncode == 0, again.stderr
    transcript = [
        line.split(maxsplit=2)[1:] for line in again.stdout.splitlines() if " caller " in line or " agent " in line
    ]
    assert transcript[0] == ["agent", "Hi, this is Casa Verde. What can I get for you?"]
    assert transcript[2] != transcript[0]
    assert "$40.59" in again.stdout
    assert "Ready > Listening > Processing" in again.stdout
    assert gateway.left_behind() == []


@pytest.mark.parametrize(
    ("name", "ordered"),
    [
        ("golden-bowl", ("king size Miso Ramen with pork, very spicy, soft egg", "iced Jasmine Tea", "$30.76")),
        ("hilltop-burger", ("single Hilltop Burger with bacon, no onions", "Side Salad with ranch", "$25.62")),
    ],
)
def test_every_example_has_an_order_of_its_own(gateway: Gateway, name: str, ordered: tuple[str, ...]) -> None:
    ended = gateway.demo("--tone", "--restaurant", name)
    assert ended.returncode == 0, ended.stdout + ended.stderr
    for told in (*ordered, "open at every hour", "one webhook received"):
        assert told in ended.stdout


def test_an_example_that_is_not_there_is_told_with_those_that_are(gateway: Gateway) -> None:
    ended = gateway.demo("--restaurant", "trattoria")
    assert ended.returncode == 1
    told = " ".join(ended.stderr.split())
    assert told == "error: there is no example restaurant trattoria; there are casa-verde, golden-bowl, hilltop-burger"
    listed = gateway.demo("--list")
    assert listed.returncode == 0
    assert listed.stdout.splitlines()[2].split(maxsplit=1) == ["hilltop-burger", "Hilltop Burger"]


def test_what_is_not_on_the_menu_gives_no_order(gateway: Gateway) -> None:
    ended = gateway.demo("--tone", "--say", "I would like some sushi, please.")
    assert ended.returncode == 3, ended.stdout + ended.stderr
    assert "no order was placed" in ended.stdout
    assert "one webhook" not in ended.stdout


def test_lines_as_sound(gateway: Gateway) -> None:
    from gateway.audio import g711  # noqa: PLC0415 - only here
    from gateway.local.phone_wav import write_recording  # noqa: PLC0415 - only here
    from gateway.local.sounds import tone_sounds  # noqa: PLC0415 - only here

    line = gateway.folder / "line.wav"
    sound = tone_sounds().caller("One large pepperoni, please.")
    write_recording(line, sound, sound)
    assert g711.RATE == 8000
    ended = gateway.demo("--tone", "--wav", str(line), "--name", "Eve")
    assert ended.returncode == 0, ended.stdout + ended.stderr
    assert "large Pepperoni" in ended.stdout
    assert "for Eve, pickup" in ended.stdout
    assert "word error rate" not in ended.stdout


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_a_signal_in_mid_call_ends_everything(gateway: Gateway, number: signal.Signals) -> None:
    demo = gateway.start_demo("--tone")
    read_until(demo, "Anything else?")
    demo.send_signal(number)
    rest, _ = demo.communicate(timeout=60)
    assert demo.returncode == 130, rest
    assert "Traceback" not in rest
    assert gateway.left_behind() == []


def test_a_killed_demo_leaves_data_that_the_next_one_finds(gateway: Gateway) -> None:
    first = gateway.start_demo("--tone")
    read_until(first, "Anything else?")
    first.kill()
    first.communicate(timeout=60)
    second = gateway.demo("--tone", "--say", "One large pepperoni, please.")
    assert second.returncode == 0, second.stdout + second.stderr
    assert gateway.left_behind() == []


def test_kept_running_it_can_be_rung_again(gateway: Gateway) -> None:
    demo = gateway.start_demo("--tone", "--keep")
    told = read_until(demo, "ring it:")
    token = told.split("TWILIO_AUTH_TOKEN=")[1].split()[0]
    url = told.split("--url ")[1].split()[0]
    try:
        rung = gateway.run(
            "call", "--tone", "--auth-token", token, "--url", url, "--say", "A coke.", "--patience", "4", "--record",
            str(gateway.folder / "second.wav"),
        )  # fmt: skip
        assert rung.returncode == 0, rung.stdout + rung.stderr
        assert "Got it. Anything else" in rung.stdout
        assert min(voices(gateway.folder / "second.wav")) > 1000
        other = gateway.demo("--tone")
        assert other.returncode == 1
        assert "another demo is running" in other.stderr
    finally:
        demo.send_signal(signal.SIGINT)
        demo.communicate(timeout=60)
    assert gateway.left_behind() == []


async def test_the_order_goes_to_a_pos_that_runs_already(gateway: Gateway) -> None:
    secret = new_secret()
    async with PosReceiver(secret) as pos:
        words = ("--tone", "--say", "One large pepperoni, please.", "--pos", pos.url, "--pos-secret", secret)
        ended = await asyncio.to_thread(gateway.demo, *words)
        [order] = pos.orders
    assert ended.returncode == 0, ended.stdout + ended.stderr
    assert f"POS: received by {pos.url}" in ended.stdout
    assert "one large Pepperoni" in ended.stdout
    assert order.type == "order.confirmed"
    assert secret not in ended.stdout + ended.stderr


def test_mistakes_are_told_in_a_line(gateway: Gateway) -> None:
    keyless = gateway.demo("--pos", "http://127.0.0.1:1/")
    assert keyless.returncode == 1
    assert "--pos needs the secret of that POS" in keyless.stderr
    odd = gateway.demo("--tone", "--pos", "ftp://h/", "--pos-secret", "short")
    assert odd.returncode == 1
    assert "do not make an endpoint: not an http(s) URL; not a webhook secret" in " ".join(odd.stderr.split())
    both = gateway.demo("--say", "a", "--wav", "b.wav")
    assert both.returncode == 1
    assert "not both" in both.stderr
    missing = gateway.demo("--tone", "--wav", str(gateway.folder / "none.wav"))
    assert missing.returncode == 1
    assert "No such file" in missing.stderr
    assert "Traceback" not in both.stderr + missing.stderr


@pytest.mark.speech
@pytest.mark.timeout(240)
def test_a_spoken_order_is_understood(gateway: Gateway) -> None:
    ended = gateway.demo("--say", "Can I get a large pepperoni with extra cheese, please?", timeout_s=230)
    assert ended.returncode == 0, ended.stdout + ended.stderr
    assert "large Pepperoni with extra cheese" in ended.stdout
    assert "one webhook received" in ended.stdout
    assert min(voices(gateway.wav)) > 500
    assert gateway.left_behind() == []
    assert os.path.getsize(gateway.wav) > 100_000  # noqa: PTH202 - a number is all that is wanted
