"""What an application is made of, and what is left when it ends."""

import asyncio
import stat
from pathlib import Path

import pytest
import structlog
from pydantic import SecretStr

from gateway.app import (
    _background,
    create_app,
    gateway_secret,
    model_config,
    model_diallers,
    pos_endpoints,
    restaurants_of,
)
from gateway.orders.restaurant import PosEndpoint
from gateway.orders.restaurant_files import RestaurantErrors
from gateway.settings import Settings
from tests.stage import Belongings, casa_verde


def settings_on(tmp_path: Path, **changes: object) -> Settings:
    given: dict[str, object] = {
        "data_dir": tmp_path,
        "openai_realtime_url": "ws://127.0.0.1:9/",
        "openai_api_key": ("k",),
        "pool_size": 0,
    }
    return Settings.model_validate(given | changes)


@pytest.mark.parametrize("embedded", [True, False], ids=["embedded store", "a store of the user's"])
async def test_the_lifespan_leaves_nothing(tmp_path: Path, valkey_url: str, embedded: bool) -> None:
    before = Belongings()
    app = create_app(settings_on(tmp_path, **({} if embedded else {"redis_url": valkey_url})), [casa_verde()])
    async with app.router.lifespan_context(app):
        names = {task.get_name() for task in asyncio.all_tasks()}
        assert "manager" in names
        assert ("delivery worker" in names) is embedded, "beside another store a worker runs by itself"
        paths = {getattr(route, "path", "") for route in app.routes}
        assert {"/media", "/twiml/voice", "/twiml/next", "/readyz"} <= paths
        assert app.state.running.manager.sessions == ()
    await before.back()


async def test_a_background_task_does_not_fail_unseen() -> None:
    async def broken() -> None:
        raise ZeroDivisionError

    with structlog.testing.capture_logs() as logs:
        async with _background(broken(), "the pool"):
            await asyncio.sleep(0)
            await asyncio.sleep(0)
        assert [(line["event"], line["task"]) for line in logs] == [("background_task_failed", "the pool")]
    with structlog.testing.capture_logs() as logs:
        async with _background(asyncio.sleep(60), "that is cancelled"):
            pass
        await asyncio.sleep(0)
    assert logs == []


def test_a_development_secret_is_made_once_and_kept_to_ourselves(tmp_path: Path) -> None:
    settings = settings_on(tmp_path / "new")
    first = gateway_secret(settings)
    assert len(first) >= 32
    assert gateway_secret(settings) == first
    assert stat.S_IMODE((tmp_path / "new" / "development-secret").stat().st_mode) == 0o600
    given = "a-secret-of-the-tests-that-is-long-enough"
    assert gateway_secret(settings_on(tmp_path, gateway_secret=given)) == given


def test_the_examples_serve_when_no_folder_is_named_and_mistakes_are_all_told(tmp_path: Path) -> None:
    assert casa_verde().id in {restaurant.id for restaurant in restaurants_of(settings_on(tmp_path))}
    (tmp_path / "r" / "broken").mkdir(parents=True)
    (tmp_path / "r" / "broken" / "restaurant.toml").write_text("name = 1")
    with pytest.raises(RestaurantErrors):
        create_app(settings_on(tmp_path, restaurants_dir=tmp_path / "r"))


def test_endpoints_are_those_of_restaurants_that_have_one() -> None:
    house = casa_verde().model_copy(update={"pos": None})
    endpoint = PosEndpoint(url="https://pos.example.com/", secrets=(SecretStr("whsec_" + "A" * 44),))
    other = house.model_copy(update={"id": "other", "pos": endpoint})
    assert pos_endpoints([house, other]) == {"other": endpoint}


def test_settings_of_the_model_reach_it(tmp_path: Path) -> None:
    config = model_config(settings_on(tmp_path, openai_voice="cedar", openai_realtime_audio="pcmu", vad_silence_ms=321))
    assert (config.voice, config.audio, config.vad_silence_ms) == ("cedar", "pcmu", 321)


def test_the_endpoints_of_the_model_are_those_of_the_settings(tmp_path: Path) -> None:
    assert [dialler.name for dialler in model_diallers(settings_on(tmp_path))] == ["first"]
    second = {"openai_realtime_fallback_url": "ws://127.0.0.2:9/", "openai_realtime_fallback_model": "another"}
    first, other = model_diallers(settings_on(tmp_path, **second))
    assert (other.name, other._url) == ("second", "ws://127.0.0.2:9?model=another")
    assert (first._keys, other._keys) == (["k"], [""]), "a key is not sent to another host"
