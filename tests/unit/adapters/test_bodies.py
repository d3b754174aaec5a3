"""How containers are asked for."""

from stepdown.adapters.bodies import create_body, never_started
from stepdown.adapters.connection import Direct, Published
from stepdown.adapters.refusals import refusal_code
from stepdown.model.image import Healthcheck, ImageConfig
from stepdown.model.profile import Confinement
from stepdown.ports import ContainerSpec, File

IMAGE = ImageConfig(
    id="sha256:1", entrypoint=("/app",), cmd=("serve",), ports=("8080/tcp", "53/udp")
)
LABELS = {"stepdown.run": "r"}


def test_the_smallest_request() -> None:
    body = create_body(ContainerSpec(image="i", role="r"), IMAGE, LABELS, Direct())
    assert body == {
        "Image": "i",
        "Entrypoint": ["/app"],
        "Cmd": ["serve"],
        "Env": [],
        "Labels": LABELS,
        "HostConfig": {
            "Init": False,
            "PidsLimit": 1024,
            "NetworkMode": "bridge",
            "LogConfig": {"Type": "json-file", "Config": {"max-size": "10m", "max-file": "2"}},
        },
    }


def test_an_attached_reader_needs_no_log() -> None:
    body = create_body(ContainerSpec(image="i", role="r"), IMAGE, {}, Direct(), attached=True)
    host = body["HostConfig"]
    assert isinstance(host, dict)
    assert host["LogConfig"] == {"Type": "none", "Config": {}}


def test_what_is_given_replaces_what_the_image_says() -> None:
    spec = ContainerSpec(
        image="i",
        role="r",
        entrypoint=(),
        command=("x",),
        environment=(("A", "1=2"),),
        user="65532",
        healthcheck=Healthcheck(test=("CMD", "x"), interval=0.5, timeout=2, retries=3),
        network=False,
        ports=(80,),
    )
    body = create_body(spec, IMAGE, LABELS, Published(host="h", bind="127.0.0.1"))
    assert (body["Entrypoint"], body["Cmd"], body["Env"]) == ([""], ["x"], ["A=1=2"])
    assert body["User"] == "65532"
    assert body["Healthcheck"] == {
        "Test": ["CMD", "x"],
        "Interval": 500_000_000,
        "Timeout": 2_000_000_000,
        "StartPeriod": 0,
        "Retries": 3,
    }
    host = body["HostConfig"]
    assert isinstance(host, dict)
    assert host["NetworkMode"] == "none"
    assert "PortBindings" not in host


def test_ports_are_published_where_they_have_to_be() -> None:
    spec = ContainerSpec(image="i", role="r", ports=(80,))
    body = create_body(spec, IMAGE, LABELS, Published(host="h", bind="127.0.0.1"))
    host = body["HostConfig"]
    assert isinstance(host, dict)
    bound = [{"HostIp": "127.0.0.1", "HostPort": ""}]
    assert host["PortBindings"] == {"80/tcp": bound, "8080/tcp": bound}
    assert body["ExposedPorts"] == {"53/udp": {}, "80/tcp": {}, "8080/tcp": {}}


def test_one_that_is_only_looked_into() -> None:
    body = never_started("i", LABELS)
    assert body["Entrypoint"]
    assert body["HostConfig"] == {"NetworkMode": "none"}


def test_exit_codes_of_refusals() -> None:
    assert refusal_code('exec: "x": executable file not found in $PATH') == 127
    assert refusal_code("stat /x: no such file or directory") == 127
    assert refusal_code('exec: "/x": permission denied') == 126
    assert refusal_code('exec: "/x": is a directory') == 126
    assert refusal_code("unable to find user x: no matching entries in passwd file") == 125


def test_harder_conditions() -> None:
    sysctls = (("net.ipv4.ip_unprivileged_port_start", "1024"),)
    spec = ContainerSpec(image="i", role="r", read_only=True, sysctls=sysctls)
    host = create_body(spec, IMAGE, {}, Direct())["HostConfig"]
    assert isinstance(host, dict)
    assert host["ReadonlyRootfs"] is True
    assert host["Sysctls"] == dict(sysctls)


def test_files_have_a_place_of_their_own_where_the_check_makes_the_root_read_only() -> None:
    """The engine puts no file below a root that is read-only, whoever asked for that."""
    limits = Confinement(read_only=False)
    files = (File(path="/stepdown/tool", content=b""),)
    spec = ContainerSpec(image="i", role="r", read_only=True, files=files, confinement=limits)
    body = create_body(spec, IMAGE, {}, Direct())
    assert body["Volumes"] == {"/stepdown": {}}
