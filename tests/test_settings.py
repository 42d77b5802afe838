"""Settings: names, defaults, every mistake at once, no secret in any message."""

import pytest
from pydantic import ValidationError

from gateway.settings import Problem, Settings, SettingsErrors, load_settings, settings_table

SECRET = "0123456789abcdefghijklmnopqrstuvwxyz"
PRODUCTION = {
    "GATEWAY_ENV": "production",
    "PUBLIC_URL": "https://voice.example.com",
    "GATEWAY_SECRET": SECRET,
    "TWILIO_ACCOUNT_SID": "AC" + "0" * 32,
    "TWILIO_AUTH_TOKEN": "token-one, token-two",
    "OPENAI_API_KEY": "key-one",
}
ISSUE_NAMES = {
    "REDIS_URL",
    "PORT",
    "PUBLIC_URL",
    "GATEWAY_SECRET",
    "TWILIO_ACCOUNT_SID",
    "TWILIO_AUTH_TOKEN",
    "OPENAI_API_KEY",
    "OPENAI_REALTIME_URL",
    "OPENAI_REALTIME_MODEL",
    "OPENAI_REALTIME_AUDIO",
    "RESTAURANTS_DIR",
    "SENTRY_DSN",
    "GATEWAY_ENV",
}


def problems_of(environment: dict[str, str]) -> dict[str, Problem]:
    with pytest.raises(SettingsErrors) as raised:
        load_settings(environment)
    assert len({problem.setting for problem in raised.value.problems}) == len(raised.value.problems)
    return {problem.setting: problem for problem in raised.value.problems}


def test_development_needs_nothing_but_a_model() -> None:
    settings = load_settings({"OPENAI_REALTIME_URL": "ws://127.0.0.1:9000"})
    assert (settings.host, settings.port, settings.public_url) == ("127.0.0.1", 8000, "http://127.0.0.1:8000")
    assert settings.media_url == "ws://127.0.0.1:8000/media"
    assert settings.development
    assert settings.pos_allow_private
    assert settings.secret_values() == ()


def test_the_defaults_of_the_model_side() -> None:
    settings = Settings()
    assert settings.openai_realtime_url == "wss://api.openai.com/v1/realtime"
    assert settings.openai_realtime_model == "gpt-realtime-2.1"
    assert settings.openai_realtime_audio == "pcm16"
    assert not settings.server_creates_responses


def test_a_complete_production_environment_is_accepted() -> None:
    settings = load_settings(PRODUCTION)
    assert settings.media_url == "wss://voice.example.com/media"
    assert [token.get_secret_value() for token in settings.twilio_auth_token] == ["token-one", "token-two"]
    assert set(settings.secret_values()) == {SECRET, "token-one", "token-two", "key-one"}
    assert not settings.pos_allow_private


