"""Remedies as edits: the lines that each kind changes, and nothing else."""

import re
from difflib import unified_diff

import pytest
from msgspec.structs import replace
from rewriting import CANDIDATES, rewritten

from stepdown.dockerfile import Dockerfile
from stepdown.flow import catalog
from stepdown.model.facts import Facts
from stepdown.model.image import Libc
from stepdown.model.plan import Candidate, Policy, Rewrite
from stepdown.model.recipe import Remedy, RemedyKind
from stepdown.rewrite.remedy import library, programs

K = RemedyKind
ZONES = Remedy(
    kind=K.COPY_FILES, text="t", safe=True, apt=("tzdata",), paths=("/usr/share/zoneinfo/",)
)
NAMES = Remedy(
    kind=K.COPY_FILES,
    text="t",
    safe=True,
    apt=("netbase",),
    paths=("/etc/services", "/etc/protocols"),
)
COPY = "COPY --from=build /s /s\n"
GO = f"FROM golang:1.24 AS build\nRUN go build -o /s .\n\n{{ship}}\n{COPY}"
STATIC = "gcr.io/distroless/static-debian13:nonroot"


def remedy(kind: K, evidence: str = "", *, safe: bool = True) -> Remedy:
    return Remedy(kind=kind, text="It helps.", safe=safe, evidence=evidence)


def repaired(
    text: str, candidate: Candidate | str, one: Remedy, *, facts: Facts | None = None
) -> Rewrite:
    return rewritten(
        text,
        candidate,
        remedies=(one,),
        facts=facts or Facts(static=True),
        policy=Policy(form="literal", unsafe_fixes=True),
    )


def lines(
    text: str, candidate: Candidate | str, one: Remedy, *, facts: Facts | None = None
) -> list[str]:
    """Return the lines that a remedy changes; the result parses and stays as it is."""
    none = Remedy(kind=K.ADVICE, text="t")
    before = repaired(text, candidate, none, facts=facts).text
    after = repaired(text, candidate, one, facts=facts).text
    assert Dockerfile(after).stages
    assert repaired(after, candidate, one, facts=facts).text == after
    changed = unified_diff(before.splitlines(), after.splitlines(), n=0, lineterm="")
    return [line for line in changed if not re.match(r"---|\+\+\+|@@", line)]


def distroless(name: str) -> Candidate:
    return replace(CANDIDATES["static"], image=f"gcr.io/distroless/{name}", libc=Libc.GLIBC)


def go(ship: str = f"FROM {STATIC}") -> str:
    return GO.format(ship=ship)


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        (go(), "COPY --from={old} /usr/share/zoneinfo /usr/share/zoneinfo"),
        (
            f"FROM {STATIC}\nCOPY s /s\n",
            "COPY --from={old} /usr/share/zoneinfo /usr/share/zoneinfo",
        ),
        (
            "FROM busybox\nCOPY s /s\n",
            "COPY --from={static} /usr/share/zoneinfo /usr/share/zoneinfo",
        ),
        (
            f"FROM debian AS build\nRUN apt-get install -y tzdata\nFROM busybox\n{COPY}",
            "COPY --from=build /usr/share/zoneinfo /usr/share/zoneinfo",
        ),
    ],
)
def test_data_comes_from_where_it_is(text: str, wanted: str) -> None:
    assert lines(text, "scratch", ZONES) == ["+" + wanted.format(old=STATIC, static=STATIC)]


def test_files_of_one_folder_come_together() -> None:
    found = lines(go(), "scratch", NAMES)
    assert found == [f"+COPY --from={STATIC} /etc/services /etc/protocols /etc/"]


def test_a_base_with_a_package_manager_gets_packages_and_no_copies() -> None:
    assert lines(go("FROM debian:trixie"), "plain-alpine", ZONES) == []


def test_a_library_comes_from_the_old_base_where_the_loader_looks_last() -> None:
    line = "error while loading shared libraries: libz.so.1: cannot open shared object file"
    one = remedy(K.COPY_LIBRARY, line)
    found = lines("FROM debian:bookworm-slim\nCOPY s /s\n", distroless("cc-debian13"), one)
    assert found == ["+COPY --from=debian:bookworm-slim /usr/lib/*-linux-gnu/libz.so.1 /usr/lib/"]


def test_apk_finds_a_library_by_its_name() -> None:
    one = remedy(K.COPY_LIBRARY, "Error loading shared library libpq.so.5: No such file")
    found = lines("FROM debian:bookworm\nCOPY s /s\n", "plain-alpine", one)
    assert found == ["+RUN apk add --no-cache so:libpq.so.5"]


