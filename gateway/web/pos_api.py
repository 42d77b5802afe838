"""What a POS tells us: order status, the 86 list, the quote time, a pause, a menu. Answered at once, in JSON.

Rules kept here: nothing of a body is read before its signature, or the API key, is known to be the restaurant's; a
message that comes twice (same webhook-id) gets its first answer again and changes nothing; whatever is wrong is said in
one form, `{"error": {"code", "message"}}`, with what to do; an unknown restaurant looks like a wrong key.
"""

import asyncio
import json
from collections.abc import Awaitable, Callable, Mapping, Sequence
from datetime import UTC, datetime
from functools import cache
from importlib.metadata import version
from typing import TypeVar

from pydantic import BaseModel, ValidationError
from starlette.requests import ClientDisconnect, Request
from starlette.responses import Response
from starlette.routing import Route

from gateway.houses import Houses
from gateway.logs import get_logger
from gateway.metrics import MetricsCollector
from gateway.order_texts import OrderTexts
from gateway.orders.menu import Menu
from gateway.orders.menu_file import examine_menu
from gateway.orders.menus.difference import difference
from gateway.orders.menus.problems import Problem
from gateway.orders.menus.schema import menu_schema
from gateway.orders.offer import Pause
from gateway.orders.restaurant import Restaurant
from gateway.orders.sold_out import SoldOut, SoldOutEntry, known_refs
from gateway.pos.inbound import (
    ErrorAnswer,
    ErrorDetails,
    MenuAnswer,
    MenuAnswerChange,
    OfferAnswer,
    OrderAnswer,
    Ordering,
    OrderingAnswer,
    QuoteAnswer,
    QuoteTime,
    SignatureRefusedError,
    SoldOutAnswer,
    SoldOutItem,
    SoldOutList,
    StatusAnswer,
    StatusUpdate,
    key_is_known,
    status_moves,
    verify,
)
from gateway.pos.openapi import document
from gateway.pos.status_payload import status_deliveries
from gateway.store import SessionStore, StoreError
from gateway.store.pos_status import PlacedOrder, PosStatusStore

log = get_logger(__name__)

BODY_LIMIT = 256 * 1024
"""Bytes of a body: an 86 list of two thousand entries."""
MENU_LIMIT = 4 * 1024 * 1024
MOST_PROBLEMS = 100
MOST_CHANGES = 500
"""So many are told; how many more there are is said."""
MOST_TRIES = 5
"""Two messages about one order at once: one of them looks again."""

_Body = TypeVar("_Body", bound=BaseModel)


class Refused(Exception):  # noqa: N818 - a refusal is the peer's mistake, not an error of ours
    """A request that is not served: the status, a code for programs, and words for people."""

    def __init__(self, status: int, code: str, message: str, **more: object) -> None:
        super().__init__(code)
        self.status = status
        self.answer = ErrorAnswer(error=ErrorDetails.model_validate({"code": code, "message": message, **more}))


