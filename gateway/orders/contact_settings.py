"""How a restaurant is told of trouble, and how it writes to its customers: two tables of `restaurant.toml`."""

from typing import Annotated, Self

from pydantic import BaseModel, ConfigDict, Field, model_validator

E164 = Annotated[str, Field(pattern=r"^\+[1-9][0-9]{6,14}$")]


class _Table(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class AlarmSettings(_Table):
    """`[alarm]`: whom to tell of an order that the POS does not take, by a call that speaks it, by a text, or both."""

    call: E164 | None = None
    sms: E164 | None = None

    @model_validator(mode="after")
    def _reaches_somebody(self) -> Self:
        if self.call is None and self.sms is None:
            raise ValueError("names nobody: give call or sms a telephone number")
        return self


class SmsSettings(_Table):
    """`[sms]`: from whom customers get text messages about their orders, where they agreed to it.

    `from`: one of the Twilio account's numbers, E.164, or the SID of a messaging service (`MG` and 32 hex digits).
    """

    sender: Annotated[str, Field(alias="from", pattern=r"^(\+[1-9][0-9]{6,14}|MG[0-9a-f]{32})$")]
