"""What a POS system wants to know of a restaurant: read from the file, complete or refused, never printed."""

from typing import Any

import pytest
from pydantic import ValidationError

from gateway.orders.pos_systems import CloverSettings, SquareSettings, ToastSettings
from gateway.orders.restaurant import PosEndpoint

SQUARE = {"location_id": "LOC1", "token": "sq-token"}
CLOVER = {"merchant_id": "M1", "token": "clover-token"}
TOAST = {
    "restaurant_guid": "r-guid",
    "client_id": "client",
    "client_secret": "toast-secret",
    "naming_authority": "GATEWAY",
    "pickup_option": "takeout-guid",
    "guest_phone": "+15550100077",
    "guest_email": "orders@example.com",
}


def endpoint(system: str, **tables: Any) -> PosEndpoint:
    return PosEndpoint.model_validate({"url": "https://pos.example.com", "system": system, **tables})


@pytest.mark.parametrize(
    ("system", "table", "secret", "merchant", "model"),
    [
        ("square", SQUARE, "token", "LOC1", SquareSettings),
        ("toast", TOAST, "client_secret", "r-guid", ToastSettings),
        ("clover", CLOVER, "token", "M1", CloverSettings),
    ],
)
def test_a_system_has_a_table_of_its_name(
    system: str, table: dict[str, str], secret: str, merchant: str, model: type
) -> None:
    read = endpoint(system, **{system: table})
    assert isinstance(read.system_settings, model)
    assert read.system_settings.merchant == merchant
    assert table[secret] not in repr(read)
    with pytest.raises(ValidationError, match=rf"the table \[pos.{system}\] is missing"):
        endpoint(system)
    with pytest.raises(ValidationError, match=secret):
        endpoint(system, **{system: table | {secret: ""}})


def test_the_neutral_form_needs_a_secret_and_no_table() -> None:
    with pytest.raises(ValidationError, match="secrets"):
        PosEndpoint.model_validate({"url": "https://pos.example.com"})
    secret = "whsec_" + "A" * 44
    neutral = PosEndpoint.model_validate({"url": "https://pos.example.com", "secrets": [secret]})
    assert neutral.system_settings is None
    short = {"url": "https://pos.example.com", "secrets": [secret], "api_keys": ["short"]}
    with pytest.raises(ValidationError, match="too short for an API key"):
        PosEndpoint.model_validate(short)


def test_an_unknown_system_is_refused() -> None:
    with pytest.raises(ValidationError, match="system"):
        endpoint("aloha")
