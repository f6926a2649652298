"""How servers are held: what bubblewrap is told, and which addresses are public."""

from pathlib import Path

import pytest

from apigen.addresses import Reach, reach
from apigen.mcp import confinement
from apigen.mcp.confinement import Grants, guarded, isolation, server_command


@pytest.fixture
def wrapped(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(confinement, "bubblewrap", lambda network: "/usr/bin/bwrap")


@pytest.fixture
def unwrapped(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(confinement, "bubblewrap", lambda network: None)


def pairs(line: list[str], option: str) -> list[str]:
    return [line[i + 1] for i, word in enumerate(line) if word == option]


@pytest.mark.usefixtures("wrapped")
def test_a_server_sees_its_installation_and_what_it_is_granted(tmp_path: Path) -> None:
    program = tmp_path / "env" / "bin" / "server"
    program.parent.mkdir(parents=True)
    program.write_text("#!/usr/bin/python3\n")
    grants = Grants(scratch="/scratch", read=("/data",), write=("/out",))
    line = server_command(str(program), ["--fast"], grants)
    assert line[0] == "/usr/bin/bwrap"
    assert line[-3:] == ["--", str(program), "--fast"]
    assert {"--unshare-all", "--die-with-parent"} <= set(line)
    assert "--share-net" not in line
    assert {"/data", str(program.parent), str(tmp_path / "env" / "lib")} <= set(pairs(line, "--ro-bind-try"))
    assert pairs(line, "--bind") == ["/scratch", "/out"]
    assert not {"/", str(Path.home()), "/tmp", "/home"} & {*pairs(line, "--ro-bind-try"), *pairs(line, "--bind")}
    assert "--share-net" in server_command(str(program), [], grants._replace(network=True))
    assert isolation(network=False) == "bubblewrap, no network"


@pytest.mark.usefixtures("wrapped")
def test_a_program_in_the_home_folder_does_not_open_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HOME", str(tmp_path))
    (tmp_path / "server.py").write_text("")
    line = server_command("/usr/bin/python3", [str(tmp_path / "server.py")], Grants(scratch="/scratch"))
    assert str(tmp_path / "server.py") in pairs(line, "--ro-bind-try")
    assert str(tmp_path) not in pairs(line, "--ro-bind-try")


@pytest.mark.usefixtures("unwrapped")
def test_without_bubblewrap_the_network_is_cut_where_that_works(monkeypatch: pytest.MonkeyPatch) -> None:
    assert server_command("/bin/server", ["-x"], Grants(scratch="/scratch")) == ["/bin/server", "-x"]
    monkeypatch.setattr(confinement, "network_can_be_cut", lambda: True)
    assert "cut" in guarded(["/bin/server"], network=False, lifeline=3)
    assert "keep" in guarded(["/bin/server"], network=True, lifeline=3)
    assert isolation(network=False) == "process, no network"
    monkeypatch.setattr(confinement, "network_can_be_cut", lambda: False)
    assert isolation(network=False) == "process, network reachable"
    assert "keep" in guarded(["/bin/server"], network=False, lifeline=3)


@pytest.mark.parametrize(
    ("address", "public"),
    [
        ("93.184.216.34", True),
        ("2606:2800:220:1::1", True),
        ("127.0.0.1", False),
        ("10.0.0.1", False),
        ("169.254.169.254", False),
        ("168.63.129.16", False),
        ("0.0.0.0", False),
        ("224.0.0.1", False),
        ("::1", False),
        ("fe80::1%eth0", False),
        ("::ffff:127.0.0.1", False),
        ("64:ff9b::7f00:1", False),
        ("2002:7f00:1::", False),
    ],
)
def test_public_addresses(address: str, public: bool) -> None:
    assert (reach(address) is Reach.public) is public
