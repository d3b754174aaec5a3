"""How a container's ports can be reached, from what is known of the engine."""

import pytest

from stepdown.adapters.connection import (
    Address,
    Direct,
    Published,
    Reach,
    Unreachable,
    command_environment,
    find_address,
    reachable_from_here,
)

LOOPBACK = Published(host="127.0.0.1", bind="127.0.0.1")


def linux(**more: object) -> dict[str, object]:
    return {"KernelVersion": "6.12", "OperatingSystem": "Debian GNU/Linux 13", **more}


@pytest.mark.parametrize(
    ("host", "info", "reach"),
    [
        ("unix:///var/run/docker.sock", linux(), Direct()),
        ("unix:///home/u/.docker/d.sock", linux(OperatingSystem="Docker Desktop"), LOOPBACK),
        ("unix:///home/u/.colima/docker.sock", linux(KernelVersion="6.8-vm"), LOOPBACK),
        ("unix:///run/user/1/docker.sock", linux(SecurityOptions=["name=rootless"]), LOOPBACK),
        ("unix:///run/docker.sock", linux(SecurityOptions=["name=seccomp"]), Direct()),
        ("tcp://127.0.0.1:2375", linux(), LOOPBACK),
        ("tcp://docker:2376", linux(), Published(host="docker", bind="")),
        ("ssh://me@far", linux(), Unreachable(reason="the engine is behind ssh://me@far")),
    ],
)
def test_reach(host: str, info: dict[str, object], reach: Reach) -> None:
    assert reachable_from_here(Address(host=host, source="x"), info, "6.12") == reach


def test_the_docker_command_finds_the_same_engine() -> None:
    address = find_address({"DOCKER_HOST": "tcp://docker:2375"})
    assert address == Address(host="tcp://docker:2375", source="DOCKER_HOST")
    assert command_environment(address) == {"DOCKER_HOST": "tcp://docker:2375"}
    assert command_environment(Address(host="unix:///x", source="the context lab")) == {}