@pytest.mark.parametrize(
    ("line", "names"),
    [
        ("ld: libstdc++.so.6: cannot open", ("libstdc++.so.6",)),
        ("libglib-2.0.so.0: cannot open", ("libglib-2.0.so.0",)),
        ("libc.musl-x86_64.so.1 libc.so.6 libresolv.so.2", ()),
        ("no library at all", ()),
    ],
)
def test_names_of_libraries(line: str, names: tuple[str, ...]) -> None:
    assert library.names(line) == names


@pytest.mark.parametrize(
    ("line", "paths"),
    [
        (
            "`/bin/sh -c date +%Y` was called, and the candidate has no /bin/sh",
            ("/bin/sh", "/bin/date"),
        ),
        (
            "`/usr/bin/gzip -9` was called, and the candidate has no /usr/bin/gzip",
            ("/usr/bin/gzip",),
        ),
        ("Error: spawn /bin/sh ENOENT", ("/bin/sh",)),
        ("/bin/sh: ls: not found", ("/bin/sh", "/bin/ls")),
        ("No known thing", ("/bin/sh",)),
        ("`/usr/bin/convert a b` was called, and the candidate has no /usr/bin/convert", ()),
        ("a.py:9, `run(x)`, calls x, and the candidate has no /usr/local/bin/python3", ()),
    ],
)
def test_programs_of_a_line(line: str, paths: tuple[str, ...]) -> None:
    assert programs.wanted(line) == paths


def test_a_shell_is_only_proposed() -> None:
    one = remedy(K.COPY_PROGRAMS, "spawn /bin/sh ENOENT", safe=False)
    result = rewritten(go(), "scratch", remedies=(one,), facts=Facts(static=True))
    assert "busybox" not in result.text
    assert [edit.text for edit in result.proposed] == [
        "COPY --from=busybox:musl /bin/busybox /bin/sh\n"
    ]
    assert lines(go(), "scratch", one) == ["+COPY --from=busybox:musl /bin/busybox /bin/sh"]
    assert lines("FROM node:22\n", "node-alpine", one) == []


@pytest.mark.parametrize(
    ("text", "candidate", "wanted"),
    [
        (
            go() + "USER 65532:65532\n",
            "scratch",
            [f"+COPY --from={STATIC} /etc/passwd /etc/group /etc/"],
        ),
        (
            "FROM node:22\nUSER 1000\n",
            "node-distroless",
            ["+COPY --from=node:22 /etc/passwd /etc/group /etc/"],
        ),
        (
            "FROM debian\nCOPY s /s\nUSER 1001\n",
            "scratch",
            [
                "+COPY <<EOF /etc/passwd",
                "+root:x:0:0:root:/root:/sbin/nologin",
                "+nobody:x:65534:65534:nobody:/nonexistent:/sbin/nologin",
                "+app:x:1001:1001:app:/:/sbin/nologin",
                "+EOF",
            ],
        ),
    ],
)
def test_a_user_gets_an_entry(text: str, candidate: str, wanted: list[str]) -> None:
    assert lines(text, candidate, remedy(K.ADD_USER)) == wanted


UTF8 = Remedy(kind=K.SET_ENVIRONMENT, text="t", safe=True, environment={"LANG": "C.UTF-8"})


def test_a_variable_is_set() -> None:
    assert lines("FROM node:22\nCOPY . .\n", "node-slim", UTF8) == ["+ENV LANG=C.UTF-8"]


def test_a_variable_that_the_file_sets_is_the_users_to_change() -> None:
    text = "FROM node:22\nENV A=1 LANG=de_DE.UTF-8\n"
    assert lines(text, "node-slim", UTF8) == [
        "-ENV A=1 LANG=de_DE.UTF-8",
        "+ENV A=1 LANG=C.UTF-8",
    ]
    asked = rewritten(text, "node-slim", remedies=(UTF8,))
    assert "de_DE" in asked.text
    assert len(asked.proposed) == 1


TMP = Remedy(kind=K.MAKE_FOLDER, text="t", safe=True, paths=("/tmp",))


def test_a_folder_without_a_shell_is_entered_as_the_user() -> None:
    text = go() + "WORKDIR /app\nUSER 65532\n"
    assert lines(text, "scratch", TMP) == ["+WORKDIR /tmp", "+WORKDIR /app"]
    assert lines("FROM debian\nCOPY s /s\n", "scratch", TMP) == ["+WORKDIR /tmp", "+WORKDIR /"]


