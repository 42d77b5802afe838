"""What a POS system wants to know of a restaurant beside the address: places, options and the keys.

Frozen models, tables of `restaurant.toml` (`[pos.square]`, `[pos.toast]`, `[pos.clover]`). Tokens and secrets are
`SecretStr`, are written "env:NAME" in the file, and are never printed. What becomes of them is `gateway/pos/adapters`.
"""

from collections.abc import Mapping
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, SecretStr

PosSystem = Literal["neutral", "square", "toast", "clover"]
VendorId = Annotated[str, Field(min_length=1, max_length=100, pattern=r"^[A-Za-z0-9_-]+$")]
Text = Annotated[str, Field(min_length=1, max_length=100)]
Token = Annotated[SecretStr, Field(min_length=1)]


class _Part(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class SquareSettings(_Part):
    """A Square location.

    `delivery_as`: Square shows orders of the type DELIVERY to sellers with a partner's agreement only, so that a
    delivery goes as PICKUP with the address in capitals in its note, unless the agreement is there
    (developer.squareup.com/docs/orders-api/fulfillments).

    `payment`: Square shows sellers an order once it is paid (the same guide). "external" and "cash" record a payment of
    the whole order, which the seller takes at the counter and must not charge again; with "none" nothing is recorded,
    for sellers whose own software looks for open orders.
    """

    location_id: VendorId
    token: Token
    delivery_as: Literal["pickup", "delivery"] = "pickup"
    payment: Literal["none", "external", "cash"] = "none"

    @property
    def merchant(self) -> str:
        """Whose orders they are, of all that the system serves at one address."""
        return self.location_id


class ToastDelivery(_Part):
    """How Toast takes deliveries: the dining option, and the town, which callers hardly ever say and Toast demands."""

    dining_option: VendorId
    city: Text
    state: Text
    zip_code: Text


class ToastSettings(_Part):
    """A Toast restaurant, all ids are GUIDs.

    Attributes:
        client_id: of the Toast API client, with `client_secret`; tokens are fetched with them.
        naming_authority: the prefix of our external ids that Toast has agreed on.
        pickup_option: the dining option for takeout.
        guest_phone: the phone number that goes with an order whose caller withheld it: Toast demands one.
        guest_email: the same for the e-mail address, which is never asked for.
        pre_modifiers: the pre-modifier for "no", "extra", "light", "side"; without one it is said in words.
        delivery: None: the restaurant does not deliver by Toast.
        most_price_difference: cents by which Toast's total may differ from what the caller was told; an order that
            differs by more is not sent, and a person is told. None: it is sent in any case.
    """

    restaurant_guid: VendorId
    client_id: VendorId
    client_secret: Token
    naming_authority: Annotated[str, Field(pattern=r"^[A-Za-z0-9_-]{1,40}$")]
    pickup_option: VendorId
    guest_phone: Annotated[str, Field(pattern=r"^\+[1-9][0-9]{6,14}$")]
    guest_email: Annotated[str, Field(pattern=r"^[^@\s]+@[^@\s]+$", max_length=200)]
    pre_modifiers: Mapping[Literal["no", "extra", "light", "side"], VendorId] = {}
    delivery: ToastDelivery | None = None
    most_price_difference: Annotated[int, Field(strict=True, ge=0)] | None = None

    @property
    def merchant(self) -> str:
        """Whose orders they are, of all that the system serves at one address."""
        return self.restaurant_guid


class CloverSettings(_Part):
    """A Clover merchant.

    Attributes:
        order_types: the merchant's own; without one the order has none.
        print_orders: Clover prints an order of its API only when it is told to (docs.clover.com, "Print orders with the
            REST API").
    """

    merchant_id: VendorId
    token: Token
    order_types: Mapping[Literal["pickup", "delivery"], VendorId] = {}
    print_orders: bool = True

    @property
    def merchant(self) -> str:
        """Whose orders they are, of all that the system serves at one address."""
        return self.merchant_id


SystemSettings = SquareSettings | ToastSettings | CloverSettings
