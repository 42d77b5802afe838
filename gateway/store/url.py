"""The address of a store: the forms of `REDIS_URL`, taken apart.

    redis://[user:password@]host[:6379][/db]          rediss:// with TLS
    unix:///path/to/socket[?db=0]
    redis+sentinel://[user:password@]host[:26379],host[:26379]/master[/db]      rediss+sentinel://
    redis+cluster://[user:password@]host[:6379],host[:6379]                     rediss+cluster://

No message quotes the address, since a password may stand in it.
"""

from dataclasses import dataclass, field
from typing import Literal
from urllib.parse import unquote, urlsplit

_PORTS = {"single": 6379, "sentinel": 26379, "cluster": 6379}


class StoreUrlError(ValueError):
    """`REDIS_URL` cannot be used; the message says which part is wrong and what is expected."""


@dataclass(frozen=True, slots=True)
class StoreUrl:
    """A store's address.

    Attributes:
        mode: how the servers work together.
        url: for a single server, the whole address as redis-py reads it.
        hosts: for Sentinel and Cluster, where to ask first.
        master: Sentinel's name for the set of servers.
    """

    mode: Literal["single", "sentinel", "cluster"]
    url: str = field(default="", repr=False)
    hosts: tuple[tuple[str, int], ...] = ()
    tls: bool = False
    username: str | None = None
    password: str | None = field(default=None, repr=False)
    master: str = ""
    db: int = 0


def parse_store_url(url: str) -> StoreUrl:
    """Take an address apart.

    Raises:
        StoreUrlError: with the reason and the fix.
    """
    scheme, mark, _ = url.partition("://")
    if not mark:
        raise StoreUrlError("REDIS_URL has no scheme: write redis://host:6379/0, or rediss:// for TLS")
    base, _, kind = scheme.partition("+")
    if scheme in ("redis", "rediss", "unix"):
        return StoreUrl("single", url=url, tls=scheme == "rediss")
    if base not in ("redis", "rediss") or kind not in ("sentinel", "cluster"):
        known = "redis, rediss, unix, redis+sentinel, rediss+sentinel, redis+cluster, rediss+cluster"
        raise StoreUrlError(f"REDIS_URL begins with an unknown scheme; known are {known}")
    parts = urlsplit(url)
    user_info, _, addresses = parts.netloc.rpartition("@")
    username, _, password = user_info.partition(":")
    mode: Literal["sentinel", "cluster"] = "sentinel" if kind == "sentinel" else "cluster"
    hosts = tuple(_host(address, _PORTS[mode]) for address in addresses.split(",") if address)
    if not hosts:
        raise StoreUrlError(f"REDIS_URL names no host: write {scheme}://host:{_PORTS[mode]},...")
    path = [part for part in parts.path.split("/") if part]
    master, db = "", 0
    if mode == "sentinel":
        if not path:
            raise StoreUrlError(f"REDIS_URL names no master: write {scheme}://host:26379/mymaster")
        master, rest = path[0], path[1:]
        if rest and not rest[0].isdecimal():
            raise StoreUrlError("the database in REDIS_URL is not a number: write .../mymaster/0")
        db = int(rest[0]) if rest else 0
    elif path and path != ["0"]:
        raise StoreUrlError("a cluster has database 0 only: leave the path out of REDIS_URL")
    return StoreUrl(mode, "", hosts, base == "rediss", unquote(username) or None, unquote(password) or None, master, db)


def _host(address: str, default: int) -> tuple[str, int]:
    host, colon, port = address.rpartition(":")
    if not colon or address.endswith("]"):
        host, port = address, str(default)
    if not port.isdecimal() or not 0 < int(port) < 65536:
        raise StoreUrlError("a port in REDIS_URL is not a number from 1 to 65535")
    return host.strip("[]"), int(port)