def test_a_folder_with_a_shell_is_made_and_given() -> None:
    one = remedy(K.MAKE_FOLDER, "open /var/run/app/x.pid: no such file")
    found = lines("FROM debian\nUSER 1000:1000\n", "plain-alpine", one)
    assert found == ["+RUN mkdir -p /var/run/app && chown 1000:1000 /var/run/app"]


@pytest.mark.parametrize(
    "line",
    [
        "open /etc/passwd: no such file",
        "open /usr/lib/python3/x: denied",
        "mkdir /: denied",
        "mkdir /x/../etc: denied",
        "nothing",
    ],
)
def test_a_folder_of_the_system_is_not_made(line: str) -> None:
    assert lines("FROM debian\nUSER 1000\n", "plain-alpine", remedy(K.MAKE_FOLDER, line)) == []


@pytest.mark.parametrize(
    ("line", "wanted"),
    [
        (
            "Permission denied: '/app/data/x.db'",
            ["-COPY data data", "+COPY --chown=65532:65532 data data"],
        ),
        (
            "Permission denied: 'data/x.db'",
            ["-COPY data data", "+COPY --chown=65532:65532 data data"],
        ),
        ("Permission denied: '/app/a.py'", ["-COPY a.py ./", "+COPY --chown=65532:65532 a.py ./"]),
        ("Permission denied: '/srv/x'", []),
        ("Permission denied", []),
    ],
)
def test_the_narrowest_copy_gets_an_owner(line: str, wanted: list[str]) -> None:
    text = "FROM node:22\nWORKDIR /app\nCOPY a.py ./\nCOPY data data\nUSER nonroot\n"
    assert lines(text, "node-distroless", remedy(K.OWN_FILES, line)) == wanted


@pytest.mark.parametrize(
    ("image", "moved"),
    [
        ("buildpack-deps:trixie", "buildpack-deps:bookworm"),
        ("debian:13-slim", "debian:bookworm-slim"),
        ("golang:1.24", "golang:1.24-bookworm"),
        ("rust:1-slim-trixie", "rust:1-slim-bookworm"),
        ("node:24-slim", "node:24-bookworm-slim"),
        ("python:3.13-slim", "python:3.13-slim-bookworm"),
        ("golang", "golang:bookworm"),
        ("golang:1.24-alpine", ""),
        ("example.org/own:1", ""),
        ("golang:1.24@sha256:" + "0" * 64, ""),
    ],
)
def test_the_builder_takes_the_release_of_the_base(image: str, moved: str) -> None:
    text = f"FROM {image} AS build\nRUN make\nFROM debian:trixie\nCOPY --from=build /s /s\n"
    found = lines(text, distroless("cc-debian12"), remedy(K.SAME_RELEASE))
    assert found == ([f"-FROM {image} AS build", f"+FROM {moved} AS build"] if moved else [])


@pytest.mark.parametrize(
    ("head", "wanted"),
    [
        (
            "FROM golang:1.24-bookworm AS build\nRUN go build -o /s .\n",
            ["FROM golang:1.24-alpine AS build"],
        ),
        (
            "FROM gcc:14 AS build\nRUN gcc -o /s s.c\n",
            ["FROM alpine:3.23 AS build", "RUN apk add --no-cache build-base"],
        ),
        (
            "FROM rust:1 AS build\nRUN cargo build --release\n",
            ["FROM rust:1-alpine AS build", "RUN apk add --no-cache musl-dev"],
        ),
        ("FROM debian AS build\nRUN apt-get install -y gcc\n", []),
        ("FROM golang:1.24-alpine AS build\nRUN go build -o /s .\n", []),
        ("FROM golang:1.24 AS build\nRUN ./build.sh\n", []),
    ],
)
def test_the_builder_takes_the_c_library_of_the_base(head: str, wanted: list[str]) -> None:
    text = f"{head}FROM debian:trixie\nCOPY --from=build /s /s\n"
    found = lines(text, "plain-alpine", remedy(K.SAME_LIBC))
    assert [line[1:] for line in found if line.startswith("+")] == wanted


def test_a_builder_on_musl_goes_back_to_glibc() -> None:
    text = f"FROM golang:1.24-alpine3.22 AS build\nRUN go build -o /s .\nFROM debian\n{COPY}"
    found = lines(text, distroless("cc-debian13"), remedy(K.SAME_LIBC))
    assert found[1:] == ["+FROM golang:1.24 AS build"]


