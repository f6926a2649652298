"""Documents as a whole: what is taken, how it is called and described, what is wrong with it, where it comes from."""

import asyncio
import json
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any, ClassVar

import pytest
from openapi_documents import document, get, load, only, options

from apigen.component import build
from apigen.config import refuse_secrets
from apigen.errors import ConfigError, SourceError
from apigen.reasons import Reason
from apigen.records import Api
from apigen.sources import Admission, OpenAPISource
from apigen.sources.openapi import retrieval

TEXT = {"type": "string"}
PETS: dict[str, Any] = {
    "/pets": {
        "get": {"operationId": "listPets", "summary": "Lists pets.", "tags": ["pets"]},
        "post": {"operationId": "addPet", "summary": "Adds a pet.", "tags": ["pets", "writing"]},
    },
    "/pets/{id}": {
        "get": {"summary": "One pet.", "tags": ["pet-store"]},
        "delete": {"summary": "Removes a pet.", "deprecated": True},
    },
    "/owners": {"head": {"operationId": "pingOwners", "summary": "Whether there are owners."}},
    "x-extra": {"get": {"summary": "no path"}},
}


def names(folder: Path, **settings: Any) -> list[str]:
    return [api.name for api in load(folder, document(PETS), **settings).apis]


@pytest.mark.parametrize(
    ("settings", "taken"),
    [
        ({}, ["listPets", "addPet", "get_pets_by_id", "pingOwners"]),
        ({"methods": ["get"]}, ["listPets", "get_pets_by_id"]),
        ({"methods": ["GET", "Head"]}, ["listPets", "get_pets_by_id", "pingOwners"]),
        ({"drop_deprecated": False}, ["listPets", "addPet", "get_pets_by_id", "delete_pets_by_id", "pingOwners"]),
        ({"include": ["*Pet*"]}, ["listPets", "addPet"]),
        ({"exclude": ["*Pet*", "ping*"]}, ["get_pets_by_id"]),
        ({"tags": ["writing", "pet-store"]}, ["addPet", "get_pets_by_id"]),
        ({"paths": ["/pets/*"]}, ["get_pets_by_id"]),
        ({"limit": 2}, ["listPets", "addPet"]),
    ],
)
def test_what_is_taken(tmp_path: Path, settings: dict[str, Any], taken: list[str]) -> None:
    assert names(tmp_path, **settings) == taken


def test_only_reading_is_taken_unless_said_otherwise(tmp_path: Path) -> None:
    file = tmp_path / "pets.json"
    file.write_text(json.dumps(document(PETS)))
    assert [api.name for api in OpenAPISource(document=str(file)).load("p").apis] == ["listPets", "get_pets_by_id"]


def test_settings_that_take_nothing_are_told(tmp_path: Path) -> None:
    with pytest.raises(SourceError, match="none of its 5 operations") as raised:
        load(tmp_path, document(PETS), methods=["patch"])
    assert "sources.mine.methods=null" in str(raised.value)


def test_names_do_not_depend_on_what_is_taken(tmp_path: Path) -> None:
    paths = {f"/{letter}": {"get": {"operationId": "same", "summary": letter}} for letter in "abc"}
    apis = load(tmp_path, document(paths)).apis
    assert [api.name for api in apis] == ["same", "same_2", "same_3"]
    [third] = load(tmp_path, document(paths), paths=["/c"]).apis
    assert (third.name, third.description) == ("same_3", "c")


@pytest.mark.parametrize(
    ("operation", "description"),
    [
        ({"summary": "Overview", "description": "Lists <b>all</b> pets."}, "Overview. Lists all pets."),
        ({"summary": "Lists all pets", "description": "Lists all pets, really."}, "Lists all pets, really."),
        ({"summary": "Lists pets!", "description": "lists pets"}, "Lists pets!"),
        ({"description": "word " * 300}, ("word " * 300)[:599].rsplit(" ", 1)[0] + "…"),
        ({"responses": {"200": {"description": "A list of pets."}}}, "Returns: A list of pets."),
        ({"responses": {"200": {"description": "Successful operation"}}}, ""),
        ({"tags": ["pets"], "operationId": "listPets"}, "All about pets: list pets."),
        ({}, ""),
    ],
)
def test_descriptions(tmp_path: Path, operation: dict[str, Any], description: str) -> None:
    tags = [{"name": "pets", "description": "All about *pets*."}, {"name": 5}, None]
    api = only(load(tmp_path, document({"/pets": {"get": operation}}, tags=tags)))
    assert api.description == description