def test_the_process_environment_is_the_default(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OPENAI_API_KEY", "k")
    monkeypatch.setenv("PORT", "8123")
    assert load_settings().public_url == "http://127.0.0.1:8123"


def test_a_blank_variable_is_an_unset_one() -> None:
    assert load_settings({"OPENAI_API_KEY": "k", "PORT": "", "REDIS_URL": "  "}).redis_url is None


def test_unknown_variables_of_the_process_are_not_ours() -> None:
    assert load_settings({"OPENAI_API_KEY": "k", "PATH": "/bin", "port": "1"}).port == 8000


def test_a_trailing_slash_of_a_url_is_dropped() -> None:
    assert load_settings(PRODUCTION | {"PUBLIC_URL": "https://h.example/x/"}).public_url == "https://h.example/x"


def test_all_problems_come_at_once() -> None:
    found = problems_of(
        {
            "GATEWAY_ENV": "production",
            "PORT": "eight",
            "VAD_THRESHOLD": "7",
            "REDIS_URL": "postgres://user:hunter2@h",
            "PUBLIC_URL": "http://h.example",
            "OPENAI_REALTIME_URL": "ws://h.example",
            "GATEWAY_SECRET": "hunter2",
            "TWILIO_ACCOUNT_SID": "hunter2",
            "LOG_LEVEL": "loud",
        }
    )
    assert set(found) == {
        "PORT",
        "VAD_THRESHOLD",
        "REDIS_URL",
        "PUBLIC_URL",
        "OPENAI_REALTIME_URL",
        "GATEWAY_SECRET",
        "TWILIO_ACCOUNT_SID",
        "TWILIO_AUTH_TOKEN",
        "LOG_LEVEL",
    }
    assert all(problem.reason and problem.fix for problem in found.values())
    assert "hunter2" not in repr(found)


def test_retries_that_come_sooner_are_not_for_production() -> None:
    assert load_settings({"OPENAI_API_KEY": "k", "POS_RETRY_SPEED": "100"}).pos_retry_speed == 100
    found = problems_of(PRODUCTION | {"POS_RETRY_SPEED": "100"})
    assert set(found) == {"POS_RETRY_SPEED"}


@pytest.mark.parametrize("environment", ["staging", "production"])
def test_accounts_and_a_secret_are_required_outside_development(environment: str) -> None:
    found = problems_of({"GATEWAY_ENV": environment, "PUBLIC_URL": "https://h.example", "OPENAI_API_KEY": "k"})
    assert set(found) == {"GATEWAY_SECRET", "TWILIO_AUTH_TOKEN", "TWILIO_ACCOUNT_SID"}


def test_staging_may_speak_plain_http() -> None:
    plain = {"GATEWAY_ENV": "staging", "PUBLIC_URL": "http://h.example", "OPENAI_REALTIME_URL": "ws://h.example"}
    assert load_settings(PRODUCTION | plain).media_url == "ws://h.example/media"


def test_production_sends_the_auth_token_over_tls_alone() -> None:
    assert set(problems_of(PRODUCTION | {"TWILIO_API_URL": "http://127.0.0.1:1"})) == {"TWILIO_API_URL"}
    staging = {"GATEWAY_ENV": "staging", "TWILIO_API_URL": "http://127.0.0.1:1/"}
    assert load_settings(PRODUCTION | staging).twilio_api_url == "http://127.0.0.1:1"


@pytest.mark.parametrize("weak", ["short", "a" * 64, "abcabcabc" * 8])
def test_a_weak_secret_is_refused_outside_development(weak: str) -> None:
    assert set(problems_of(PRODUCTION | {"GATEWAY_SECRET": weak})) == {"GATEWAY_SECRET"}


def test_openai_itself_needs_a_key_even_in_development() -> None:
    assert set(problems_of({})) == {"OPENAI_API_KEY"}


@pytest.mark.parametrize(
    "url",
    [
        "voice.example.com",
        "wss://h.example",
        "https://",
        "https://user:pw@h.example",
        "https://h.example/?a=1",
        "https://h.example/#rc=1",
        "https://h.example:port",
        "https://h.example:99999",
    ],
)
def test_a_public_url_is_absolute_and_bare(url: str) -> None:
    assert set(problems_of(PRODUCTION | {"PUBLIC_URL": url})) == {"PUBLIC_URL"}


def test_settings_are_frozen_and_know_their_fields() -> None:
    settings = Settings()
    with pytest.raises(ValidationError):
        settings.port = 1
    with pytest.raises(ValidationError):
        Settings.model_validate({"portt": 1})


def test_secrets_do_not_show_in_a_representation() -> None:
    settings = load_settings(PRODUCTION | {"REDIS_URL": "redis://:hunter2@h", "SENTRY_DSN": "https://hunter3@h/1"})
    assert not any(value in f"{settings!r}{settings!s}" for value in settings.secret_values())


def test_the_table_names_every_setting_once() -> None:
    table = settings_table()
    names = [line.split("`")[1] for line in table.splitlines()[2:]]
    assert names == [name.upper() for name in Settings.model_fields]
    assert set(names) >= ISSUE_NAMES
    assert all(line.count("|") == 4 for line in table.splitlines())
    assert "| `SERVER_CREATES_RESPONSES` | `false` |" in table


# --- the second endpoint of the model ---

SECOND = {"OPENAI_REALTIME_FALLBACK_URL": "wss://second.example/v1/realtime"}


def test_the_key_of_the_first_endpoint_is_not_sent_to_another_host() -> None:
    assert load_settings(PRODUCTION | SECOND).fallback_keys == ()
    own = load_settings(PRODUCTION | SECOND | {"OPENAI_REALTIME_FALLBACK_API_KEY": "k2, k3"})
    assert [key.get_secret_value() for key in own.fallback_keys] == ["k2", "k3"]
    assert {"k2", "k3"} <= set(own.secret_values())
    same_host = {"OPENAI_REALTIME_FALLBACK_URL": "wss://api.openai.com/v1/realtime"}
    same = load_settings(PRODUCTION | same_host | {"OPENAI_REALTIME_FALLBACK_MODEL": "another"})
    assert same.fallback_keys == same.openai_api_key
    assert load_settings(PRODUCTION).fallback_keys == ()


@pytest.mark.parametrize(
    ("given", "setting"),
    [
        ({"OPENAI_REALTIME_FALLBACK_MODEL": "another"}, "OPENAI_REALTIME_FALLBACK_MODEL"),
        ({"OPENAI_REALTIME_FALLBACK_API_KEY": "k"}, "OPENAI_REALTIME_FALLBACK_API_KEY"),
        ({"OPENAI_REALTIME_FALLBACK_URL": "second.example"}, "OPENAI_REALTIME_FALLBACK_URL"),
        ({"OPENAI_REALTIME_FALLBACK_URL": "ws://second.example"}, "OPENAI_REALTIME_FALLBACK_URL"),
        ({"OPENAI_REALTIME_FALLBACK_URL": "wss://api.openai.com/v1/realtime"}, "OPENAI_REALTIME_FALLBACK_URL"),
        (
            SECOND
            | {"OPENAI_REALTIME_URL": "wss://first.example", "OPENAI_REALTIME_FALLBACK_URL": "wss://api.openai.com/x"},
            "OPENAI_REALTIME_FALLBACK_API_KEY",
        ),
    ],
)
def test_a_second_endpoint_that_cannot_help_is_a_problem(given: dict[str, str], setting: str) -> None:
    assert set(problems_of(PRODUCTION | given)) == {setting}
