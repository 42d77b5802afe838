"""Everything that is wrong with a configuration, at once: settings, restaurants and their menus, the store.

`check_configuration` reads and compares only; `probe_store` asks the store. Neither raises for a mistake of the user's,
and neither repeats a secret.
"""

import asyncio
from collections.abc import Mapping, Sequence
from pathlib import Path

from gateway.masking import Masker
from gateway.orders.pos_systems import SquareSettings
from gateway.orders.restaurant import Restaurant
from gateway.orders.restaurant_files import SHIPPED, RestaurantErrors, load_restaurants
from gateway.pos.adapters.mapping import SYSTEMS, mapping_gaps
from gateway.settings import Problem, Settings, SettingsErrors, load_settings
from gateway.store import EmbeddedServerError, StoreUrlError, open_store

STORE_PATIENCE_S = 15.0
"""Long enough for an embedded server to start on a slow disk."""


def check_configuration(environment: Mapping[str, str]) -> list[Problem]:
    """All problems of the settings and of every restaurant's files; empty when the gateway can start.

    Args:
        environment: as for `load_settings`; also where "env:NAME" values of restaurants are looked up.
    """
    problems: list[Problem] = []
    try:
        load_settings(environment)
    except SettingsErrors as errors:
        problems += errors.problems
    try:
        restaurants = _restaurants(environment)
    except RestaurantErrors as errors:
        for found in errors.problems:
            where = f"{found.file}: {found.path}" if found.path else str(found.file)
            problems.append(Problem(where, found.reason, found.fix))
        restaurants = ()
    problems += _no_account(restaurants, environment)
    # A mistake elsewhere must not hide what production refuses.
    if environment.get("GATEWAY_ENV", "").strip() == "production":
        problems += _production(restaurants, examples=not environment.get("RESTAURANTS_DIR", "").strip())
    return problems


def pos_warnings(environment: Mapping[str, str]) -> list[str]:
    """What the orders for POS systems lack, a line each; nothing that keeps the gateway from starting."""
    try:
        restaurants = _restaurants(environment)
    except RestaurantErrors:
        return []
    warnings = []
    for restaurant in restaurants:
        system = next((name for name in SYSTEMS if restaurant.pos is not None and restaurant.pos.system == name), None)
        if system is not None and (gaps := mapping_gaps(restaurant.menu, system)):
            look = f"gateway pos mapping --restaurant {restaurant.id} --system {system}"
            warnings.append(f"{restaurant.id}: {len(gaps)} entries of the menu have no id in {system}: {look}")
        settings = None if restaurant.pos is None else restaurant.pos.system_settings
        if isinstance(settings, SquareSettings) and settings.payment == "none":
            why = "Square shows an order to its seller once it is paid"
            warnings.append(f'{restaurant.id}: {why}; [pos.square] payment = "external" or "cash" records that')
    return warnings


async def probe_store(settings: Settings) -> Problem | None:
    """Whether the store answers and is new enough; the embedded one is started, or found running, for that."""
    url = None if settings.redis_url is None else settings.redis_url.get_secret_value()
    setting = "DATA_DIR" if url is None else "REDIS_URL"
    fix = (
        "Choose a folder that this user may write to, with room for the data."
        if url is None
        else "Start Redis 7.0+ or Valkey there, or unset REDIS_URL to use the embedded store."
    )
    try:
        async with asyncio.timeout(STORE_PATIENCE_S), await open_store(url, settings.data_dir) as store:
            reason = (await store.health()).problem
    except TimeoutError:
        reason = f"no answer from the store within {STORE_PATIENCE_S:.0f} s"
    except (StoreUrlError, EmbeddedServerError, OSError) as error:
        reason = str(error)
    return None if reason is None else Problem(setting, Masker(settings.secret_values()).text(reason), fix)


def _restaurants(environment: Mapping[str, str]) -> tuple[Restaurant, ...]:
    named = environment.get("RESTAURANTS_DIR", "").strip()
    return load_restaurants(Path(named) if named else SHIPPED, environment)


def _no_account(restaurants: Sequence[Restaurant], environment: Mapping[str, str]) -> list[Problem]:
    """Restaurants that are to ring or write to somebody, without an account that could do it."""
    if all(environment.get(name, "").strip() for name in ("TWILIO_ACCOUNT_SID", "TWILIO_AUTH_TOKEN")):
        return []
    return [
        Problem(
            f"{restaurant.id}/restaurant.toml: {table}",
            "needs a Twilio account, and none is set",
            "Set TWILIO_ACCOUNT_SID and TWILIO_AUTH_TOKEN, or remove the table.",
        )
        for restaurant in restaurants
        for table, settings in (("alarm", restaurant.alarm), ("sms", restaurant.sms))
        if settings is not None
    ]


def _production(restaurants: Sequence[Restaurant], *, examples: bool) -> list[Problem]:
    """What only production refuses: made-up restaurants, and orders that nobody gets or that travel in clear.

    A missing disclosure is refused everywhere: a restaurant cannot be loaded without one.
    """
    if examples:
        fix = "Name the folder that holds your restaurants."
        return [Problem("RESTAURANTS_DIR", "is not set, and production does not serve the examples", fix)]
    problems = []
    for restaurant in restaurants:
        setting = f"{restaurant.id}/restaurant.toml: pos"
        if restaurant.pos is None:
            fix = "Add [pos] with url and secrets: confirmed orders have to reach the kitchen."
            problems.append(Problem(setting, "is missing, and production needs it", fix))
        elif not restaurant.pos.url.startswith("https://"):
            fix = "Give an https:// address: orders hold names and addresses."
            problems.append(Problem(f"{setting}.url", "is not https, which production needs", fix))
    return problems
