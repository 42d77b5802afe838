"""Guard against server-side request forgery: endpoints are public addresses, unless a setting allows others.

A POS endpoint is somebody else's text. Without a guard it could name our own metadata service or database. The check is
made on the address that is then connected to, so that a name cannot change between check and use.
"""

import asyncio
import ipaddress
import socket
from collections.abc import Iterable

import httpcore2
import httpx2

# Addresses that carry an IPv4 address inside: NAT64 (RFC 6052).
_NAT64 = ipaddress.ip_network("64:ff9b::/96")


class PrivateAddressError(httpcore2.ConnectError):
    """An endpoint's name leads to an address that is not public."""


class GuardedTransport(httpx2.AsyncHTTPTransport):
    """HTTP over connections to public addresses only. TLS is verified against the name, as ever."""

    def __init__(self, limits: httpx2.Limits) -> None:
        super().__init__(trust_env=False, limits=limits)
        # httpx2 hands on every option of httpcore2's pool but this one.
        self._pool = httpcore2.AsyncConnectionPool(
            ssl_context=httpx2.create_ssl_context(trust_env=False),
            max_connections=limits.max_connections,
            max_keepalive_connections=limits.max_keepalive_connections,
            keepalive_expiry=limits.keepalive_expiry,
            network_backend=_PublicNetwork(),
        )


class _PublicNetwork(httpcore2.AsyncNetworkBackend):
    def __init__(self) -> None:
        self._network = httpcore2.AnyIOBackend()

    async def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,  # noqa: ASYNC109 - httpcore2's own signature
        local_address: str | None = None,
        socket_options: Iterable[httpcore2.SOCKET_OPTION] | None = None,
    ) -> httpcore2.AsyncNetworkStream:
        """Connect to the first address of a name that answers, after all of them were found to be public."""
        failure: httpcore2.ConnectError | httpcore2.ConnectTimeout | None = None
        for address in await public_addresses(host, port):
            try:
                return await self._network.connect_tcp(address, port, timeout, local_address, socket_options)
            except (httpcore2.ConnectError, httpcore2.ConnectTimeout) as error:
                failure = error
        raise failure or httpcore2.ConnectError("the name has no address")

    async def sleep(self, seconds: float) -> None:
        """Wait."""
        await self._network.sleep(seconds)


async def public_addresses(host: str, port: int) -> list[str]:
    """The addresses of a name, in the resolver's order.

    Raises:
        PrivateAddressError: one of them is not public.
        httpcore2.ConnectError: the name is not known.
    """
    try:
        found = await asyncio.get_running_loop().getaddrinfo(host, port, type=socket.SOCK_STREAM)
    except (OSError, UnicodeError) as error:  # UnicodeError: it could be nobody's name, such as one of a long label
        raise httpcore2.ConnectError("the name is not known") from error
    addresses = list(dict.fromkeys(str(entry[4][0]) for entry in found))
    if not all(is_public(address) for address in addresses):
        raise PrivateAddressError("the endpoint's address is not public")
    return addresses


def is_public(address: str) -> bool:
    """Whether an IP address is one of the public internet, also where it wraps an IPv4 address."""
    ip = ipaddress.ip_address(address.partition("%")[0])
    if isinstance(ip, ipaddress.IPv6Address):
        inner = ip.ipv4_mapped or ip.sixtofour
        if ip in _NAT64:
            inner = ipaddress.IPv4Address(int(ip) & 0xFFFFFFFF)
        if inner is not None:
            return is_public(str(inner))
    return ip.is_global and not ip.is_multicast