def test_cgo_is_turned_off_where_nothing_is_said() -> None:
    facts = Facts(language="go", native=("sqlite3",))
    assert lines(go("FROM debian"), "scratch", remedy(K.CGO_OFF), facts=facts) == [
        "+ENV CGO_ENABLED=0"
    ]
    said = go("FROM debian").replace("RUN go", "RUN CGO_ENABLED=1 go")
    assert lines(said, "scratch", remedy(K.CGO_OFF), facts=facts) == []


def test_programs_are_linked_statically() -> None:
    facts = Facts(language="go", native=("sqlite3",))
    assert lines(go("FROM debian"), "scratch", remedy(K.LINK_STATICALLY), facts=facts) == [
        '+ENV GOFLAGS="-tags=netgo,osusergo -ldflags=-extldflags=-static"'
    ]
    text = f"FROM gcc AS build\nRUN mkdir o && gcc -O2 -o /s s.c\nFROM debian\n{COPY}"
    found = lines(text, "scratch", remedy(K.LINK_STATICALLY))
    assert found[1:] == ["+RUN mkdir o && gcc -static -O2 -o /s s.c"]
    parts = text.replace("-o /s", "-c")
    assert lines(parts, "scratch", remedy(K.LINK_STATICALLY)) == []


@pytest.mark.parametrize("option", ["--libc=glibc", "--libc glibc"])
def test_npm_takes_packages_for_the_c_library(option: str) -> None:
    found = lines(f"FROM node:22\nRUN npm ci {option}\n", "node-alpine", remedy(K.MUSL_PACKAGES))
    assert found[1:] == [f"+RUN npm ci {option.replace('glibc', 'musl')}"]


def test_threads_of_python_get_the_stack_of_glibc() -> None:
    one = remedy(K.THREAD_STACK, safe=False)
    found = lines("FROM python:3.12\nCOPY . .\n", "python-alpine", one)
    assert len(found) == 1
    assert "threading.stack_size(8 << 20)" in found[0]
    assert lines("FROM node:22\n", "node-alpine", one) == []


def test_a_script_of_the_health_check_asks_the_address() -> None:
    text = 'FROM node:22\nWORKDIR /app\nCOPY . .\nHEALTHCHECK CMD ["sh", "h.sh"]\n'
    found = lines(text, "node-alpine", remedy(K.LOOPBACK, safe=False))
    assert found == ["+RUN sed -i 's/localhost/127.0.0.1/g' /app/h.sh"]
    assert lines(text + "USER node\n", "node-alpine", remedy(K.LOOPBACK)) == []


def test_two_remedies_for_one_place_make_one_edit() -> None:
    text = "FROM node:22\nRUN npm ci --libc=glibc\n"
    both = (remedy(K.MUSL_PACKAGES), replace(remedy(K.MUSL_PACKAGES), text="Other words."))
    assert "--libc=musl" in rewritten(text, "node-alpine", remedies=both).text


BUILD = Remedy(
    kind=K.BUILD_PACKAGES, text="t", safe=True, apt=("build-essential",), apk=("build-base",)
)


def test_compilers_are_there_for_one_step() -> None:
    found = lines("FROM python:3.12\nCOPY . .\nRUN cd a && pip install .\n", "python-alpine", BUILD)
    assert found[1] == (
        "+RUN apk add --no-cache --virtual .build-deps build-base && cd a && pip install ."
        " && apk del --no-network .build-deps"
    )
    found = lines("FROM node:22\nRUN npm ci\n", "node-slim", BUILD)
    assert found[1] == (
        "+RUN apt-get update && apt-get install -y --no-install-recommends build-essential"
        " && npm ci && apt-get purge -y --auto-remove build-essential"
        " && rm -rf /var/lib/apt/lists/*"
    )


@pytest.mark.parametrize(
    "text",
    [
        "USER node\nRUN npm ci\n",
        "RUN npm ci; rm -rf x\n",
        "RUN make\n",
        "RUN apt-get update && npm ci\n",
        "RUN <<EOF\nnpm ci\nEOF\n",
        'RUN ["npm", "ci"]\n',
    ],
)
def test_compilers_are_not_brought_where_it_is_not_plain(text: str) -> None:
    assert lines(f"FROM node:22\n{text}", "node-slim", BUILD) == []


