"""One order with everything, as each POS is sent it. `GOLDEN=write` writes the files anew: then read the difference."""

import json
import os
from pathlib import Path
from typing import Any

import pytest

from gateway.orders.pos_systems import SystemSettings
from gateway.pos.adapters.request import request_for
from tests.pos.adapters.orders import CLOVER, SQUARE, TOAST, everything, message_of, with_ids

GOLDEN = Path(__file__).parent / "golden"


@pytest.mark.parametrize(("name", "settings"), [("square", SQUARE), ("toast", TOAST), ("clover", CLOVER)])
def test_the_body_is_the_golden_one(name: str, settings: SystemSettings) -> None:
    # As in life: most has an id, a topping and a drink have none.
    menu = with_ids(lambda kind, entry_id: entry_id not in ("jalapeno", "beer-pint"))
    body: dict[str, Any] = json.loads(request_for(settings, message_of(everything(), menu)).body)
    file = GOLDEN / f"{name}.json"
    if os.environ.get("GOLDEN") == "write":
        file.write_text(json.dumps(body, indent=2, ensure_ascii=False) + "\n")
    assert body == json.loads(file.read_text())
