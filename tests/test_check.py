"""The configuration check: every problem of settings, restaurants and store, each with its fix, no secret in any."""

import shutil
from pathlib import Path

import pytest

from gateway.check import check_configuration, probe_store
from gateway.orders.restaurant_files import SHIPPED
from gateway.settings import Settings

LOCAL = {"OPENAI_REALTIME_URL": "ws://127.0.0.1:9000"}
PRODUCTION = {
    "GATEWAY_ENV": "production",
    "PUBLIC_URL": "https://voice.example.com",
    "GATEWAY_SECRET": "0123456789abcdefghijklmnopqrstuvwxyz",
    "TWILIO_ACCOUNT_SID": "AC" + "0" * 32,
    "TWILIO_AUTH_TOKEN": "token",
    "OPENAI_API_KEY": "key",
}


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    shutil.copytree(SHIPPED / "casa-verde", tmp_path / "restaurants" / "casa-verde")
    return tmp_path / "restaurants"


def with_pos(folder: Path, url: str) -> None:
    toml = folder / "casa-verde" / "restaurant.toml"
    toml.write_text(toml.read_text() + f'\n[pos]\nurl = "{url}"\nsecrets = ["env:POS_SECRET"]\n')


def test_the_shipped_configuration_has_no_problem() -> None:
    assert check_configuration(LOCAL) == []


def test_problems_of_settings_and_files_come_together(folder: Path) -> None:
    toml = folder / "casa-verde" / "restaurant.toml"
    lines = toml.read_text().splitlines()
    toml.write_text("\n".join(line for line in lines if not line.startswith(("disclosure", "timezone"))))
    (folder / "casa-verde" / "menu.json").write_text("{")
    environment = {
        "GATEWAY_ENV": "production",
        "PORT": "x",
        "OPENAI_API_KEY": "hunter2",
        "RESTAURANTS_DIR": str(folder),
    }
    found = {problem.setting: problem for problem in check_configuration(environment)}
    assert {"PORT", "PUBLIC_URL", "GATEWAY_SECRET", "TWILIO_AUTH_TOKEN", "TWILIO_ACCOUNT_SID"} <= set(found)
    assert {f"{toml}: disclosure", f"{toml}: timezone"} <= set(found)
    assert any("menu.json" in setting for setting in found)
    assert all(problem.reason and problem.fix for problem in found.values())
    assert "hunter2" not in repr(found)


def test_a_folder_that_is_not_there_is_one_problem(tmp_path: Path) -> None:
    (problem,) = check_configuration(LOCAL | {"RESTAURANTS_DIR": str(tmp_path / "nowhere")})
    assert "no such folder" in problem.reason


def test_production_does_not_serve_the_examples() -> None:
    assert [problem.setting for problem in check_configuration(PRODUCTION)] == ["RESTAURANTS_DIR"]


def test_production_needs_a_pos_that_is_spoken_to_in_private(folder: Path) -> None:
    environment = PRODUCTION | {"RESTAURANTS_DIR": str(folder), "POS_SECRET": "whsec_" + "QUJD" * 8}
    assert [problem.reason for problem in check_configuration(environment)] == ["is missing, and production needs it"]
    with_pos(folder, "http://pos.example.com/orders")
    (problem,) = check_configuration(environment)
    assert problem.setting == "casa-verde/restaurant.toml: pos.url"


def test_whom_to_ring_or_write_to_needs_an_account_and_a_number_of_somebody_else(folder: Path) -> None:
    toml = folder / "casa-verde" / "restaurant.toml"
    written = toml.read_text()
    toml.write_text(f'{written}\n[alarm]\ncall = "+15550100091"\n[sms]\nfrom = "+15550100000"\n')
    environment = LOCAL | {"RESTAURANTS_DIR": str(folder)}
    found = {problem.setting: problem.fix for problem in check_configuration(environment)}
    assert set(found) == {"casa-verde/restaurant.toml: alarm", "casa-verde/restaurant.toml: sms"}
    account = {name: PRODUCTION[name] for name in ("TWILIO_ACCOUNT_SID", "TWILIO_AUTH_TOKEN")}
    assert check_configuration(environment | account) == []
    toml.write_text(f'{written}\n[alarm]\n[sms]\nfrom = "555"\n')
    reasons = {problem.setting.partition(": ")[2]: problem.reason for problem in check_configuration(environment)}
    assert set(reasons) == {"alarm", "sms.from"}
    toml.write_text(f'{written}\n[alarm]\nsms = "+15550100000"\n')
    (problem,) = check_configuration(environment)
    assert "own numbers" in problem.reason


def test_a_complete_production_configuration_has_no_problem(folder: Path) -> None:
    with_pos(folder, "https://pos.example.com/orders")
    environment = {"RESTAURANTS_DIR": str(folder), "POS_SECRET": "whsec_" + "QUJD" * 8}
    assert check_configuration(PRODUCTION | environment) == []


async def test_a_store_that_answers_is_no_problem(valkey_url: str) -> None:
    assert await probe_store(Settings.model_validate({"redis_url": valkey_url})) is None


async def test_a_store_that_is_away_is_a_problem_without_its_password() -> None:
    problem = await probe_store(Settings.model_validate({"redis_url": "redis://:hunter2secret@127.0.0.1:1"}))
    assert problem is not None
    assert problem.setting == "REDIS_URL"
    assert "hunter2secret" not in repr(problem)


async def test_a_data_folder_that_cannot_be_one_is_a_problem(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    problem = await probe_store(Settings(data_dir=tmp_path / "file" / "data"))
    assert problem is not None
    assert problem.setting == "DATA_DIR"


async def test_an_embedded_store_is_started_for_the_probe(tmp_path: Path) -> None:
    assert await probe_store(Settings(data_dir=tmp_path)) is None


async def test_a_store_that_does_not_answer_in_time_is_a_problem(
    valkey_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("gateway.check.STORE_PATIENCE_S", -1.0)
    problem = await probe_store(Settings.model_validate({"redis_url": valkey_url}))
    assert problem is not None
    assert "no answer" in problem.reason
