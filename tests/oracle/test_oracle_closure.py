"""The closure against the real loaders: what is predicted to fail fails, and nothing else does.

Small programs are compiled on Debian 12, Debian 13 and with musl-gcc, put into images of every
tier, and started there.
"""

from collections.abc import Iterator
from pathlib import Path

import pytest
from oracle_engine import lab_engine, run

from stepdown.adapters.engine import DockerEngine
from stepdown.measure import read_rootfs
from stepdown.model.trial import Built
from stepdown.ports import BuildRequest
from stepdown.rootfs.closure import closure
from stepdown.rootfs.problems import Problem, ProblemKind

pytestmark = pytest.mark.engine

BASES = (
    "scratch",
    "busybox:musl",
    "alpine:3.23",
    "debian:bookworm-slim",
    "debian:trixie-slim",
    "gcr.io/distroless/nodejs24-debian13:latest",
)
SOURCES = {
    "hello.c": '#include <stdio.h>\nint main(){puts("hello");return 0;}\n',
    # With optimisation and _FORTIFY_SOURCE this calls __printf_chk and __memcpy_chk.
    "fortified.c": """\
#include <stdio.h>
#include <string.h>
int main(int n,char**v){char b[64];memcpy(b,v[0],strlen(v[0])+1);printf("%s %d\\n",b,n);return 0;}
""",
    "number.c": """\
#include <stdio.h>
#include <stdlib.h>
int main(int n,char**v){printf("%ld\\n",strtol(v[0],0,0)+n);return 0;}
""",
    "mathematics.c": """\
#include <math.h>
#include <stdio.h>
int main(int n,char**v){printf("%f\\n",pow(n+1.5,exp((double)n)));return 0;}
""",
    "stream.cc": '#include <iostream>\nint main(){std::cout<<"hello"<<std::endl;}\n',
    "modern.cc": """\
#include <format>
#include <iostream>
int main(int n,char**){std::cout<<std::format("{:.3e}",n*1.5L)<<std::endl;}
""",
    "private.c": "#include <stdio.h>\nint inner(void);int outer(void){return inner();}\n",
    "inner.c": "int inner(void){return 0;}\n",
    "user.c": "int outer(void);int main(){return outer();}\n",
    # A host that loads whatever it is given, like node or python does.
    "host.c": """\
#include <dlfcn.h>
#include <stdio.h>
int main(int n,char**v){
  if(n>1&&!dlopen(v[1],RTLD_NOW)){fprintf(stderr,"%s\\n",dlerror());return 9;}
  return 0;}
""",
    "plugin.c": """\
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
long plug(const char*s){char b[64];memcpy(b,s,strlen(s)+1);printf("%s\\n",b);return strtol(b,0,0);}
""",
}
PRIVATE = """\
cc -shared -fPIC -o /p/lib/libinner.so inner.c -Wl,-soname,libinner.so && \\
    cc -shared -fPIC -o /p/lib/libouter.so private.c -L/p/lib -linner -Wl,-soname,libouter.so && \\
    cc -o /p/{0}-runpath user.c -L/p/lib -louter -Wl,--enable-new-dtags,-rpath,'$ORIGIN/lib' \\
        -Wl,-rpath-link,/p/lib && \\
    cc -o /p/{0}-rpath user.c -L/p/lib -louter -Wl,--disable-new-dtags,-rpath,'$ORIGIN/lib' \\
        -Wl,-rpath-link,/p/lib && \\
    cc -o /p/{0}-nowhere user.c -L/p/lib -louter -Wl,-rpath-link,/p/lib"""