def test_the_path_item_describes_its_operations(tmp_path: Path) -> None:
    assert only(load(tmp_path, document({"/a": {"summary": "Of all.", "get": {}}}))).description == "Of all."


def test_an_operation_without_any_text_is_refused_unless_its_path_may_speak(tmp_path: Path) -> None:
    written = document({"/pets/{id}": {"get": {}}})
    [refusal] = Admission().admit({"mine": load(tmp_path, written)}).refused
    assert refusal.reason is Reason.no_description
    assert only(load(tmp_path, written, describe_from_path=True)).description == "Get pets by id."


def test_categories(tmp_path: Path) -> None:
    apis = load(tmp_path, document(PETS)).apis
    assert [api.category for api in apis] == ["Pets", "Pets", "Pet Store", "Other"]
    assert {api.category for api in load(tmp_path, document(PETS), category="Mine").apis} == {"Mine"}


@pytest.mark.parametrize(
    ("method", "hints", "safe"),
    [
        ("get", {}, True),
        ("head", {}, True),
        ("post", {}, False),
        ("delete", {}, False),
        ("post", {"x-readonly": True}, True),
        ("post", {"x-openai-isConsequential": False}, True),
        ("get", {"x-readonly": False}, False),
        ("get", {"x-openai-isConsequential": True}, False),
        ("delete", {"x-readonly": True}, False),
        ("post", {"x-readonly": "yes"}, False),
    ],
)
def test_reading_and_writing(tmp_path: Path, method: str, hints: dict[str, Any], safe: bool) -> None:
    api = only(load(tmp_path, document({"/x": {method: {"summary": "s", **hints}}})))
    assert options(api)["safe"] is safe
    assert any("allow_writes" in note for note in api.notes) is not safe


def test_methods_that_are_never_called(tmp_path: Path) -> None:
    [refusal] = load(tmp_path, document({"/x": {"trace": {"summary": "s"}, "get": {"summary": "s"}}})).refused
    assert refusal.reason is Reason.unsupported_signature


@pytest.mark.parametrize(
    ("servers", "target"),
    [
        ([{"url": "http://a.example.com"}, {"url": "https://b.example.com/v2/"}], "https://b.example.com/v2/x"),
        ([{"url": "//c.example.com"}], "https://c.example.com/x"),
        ([{"url": "https://{r}.example.com:{p}", "variables": {"r": {"default": "eu"}, "p": {"enum": [8443]}}}],
         "https://eu.example.com:8443/x"),
        ([{"url": "https://{unknown}.example.com"}, {"url": "http://d.example.com"}], "http://d.example.com/x"),
        ([{"url": "wss://a.example.com"}, {"url": "/v1"}, {}, None, {"url": "https://e.example.com"}],
         "https://e.example.com/x"),
    ],
)  # fmt: skip
def test_servers(tmp_path: Path, servers: list[Any], target: str) -> None:
    api = only(load(tmp_path, document({"/x": {"get": {"summary": "s"}}}, servers=servers)))
    assert api.implementation is not None
    assert api.implementation.target == f"GET {target}"


@pytest.mark.parametrize("servers", [None, [], [{"url": "/v1"}], [{"url": "https://u:p@a.example.com"}], "text"])
def test_relative_servers_need_the_setting(tmp_path: Path, servers: Any) -> None:
    written = document({"/x": {"get": {"summary": "s"}}}, servers=servers)
    with pytest.raises(SourceError, match=r"sources\.mine\.server=https"):
        load(tmp_path, written)
    api = only(load(tmp_path, written, server="https://own.example.com/a"))
    assert api.implementation is not None
    assert api.implementation.target == "GET https://own.example.com/a/x"
    assert options(api)["policy"]["allowed_hosts"] == ["own.example.com"]


