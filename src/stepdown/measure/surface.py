"""The card of one image: countable facts, each with the list behind it."""

import re
from collections.abc import Iterator

from stepdown.measure import files, packages
from stepdown.measure.commands import Command, commands, in_class, unreadable_boxes
from stepdown.model.image import ImageConfig, Libc
from stepdown.model.recipe import CommandClass
from stepdown.model.surface import Known, Measure, Surface
from stepdown.rootfs.filesystem import RootFS
from stepdown.rootfs.names import shown

_RELEASE = re.compile(r"GLIBC_(\d+)\.(\d+)")
_UPSTREAM = re.compile(r"(?:\d+:)?([\d.]+)")


def surface(
    fs: RootFS, config: ImageConfig, classes: tuple[CommandClass, ...], image: str
) -> Surface:
    """Measure an image; the measures come in the order of a report, commands first.

    Where `known` is `partial`, the value is a lower bound.
    """
    callable_names = commands(fs, config)
    release = fs.os_release
    return Surface(
        image=image,
        image_id=config.id,
        os=shown(f"{release.get('ID', '')} {release.get('VERSION_ID', '')}".strip()),
        libc=_libc(fs),
        architecture=config.architecture,
        user=shown(config.user) or "root",
        measures=(
            _commands(fs, callable_names),
            packages.os_packages(fs),
            packages.language_packages(fs),
            packages.unowned_binaries(fs),
            *(_class(fs, callable_names, kind) for kind in classes),
            files.setuid_setgid(fs),
            files.file_capabilities(fs),
            files.world_writable(fs),
            files.runs_as_root(fs, config),
            files.size_visible(fs),
            files.size_layers(config),
        ),
        warnings=tuple(_warnings(fs, config)),
    )


def _commands(fs: RootFS, found: dict[str, Command]) -> Measure:
    boxes = ", ".join(shown(path) for path in unreadable_boxes(fs))
    reason = f"The commands compiled into {boxes} could not be read." if boxes else ""
    return Measure(
        key="commands",
        title="Commands that can be called",
        value=len(found),
        items=tuple(shown(name) for name in sorted(found)),
        known=Known.PARTIAL if reason else Known.MEASURED,
        reason=reason,
    )


def _class(fs: RootFS, found: dict[str, Command], kind: CommandClass) -> Measure:
    members = in_class(fs, found, kind)
    boxes = ", ".join(shown(path) for path in unreadable_boxes(fs))
    return Measure(
        key=kind.key,
        title=kind.title,
        value=len(members),
        items=tuple(sorted(shown(member) for member in members)),
        known=Known.PARTIAL if boxes else Known.MEASURED,
        reason=f"The commands compiled into {boxes} could not be read." if boxes else "",
    )


def _libc(fs: RootFS) -> str:
    """Return like `glibc 2.36`; both where an image has both, `none` where it has none."""
    names = [f"{libc.value} {_libc_version(fs, libc)}".strip() for libc in sorted(fs.libcs)]
    return ", ".join(names) or Libc.NONE.value


def _libc_version(fs: RootFS, libc: Libc) -> str:
    """Return what the owning package says, else the newest symbol version of libc.so.6."""
    inodes = (fs.inode(path) for kind, path in fs.loaders if kind is libc)
    owners = {fs.owners[inode] for inode in inodes if inode is not None and inode in fs.owners}
    for package in fs.packages:
        if package.name in owners and (version := _UPSTREAM.match(package.version)):
            return shown(version[1])
    defined = (text for elf in fs.elf.values() if elf.soname == "libc.so.6" for text in elf.defines)
    releases = [(int(m[1]), int(m[2])) for text in defined if (m := _RELEASE.fullmatch(text))]
    return "{}.{}".format(*max(releases)) if releases and libc is Libc.GLIBC else ""


def _warnings(fs: RootFS, config: ImageConfig) -> Iterator[str]:
    yield from fs.notes
    if len(fs.libcs) > 1:
        yield "The image holds both glibc and musl; programs that look for one may take the wrong."
    if fs.unread_databases:
        yield f"Package databases that are not read: {', '.join(fs.unread_databases)}."
    user = config.user.partition(":")[0]
    if user and not user.isdecimal() and user != "root" and fs.user(user) is None:
        yield f"The image's user {shown(user)} is not in its /etc/passwd: it cannot start."
