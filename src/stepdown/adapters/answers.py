"""What the Engine API answers, as far as it is used, and the way to our nouns.

Source of the fields: Docker Engine API v1.45. Go writes null for an empty list or map.
"""

import msgspec

from stepdown.model.image import Healthcheck, ImageConfig
from stepdown.ports import ContainerState

LABELS = "stepdown."
"""What all labels begin with that are put on images for our own purposes."""

_SECOND = 1e9


class _Answer(msgspec.Struct, frozen=True, rename="pascal"):
    pass


class HealthcheckAnswer(_Answer, frozen=True, rename="pascal"):
    """Config.Healthcheck; times in nanoseconds."""

    test: list[str] | None = None
    interval: int = 0
    timeout: int = 0
    start_period: int = 0
    retries: int = 0

    def noun(self) -> Healthcheck:
        """Convert to seconds."""
        return Healthcheck(
            test=tuple(self.test or ()),
            interval=self.interval / _SECOND,
            timeout=self.timeout / _SECOND,
            start_period=self.start_period / _SECOND,
            retries=self.retries,
        )


class Config(_Answer, frozen=True, rename="pascal"):
    """The configuration of an image or container."""

    entrypoint: list[str] | None = None
    cmd: list[str] | None = None
    env: list[str] | None = None
    user: str = ""
    working_dir: str = ""
    exposed_ports: dict[str, object] | None = None
    volumes: dict[str, object] | None = None
    labels: dict[str, str] | None = None
    healthcheck: HealthcheckAnswer | None = None
    stop_signal: str = ""
    on_build: list[str] | None = None


class RootFS(_Answer, frozen=True, rename="pascal"):
    """The layers of an image, lowest first, by the digest of their content."""

    layers: list[str] | None = None


class ImageAnswer(_Answer, frozen=True, rename="pascal"):
    """GET /images/NAME/json."""

    id: str
    architecture: str = ""
    os: str = ""
    size: int = 0
    created: str | None = None
    config: Config | None = None
    root_fs: RootFS = msgspec.field(name="RootFS", default_factory=RootFS)

    def noun(self) -> ImageConfig:
        """Convert, without the labels that we put there ourselves."""
        config = self.config or Config()
        labels = (config.labels or {}).items()
        return ImageConfig(
            id=self.id,
            entrypoint=tuple(config.entrypoint or ()),
            cmd=tuple(config.cmd or ()),
            env=tuple(_pair(word) for word in config.env or ()),
            user=config.user,
            workdir=config.working_dir,
            ports=tuple(sorted(config.exposed_ports or ())),
            volumes=tuple(sorted(config.volumes or ())),
            labels=tuple(sorted(label for label in labels if not label[0].startswith(LABELS))),
            healthcheck=config.healthcheck.noun() if config.healthcheck else None,
            stop_signal=config.stop_signal,
            architecture=self.architecture,
            size=self.size,
            layers=tuple(self.root_fs.layers or ()),
            created=(self.created or "")[:10],
        )


class Probe(_Answer, frozen=True, rename="pascal"):
    """One run of a health check."""

    exit_code: int = 0
    output: str = ""


class Health(_Answer, frozen=True, rename="pascal"):
    """State.Health."""

    status: str = ""
    log: list[Probe] | None = None


class State(_Answer, frozen=True, rename="pascal"):
    """State of a container. `status` is created, running, exited, ..."""

    status: str = ""
    running: bool = False
    exit_code: int = 0
    oom_killed: bool = msgspec.field(name="OOMKilled", default=False)
    error: str = ""
    health: Health | None = None

    def noun(self) -> ContainerState:
        """Convert; a container that neither ran nor was refused has no exit code."""
        ended = not self.running and (self.status != "created" or bool(self.error))
        health = self.health or Health()
        return ContainerState(
            running=self.running,
            exit_code=self.exit_code if ended else None,
            out_of_memory=self.oom_killed,
            health="" if health.status == "none" else health.status,
            health_log=tuple((probe.exit_code, probe.output) for probe in health.log or ()),
        )


class Network(_Answer, frozen=True, rename="pascal"):
    """One network that a container is in."""

    ip_address: str = msgspec.field(name="IPAddress", default="")


class Binding(_Answer, frozen=True, rename="pascal"):
    """Where a port is published."""

    host_port: str = ""


class NetworkSettings(_Answer, frozen=True, rename="pascal"):
    """How a container can be reached."""

    networks: dict[str, Network] | None = None
    ports: dict[str, list[Binding] | None] | None = None


class ContainerAnswer(_Answer, frozen=True, rename="pascal"):
    """GET /containers/ID/json."""

    state: State
    config: Config
    network_settings: NetworkSettings


class Listed(_Answer, frozen=True, rename="pascal"):
    """One entry of GET /containers/json or /images/json."""

    id: str
    labels: dict[str, str] | None = None
    repo_tags: list[str] | None = None


class ListedVolume(_Answer, frozen=True, rename="pascal"):
    """One entry of GET /volumes."""

    name: str
    labels: dict[str, str] | None = None


class PathStat(msgspec.Struct, frozen=True, rename="camel"):
    """The header of an archive answer; `mode` as Go's os.FileMode."""

    mode: int
    link_target: str = ""

    @property
    def is_file(self) -> bool:
        """Whether it is a regular file: none of Go's type bits is set."""
        return self.mode & _GO_MODE_TYPE == 0


_GO_MODE_TYPE = 0x8F280000
"""os.ModeType: directory, symbolic link, named pipe, socket, devices, irregular."""


def _pair(word: str) -> tuple[str, str]:
    name, _, value = word.partition("=")
    return name, value