def test_the_most_specific_server_wins(tmp_path: Path) -> None:
    item = {
        "servers": [{"url": "https://item.example.com"}],
        "get": {"summary": "s", "servers": [{"url": "https://operation.example.com"}]},
        "head": {"summary": "s"},
    }
    apis = load(tmp_path, document({"/x": item})).apis
    assert [options(api)["policy"]["allowed_hosts"] for api in apis] == [
        ["operation.example.com"],
        ["item.example.com"],
    ]


def test_hosts_that_are_not_allowed_are_refused(tmp_path: Path) -> None:
    written = document({"/x": {"get": {"summary": "s"}}})
    [refusal] = load(tmp_path, written, allowed_hosts=["other.example.com"]).refused
    assert refusal.reason is Reason.unsupported_signature
    assert "api.example.com" in refusal.detail
    for allowed in (["*.example.com"], ["API.example.com"], ["api.example.com:443"]):
        assert len(load(tmp_path, written, allowed_hosts=allowed).apis) == 1


def test_the_policy_is_plain_data(tmp_path: Path) -> None:
    auth: list[dict[str, Any]] = [
        {"kind": "api_key", "in": "query", "name": "key", "env": "MY_KEY"},
        {"kind": "bearer", "env": "TOKEN"},
        {"kind": "basic", "user_env": "U", "password_env": "P"},
        {
            "kind": "oauth2",
            "token_url": "https://a.b/t",
            "client_id_env": "I",
            "client_secret_env": "S",
            "scope": "x",
            "audience": "https://a.b/",
            "client_auth": "body",
        },
    ]
    api = get(tmp_path, {}, auth=auth, rate=2, timeout=3, headers={"X-A": "b"}, allow_private=True, allow_writes=True)
    assert options(api)["policy"] == {
        "source": "mine",
        "allowed_hosts": ["api.example.com"],
        "allow_private": True,
        "allow_writes": True,
        "auth": auth,
        "rate": 2,
        "timeout": 3,
        "max_bytes": 1_000_000,
        "headers": {"X-A": "b"},
    }
    assert Api.model_validate(json.loads(api.model_dump_json())) == api


@pytest.mark.parametrize(
    ("settings", "told"),
    [
        ({"auth": [{"kind": "bearer", "env": "sk-verysecret1"}]}, "environment variable"),
        ({"auth": [{"kind": "api_key", "name": "k", "env": "a b"}]}, "environment variable"),
        ({"auth": [{"kind": "magic"}]}, "kind"),
        (
            {"auth": [{"kind": "oauth2", "token_url": "http://a.b", "client_id_env": "I", "client_secret_env": "S"}]},
            "https",
        ),
        ({"headers": {"Authorization": "Bearer verysecret1"}}, "auth"),
        ({"headers": {"X-Api-Key": "verysecret1"}}, "auth"),
        ({"server": "api.example.com"}, "http"),
        ({"server": "https://{v}.example.com"}, "http"),
        ({"methods": ["fetch"]}, "fetch"),
        ({"allowed_hosts": ["https://a.b/c"]}, "without scheme"),
        ({"limit": 0}, "limit"),
        ({"timeout": 0}, "timeout"),
        ({"rate": 0}, "rate"),
        ({"document": ""}, "document"),
        ({"documnet": "x"}, "document"),
    ],
)
def test_wrong_settings_are_told_without_their_secrets(settings: dict[str, Any], told: str) -> None:
    config = {"_target_": "apigen.sources.OpenAPISource", "document": "x.json"} | settings
    with pytest.raises(ConfigError) as raised:
        build(config, "sources.mine")
    assert told in str(raised.value)
    assert "verysecret1" not in str(raised.value)


