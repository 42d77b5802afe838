"""What the commands share that look after restaurants while calls are on: the options, the restaurants, the store."""

import asyncio
import os
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Annotated, TypeVar

import typer

from gateway.cli.terminal import fail
from gateway.orders.restaurant import Restaurant
from gateway.orders.restaurant_files import SHIPPED, RestaurantErrors, load_restaurants
from gateway.store import EmbeddedServerError, SessionStore, StoreError, StoreUrlError, open_store

Result = TypeVar("Result")
RedisUrl = Annotated[str | None, typer.Option(envvar="REDIS_URL", show_envvar=True, help="The store.")]
DataDir = Annotated[Path | None, typer.Option(envvar="DATA_DIR", help="Folder of the embedded store.")]
Folder = Annotated[Path | None, typer.Option(envvar="RESTAURANTS_DIR", help="The restaurants. Default: the examples.")]


def all_houses(folder: Path | None) -> tuple[Restaurant, ...]:
    """All restaurants of a folder, of the examples' without one; ends the command when a file is wrong."""
    try:
        return load_restaurants(folder or SHIPPED, os.environ)
    except RestaurantErrors as errors:
        fail(str(errors))


def find_houses(restaurant_id: str | None, folder: Path | None) -> tuple[Restaurant, ...]:
    """The restaurant with this id, all of them without one; ends the command when there is none."""
    restaurants = all_houses(folder)
    found = tuple(house for house in restaurants if restaurant_id in (None, house.id))
    if not found:
        fail(f"there is no restaurant {restaurant_id}; there are {', '.join(house.id for house in restaurants)}")
    return found


def find_house(restaurant_id: str, folder: Path | None) -> Restaurant:
    """The restaurant with this id; ends the command when there is none."""
    return find_houses(restaurant_id, folder)[0]


def ask_store(
    redis_url: str | None, data_dir: Path | None, question: Callable[[SessionStore], Awaitable[Result]]
) -> Result:
    """Open the store for one question; ends the command when it cannot be used."""

    async def ask() -> Result:
        async with await open_store(redis_url, data_dir) as store:
            return await question(store)

    try:
        return asyncio.run(ask())
    except (StoreError, StoreUrlError, EmbeddedServerError) as error:
        fail(f"the store cannot be used: {error}")
