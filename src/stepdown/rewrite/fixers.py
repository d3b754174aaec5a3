"""All fixers by name, in the order of their work. A new one is a file and a row here."""

from stepdown.rewrite import (
    additions,
    base,
    busybox,
    command,
    echo,
    glibc,
    healthcheck,
    inits,
    numeric,
    packages,
    remedies,
    rootless,
    scripts,
    shellless,
    static,
    systemusers,
    users,
    workdir,
)
from stepdown.rewrite.situation import Fixer

FIXERS: dict[str, Fixer] = {
    "base": base.fix,
    "workdir": workdir.fix,
    "additions": additions.fix,
    "remedies": remedies.fix,
    "busybox": busybox.fix,
    "packages": packages.fix,
    "users": users.fix,
    "systemusers": systemusers.fix,
    "rootless": rootless.fix,
    "shellless": shellless.fix,
    "numeric": numeric.fix,
    "command": command.fix,
    "healthcheck": healthcheck.fix,
    "static": static.fix,
    "inits": inits.fix,
    "echo": echo.fix,
    "glibc": glibc.fix,
    "scripts": scripts.fix,
}