def test_references_to_secrets_are_no_secrets() -> None:
    from omegaconf import OmegaConf

    auth = [{"kind": "oauth2", "token_url": "https://a.b/t", "client_id_env": "I", "client_secret_env": "S"}]
    refuse_secrets(OmegaConf.create({"sources": {"mine": {"auth": auth}}}))


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("", "empty"),
        ("{", "not JSON"),
        ("[]", "a list"),
        ("5", "single value"),
        ("{}", "without `openapi"),
        ('{"info": {}, "item": []}', "Postman"),
        ('{"openapi": "3.0.0"}', "no `paths`"),
        ('{"openapi": "3.1.0", "webhooks": {"a": {}}}', "no `paths`"),
        ('{"openapi": "3.0.0", "paths": {}}', "no `paths`"),
        ('{"openapi": "3.0.0", "paths": {"/x": {}}}', "no operations"),
        ('{"openapi": "3.0.0", "paths": {"/a": {}}, "paths": {"/b": {}}}', "twice"),
        ('{"openapi": "4.0.0", "paths": {"/x": {}}}', "4.0.0"),
        ('{"swaggerVersion": "1.2", "paths": {"/x": {}}}', "1.2"),
        ("<html>", "HTML"),
        ("a: 1\n\tb: 2", "line 2"),
    ],
)
def test_documents_that_cannot_be_used(tmp_path: Path, text: str, told: str) -> None:
    with pytest.raises(SourceError, match=told) as raised:
        load(tmp_path, text)
    assert raised.value.where
    assert raised.value.where.startswith("sources.mine.document=")
    assert raised.value.remedy


def test_no_such_file(tmp_path: Path) -> None:
    with pytest.raises(SourceError, match="no such file"):
        OpenAPISource(document=str(tmp_path / "nothing.json")).load("mine")
    with pytest.raises(SourceError, match="folder"):
        OpenAPISource(document=str(tmp_path)).load("mine")


@pytest.mark.parametrize("broken", ["text", 5, [], None, {"$ref": "#/nowhere"}, {"$ref": "#/paths/~1broken"}])
def test_one_broken_path_does_not_cost_the_others(tmp_path: Path, broken: Any) -> None:
    loaded = load(tmp_path, document({"/broken": broken, "/x": {"get": {"summary": "s"}, "put": "text", "post": None}}))
    assert [api.name for api in loaded.apis] == ["get_x"]
    assert {refusal.name for refusal in loaded.refused} == {"/broken", "PUT /x"}


def test_path_items_by_reference(tmp_path: Path) -> None:
    item = {"get": {"summary": "s"}}
    written = document({"/x": {"$ref": "#/components/pathItems/X"}}, "3.1.0", components={"pathItems": {"X": item}})
    assert only(load(tmp_path, written)).name == "get_x"


def test_files_beside_the_document(tmp_path: Path) -> None:
    (tmp_path / "parts").mkdir()
    (tmp_path / "parts" / "pet file.yaml").write_text(
        "Pet: {type: object, properties: {owner: {$ref: '#/Owner'}, kind: {$ref: '../kinds.json'}}}\n"
        "Owner: {type: string}\n"
    )
    (tmp_path / "kinds.json").write_text('{"enum": ["cat"]}')
    schema = {"$ref": "parts/pet%20file.yaml#/Pet"}
    body = {"required": True, "content": {"application/json": {"schema": schema}}}
    api = only(load(tmp_path, document({"/x": {"post": {"summary": "s", "requestBody": body}}})))
    assert api.properties == {"owner": TEXT, "kind": {"type": "string", "enum": ["cat"]}}


class Host(BaseHTTPRequestHandler):
    """Serves what the tests put into `pages`, by path."""

    pages: ClassVar[dict[str, tuple[int, bytes]]] = {}

    def do_GET(self) -> None:
        status, content = self.pages.get(self.path, (404, b""))
        self.send_response(status)
        if status in (301, 302):
            self.send_header("Location", content.decode())
            content = b""
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)

    def log_message(self, *_: Any) -> None:
        """Silence."""


@pytest.fixture
def host() -> Iterator[str]:
    server = ThreadingHTTPServer(("127.0.0.1", 0), Host)
    thread = threading.Thread(target=server.serve_forever, args=(0.01,))
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    thread.join()
    server.server_close()
    Host.pages.clear()


