"""The bench: effects and folders that every step of a run shares, and what is seen on it."""

from dataclasses import dataclass, field
from datetime import UTC, datetime

from stepdown.build import requests
from stepdown.flow.progress import working
from stepdown.measure import recalled_rootfs, surface
from stepdown.model.events import Emit
from stepdown.model.image import ImageConfig
from stepdown.model.plan import Candidate, Plan
from stepdown.model.recipe import Catalog
from stepdown.model.surface import Surface
from stepdown.model.trial import BuildFailed, Built
from stepdown.ports import BuildRequest, Shelf
from stepdown.rootfs.filesystem import RootFS
from stepdown.verify import elf
from stepdown.verify.side import Rig, Side


@dataclass(frozen=True, kw_only=True)
class Bench:
    """What a run works with; `empty` is an empty folder.

    `bases` keeps the base images that were looked at by themselves, for the run alone; `shelf`
    keeps what was read of any image for later runs, too.
    """

    rig: Rig
    emit: Emit
    catalog: Catalog
    plan: Plan
    source: requests.Source
    empty: str
    bases: "dict[str, Seen | None]" = field(default_factory=dict)
    shelf: Shelf | None = None


@dataclass(frozen=True, kw_only=True)
class Seen:
    """One built image with everything that is known of it without starting it."""

    side: Side
    fs: RootFS
    scan: elf.Scan
    surface: Surface

    @property
    def config(self) -> ImageConfig:
        """The image's configuration."""
        return self.side.config


def build(bench: Bench, request: BuildRequest, title: str) -> Built | BuildFailed:
    """Build, with the log and the result as events."""
    with working(bench.emit, f"build {request.name}", title) as work:
        built = bench.rig.engine.build(request, work.line)
        match built:
            case Built():
                work.end(ok=True, summary=f"built in {built.seconds:.1f} s")
            case BuildFailed():
                work.end(ok=False, summary=built.reason)
    return built


def look(bench: Bench, role: str, built: Built, candidate: Candidate | None) -> Seen:
    """Read an image's configuration, its files and its surface."""
    with working(bench.emit, f"measure {role}", f"Measuring {role}") as work:
        config = bench.rig.engine.inspect(built.image)
        fs, before = recalled_rootfs(bench.rig.engine, built.image, config, bench.shelf)
        card = surface(fs, config, bench.catalog, built.image, _today())
        found = f"{len(fs.entries)} files, {len(fs.packages)} OS packages"
        work.end(ok=None, summary=f"{found}, read before" if before else found)
    return Seen(
        side=Side(
            role=role, image=built.image, config=config, programs=_programs(fs, config, candidate)
        ),
        fs=fs,
        scan=elf.scan(fs, config),
        surface=card,
    )


def _today() -> str:
    return datetime.now(UTC).date().isoformat()


def base(bench: Bench, role: str, image: str) -> Seen | None:
    """Look at a base image by itself, once in a run; None when it cannot be had."""
    if image not in bench.bases:
        built = _fetched(bench, f"{role}-base", image)
        seen = look(bench, f"{role}-base", built, None) if isinstance(built, Built) else None
        bench.bases[image] = seen
    return bench.bases[image]


def _fetched(bench: Bench, name: str, image: str) -> Built | BuildFailed:
    """Return what a build would take for a base image, and have it built only where it must be."""
    if held := bench.rig.engine.held(image):
        return Built(image=held, image_id=held, seconds=0)
    return build(bench, requests.base(name, image, bench.empty), f"Fetching {image}")


def _programs(
    fs: RootFS, config: ImageConfig, candidate: Candidate | None
) -> tuple[tuple[str, str], ...]:
    """Where the words are that PATH does not find: distroless keeps node off PATH."""
    if candidate is None or not fs.executable(candidate.interpreter or "/"):
        return ()
    return tuple(
        (word, candidate.interpreter)
        for word in candidate.interpreters
        if fs.which(word, config.path) is None
    )
