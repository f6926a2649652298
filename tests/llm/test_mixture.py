"""Several models as one: by weights, the same member for the same seed, and every answer names who gave it."""

import asyncio
import subprocess
import sys
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import duckdb
import pytest
from openai_fake import OpenAIFake, Reply

from apigen.component import build
from apigen.errors import ConfigError
from apigen.llm import Mixture, OfflineModel, OpenAIServer
from apigen.llm.model import Model, ModelRequest, ModelResponse
from apigen.records import Message


class Named(Model):
    """Answers with its name."""

    name: str
    log: list[str] = []

    @property
    def title(self) -> str:
        return self.name

    async def complete(self, request: ModelRequest) -> ModelResponse:
        return ModelResponse(text=self.name, model=self.name)

    def identity(self, request: ModelRequest) -> dict[str, Any]:
        return {"name": self.name, "seed": request.seed}

    def watch(self, allow: Any) -> None:
        allow()

    def fetch(self) -> None:
        self.log.append(f"{self.name} fetched")

    def prepare(self, through: Any) -> None:
        through(self, None)

    async def close(self) -> None:
        self.log.append(self.name)


def request(seed: int) -> ModelRequest:
    return ModelRequest(messages=(Message(role="user", content="?"),), seed=seed, purpose="generate")


def mixture(**weights: float) -> Mixture:
    return Mixture(models={name: Named(name=name) for name in weights}, weights=weights)


def answers(model: Mixture, seeds: range) -> list[str]:
    async def main() -> list[str]:
        return [(await model.complete(request(seed))).model for seed in seeds]

    return asyncio.run(main())


def test_members_are_asked_by_their_weights() -> None:
    counted = Counter(answers(mixture(a=3, b=1, c=0), range(8000)))
    assert set(counted) == {"a", "b"}
    assert counted["a"] / 8000 == pytest.approx(0.75, abs=0.02)


def test_the_seed_decides_and_nothing_else() -> None:
    once, again = (answers(mixture(a=1, b=2), range(200)) for _ in range(2))
    assert once == again
    assert answers(mixture(a=1, b=2), range(199, -1, -1)) == once[::-1]


def test_weights_default_to_one() -> None:
    model = Mixture(models={"a": Named(name="a"), "b": Named(name="b")}, weights={"a": 3})
    assert model.title == "a 75% + b 25%"


def test_an_answer_is_kept_as_that_of_its_member() -> None:
    model = mixture(a=1, b=1)
    assert [model.identity(request(seed))["name"] for seed in range(50)] == answers(model, range(50))  # type: ignore[index]


def test_what_is_told_to_the_mixture_is_told_to_every_member() -> None:
    model, allowed, probed = mixture(a=1, b=1), [], []
    model.watch(lambda: allowed.append(1))
    model.prepare(lambda member, _: probed.append(member.title))  # type: ignore[arg-type, return-value]
    model.fetch()
    asyncio.run(model.close())
    assert (len(allowed), probed) == (2, ["a", "b"])
    logs = [member.log for member in model.models.values()]  # type: ignore[attr-defined]
    assert logs == [["a fetched", "a"], ["b fetched", "b"]]


def test_a_mixture_with_a_simulated_member_is_simulated() -> None:
    server = OpenAIServer(model="m", base_url="http://127.0.0.1:9")
    assert Mixture(models={"a": server, "b": OfflineModel()}).simulated
    assert not Mixture(models={"a": server, "b": OfflineModel()}, weights={"b": 0}).simulated


@pytest.mark.parametrize(
    ("models", "weights", "said"),
    [
        ([], {}, r"no member is given; for example \+model@model.models.a="),
        (["a"], {"b": 1}, "weights of no member: b; the members are a"),
        (["a"], {"a": -1}, "weights are positive"),
        (["a", "b"], {"a": 0, "b": 0}, "weights are positive"),
        (["a"], {"a": float("nan")}, "weights are positive"),
        (["a"], {"a": float("inf")}, "weights are positive"),
    ],
)
def test_wrong_weights_are_named(models: list[str], weights: dict[str, float], said: str) -> None:
    members = {name: {"_target_": "apigen.llm.OfflineModel"} for name in models}
    with pytest.raises(ConfigError, match=said):
        build({"_target_": "apigen.llm.Mixture", "models": members, "weights": weights}, "model")


@pytest.fixture
def two_servers() -> Iterator[list[OpenAIFake]]:
    servers = [OpenAIFake(), OpenAIFake()]
    yield servers
    for server in servers:
        server.stop()


def test_a_run_from_the_command_line_with_two_servers(two_servers: list[OpenAIFake], tmp_path: Path) -> None:
    """The request goes to the member that its row names; the first of them judges."""
    overrides = [
        "model@generator=mixture",
        "output_dir=out",
        "cache.mode=off",
        "requests=12",
        "checker=[format]",
        "+model.weights.small=3",
    ]
    for name, server in zip(("small", "large"), two_servers, strict=True):
        server.replies = [Reply(content="[]")]
        member = f"model.models.{name}"
        overrides += [f"+model@{member}=openai_server", f"{member}.base_url={server.url}", f"{member}.model={name}"]
    command = [sys.executable, "-m", "apigen", "generate", *overrides]
    done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True)
    assert done.returncode == 0, done.stdout + done.stderr
    (database,) = (tmp_path / "out").glob("*/run.duckdb")
    with duckdb.connect(str(database), read_only=True) as connection:
        rows = connection.execute("SELECT model, count(*) FROM requests GROUP BY model").fetchall()
        (run,) = connection.execute("SELECT model, judge FROM runs").fetchall()
    asked = {name: len(server.received) for name, server in zip(("small", "large"), two_servers, strict=True)}
    assert dict(rows) == asked
    assert min(asked.values()) > 0
    assert run == ("small 75% + large 25%", None)


def test_the_first_member_judges_unless_a_judge_is_set(two_servers: list[OpenAIFake], tmp_path: Path) -> None:
    members = ["+model@model.models.a=offline", "+model@model.models.b=offline", "model.models.a.preset=first"]
    for judge, title in ((), "offline/first"), (("model@judge=offline", "judge.preset=other"), "offline/other"):
        command = [sys.executable, "-m", "apigen", "check", "model=mixture", *members, *judge]
        done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True)
        assert f"judge      {title} (simulated)" in done.stdout, done.stdout + done.stderr
