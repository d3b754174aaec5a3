"""All fixers by name, in the order of their work. A new one is a file and a row here."""

from stepdown.rewrite import (
    base,
    bash,
    command,
    healthcheck,
    numeric,
    packages,
    remedies,
    shellless,
    static,
    users,
    workdir,
)
from stepdown.rewrite.situation import Fixer

FIXERS: dict[str, Fixer] = {
    "base": base.fix,
    "workdir": workdir.fix,
    "remedies": remedies.fix,
    "bash": bash.fix,
    "packages": packages.fix,
    "users": users.fix,
    "shellless": shellless.fix,
    "numeric": numeric.fix,
    "command": command.fix,
    "healthcheck": healthcheck.fix,
    "static": static.fix,
}