class PosApi:
    """The routes for POS systems. Built once, in the application's lifespan."""

    def __init__(
        self,
        restaurants: Sequence[Restaurant],
        store: SessionStore,
        houses: Houses,
        metrics: MetricsCollector,
        now: Callable[[], datetime] = lambda: datetime.now(UTC),
    ) -> None:
        self._restaurants = {restaurant.id: restaurant for restaurant in restaurants}
        self._store = store
        self._houses = houses
        self._status = PosStatusStore(store.connection, store.retention_s)
        self._texts = OrderTexts(store)
        self._metrics = metrics
        self._now = now

    def routes(self) -> list[Route]:
        """The routes, each with a limit for the body."""
        at = "/pos/v1/restaurants/{restaurant}"
        handlers: list[tuple[str, str, Callable[[Restaurant, Request, bytes], Awaitable[BaseModel]]]] = [
            ("POST", f"{at}/orders/{{order}}/status", self._order_status),
            ("GET", f"{at}/orders/{{order}}", self._order),
            ("PUT", f"{at}/sold-out", self._sold_out),
            ("PUT", f"{at}/quote", self._quote),
            ("PUT", f"{at}/ordering", self._ordering),
            ("GET", f"{at}/offer", self._offer),
            ("PUT", f"{at}/menu", self._menu),
            ("DELETE", f"{at}/menu", self._menu_of_the_file),
        ]
        served = [
            Route(path, self._endpoint(handler), methods=[method], max_body_size=_limit(path))
            for method, path, handler in handlers
        ]
        return [Route("/openapi.json", self._document, methods=["GET"]), *served]

    async def _document(self, _request: Request) -> Response:
        """The OpenAPI document; nothing in it is secret."""
        return _answer(200, _openapi())

    def _endpoint(
        self, handler: Callable[[Restaurant, Request, bytes], Awaitable[BaseModel]]
    ) -> Callable[[Request], Awaitable[Response]]:
        async def endpoint(request: Request) -> Response:
            try:
                body = await request.body()
            except ClientDisconnect:
                return Response(status_code=400)  # nobody reads it
            try:
                restaurant, message_id = self._admit(request, body)
                if message_id is not None and (known := await self._answered(restaurant, message_id)) is not None:
                    return _answer(200, known)
                answer = (await handler(restaurant, request, body)).model_dump_json()
                if message_id is not None:
                    answer = await self._store.once(restaurant.id, f"pos:{message_id}", answer)
            except Refused as refused:
                code = str(refused)
                log.warning("pos_api.refused", path=request.url.path, reason=code)
                self._metrics.count_webhook("/pos/v1", code)
                return _answer(refused.status, refused.answer.model_dump_json(exclude_none=True))
            except StoreError as error:
                log.error("store.away", error=str(error))
                away = Refused(503, "store_away", "The store does not answer just now. Send it again in a moment.")
                return _answer(away.status, away.answer.model_dump_json(exclude_none=True), {"retry-after": "5"})
            self._metrics.count_webhook("/pos/v1", "taken")
            return _answer(200, answer)

        return endpoint

    def _admit(self, request: Request, body: bytes) -> tuple[Restaurant, str | None]:
        """Whose POS this is, and the id of the message, if it has one."""
        restaurant = self._restaurants.get(request.path_params["restaurant"])
        pos = None if restaurant is None else restaurant.pos
        unknown = Refused(401, "not_authorised", "Sign the request with the restaurant's secret, or show its API key.")
        if restaurant is None or pos is None:
            raise unknown
        authorization = request.headers.get("authorization")
        if authorization is not None:
            if not key_is_known([key.get_secret_value() for key in pos.api_keys], authorization):
                raise unknown
            return restaurant, request.headers.get("idempotency-key") or None
        try:
            secrets = [secret.get_secret_value() for secret in pos.secrets]
            return restaurant, verify(secrets, request.headers, body, self._now())
        except SignatureRefusedError as refused:
            raise (
                unknown
                if refused.reason == "missing"
                else Refused(
                    401, f"wrong_{refused.reason}", "The webhook signature does not hold: secret, clock or body differ."
                )
            ) from None

    async def _answered(self, restaurant: Restaurant, message_id: str) -> str | None:
        return await self._store.answered_before(restaurant.id, f"pos:{message_id}")

    # --- orders ---

    async def _order_status(self, restaurant: Restaurant, request: Request, body: bytes) -> BaseModel:
        update, order_id = _read(StatusUpdate, body), request.path_params["order"]
        for _ in range(MOST_TRIES):
            placed = await self._status.read(restaurant.id, order_id)
            if placed is None:
                raise Refused(404, "unknown_order", "No order of this restaurant has this order_ref.")
            move = status_moves(placed.status, update.status)
            if move == "backwards":
                message = f"The order is {placed.status}; a status never goes back."
                raise Refused(409, "status_backwards", message, order_status=placed.status)
            if move == "same" or await self._move(restaurant, placed, update):
                log.info("pos_api.status", restaurant=restaurant.id, order_id=order_id, status=update.status)
                if update.status in ("ready", "rejected", "cancelled"):
                    await self._texts.tell(restaurant, order_id, update.status, update.reason, self._now())
                return StatusAnswer(order_ref=order_id, status=update.status, changed=move == "forward")
        raise Refused(409, "conflict", "The status of this order is changing right now. Send it again.")

    async def _move(self, restaurant: Restaurant, placed: PlacedOrder, update: StatusUpdate) -> bool:
        now = self._now()
        return await self._status.move(
            restaurant.id,
            placed,
            update.status,
            now,
            deliveries=status_deliveries(restaurant, placed.order_id, update, now),
            pos_ref=update.pos_ref,
            reason=update.reason,
            ready_at=update.ready_at,
        )

    async def _order(self, restaurant: Restaurant, request: Request, _body: bytes) -> BaseModel:
        placed = await self._status.read(restaurant.id, request.path_params["order"])
        if placed is None:
            raise Refused(404, "unknown_order", "No order of this restaurant has this order_ref.")
        return OrderAnswer.model_validate(
            {"order_ref": placed.order_id, "status": placed.status, "order_version": placed.version}
        )

    # --- what can be had ---

    async def _sold_out(self, restaurant: Restaurant, _request: Request, body: bytes) -> BaseModel:
        wanted = _read(SoldOutList, body)
        menu = (await self._houses.now(restaurant.id)).menu
        unknown = sorted({item.ref for item in wanted.items} - _refs(menu))
        if unknown:
            message = "The menu has nothing by these refs: write an item id, or `group id/option id`."
            raise Refused(422, "unknown_refs", message, refs=unknown)
        entries = {item.ref: SoldOutEntry(item.ref, item.until) for item in wanted.items}
        await self._store.offers.replace(restaurant.id, SoldOut(tuple(entries.values())))
        return SoldOutAnswer(sold_out=len(entries))

    async def _quote(self, restaurant: Restaurant, _request: Request, body: bytes) -> BaseModel:
        minutes = _read(QuoteTime, body).minutes
        await self._store.offers.quote(restaurant.id, minutes)
        return QuoteAnswer(minutes=minutes or restaurant.quote_minutes)

    async def _ordering(self, restaurant: Restaurant, _request: Request, body: bytes) -> BaseModel:
        wanted = _read(Ordering, body)
        await self._store.offers.pause(restaurant.id, Pause(wanted.until, wanted.reason) if wanted.paused else None)
        return OrderingAnswer(paused=wanted.paused)

    async def _offer(self, restaurant: Restaurant, _request: Request, _body: bytes) -> BaseModel:
        offer, now = await self._store.offers.read(restaurant.id), self._now()
        return OfferAnswer(
            sold_out=tuple(
                SoldOutItem(ref=entry.ref, until=entry.until)
                for entry in offer.sold_out.entries
                if entry.until is None or now < entry.until
            ),
            minutes=offer.quote_minutes or restaurant.quote_minutes,
            paused=offer.pause is not None and offer.pause.holds(now),
        )

    # --- the menu ---

    async def _menu(self, restaurant: Restaurant, request: Request, body: bytes) -> BaseModel:
        """A menu is put in force for the calls that begin from now on; with `dry_run` it is only judged."""
        try:
            text = body.decode()
        except UnicodeDecodeError:
            raise Refused(422, "invalid_menu", "The body is not UTF-8 text.") from None
        # Every two names are compared: longer than other calls can go without their audio.
        report = await asyncio.to_thread(examine_menu, text, "menu")
        menu = report.menu
        if menu is None or not menu.priced:
            errors = report.errors or (Problem("items", "a price is missing", "write every price in cents"),)
            problems = [{"path": one.path, "reason": one.reason, "fix": one.fix} for one in errors[:MOST_PROBLEMS]]
            raise Refused(422, "invalid_menu", f"The menu has {len(errors)} mistakes.", problems=problems)
        before = (await self._houses.now(restaurant.id)).menu
        dry_run = request.query_params.get("dry_run", "false") == "true"
        applied = not dry_run and menu.digest != before.digest
        if applied:
            await self._store.menus.keep(restaurant.id, menu.digest, menu.model_dump_json())
            await self._store.menus.put_in_force(restaurant.id, menu.digest)
            log.info("pos_api.menu", restaurant=restaurant.id, digest=menu.digest, items=len(menu.items))
        return _menu_answer(before, menu, report.warnings, applied=applied)

    async def _menu_of_the_file(self, restaurant: Restaurant, _request: Request, _body: bytes) -> BaseModel:
        """The menu of the restaurant's file holds again."""
        before = (await self._houses.now(restaurant.id)).menu
        applied = await self._store.menus.withdraw(restaurant.id)
        return _menu_answer(before, restaurant.menu, (), applied=applied)


