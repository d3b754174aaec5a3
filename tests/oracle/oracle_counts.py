"""Counts of an image by its own tools, all in one container, and the same by us."""

from collections.abc import Iterator

from oracle_engine import run

from stepdown.adapters.engine import DockerEngine
from stepdown.flow import catalog
from stepdown.measure import surface
from stepdown.model.image import ImageConfig
from stepdown.rootfs.filesystem import RootFS

# What the engine mounts or makes in every container.
MOUNTED = ("/proc", "/sys", "/dev", "/etc/hosts", "/etc/hostname", "/etc/resolv.conf", "/etc/mtab")
SHELLS = ("/bin/sh", "/busybox/sh")
DPKG = (
    "if command -v dpkg-query >/dev/null; then"
    " dpkg-query -W -f '${Package} ${Version}|${source:Package} ${source:Version}\\n'; fi"
)
APK = "if command -v apk >/dev/null; then apk info -v 2>/dev/null; fi"
STATUS_FOLDER = (
    "if [ -d /var/lib/dpkg/status.d ]; then cat /var/lib/dpkg/status.d/* | grep '^Package:'; fi"
)
# Alpine's own find has no -printf, and distroless' busybox is as small.
SET_ID = "find / -xdev -type f \\( -perm -4000 -o -perm -2000 \\) 2>/dev/null"
OPEN = "find / -xdev \\( -type f -perm -2 \\) -o \\( -type d -perm -2 ! -perm -1000 \\) 2>/dev/null"
BOXES = "for box in /bin/busybox /busybox/busybox; do [ -x $box ] && $box --list; done"
LOOP = r"""
IFS=:
for folder in $PATH; do
  for file in "$folder"/* "$folder"/.[!.]*; do
    if [ -f "$file" ] && [ -x "$file" ]; then echo "${file##*/}"; fi
  done
done
true
"""
PARTS = {
    "dpkg": DPKG,
    "apk": APK,
    "status.d": STATUS_FOLDER,
    "set-id": SET_ID,
    "open": OPEN,
    "applets": BOXES,
    "path": LOOP,
}
SCRIPT = "\necho '='\n".join(PARTS.values())
Counts = dict[str, set[str]]


def mounted(path: str) -> bool:
    """Tell whether the engine put `path` into the container."""
    return path.startswith(MOUNTED)


def shell(fs: RootFS) -> str | None:
    """Return the shell that can run the script."""
    return next((path for path in SHELLS if fs.executable(path)), None)


def by_itself(engine: DockerEngine, image: str, shell_path: str) -> Counts:
    """Return what the image's own tools list."""
    done = run(engine, image, shell_path, "-c", SCRIPT)
    assert done.exit_code == 0, done
    assert not done.truncated
    parts = done.output.split("=\n")
    assert len(parts) == len(PARTS), done.output[:1000]
    said = {key: set(part.splitlines()) for key, part in zip(PARTS, parts, strict=True)}
    said["open"] = {path for path in said["open"] if not mounted(path)}
    said["apk"] = {line for line in said["apk"] if not line.startswith(".")}  # virtual packages
    said["status.d"] = {line.partition(": ")[2] for line in said["status.d"]}
    return said


def by_us(fs: RootFS, config: ImageConfig, image: str) -> Counts:
    """Return the same as we read and measure it."""
    items = {m.key: set(m.items) for m in surface(fs, config, catalog.load(), image).measures}
    own = [p for p in fs.packages if p.manager == "dpkg"]
    in_folder = any("/status.d/" in path for path in fs.databases)
    sourced = {f"{p.name} {p.version}|{p.source} {p.source_version}" for p in own}
    return {
        "dpkg": set() if in_folder else sourced,
        "apk": {f"{p.name}-{p.version}" for p in fs.packages if p.manager == "apk"},
        "status.d": {p.name for p in own} if in_folder else set(),
        "set-id": items["setuid_setgid"],
        "open": items["world_writable"],
        "applets": {name for names in fs.applets.values() for name in names},
        "path": items["commands"],
    }


def differences(engine: DockerEngine, image: str, fs: RootFS) -> Iterator[str]:
    """Yield what only one of the two lists."""
    own_shell = shell(fs)
    assert own_shell, image
    config = engine.inspect(image)
    theirs, ours = by_itself(engine, image, own_shell), by_us(fs, config, image)
    started = {words[0].rpartition("/")[2] for words in (config.entrypoint, config.cmd) if words}
    theirs["path"] |= theirs["applets"] | started
    for key in PARTS:
        for name in sorted(theirs[key] ^ ours[key]):
            yield f"{image}: {key}: {name} only by {'us' if name in ours[key] else 'its own tools'}"
    if not theirs["path"]:
        yield f"{image}: the script says nothing"
