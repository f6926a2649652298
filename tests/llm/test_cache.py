"""The response cache within one process."""

import asyncio
import contextlib
import json
import os
import shutil
import sqlite3
import stat
import sys
import zlib
from collections.abc import Awaitable, Callable
from pathlib import Path

import pytest

from apigen.component import build
from apigen.errors import ConfigError, ModelError, StorageError
from apigen.llm.cache import ResponseCache, Responses
from apigen.llm.cache.place import cache_folder, current
from apigen.llm.cache.responses import Mode
from apigen.llm.model import ModelResponse
from apigen.reasons import Reason
from apigen.records import Json

FULL = ModelResponse(
    text='[{"query": "Größe 😀 \\ud800", "answers": []}]' * 20, model="openai/x", finish_reason="length",
    prompt_tokens=12, completion_tokens=34, cost=0.00125, latency=1.5, attempts=3, injected=(("a", "b"), ()),
)  # fmt: skip
IDENTITY: dict[str, Json] = {"model": "openai/x", "messages": [{"role": "user", "content": "é\ud800 hello"}], "seed": 1}


class Provider:
    """Counts how often it is asked; answers once `gate` is open."""

    def __init__(self, response: ModelResponse = FULL, errors: int = 0) -> None:
        self.asked = 0
        self.began = asyncio.Event()
        self.gate = asyncio.Event()
        self.gate.set()
        self._response = response
        self._errors = errors

    async def __call__(self) -> ModelResponse:
        self.asked += 1
        self.began.set()
        await self.gate.wait()
        if self.asked <= self._errors:
            raise ModelError(Reason.model_unavailable, "no")
        return self._response


def opened(folder: Path, run: str = "run-1", mode: Mode = "use") -> Responses:
    return ResponseCache(folder=str(folder), mode=mode).open(run)


Part = Callable[[Responses], Awaitable[None]]


def during(responses: Responses, part: Part) -> None:
    async def work() -> None:
        try:
            await part(responses)
        finally:
            await responses.close()

    asyncio.run(work())


def answered(
    folder: Path, provider: Provider, run: str, mode: Mode = "use", identity: Json = IDENTITY
) -> ModelResponse:
    """One answer, of a cache opened and closed for it."""
    found: list[ModelResponse] = []

    async def part(responses: Responses) -> None:
        found.append(await responses.answer(identity, provider))

    during(opened(folder, run, mode), part)
    return found[0]


def test_an_answer_is_paid_for_once_and_keeps_every_field(tmp_path: Path) -> None:
    provider = Provider()
    assert answered(tmp_path, provider, "a") == FULL
    assert answered(tmp_path, provider, "b") == FULL.model_copy(update={"cached": True})
    assert answered(tmp_path, provider, "a") == FULL  # a resumed run paid for it itself
    assert provider.asked == 1


@pytest.mark.parametrize("change", [{"seed": 2}, {"model": "openai/y"}, {"extra_body": {"n": 1}}, {"seed": "1"}])
def test_whatever_differs_is_asked_for(tmp_path: Path, change: dict[str, Json]) -> None:
    provider = Provider()
    answered(tmp_path, provider, "a")
    answered(tmp_path, provider, "a", identity=IDENTITY | change)
    assert provider.asked == 2


def test_the_order_of_keys_does_not_count(tmp_path: Path) -> None:
    provider = Provider()
    answered(tmp_path, provider, "a")
    answered(tmp_path, provider, "a", identity=dict(reversed(IDENTITY.items())))
    assert provider.asked == 1


def test_a_lone_surrogate_is_not_its_escape(tmp_path: Path) -> None:
    provider = Provider()
    answered(tmp_path, provider, "a", identity={"m": "\ud800"})
    answered(tmp_path, provider, "a", identity={"m": "\\ud800"})
    assert provider.asked == 2


@pytest.mark.parametrize(
    ("identity", "response"), [(None, FULL), (IDENTITY, FULL.model_copy(update={"simulated": True}))]
)
def test_what_is_not_worth_keeping_is_asked_for_each_time(
    tmp_path: Path, identity: Json, response: ModelResponse
) -> None:
    provider = Provider(response)
    assert [answered(tmp_path, provider, "a", identity=identity) for _ in range(2)] == [response] * 2
    assert provider.asked == 2