def test_documents_are_fetched(host: str) -> None:
    written = document({"/x": {"get": {"summary": "s"}}}, servers=[{"url": "../v7"}])
    Host.pages |= {"/docs/api.json": (200, json.dumps(written).encode()), "/old": (302, b"/docs/api.json")}
    for address in ("/docs/api.json", "/old"):
        api = only(OpenAPISource(document=host + address, allow_private=True).load("mine"))
        assert api.implementation is not None
        assert api.implementation.target == f"GET {host}/v7/x"


def test_documents_are_fetched_within_a_running_loop_too(host: str) -> None:
    Host.pages["/api"] = (200, json.dumps(document({"/x": {"get": {"summary": "s"}}})).encode())

    async def run() -> int:
        return len(OpenAPISource(document=host + "/api", allow_private=True).load("mine").apis)

    assert asyncio.run(run()) == 1


def test_documents_that_cannot_be_fetched(host: str, monkeypatch: pytest.MonkeyPatch) -> None:
    Host.pages |= {"/loop": (302, b"/loop"), "/large": (200, b"x" * 200_000)}
    monkeypatch.setattr(retrieval, "MAX_BYTES", 100_000)
    for address, told in {"/none": "404", "/loop": "redirects", "/large": "100,000"}.items():
        with pytest.raises(SourceError, match=told):
            OpenAPISource(document=host + address, allow_private=True).load("mine")
    with pytest.raises(SourceError, match="cannot be had"):
        OpenAPISource(document="http://127.0.0.1:9/api", allow_private=True).load("mine")


def test_a_server_that_never_ends_is_left(monkeypatch: pytest.MonkeyPatch) -> None:
    import socket

    monkeypatch.setattr(retrieval, "DEADLINE", 0.3)
    silent = socket.create_server(("127.0.0.1", 0))  # accepts, and never answers
    with silent, pytest.raises(SourceError, match=r"0\.3 seconds"):
        OpenAPISource(document=f"http://127.0.0.1:{silent.getsockname()[1]}/api", allow_private=True).load("mine")


def test_private_addresses_are_asked_only_if_the_source_allows_it(host: str) -> None:
    port = host.rpartition(":")[2]
    for address in (host, f"http://localhost:{port}", f"http://0x7f.1:{port}", f"http://[::ffff:127.0.0.1]:{port}"):
        with pytest.raises(SourceError, match="no public address") as error:
            OpenAPISource(document=address + "/api").load("mine")
        assert "sources.mine.allow_private=true" in str(error.value)
    with pytest.raises(SourceError, match="no public address") as error:
        OpenAPISource(document="http://169.254.169.254/latest", allow_private=True).load("mine")
    assert "allow_private" not in str(error.value)


def test_redirects_are_looked_at_like_the_first_address(host: str) -> None:
    Host.pages["/api"] = (302, b"http://169.254.169.254/latest/meta-data")
    with pytest.raises(SourceError, match=r"`169\.254\.169\.254` is no public address"):
        OpenAPISource(document=host + "/api", allow_private=True).load("mine")


def test_no_proxy_stands_before_the_check(host: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("http_proxy", host)
    Host.pages["http://api.invalid/api"] = (200, b"{}")
    with pytest.raises(SourceError, match="cannot be had"):
        OpenAPISource(document="http://api.invalid/api").load("mine")


def test_a_fetched_document_may_not_refer_to_files(host: str, tmp_path: Path) -> None:
    (tmp_path / "secret.json").write_text('{"type": "string", "description": "secret"}')
    parameters = [
        {"name": "q", "in": "query", "required": True, "schema": {"$ref": (tmp_path / "secret.json").as_uri()}}
    ]
    Host.pages["/api"] = (
        200,
        json.dumps(document({"/x": {"get": {"summary": "s", "parameters": parameters}}})).encode(),
    )
    [refusal] = OpenAPISource(document=host + "/api", allow_private=True).load("mine").refused
    assert refusal.reason is Reason.invalid_schema
    assert "not fetched" in refusal.detail