def test_an_init_starts_the_application() -> None:
    one = remedy(K.ADD_INIT, safe=False)
    entry = lines('FROM debian\nENTRYPOINT ["/s", "-a"]\n', "plain-alpine", one)
    assert [line for line in entry if "ENTRYPOINT" in line] == [
        '-ENTRYPOINT ["/s", "-a"]',
        '+ENTRYPOINT ["/sbin/tini", "--", "/s", "-a"]',
    ]
    command = lines('FROM node:22\nCMD ["node", "s.js"]\n', "node-slim", one)
    assert command[-1] == '+ENTRYPOINT ["/usr/bin/tini", "--", "docker-entrypoint.sh"]'
    assert "tini" in command[0]
    assert lines("FROM debian\nCMD /s\n", "scratch", one) == []


def test_packages_can_bring_a_variable() -> None:
    one = Remedy(
        kind=K.ADD_PACKAGES, text="t", safe=True, apk=("icu-libs",), environment={"A": "false"}
    )
    found = lines("FROM debian\n", "plain-alpine", one)
    assert sorted(found) == ["+ENV A=false", "+RUN apk add --no-cache icu-libs"]


def test_a_file_of_the_evidence_comes_from_the_old_base() -> None:
    one = remedy(K.COPY_FILES, "No such file or directory: '/etc/debian_version'")
    found = lines("FROM debian:trixie\nCOPY s /s\n", "scratch", one)
    assert found == ["+COPY --from=debian:trixie /etc/debian_version /etc/debian_version"]
    system = remedy(K.COPY_FILES, "No such file or directory: '/srv/x'")
    assert lines("FROM debian:trixie\nCOPY s /s\n", "scratch", system) == []


def test_an_account_is_made_by_its_name() -> None:
    one = remedy(K.ADD_USER, "KeyError: \"getpwnam(): name not found: 'www-data'\"")
    (made,) = lines("FROM python:3.12\n", "python-alpine", one)
    assert made.startswith("+RUN (getent group www-data || addgroup -S -g 33 www-data)")
    assert made.endswith(" && adduser -S -D -H -u 33 -G www-data www-data")
    assert lines("FROM debian\nCOPY s /s\n", "scratch", one)[3] == (
        "+www-data:x:33:33:www-data:/:/sbin/nologin"
    )
    other = remedy(K.ADD_USER, "name not found: 'anna'")
    assert lines("FROM python:3.12\n", "python-alpine", other) == []


def test_words_get_their_new_names() -> None:
    one = Remedy(
        kind=K.REPLACE_WORDS, text="t", safe=True, renames={"libicu72": "libicu76", "a": "b"}
    )
    found = lines("FROM node:22\nRUN apt-get install -y libicu72 a-b\n", "node-slim", one)
    assert [line for line in found if line.startswith("+")] == [
        "+RUN apt-get install -y libicu76 a-b"
    ]


def test_a_variable_of_the_old_base_is_set_where_its_value_is_known() -> None:
    line = "s.js:3 reads the variable NODE_VERSION, which the old base sets to 24.1.0 and the rest"
    found = lines("FROM node:22\n", "node-distroless", remedy(K.SET_ENVIRONMENT, line))
    assert found == ["+ENV NODE_VERSION=24.1.0"]


@pytest.mark.parametrize(
    ("line", "package"),
    [
        ("libpq.so.5: cannot open", "libpq5"),
        ("libX11.so.6: cannot open", "libx11-6"),
        ("libz.so.1: cannot open", "zlib1g"),
        ("libtk8.6.so: cannot open", "libtk8.6"),
        ("libglib-2.0.so.0: cannot open", "libglib2.0-0"),
    ],
)
def test_apt_gets_the_package_of_a_library(line: str, package: str) -> None:
    found = lines("FROM node:22\n", "node-slim", remedy(K.COPY_LIBRARY, line))
    assert len(found) == 1
    assert f" {package} " in found[0]


@pytest.mark.parametrize(
    "line", ["env: can't execute 'git': No such file", "sh: git: not found", "no /usr/bin/git"]
)
def test_a_command_of_the_old_base_is_installed(line: str) -> None:
    one = remedy(K.ADD_COMMAND, line)
    result = rewritten(
        "FROM node:22\n",
        "node-alpine",
        family="node",
        remedies=(one,),
        programs=catalog.load().programs,
    )
    assert "apk add --no-cache git" in result.text


@pytest.mark.parametrize("kind", [K.COPY_FILES, K.COPY_PROGRAMS, K.MAKE_FOLDER, K.OWN_FILES])
@pytest.mark.parametrize(
    "line", ["open /etc/x;reboot: no", "open '/etc/$(reboot)': no", "/etc/a\nRUN reboot"]
)
def test_a_line_of_a_log_brings_no_command(kind: K, line: str) -> None:
    text = "FROM debian:trixie\nWORKDIR /app\nCOPY s /s\nUSER 65532\n"
    for name in ("scratch", "plain-alpine"):
        assert "reboot" not in "".join(lines(text, name, remedy(kind, line)))


