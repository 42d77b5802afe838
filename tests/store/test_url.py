"""The forms of REDIS_URL."""

import pytest

from gateway.store import StoreUrlError, parse_store_url
from gateway.store.url import StoreUrl


@pytest.mark.parametrize("url", ["redis://h:1/2", "rediss://u:p@h/0", "unix:///a/b.sock?db=1"])
def test_a_single_server_is_left_to_redis_py(url: str) -> None:
    assert parse_store_url(url) == StoreUrl("single", url=url, tls=url.startswith("rediss"))


@pytest.mark.parametrize(
    ("url", "address"),
    [
        ("redis+sentinel://a/m", StoreUrl("sentinel", hosts=(("a", 26379),), master="m")),
        (
            "rediss+sentinel://user:p%40ss@a:1,[::1]:2/main/3",
            StoreUrl("sentinel", "", (("a", 1), ("::1", 2)), True, "user", "p@ss", "main", 3),
        ),
        ("redis+cluster://a,b:7001", StoreUrl("cluster", hosts=(("a", 6379), ("b", 7001)))),
        ("rediss+cluster://:secret@[::1]/0", StoreUrl("cluster", "", (("::1", 6379),), True, None, "secret")),
    ],
)
def test_several_servers(url: str, address: StoreUrl) -> None:
    assert parse_store_url(url) == address


@pytest.mark.parametrize(
    ("url", "reason"),
    [
        ("localhost:6379", "no scheme"),
        ("http://:secret@h", "unknown scheme"),
        ("redis+magic://:secret@h", "unknown scheme"),
        ("redis+cluster://:secret@", "names no host"),
        ("redis+sentinel://:secret@h", "names no master"),
        ("redis+sentinel://:secret@h/m/zero", "not a number"),
        ("redis+cluster://:secret@h/1", "database 0 only"),
        ("redis+cluster://:secret@h:port", "port"),
        ("redis+cluster://:secret@h:70000", "port"),
    ],
)
def test_mistakes_are_named_and_passwords_are_not(url: str, reason: str) -> None:
    with pytest.raises(StoreUrlError, match=reason) as error:
        parse_store_url(url)
    assert "secret" not in str(error.value)


def test_an_address_does_not_print_its_password() -> None:
    for url in ("redis://:secret@h", "redis+cluster://:secret@h"):
        assert "secret" not in repr(parse_store_url(url))
