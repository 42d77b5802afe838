"""The restaurant that a command is about."""

import os
from pathlib import Path
from typing import Annotated

import typer

from gateway.cli.terminal import fail
from gateway.orders.restaurant import Restaurant
from gateway.orders.restaurant_files import SHIPPED, RestaurantErrors, load_restaurants

Folder = Annotated[Path | None, typer.Option(envvar="RESTAURANTS_DIR", help="The restaurants. Default: the examples.")]


def find_restaurant(restaurant_id: str, folder: Path | None) -> Restaurant:
    """The restaurant with that id; ends the command with one clear line where there is none."""
    try:
        restaurants = load_restaurants(folder or SHIPPED, os.environ)
    except RestaurantErrors as errors:
        fail(str(errors))
    found = next((restaurant for restaurant in restaurants if restaurant.id == restaurant_id), None)
    if found is None:
        fail(f"there is no restaurant {restaurant_id}; there are {', '.join(house.id for house in restaurants)}")
    return found
