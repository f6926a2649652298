"""What may be connected to: judged by address, whatever the name."""

import asyncio
from collections.abc import Callable

import pytest
from rude_server import RudeServer, reply

from apigen.addresses import Reach, reach
from apigen.execution.http.addresses import addresses_of
from apigen.execution.http.failures import Failure
from apigen.execution.http.operation import Origin, Policy, origin_of
from apigen.reasons import Reason
from apigen.records import ExecutionResult, Outcome

Made = Callable[..., ExecutionResult]

PUBLIC = ["8.8.8.8", "1.1.1.1", "2606:4700:4700::1111", "::ffff:8.8.8.8", "64:ff9b::808:808"]
PRIVATE = [
    "127.0.0.1", "127.8.8.8", "0.0.0.0", "0.1.2.3", "10.0.0.1", "172.16.0.1", "192.168.1.1", "100.64.0.1", "192.0.2.1",
    "198.18.0.1", "203.0.113.5", "240.0.0.1", "::", "::1", "fc00::1", "fd12::1", "2001:db8::1", "::ffff:127.0.0.1",
    "::ffff:10.0.0.1", "::127.0.0.1", "64:ff9b::7f00:1", "64:ff9b::a00:1", "64:ff9b:1::1", "2002:7f00:1::",
    "2002:808:808::1", "2001:0:808:808::1", "2606:4700::5efe:7f00:1", "4000::1",
]  # fmt: skip
NEVER = [
    "169.254.169.254", "169.254.1.1", "168.63.129.16", "100.100.100.200", "192.0.0.192", "224.0.0.1", "239.1.1.1",
    "255.255.255.255", "fe80::1", "fe80::1%1", "fec0::1", "ff02::1", "fd00:ec2::254", "::ffff:169.254.169.254",
    "64:ff9b::a9fe:a9fe", "2002:a9fe:a9fe::", "::ffff:168.63.129.16",
]  # fmt: skip


@pytest.mark.parametrize(
    ("address", "expected"),
    [(a, r) for r, found in ((Reach.public, PUBLIC), (Reach.private, PRIVATE), (Reach.never, NEVER)) for a in found],
)
def test_reach_of_addresses(address: str, expected: Reach) -> None:
    assert reach(address) is expected


@pytest.mark.parametrize(
    "host", ["127.0.0.1", "localhost", "0.0.0.0", "2130706433", "0x7f000001", "127.1", "017700000001", "[::1]",
             "[::ffff:127.0.0.1]", "[::ffff:7f00:1]", "[0:0:0:0:0:0:0:1]", "127.0.0.1.", "LOCALHOST"]
)  # fmt: skip
def test_this_machine_is_not_reached_by_any_name(server: RudeServer, call: Made, host: str) -> None:
    server.on("/", reply("1"))
    result = call(f"GET http://{host}:{server.port}/", policy={"allow_private": False})
    assert (result.outcome, result.reason) in (
        (Outcome.rejected, Reason.blocked),
        (Outcome.error, Reason.api_unavailable),  # a system that does not know this way to write it
    )
    assert server.seen == []


def test_a_refusal_says_what_would_allow_it(call: Made) -> None:
    result = call("GET http://127.0.0.1:1/", policy={"allow_private": False})
    assert (result.reason, result.how) == (Reason.blocked, "not_executed")
    assert "allow_private" in result.message


@pytest.mark.parametrize("address", ["169.254.169.254", "168.63.129.16", "224.0.0.1"])
def test_some_addresses_are_never_an_apis(call: Made, address: str) -> None:
    result = call(f"GET http://{address}/latest/meta-data/", policy={"allow_private": True})
    assert (result.outcome, result.reason) == (Outcome.rejected, Reason.blocked)


def test_one_private_address_among_public_ones_is_enough(monkeypatch: pytest.MonkeyPatch) -> None:
    async def look_up() -> list[str]:
        async def getaddrinfo(host: str, port: int, **_: object) -> list[tuple[object, ...]]:
            return [(0, 0, 0, "", (address, port)) for address in ("8.8.8.8", "10.0.0.1")]

        monkeypatch.setattr(asyncio.get_running_loop(), "getaddrinfo", getaddrinfo)
        assert await addresses_of("rebinding.example", 443, allow_private=True) == ["8.8.8.8", "10.0.0.1"]
        return await addresses_of("rebinding.example", 443, allow_private=False)

    with pytest.raises(Failure) as failure:
        asyncio.run(look_up())
    assert failure.value.reason is Reason.blocked
    assert "10.0.0.1" in failure.value.message


def test_environment_proxies_are_not_used(server: RudeServer, call: Made, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("http_proxy", "HTTP_PROXY", "all_proxy", "ALL_PROXY"):
        monkeypatch.setenv(name, "http://127.0.0.1:1")
    server.on("/", reply("1"))
    assert call("GET /").result == 1


@pytest.mark.parametrize(
    ("allowed", "url", "expected"),
    [
        ([], "https://api.example.com/", True),
        ([], "https://api.example.com:8443/", False),
        ([], "https://other.example.com/", False),
        (["api.example.com"], "http://API.example.com./", True),
        (["api.example.com"], "https://api.example.com:22/", False),
        (["https://api.example.com"], "https://api.example.com/", True),
        (["api.example.com:8080"], "http://api.example.com:8080/", True),
        (["api.example.com:8080"], "http://api.example.com/", False),
        (["*.example.com"], "https://a.b.example.com/", True),
        (["*.example.com"], "https://example.com/", False),
        (["*.example.com"], "https://badexample.com/", False),
        (["example.com"], "https://example.com.evil.org/", False),
        (["bücher.example"], "https://xn--bcher-kva.example/", True),
        (["other.org"], "https://api.example.com/", False),
        (["*"], "https://anything.org/", True),
        (["exa mple", "", "host:port"], "https://api.example.com/", False),
    ],
)
def test_allowed_hosts(allowed: list[str], url: str, expected: bool) -> None:
    home = Origin("https", "api.example.com", 443)
    assert Policy(allowed_hosts=tuple(allowed)).allows(origin_of(url), home) is expected


def test_a_host_outside_the_list_is_not_called(server: RudeServer, call: Made) -> None:
    result = call("GET /", policy={"allowed_hosts": ["api.example.com"]})
    assert (result.outcome, result.reason, result.how) == (Outcome.rejected, Reason.blocked, "not_executed")
    assert "allowed_hosts" in result.message
    assert server.seen == []
