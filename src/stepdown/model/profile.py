"""How far a repository is trusted: what its builds and its tests may use."""

import msgspec

from stepdown.model.image import Value
from stepdown.model.plan import Policy

MB, GB = 1_000_000, 1 << 30


class Confinement(Value, frozen=True, kw_only=True):
    """The limits of a container in which something untrusted runs. Sizes in bytes.

    Such a container has no network, no capability, no way to new privileges and a root file system
    that cannot be written; `scratch` is the size of its /tmp, in memory. `file_size` bounds each
    file, `output` all that it prints. `writable` are folders that it may write nevertheless; they
    begin with what the image has there. With `read_only` false that is so everywhere.
    """

    memory: int = GB
    cpus: float = 1
    processes: int = 512
    file_size: int = GB
    scratch: int = 256 << 20
    output: int = 100 * MB
    writable: tuple[str, ...] = ()
    read_only: bool = True


class BuildLimits(Value, frozen=True, kw_only=True):
    """The limits of an untrusted build; it gets neither secrets nor any extra permission.

    `network` is `default` or `none`. `cgroup` is a parent that somebody made on the engine's
    machine: the only way to bound a build's memory and processes; `memory` is what it should allow.
    `context` and `memory` are in bytes.
    """

    network: str = "default"
    cgroup: str = ""
    context: int = 500 * MB
    memory: int = 4 * GB


class Profile(Value, frozen=True, kw_only=True):
    """What holds for all builds and containers of a run, on both sides alike.

    None means no limits beyond those that every container has. Times in seconds bound what the
    policy asks for. `free` are the bytes that the disks need to have left before a task begins.
    """

    name: str
    tests: Confinement | None = None
    builds: BuildLimits | None = None
    build_seconds: float = 0
    test_seconds: float = 0
    start_seconds: float = 0
    free: int = 0

    def bounded(self, policy: Policy) -> Policy:
        """Return the policy with its times cut to the profile's, and without build secrets."""
        if self.builds is None:
            return policy
        return msgspec.structs.replace(
            policy,
            secrets=(),
            build_timeout=min(policy.build_timeout, self.build_seconds),
            test_timeout=min(policy.test_timeout, self.test_seconds),
            start_timeout=min(policy.start_timeout, self.start_seconds),
            stop_timeout=min(policy.stop_timeout, self.start_seconds),
        )


TRUSTED = Profile(name="trusted")
UNTRUSTED = Profile(
    name="untrusted",
    tests=Confinement(),
    builds=BuildLimits(),
    build_seconds=1200,
    test_seconds=600,
    start_seconds=120,
)
_PROFILES = {one.name: one for one in (TRUSTED, UNTRUSTED)}


def written(name: str, *, network: str = "", cgroup: str = "", free: int = 0) -> str:
    """Return a profile as it travels: its name, and what was chosen besides."""
    chosen = (("network", network), ("cgroup", cgroup), ("free", str(free or "")))
    return " ".join((name, *(f"{key}={value}" for key, value in chosen if value)))


def read(text: str) -> Profile:
    """Return the profile that was `written`. Raises KeyError for one that is not known."""
    name, *words = text.split()
    profile = _PROFILES[name]
    chosen = dict(word.split("=", 1) for word in words)
    profile = msgspec.structs.replace(profile, free=int(chosen.get("free", profile.free)))
    if profile.builds is None:
        return profile
    builds = msgspec.structs.replace(
        profile.builds,
        network=chosen.get("network", profile.builds.network),
        cgroup=chosen.get("cgroup", profile.builds.cgroup),
    )
    return msgspec.structs.replace(profile, builds=builds)