@cache
def _openapi() -> str:
    return json.dumps(document(version("voice-ordering-gateway"), dict(menu_schema())))


def _limit(path: str) -> int:
    return MENU_LIMIT if path.endswith("/menu") else BODY_LIMIT


def _menu_answer(before: Menu, after: Menu, warnings: Sequence[Problem], *, applied: bool) -> MenuAnswer:
    changes = difference(before, after)
    return MenuAnswer(
        digest=after.digest,
        applied=applied,
        changes=tuple(
            MenuAnswerChange(kind=one.kind, path=one.path, before=one.before, after=one.after)
            for one in changes[:MOST_CHANGES]
        ),
        more_changes=max(0, len(changes) - MOST_CHANGES),
        warnings=tuple(f"{one.path}: {one.reason}" for one in warnings[:MOST_PROBLEMS]),
    )


def _read(kind: type[_Body], body: bytes) -> _Body:
    """The body as one of the requests.

    Raises:
        Refused: it is no JSON, or not what the request wants; with every place and reason, and none of its values.
    """
    try:
        return kind.model_validate_json(body)
    except ValidationError as error:
        found = error.errors(include_input=False, include_url=False, include_context=False)
        problems = [{"path": ".".join(map(str, one["loc"])), "reason": one["msg"]} for one in found]
        raise Refused(422, "invalid_body", "The body is not what this request takes.", problems=problems) from None


def _refs(menu: Menu) -> frozenset[str]:
    options = ((group.id, option.id) for group in menu.modifier_groups for option in group.options)
    return known_refs((item.id for item in menu.items), options)


def _answer(status: int, body: str, headers: Mapping[str, str] | None = None) -> Response:
    return Response(body, status, headers, media_type="application/json")