def test_refresh_asks_anew_once_for_each_run(tmp_path: Path) -> None:
    old, new = Provider(), Provider(FULL.model_copy(update={"text": "new"}))
    answered(tmp_path, old, "a")
    assert answered(tmp_path, new, "b", "refresh").text == "new"
    again = answered(tmp_path, new, "b", "refresh")  # the run resumed
    assert (again.text, again.cached, new.asked) == ("new", False, 1)
    assert answered(tmp_path, old, "c").text == "new"
    assert rows(tmp_path, "SELECT count(*) FROM bodies") == [(1,)]


def test_offline_answers_from_the_cache_only(tmp_path: Path) -> None:
    provider = Provider()
    answered(tmp_path, provider, "a")
    assert answered(tmp_path, provider, "b", "offline").text == FULL.text
    with pytest.raises(ModelError) as caught:
        answered(tmp_path, provider, "b", "offline", {"other": 1})
    assert (caught.value.reason, caught.value.retryable) == (Reason.not_cached, False)
    assert provider.asked == 1


def test_off_touches_nothing(tmp_path: Path) -> None:
    provider = Provider()
    for _ in range(2):
        assert answered(tmp_path / "none", provider, "a", "off") == FULL
    assert provider.asked == 2
    assert not (tmp_path / "none").exists()


def test_a_bare_off_of_yaml_is_off() -> None:
    made = build({"_target_": "apigen.llm.cache.ResponseCache", "mode": False})
    assert made == ResponseCache(mode="off")
    with pytest.raises(ConfigError, match="mode"):
        build({"_target_": "apigen.llm.cache.ResponseCache", "mode": True})


def test_errors_are_not_kept(tmp_path: Path) -> None:
    provider = Provider(errors=1)
    with pytest.raises(ModelError):
        answered(tmp_path, provider, "a")
    assert answered(tmp_path, provider, "a") == FULL
    assert rows(tmp_path, "SELECT count(*) FROM answers") == [(1,)]


def test_what_is_asked_for_at_the_same_moment_is_asked_once(tmp_path: Path) -> None:
    provider = Provider()

    async def part(responses: Responses) -> None:
        provider.gate.clear()
        asking = [asyncio.create_task(responses.answer(IDENTITY, provider)) for _ in range(20)]
        await asyncio.sleep(0)
        provider.gate.set()
        assert set(await asyncio.gather(*asking)) == {FULL}

    during(opened(tmp_path), part)
    assert provider.asked == 1


def test_another_takes_over_from_one_that_fails_or_is_cancelled(tmp_path: Path) -> None:
    provider = Provider(errors=1)

    async def part(responses: Responses) -> None:
        first, second = (asyncio.create_task(responses.answer(IDENTITY, provider)) for _ in range(2))
        outcomes = await asyncio.gather(first, second, return_exceptions=True)
        assert isinstance(outcomes[0], ModelError)
        assert outcomes[1] == FULL
        provider.gate.clear()
        first, second = (asyncio.create_task(responses.answer({"other": 1}, provider)) for _ in range(2))
        await asyncio.sleep(0)
        first.cancel()
        await asyncio.sleep(0)
        provider.gate.set()
        assert await second == FULL
        assert first.cancelled()

    during(opened(tmp_path), part)
    assert provider.asked == 4


@pytest.mark.skipif(sys.platform != "linux", reason="claims belong to a whole process there")
def test_two_runs_of_one_process_share_what_is_being_asked(tmp_path: Path) -> None:
    provider = Provider()

    async def part(responses: Responses) -> None:
        other = opened(tmp_path, "run-2")
        provider.gate.clear()
        asking = [asyncio.create_task(one.answer(IDENTITY, provider)) for one in (responses, other)]
        await provider.began.wait()
        await asyncio.sleep(0.05)
        provider.gate.set()
        first, second = await asyncio.gather(*asking)
        assert (first.cached, second.cached) == (False, True)
        await other.close()

    during(opened(tmp_path), part)
    assert provider.asked == 1


def test_an_answer_is_stored_though_its_caller_is_cancelled(tmp_path: Path) -> None:
    provider = Provider()

    async def part(responses: Responses) -> None:
        asking = asyncio.create_task(responses.answer(IDENTITY, provider))
        await provider.began.wait()
        asking.cancel()  # the provider has answered: the storing is under way
        with pytest.raises(asyncio.CancelledError):
            await asking
        assert await responses.answer(IDENTITY, provider) == FULL

    during(opened(tmp_path), part)
    assert provider.asked == 1
    assert answered(tmp_path, provider, "b").cached
    assert provider.asked == 1


