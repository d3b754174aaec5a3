"""The private toolbox: a static busybox that lets a test run in an image without a shell.

It lies at a path of its own, never on PATH and never under a name that an application would call,
so that it cannot hide what the image lacks (a toolbox at /bin/sh makes a broken application pass).
The bytes come out of the `busybox:musl` image, through the engine, so that a remote engine of
another architecture gets the right ones.
"""

from stepdown.errors import EngineError, StepdownError
from stepdown.model.image import Value
from stepdown.model.trial import BuildFailed
from stepdown.ports import BuildRequest, Engine, File, OnLine

IMAGE = "busybox:musl"
FOLDER = "/.stepdown"
BUSYBOX = f"{FOLDER}/busybox"
_PLACE = "/bin/busybox"


class Toolbox(Value, frozen=True, kw_only=True):
    """The tool's bytes, or the reason why there are none."""

    busybox: bytes = b""
    missing: str = ""

    @property
    def files(self) -> tuple[File, ...]:
        """What goes into a container."""
        return (File(path=BUSYBOX, content=self.busybox, mode=0o755),)

    def shell(self, script: str) -> tuple[str, ...]:
        """Return the argv that runs `script` without the image's own shell."""
        return (BUSYBOX, "sh", "-c", script)


def fetch(engine: Engine, context: str, on_line: OnLine) -> Toolbox:
    """Read the tool from the engine's own image, or through a private one.

    So no pulled image stays behind. `context` is any folder; nothing of it is sent.
    """
    if busybox := _at_hand(engine):
        return Toolbox(busybox=busybox)
    built = engine.build(
        BuildRequest(name="toolbox", dockerfile=f"FROM {IMAGE}\n", context=context), on_line
    )
    if isinstance(built, BuildFailed):
        return Toolbox(missing=f"the image {IMAGE} is not to be had: {built.reason}")
    busybox = engine.read(built.image, _PLACE)
    return Toolbox(busybox=busybox) if busybox else Toolbox(missing=f"no {_PLACE} in {IMAGE}")


def _at_hand(engine: Engine) -> bytes | None:
    """Return the tool where the engine has the image already, for its own architecture."""
    try:
        fits = engine.inspect(IMAGE).architecture == engine.describe().architecture
    except EngineError:
        raise
    except StepdownError:
        return None
    return engine.read(IMAGE, _PLACE) if fits else None
