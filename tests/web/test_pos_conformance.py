"""What is served against what the document says, by schemathesis: no server error, no answer that is not described."""

import asyncio
import base64
import contextlib
import socket
import threading
from collections.abc import AsyncIterator, Iterator

import pytest
import schemathesis
import uvicorn
from hypothesis import HealthCheck, Phase, given, settings
from pydantic import SecretStr
from schemathesis import GenerationMode
from schemathesis.checks import load_all_checks
from starlette.applications import Starlette

from gateway.houses import Houses
from gateway.metrics import MetricsCollector
from gateway.orders.menus.schema import menu_schema
from gateway.orders.restaurant import PosEndpoint
from gateway.orders.restaurant_files import SHIPPED, load_restaurants
from gateway.pos.openapi import document
from gateway.store import open_store
from gateway.web.pos_api import PosApi

SECRET = "whsec_" + base64.b64encode(b"k" * 32).decode()
KEY = "a-key-of-24-characters-or-more"
load_all_checks()
CHECKS = schemathesis.checks.CHECKS.get_by_names(
    [
        "not_a_server_error",
        "status_code_conformance",
        "content_type_conformance",
        "response_schema_conformance",
        "response_headers_conformance",
        "negative_data_rejection",
    ]
)


@pytest.fixture(scope="module")
def pos_url(valkey_url: str) -> Iterator[str]:
    """The API on a real port, in a loop of its own."""
    endpoint = PosEndpoint(url="https://pos.example", secrets=(SecretStr(SECRET),), api_keys=(SecretStr(KEY),))
    served = [house.model_copy(update={"pos": endpoint}) for house in load_restaurants(SHIPPED, {})]

    @contextlib.asynccontextmanager
    async def lifespan(app: Starlette) -> AsyncIterator[None]:
        async with await open_store(valkey_url) as store:
            app.router.routes.extend(PosApi(served, store, Houses(served, store), MetricsCollector()).routes())
            yield

    listener = socket.create_server(("127.0.0.1", 0))
    server = uvicorn.Server(uvicorn.Config(Starlette(lifespan=lifespan), log_config=None, access_log=False))
    thread = threading.Thread(target=lambda: asyncio.run(server.serve(sockets=[listener])))
    thread.start()
    yield f"http://127.0.0.1:{listener.getsockname()[1]}"
    server.should_exit = True
    thread.join()


SCHEMA = schemathesis.openapi.from_dict(document("1.0", dict(menu_schema())))
FOUND = {found.ok().label: found.ok() for found in SCHEMA.get_all_operations()}


@pytest.mark.parametrize("name", sorted(FOUND))
def test_nothing_is_answered_that_the_document_does_not_say(pos_url: str, name: str) -> None:
    @given(
        FOUND[name].as_strategy(generation_mode=GenerationMode.POSITIVE)
        | FOUND[name].as_strategy(generation_mode=GenerationMode.NEGATIVE)
    )
    @settings(
        max_examples=15,
        derandomize=True,  # a gate says the same twice
        deadline=None,
        phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    def ask(case: schemathesis.Case) -> None:
        case.path_parameters["restaurant"] = "casa-verde"
        case.call_and_validate(base_url=pos_url, headers={"authorization": f"Bearer {KEY}"}, checks=CHECKS)

    ask()
