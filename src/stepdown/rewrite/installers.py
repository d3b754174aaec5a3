"""Set-up scripts and package sources of vendors: what each is for, and what Alpine has instead."""

import re
from collections.abc import Mapping

_INSTALLERS: Mapping[re.Pattern[str], tuple[str, str]] = {
    re.compile(r"(?:deb|rpm)\.nodesource\.com|\bnodesource"): (
        "It sets up the packages of NodeSource, which are for Debian and Red Hat alone.",
        "Copy Node.js from an image node:*-alpine, or install Alpine's packages nodejs and npm.",
    ),
    re.compile(r"//dl\.yarnpkg\.com/debian"): (
        "It sets up Yarn's package source, which is for Debian alone.",
        "Install Alpine's package yarn, or take the one of an image node:*-alpine.",
    ),
    re.compile(r"//(?:get|test)\.docker\.com|//download\.docker\.com/linux/(?:debian|ubuntu)"): (
        "It sets up Docker's packages, of which there are none for Alpine.",
        "Install Alpine's package docker-cli, or docker where the daemon is needed.",
    ),
    re.compile(r"(?:creationix|nvm-sh)/nvm/"): (
        "The Node.js that nvm brings needs glibc, which Alpine does not have.",
        "Copy Node.js from an image node:*-alpine, or install Alpine's packages nodejs and npm.",
    ),
    re.compile(r"script\.deb\.sh\b"): (
        "It sets up a package source of packagecloud for Debian.",
        "Look for an Alpine package of the program, or download its release for musl.",
    ),
}


def found(text: str) -> tuple[str, str] | None:
    """Return why a script cannot run on Alpine and what to do about it; None for no installer."""
    return next((why for pattern, why in _INSTALLERS.items() if pattern.search(text)), None)
