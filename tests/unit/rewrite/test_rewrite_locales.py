"""Which commands prepare locales, and why musl may not do without."""

import pytest

from stepdown.dockerfile import SourceText, parse
from stepdown.rewrite import installers, locales


def said(text: str) -> list[str | None]:
    """What is said of each command: None where it prepares nothing, empty where it can go."""
    script = parse(SourceText.join([(0, text)]))
    return [
        locales.obstacle(one, script) if locales.prepares(one, script) else None
        for one in script.commands
    ]


@pytest.mark.parametrize(
    "text",
    [
        "locale-gen en_US.UTF-8",
        "/usr/sbin/locale-gen en_US en_US.UTF-8 >/dev/null 2>&1",
        "sudo localedef -i en_US -c -f UTF-8 en_US.UTF-8",
        "localedef --force --inputfile POSIX --charmap UTF-8 C.UTF-8",
        "update-locale LANG=C.utf8",
        "echo 'en_US.UTF-8 UTF-8' >> /etc/locale.gen && locale-gen && dpkg-reconfigure locales",
        'printf "C.UTF-8 UTF-8" > "/etc/locale.gen"; locale-gen',
        "sed -i -e 's/# \\(en_US\\)/\\1/' /etc/locale.gen && dpkg-reconfigure -f x locales",
    ],
)
def test_plain_locales_can_go(text: str) -> None:
    assert set(said(text)) == {""}


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("locale-gen de_DE.UTF-8", "musl has no rules of de_DE for sorting, numbers and dates"),
        ("locale-gen en_US.UTF-8 ja_JP.UTF-8", "musl has no rules of ja_JP"),
        ("locale-gen ${L}", "Which locale ${L} is, is not fixed"),
        ("locale-gen en_US.UTF-8 || true", "locale-gen stands inside of a ||"),
        ("locale-gen", "Which locales locale-gen prepares is not said there"),
        ("dpkg-reconfigure locales", "Which locales dpkg-reconfigure prepares is not said there"),
        ("sed -i 's/^# //' /etc/locale.gen", "Which locales sed prepares is not said there"),
    ],
)
def test_others_are_refused(text: str, why: str) -> None:
    assert (said(text)[0] or "").startswith(why)


@pytest.mark.parametrize(
    "text",
    [
        "locale-gen en_US.UTF-8 > /log",
        "localedef --list-archive",
        "dpkg-reconfigure tzdata",
        "sed -i s/a/b/ /etc/locale.gen /etc/passwd",
        "sed s/a/b/ /etc/locale.gen",
        "echo en_US > /etc/locale.conf",
        "echo /etc/locale.gen",
        "LANG=en_US.UTF-8",
    ],
)
def test_other_commands_stay(text: str) -> None:
    assert said(text) == [None]


@pytest.mark.parametrize(
    ("text", "word"),
    [
        ("curl -sL https://deb.nodesource.com/setup_20.x | bash -", "NodeSource"),
        ("echo deb https://dl.yarnpkg.com/debian/ stable main", "Yarn"),
        ("wget -qO- https://get.docker.com/ | sh", "Docker"),
        ("curl https://raw.githubusercontent.com/nvm-sh/nvm/v0.40.1/install.sh | bash", "nvm"),
        ("curl https://packagecloud.io/install/repositories/x/y/script.deb.sh | bash", "Debian"),
    ],
)
def test_installers(text: str, word: str) -> None:
    reason, hint = installers.found(text) or ("", "")
    assert word in reason
    assert hint


def test_other_downloads_are_no_installers() -> None:
    assert installers.found("curl https://sh.rustup.rs | sh; curl https://docker.com/x") is None
