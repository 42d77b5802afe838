"""The page "Connect your POS" says what the program does, and holds the receivers that the tests run."""

import json
import re
import shlex
import tomllib
from datetime import UTC, datetime
from pathlib import Path

import pytest
from typer.testing import CliRunner

from gateway.cli import app
from gateway.orders.restaurant import PosEndpoint
from gateway.pos.call_message import MESSAGES
from gateway.pos.examples import examples
from gateway.pos.inbound import SoldOutList, StatusUpdate, verify
from gateway.pos.openapi import BASE, OPERATIONS
from gateway.pos.webhook import DELAYS_S

DOCS = Path(__file__).parents[1] / "infra" / "docs"
PAGE = (DOCS / "pos.md").read_text()


@pytest.mark.parametrize(("name", "language"), [("receiver.py", "python"), ("receiver.mjs", "js")])
def test_the_receivers_are_those_of_the_files(name: str, language: str) -> None:
    assert f"```{language}\n{(DOCS / 'receivers' / name).read_text()}```" in PAGE


def test_the_order_is_made_by_the_models() -> None:
    shown = json.loads(PAGE.partition("This is a whole order:\n\n```json\n")[2].partition("```")[0])
    assert shown == examples()["order.confirmed"]
    listed = re.findall(r"`([a-z]+\.[a-z]+)`", PAGE.partition("| type | when |")[2].partition("OpenAPI")[0])
    assert set(listed) == set(MESSAGES)


def test_the_signature_to_check_against_is_right() -> None:
    secret = re.search(r"the secret `(whsec_\S+)`", PAGE)
    assert secret is not None
    told = PAGE.partition("```text\ncontent-type")[2].partition("```")[0]
    headers = dict(line.split(": ", 1) for line in told.splitlines()[1:])
    size = re.search(r"this body of (\d+) bytes", PAGE)
    body = PAGE.partition("give that signature:\n\n```json\n")[2].partition("\n```")[0].encode()
    assert size is not None
    assert len(body) == int(size[1])
    at = datetime.fromtimestamp(int(headers["webhook-timestamp"]), UTC)
    assert verify([secret[1]], headers, body, at) == headers["webhook-id"]


def test_the_retries_are_those_of_the_table() -> None:
    words = [f"{s:g} s" if s < 60 else f"{s / 60:g} min" if s < 3600 else f"{s / 3600:g} h" for s in DELAYS_S]
    assert f"{', '.join(words[:-1])} and {words[-1]}" in PAGE


def test_the_tables_for_pos_systems_are_taken() -> None:
    tables = [tomllib.loads(text)["pos"] for text in re.findall(r"```toml\n(\[pos\][^`]+)```", PAGE)]
    systems = [PosEndpoint.model_validate(table) for table in tables if "system" in table]
    assert [endpoint.system for endpoint in systems] == ["square", "toast", "clover"]


def test_what_curl_sends_is_what_the_api_takes() -> None:
    commands = [shlex.split(command) for command in re.findall(r"```sh\n(curl [^`]+)```", PAGE)]
    status, sold_out = (command[command.index("-d") + 1] for command in commands)
    assert StatusUpdate.model_validate_json(status).status == "accepted"
    assert len(SoldOutList.model_validate_json(sold_out).items) == 2
    paths = {re.sub(r"\{[^}]+\}", "[^/]+", BASE + one.path) for one in OPERATIONS}
    for command in commands:
        url = next(word for word in command if word.startswith("https://voice.example.com"))
        assert any(re.fullmatch(path, url.removeprefix("https://voice.example.com")) for path in paths)
    tabled = set(re.findall(r"^\| `(GET|PUT|DELETE) (/\w+)", PAGE, re.MULTILINE))
    assert tabled <= {(one.method.upper(), one.path.partition("/{")[0]) for one in OPERATIONS}


def test_its_commands_are_there() -> None:
    told = set(re.findall(r"`gateway (pos [a-z -]+)", PAGE))
    assert len(told) >= 8
    for command in told:
        words = [word for word in command.split() if not word.startswith("-")]
        result = CliRunner().invoke(app, [*words, "--help"])
        assert result.exit_code == 0, (command, result.output)