DOCKERFILE = (
    """\
ARG BASE=scratch
FROM buildpack-deps:bookworm AS bookworm
WORKDIR /src
COPY . .
RUN mkdir -p /p/lib && cc -o /p/b-hello hello.c && cc -static -o /p/b-static hello.c && \\
    cc -O2 -D_FORTIFY_SOURCE=2 -o /p/b-fortified fortified.c && cc -o /p/b-number number.c && \\
    cc -O0 -o /p/b-mathematics mathematics.c -lm && c++ -o /p/b-stream stream.cc && \\
    c++ -static-libstdc++ -static-libgcc -o /p/b-portable stream.cc && \\
    cc -o /p/b-host host.c && cc -shared -fPIC -o /p/b-plugin.so plugin.c && \\
    cc -O2 -D_FORTIFY_SOURCE=2 -shared -fPIC -o /p/b-fortified.so plugin.c && \\
    """
    + PRIVATE.format("b")
    + """
FROM golang:1.24-trixie AS trixie
WORKDIR /src
COPY . .
RUN mkdir -p /p && cc -o /p/t-hello hello.c && cc -o /p/t-number number.c && \\
    c++ -o /p/t-stream stream.cc && c++ -std=c++20 -o /p/t-modern modern.cc && \\
    cc -O2 -shared -fPIC -o /p/t-plugin.so plugin.c
FROM stepdown-lab/toolchain AS musl
WORKDIR /src
COPY . .
RUN mkdir -p /p && musl-gcc -o /p/m-hello hello.c && musl-gcc -static -o /p/m-static hello.c && \\
    musl-gcc -o /p/m-number number.c && musl-gcc -O2 -o /p/m-fortified fortified.c && \\
    musl-gcc -o /p/m-host host.c && musl-gcc -shared -fPIC -o /p/m-plugin.so plugin.c
FROM ${BASE}
COPY --from=bookworm /p /p
COPY --from=trixie /p /p
COPY --from=musl /p /p
"""
)
PLUGINS = ("b-plugin.so", "b-fortified.so", "t-plugin.so", "m-plugin.so")
HOSTS = {"alpine:3.23": "m-host", "scratch": "", "busybox:musl": ""}
PROGRAMS = (
    "b-hello b-static b-fortified b-number b-mathematics b-stream b-portable b-host b-runpath"
    " b-rpath b-nowhere t-hello t-number t-stream t-modern m-hello m-static m-number m-fortified"
    " m-host"
).split()


@pytest.fixture(scope="module")
def engine(tmp_path_factory: pytest.TempPathFactory) -> Iterator[DockerEngine]:
    with lab_engine(tmp_path_factory.mktemp("oracle")) as connected:
        yield connected


@pytest.fixture(scope="module")
def context(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("sources")
    for name, text in SOURCES.items():
        (folder / name).write_text(text)
    return folder


def build(engine: DockerEngine, context: Path, base: str) -> str:
    request = BuildRequest(
        name="closure",
        dockerfile=DOCKERFILE,
        context=str(context),
        arguments=(("BASE", base),),
    )
    built = engine.build(request, lambda _: None)
    assert isinstance(built, Built), built
    return built.image


def expected_words(problem: Problem) -> tuple[str, ...]:
    """What the engine or a loader may say; the first of several problems stops it."""
    match problem.kind:
        case ProblemKind.MISSING_INTERPRETER:
            return ("no such file or directory",)
        case ProblemKind.MISSING_SYMBOL:
            return tuple(f"{name}: symbol not found" for name in problem.name.split(", "))
        case ProblemKind.MISSING_VERSION:
            return (problem.name.split()[-1],)
        case _:
            return (problem.name,)


@pytest.mark.parametrize("base", BASES)
def test_predicted_is_actual(engine: DockerEngine, context: Path, base: str) -> None:
    image = build(engine, context, base)
    config = engine.inspect(image)
    problems = closure(read_rootfs(engine, image), dict(config.env), config.architecture)
    host = HOSTS.get(base, "b-host")
    commands = {f"/p/{name}": (f"/p/{name}",) for name in PROGRAMS}
    if host:
        commands |= {f"/p/{name}": (f"/p/{host}", f"/p/{name}") for name in PLUGINS}
    wrong: list[str] = []
    for path, words in commands.items():
        predicted = [p for p in problems if p.path == path and p.certain]
        done = run(engine, image, *words)
        told = f"{done.refused}\n{done.output}"
        hints = [word for problem in predicted for word in expected_words(problem)]
        if bool(predicted) == (done.exit_code == 0):
            wrong.append(f"{path}: predicted {predicted}, actual {done.exit_code} {told}")
        elif hints and not any(hint in told for hint in hints):
            wrong.append(f"{path}: predicted {predicted}, but it said {told}")
    assert wrong == []


def test_a_pristine_base_adds_no_certain_problem_of_its_own(engine: DockerEngine) -> None:
    for image in ("alpine:3.23", "debian:bookworm-slim", "debian:trixie-slim"):
        config = engine.inspect(image)
        assert closure(read_rootfs(engine, image), dict(config.env), config.architecture) == ()
