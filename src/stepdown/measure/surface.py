"""The card of one image: countable facts, each with the list behind it."""

import re
from collections.abc import Iterator

from stepdown.measure import files, packages
from stepdown.measure.certainty import listed, lower_bound
from stepdown.measure.commands import commands, hidden_in_proc, in_class, unreadable_boxes
from stepdown.model.image import ImageConfig, Libc
from stepdown.model.recipe import Catalog
from stepdown.model.support import Support, find_support
from stepdown.model.surface import Known, Surface
from stepdown.rootfs.filesystem import RootFS
from stepdown.rootfs.gaps import Part
from stepdown.rootfs.names import shown

_TOLD = 3
_RELEASE = re.compile(r"GLIBC_(\d{1,3})\.(\d{1,3})")
_UPSTREAM = re.compile(r"(?:\d+:)?([\d.]+)")


def surface(
    fs: RootFS, config: ImageConfig, catalog: Catalog, image: str, today: str = ""
) -> Surface:
    """Measure an image; the measures come in the order of a report, commands first.

    Where `known` is `partial`, the value is a lower bound. `today` (YYYY-MM-DD) is the day for
    which the support of the distribution is judged; without it, only its dates are told.
    """
    callable_names = commands(fs, config)
    unseen = tuple(_commands_not_seen(fs, config))
    support = release_support(fs, catalog)
    return Surface(
        image=image,
        image_id=config.id,
        os=release_name(fs),
        support=support.sentence if support else "",
        libc=_libc(fs),
        architecture=config.architecture,
        user=shown(config.user) or "root",
        known=Known.MEASURED if fs.whole else Known.PARTIAL,
        measures=(
            lower_bound(listed("commands", "Commands that can be called", callable_names), *unseen),
            packages.os_packages(fs),
            packages.language_packages(fs),
            packages.runtimes(fs),
            packages.unowned_binaries(fs),
            *(
                lower_bound(listed(one.key, one.title, in_class(fs, callable_names, one)), *unseen)
                for one in catalog.classes
            ),
            files.setuid_setgid(fs),
            files.file_capabilities(fs),
            files.world_writable(fs),
            files.runs_as_root(fs, config),
            files.size_visible(fs),
            files.size_layers(config),
        ),
        warnings=tuple(_warnings(fs, config, support, today)),
    )


def release_name(fs: RootFS) -> str:
    """Return like `debian 12`, empty where the image does not say."""
    release = fs.os_release
    return shown(f"{release.get('ID', '')} {release.get('VERSION_ID', '')}".strip())


def release_support(fs: RootFS, catalog: Catalog) -> Support | None:
    """Return until when the image's distribution repairs faults, None where that is not known."""
    release = (fs.os_release.get("ID", ""), fs.os_release.get("VERSION_ID", ""))
    return find_support(release, catalog.support)


def _commands_not_seen(fs: RootFS, config: ImageConfig) -> Iterator[str]:
    if boxes := ", ".join(shown(path) for path in unreadable_boxes(fs)):
        yield f"The commands compiled into {boxes} could not be read."
    if places := hidden_in_proc(fs, config):
        what = f"{', '.join(shown(path) for path in places[:_TOLD])} in the search for commands"
        yield f"{what} leads into /proc, which is there only while a container runs."
    yield from fs.unread(Part.FILES, Part.COMMANDS)


def _libc(fs: RootFS) -> str:
    """Return like `glibc 2.36`; both where an image has both, `none` where it has none.

    Empty where that is not known.
    """
    names = [f"{libc.value} {_libc_version(fs, libc)}".strip() for libc in sorted(fs.libcs)]
    return ", ".join(names) or (Libc.NONE.value if fs.whole else "")


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


def _warnings(
    fs: RootFS, config: ImageConfig, support: Support | None, today: str
) -> Iterator[str]:
    yield from dict.fromkeys((*fs.unread(Part.REST), *fs.notes))  # what matters most comes first
    if support and today and (ended := support.ended(today)):
        yield ended
    if len(fs.libcs) > 1:
        yield "The image holds both glibc and musl; programs that look for one may take the wrong."
    if fs.unread_databases:
        yield f"Package databases that are not read: {', '.join(fs.unread_databases)}."
    user = config.user.partition(":")[0]
    if (
        user
        and not user.isdecimal()
        and user != "root"
        and fs.user(user) is None
        and not fs.unread(Part.SETTINGS)
    ):
        yield f"The image's user {shown(user)} is not in its /etc/passwd: it cannot start."