def test_many_answers_and_hits_are_counted(tmp_path: Path) -> None:
    async def part(responses: Responses) -> None:
        await asyncio.gather(*(responses.answer({"n": n % 150}, Provider()) for n in range(300)))

    during(opened(tmp_path), part)
    assert rows(tmp_path, "SELECT count(*), count(DISTINCT body) FROM answers") == [(150, 150)]
    assert rows(tmp_path, "SELECT model, hits, prompt_tokens, completion_tokens, unknown FROM hits") == [
        ("openai/x", 150, 150 * 12, 150 * 34, 0)
    ]
    assert rows(tmp_path, "SELECT round(cost, 6) FROM hits") == [(round(150 * 0.00125, 6),)]


def test_it_is_for_the_owner_only(tmp_path: Path) -> None:
    answered(tmp_path / "a" / "b", Provider(), "a")
    assert stat.S_IMODE((tmp_path / "a" / "b").stat().st_mode) == 0o700
    assert {stat.S_IMODE(file.stat().st_mode) for file in (tmp_path / "a" / "b").iterdir()} == {0o600}


def test_no_secret_of_the_environment_is_kept(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SHOP_API_KEY", 'open"sesame"1234')
    spoken = FULL.model_copy(update={"text": 'the key open"sesame"1234 or open\\"sesame\\"1234 was sent'})
    responses = opened(tmp_path)

    async def part(responses: Responses) -> None:
        assert "sesame" not in (await responses.answer(IDENTITY, Provider(spoken))).text

    during(responses, part)
    assert "sesame" not in answered(tmp_path, Provider(), "b").text


@pytest.mark.parametrize(
    ("given", "environment", "folder"),
    [
        ("~/x", {}, "/home/me/x"),
        (None, {"APIGEN_CACHE": "/c", "XDG_CACHE_HOME": "/x"}, "/c"),
        (None, {"XDG_CACHE_HOME": "/x"}, "/x/apigen"),
        (None, {"XDG_CACHE_HOME": "x"}, "/home/me/.cache/apigen"),
        (None, {}, "/home/me/.cache/apigen"),
    ],
)
def test_where_it_is(
    given: str | None, environment: dict[str, str], folder: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("APIGEN_CACHE", "XDG_CACHE_HOME"):
        monkeypatch.delenv(name, raising=False)
    for name, value in (environment | {"HOME": "/home/me"}).items():
        monkeypatch.setenv(name, value)
    assert cache_folder(given) == Path(folder)


def spoil_text(path: Path) -> None:
    path.write_bytes(b"This is no database.\n" * 100)


def spoil_pages(path: Path) -> None:
    content = bytearray(path.read_bytes())
    content[200:] = b"\xff" * (len(content) - 200)
    path.write_bytes(content)


def cut(path: Path) -> None:
    path.write_bytes(path.read_bytes()[:9000])


def foreign(path: Path) -> None:
    path.unlink()
    with sqlite3.connect(path) as connection:
        connection.execute("CREATE TABLE answers (x)")
    connection.close()


@pytest.mark.parametrize("spoil", [spoil_text, spoil_pages, cut, foreign])
def test_a_damaged_file_is_set_aside_and_told(
    spoil: Callable[[Path], None], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    provider = Provider()
    answered(tmp_path, provider, "a")
    path = current(tmp_path)
    assert path is not None
    spoil(path)
    spoilt = path.read_bytes()
    assert answered(tmp_path, provider, "b") == FULL
    told = capsys.readouterr().err
    assert told.count("cannot be read") == 1
    assert f"{path.name}.damaged-1" in told
    assert (tmp_path / f"{path.name}.damaged-1").read_bytes() == spoilt
    assert answered(tmp_path, provider, "c").cached
    assert capsys.readouterr().err == ""
    assert provider.asked == 2


def test_a_file_that_is_damaged_while_it_is_open_is_replaced(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    provider = Provider()
    answered(tmp_path, provider, "a")

    async def part(responses: Responses) -> None:
        assert responses.path is not None
        spoil_pages(responses.path)
        for n in range(3):
            await responses.answer({"n": n}, provider)

    during(opened(tmp_path), part)
    assert capsys.readouterr().err.count("cannot be read") == 1
    assert rows(tmp_path, "SELECT count(*) FROM answers") == [(3,)]


def test_a_damaged_answer_is_asked_for_again_and_told_once(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    provider = Provider()
    answered(tmp_path, provider, "a")
    path = current(tmp_path)
    assert path is not None
    with sqlite3.connect(path) as connection:
        connection.execute("UPDATE bodies SET response = x'00'")
    connection.close()
    assert answered(tmp_path, provider, "b") == FULL
    assert capsys.readouterr().err.count("holds answers that are damaged") == 1
    assert answered(tmp_path, provider, "c").cached
    assert (provider.asked, rows(tmp_path, "SELECT count(*) FROM bodies")) == (2, [(1,)])


def test_a_folder_that_vanishes_is_made_anew(tmp_path: Path) -> None:
    folder = tmp_path / "cache"
    provider = Provider()

    async def part(responses: Responses) -> None:
        await responses.answer({"n": 1}, provider)
        shutil.rmtree(folder)
        await responses.answer({"n": 2}, provider)

    during(opened(folder), part)
    assert answered(folder, provider, "b", identity={"n": 2}).cached


def test_a_later_version_is_refused(tmp_path: Path) -> None:
    answered(tmp_path, Provider(), "a")
    path = current(tmp_path)
    assert path is not None
    with sqlite3.connect(path) as connection:
        connection.execute("PRAGMA user_version = 99")
    connection.close()
    with pytest.raises(StorageError, match="version 99"):
        opened(tmp_path)


def test_a_place_that_is_no_folder_is_told(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("x")
    for folder in (tmp_path / "file", tmp_path / "file" / "below"):
        with pytest.raises(StorageError) as caught:
            opened(folder)
        assert caught.value.where == str(folder)
        assert "cache.folder" in str(caught.value.remedy)


@pytest.mark.skipif(os.geteuid() == 0, reason="nothing is read-only for root")
def test_a_read_only_folder_serves_offline_and_is_refused_else(tmp_path: Path) -> None:
    folder = tmp_path / "cache"
    answered(folder, Provider(), "a")
    folder.chmod(0o500)
    try:
        assert answered(folder, Provider(), "b", "offline").cached
        with pytest.raises(StorageError):
            opened(folder)
    finally:
        folder.chmod(0o700)


def test_what_cannot_be_written_to_is_read_as_it_stands(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    answered(tmp_path, Provider(), "a")
    before = sorted(tmp_path.iterdir())
    monkeypatch.setattr(os, "access", lambda path, mode: False)
    assert answered(tmp_path, Provider(), "b", "offline").cached
    assert sorted(tmp_path.iterdir()) == before
    assert rows(tmp_path, "SELECT * FROM hits") == []


def rows(folder: Path, query: str) -> list[tuple[Json, ...]]:
    path = current(folder)
    assert path is not None
    connection = sqlite3.connect(path)
    try:
        return connection.execute(query).fetchall()
    finally:
        connection.close()


def test_where_hosts_share_a_file_system_there_is_no_write_ahead_log(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It needs memory that all processes share."""

    def beside() -> list[Path]:
        return list(tmp_path.glob("*-wal"))

    monkeypatch.setattr("apigen.llm.cache.database._on_network", lambda path: True)
    provider = Provider()

    async def part(responses: Responses) -> None:
        await asyncio.gather(*(responses.answer({"n": n}, provider) for n in range(100)))
        assert beside() == []

    during(opened(tmp_path), part)
    assert answered(tmp_path, provider, "b", identity={"n": 50}).cached
    assert provider.asked == 100


@pytest.mark.parametrize("repeated", [1, 100])
def test_answers_small_and_large_are_stored_in_a_form_that_every_version_reads(tmp_path: Path, repeated: int) -> None:
    response = FULL.model_copy(update={"text": "é😀" * repeated})
    answered(tmp_path, Provider(response), "a")
    path = current(tmp_path)
    assert path is not None
    with contextlib.closing(sqlite3.connect(path)) as connection:
        ((stored,),) = connection.execute("SELECT response FROM bodies").fetchall()
    assert json.loads(zlib.decompress(stored)) == json.loads(response.model_dump_json(exclude={"cached"}))
    provider = Provider()
    assert answered(tmp_path, provider, "a") == response
    assert not provider.asked