def test_a_secret_of_the_old_base_is_not_copied() -> None:
    one = remedy(K.COPY_FILES, "No such file or directory: '/etc/shadow'")
    assert lines("FROM debian:trixie\nCOPY s /s\n", "scratch", one) == []


def test_a_group_whose_number_is_taken_gets_another() -> None:
    one = remedy(K.ADD_USER, "LookupError: no such user: 'backup'")
    (made,) = lines("FROM python:3.13\n", "plain-alpine", one)
    assert made.startswith("+RUN (getent group backup || addgroup -S backup) && adduser -S")


LINKED = "FROM node:24\nWORKDIR /usr/bin\n{line}\n"


@pytest.mark.parametrize(
    ("line", "removed"),
    [
        ("COPY ps /bin/ps", ["+RUN rm -f /bin/ps"]),
        ("COPY tools/ps /bin/", ["+RUN rm -f /bin/ps"]),
        ("COPY ps ./", ["+RUN rm -f /usr/bin/ps"]),
        ("ADD ps /usr/sbin/other", ["+RUN rm -f /usr/sbin/other"]),
        ("COPY ps /usr/local/bin/ps", []),
        ("COPY a b /bin/", []),
        ("USER node\nCOPY ps /bin/ps", []),
    ],
)
def test_a_link_makes_way_for_a_file(line: str, removed: list[str]) -> None:
    one = remedy(K.FREE_PATH)
    assert lines(LINKED.format(line=line), "node-alpine", one) == removed


VENV = (
    "FROM {image} AS build\nRUN {make}\n\nFROM python:3.13-slim\n"
    'COPY --from=build /opt/venv /opt/venv\n{env}CMD ["{program}", "-m", "a"]\n'
)
PYTHON = replace(
    CANDIDATES["python-distroless"],
    image="gcr.io/distroless/python3-debian13:nonroot",
    user="65532",
    workdir="/home/nonroot",
    interpreter="/usr/bin/python3.13",
    entrypoint=("/usr/bin/python3.13",),
)
RELINKED = (
    "+RUN for name in python python3 python3.13; "
    "do ln -sf /usr/bin/python3.13 /opt/venv/bin/$name; done "
    "&& sed -i 's|^home = .*|home = /usr/bin|' /opt/venv/pyvenv.cfg"
)


def venv(
    image: str = "python:3.13-slim",
    make: str = "python -m venv /opt/venv",
    env: str = "",
    program: str = "/opt/venv/bin/python",
) -> str:
    return VENV.format(image=image, make=make, env=env, program=program)


@pytest.mark.parametrize(
    "text",
    [
        venv(),
        venv(make="pip install uv && uv venv --seed /opt/venv"),
        venv(program="/opt/venv/bin/gunicorn"),
        venv(env='ENV PATH="/opt/venv/bin:$PATH"\n', program="python"),
    ],
)
def test_an_environment_finds_the_python_of_the_new_base(text: str) -> None:
    found = lines(text, PYTHON, remedy(K.RELINK_VENV))
    assert found == [RELINKED, "+ENTRYPOINT []"]


@pytest.mark.parametrize(
    "text",
    [
        venv(image="python:3.12-slim"),
        venv(image="python:3.13-alpine"),
        venv(make="pip install a"),
        venv(make="true\nUSER app\nRUN python -m venv /opt/venv"),
    ],
)
def test_an_environment_of_another_python_stays(text: str) -> None:
    assert lines(text, PYTHON, remedy(K.RELINK_VENV)) == []


def test_a_file_comes_from_the_stage_that_installs_it() -> None:
    line = "main.go:11 names /usr/share/dict/words, and the candidate does not have that"
    one = remedy(K.COPY_FILES, line)
    ship = f"{go('FROM debian:trixie-slim')}RUN apt-get install -y wamerican\n"
    found = lines(ship + 'CMD ["/s"]\n', distroless("static-debian13"), one)
    assert found == ["+COPY --from=builder /usr/share/dict/words /usr/share/dict/words"]
    plain = lines(go("FROM debian:trixie-slim"), distroless("static-debian13"), one)
    assert plain == ["+COPY --from=debian:trixie-slim /usr/share/dict/words /usr/share/dict/words"]
