"""What loaders would refuse, one rule at a time."""

import struct
from collections.abc import Mapping

import pytest

from rootfs_samples import (
    ARM64,
    GLIBC,
    GLIBC_LOADER,
    I386,
    MUSL,
    MUSL_LOADER,
    NODEFLIB,
    PIE,
    Content,
    Link,
    Node,
    library,
    program,
    root,
    static,
)
from stepdown.rootfs.closure import closure
from stepdown.rootfs.problems import Problem, ProblemKind

Row = tuple[str, str, str]


def found(files: Mapping[str, Content], **env: str) -> list[Row]:
    """The problems that are certain, as (path, kind, name)."""
    return [(p.path, p.kind.value, p.name) for p in check(files, **env) if p.certain]


def check(files: Mapping[str, Content], **env: str) -> tuple[Problem, ...]:
    fs = root(files)
    problems = closure(fs, env, "amd64")
    assert problems == tuple(sorted(problems))
    assert all(problem.sentence().endswith(".") for problem in problems)
    return problems


def glibc(*needed: str, **facts: object) -> bytes:
    return program(GLIBC_LOADER, *needed, "libc.so.6", **facts)


def musl(*needed: str, **facts: object) -> bytes:
    return program(MUSL_LOADER, *needed, "libc.musl-x86_64.so.1", **facts)


MISSING_A = [("/app", "missing_library", "liba.so")]


def test_healthy_images_have_no_problem() -> None:
    assert check({**GLIBC, "app": glibc(), "tool": static()}) == ()
    assert check({**MUSL, "app": musl(), "tool": static()}) == ()
    assert check({}) == ()


def test_a_missing_loader_is_the_only_problem_of_its_program() -> None:
    assert found({**MUSL, "app": glibc("liba.so")}) == [
        ("/app", "missing_interpreter", GLIBC_LOADER)
    ]
    assert found({"app": musl()}) == [("/app", "missing_interpreter", MUSL_LOADER)]


def test_a_loader_that_is_none() -> None:
    (problem,) = check({GLIBC_LOADER: "text", "app": glibc()})
    assert problem.kind is ProblemKind.MISSING_INTERPRETER
    assert "no program loader" in problem.sentence()


def test_a_loader_behind_links() -> None:
    files: dict[str, Content] = {k: v for k, v in GLIBC.items() if k != GLIBC_LOADER}
    real = {"usr/lib64/ld.so": GLIBC[GLIBC_LOADER], "lib64": Link("usr/lib64")}
    link: dict[str, Content] = {"usr/lib64/ld-linux-x86-64.so.2": Link("ld.so")}
    assert check({**files, **real, **link, "app": glibc()}) == ()


def test_a_library_that_is_nowhere() -> None:
    assert found({**GLIBC, "app": glibc("liba.so")}) == MISSING_A
    assert found({**MUSL, "app": musl("liba.so")}) == MISSING_A


def test_a_library_of_a_library() -> None:
    problems = check(
        {**GLIBC, "app": glibc("liba.so"), "lib/liba.so": library("liba.so", needed=("libb.so",))}
    )
    assert [(p.path, p.name, p.detail) for p in problems] == [
        ("/app", "libb.so", "/lib/liba.so asks for it.")
    ]


def places(loader: Mapping[str, Content], place: str, app: bytes, **env: str) -> list[Row]:
    return found({**loader, "app": app, f"{place}/liba.so": library("liba.so")}, **env)


@pytest.mark.parametrize("folder", ["/lib", "/usr/lib", "/lib/x86_64-linux-gnu"])
def test_glibc_trusts_the_folders_that_are_compiled_in(folder: str) -> None:
    assert places(GLIBC, folder, glibc("liba.so")) == []


@pytest.mark.parametrize("folder", ["/usr/local/lib", "/lib64", "/opt", "/"])
def test_glibc_looks_nowhere_else(folder: str) -> None:
    assert places(GLIBC, folder, glibc("liba.so")) == MISSING_A


def test_glibc_reads_the_cache_and_not_its_configuration() -> None:
    conf: dict[str, Content] = {"etc/ld.so.conf": "/opt\n"}
    assert places({**GLIBC, **conf}, "/opt", glibc("liba.so")) == MISSING_A
    cached = {**GLIBC, "etc/ld.so.cache": Node(cache(b"liba.so", b"/opt/liba.so"))}
    assert places(cached, "/opt", glibc("liba.so")) == []
    assert places(cached, "/opt", glibc("liba.so", flags_1=PIE | NODEFLIB)) == [
        *MISSING_A,
        ("/app", "missing_library", "libc.so.6"),
    ]
    foreign = {**GLIBC, "etc/ld.so.cache": Node(cache(b"liba.so", b"/opt/liba.so", 0x003))}
    assert places(foreign, "/opt", glibc("liba.so")) == MISSING_A


def cache(soname: bytes, path: bytes, flags: int = 0x303) -> bytes:
    strings = soname + b"\0" + path + b"\0"
    head = struct.pack("<20sII20x", b"glibc-ld.so.cache1.1", 1, len(strings))
    return head + struct.pack("<iIIIQ", flags, 72, 73 + len(soname), 0, 0) + strings


def test_library_path_of_the_environment() -> None:
    for loader, app in ((GLIBC, glibc("liba.so")), (MUSL, musl("liba.so"))):
        assert places(loader, "/opt", app, LD_LIBRARY_PATH="/nowhere:/opt/") == []
        assert places(loader, "/opt", app, LD_LIBRARY_PATH="") == MISSING_A


def test_programs_that_gain_rights_ignore_the_environment() -> None:
    for loader, app in ((GLIBC, glibc("liba.so")), (MUSL, musl("liba.so"))):
        files: dict[str, Content] = {
            **loader,
            "app": Node(app, 0o4755),
            "opt/liba.so": library("liba.so"),
        }
        assert found(files, LD_LIBRARY_PATH="/opt") == MISSING_A


def test_origin_is_the_folder_of_the_object() -> None:
    for loader, make in ((GLIBC, glibc), (MUSL, musl)):
        for spelling in ("$ORIGIN/l", "${ORIGIN}/l", "/x:$ORIGIN/l"):
            app = make("liba.so", runpath=spelling)
            files: dict[str, Content] = {
                **loader,
                "srv/app": app,
                "srv/l/liba.so": library("liba.so"),
            }
            assert check(files) == ()


def deep(loader: Mapping[str, Content], app: bytes) -> list[Row]:
    """`app` loads /opt/liba.so, which needs /opt/libb.so and says nothing of where it is."""
    lib = library("liba.so", needed=("libb.so",))
    return found({**loader, "app": app, "opt/liba.so": lib, "opt/libb.so": library("libb.so")})


def test_rpath_is_inherited_and_runpath_is_not() -> None:
    assert deep(GLIBC, glibc("liba.so", rpath="/opt")) == []
    assert deep(GLIBC, glibc("liba.so", runpath="/opt")) == [("/app", "missing_library", "libb.so")]


def test_musl_inherits_both() -> None:
    assert deep(MUSL, musl("liba.so", rpath="/opt")) == []
    assert deep(MUSL, musl("liba.so", runpath="/opt")) == []


def test_runpath_of_an_object_switches_inherited_rpath_off() -> None:
    lib = library("liba.so", needed=("libb.so",), runpath="/nowhere")
    files: dict[str, Content] = {**GLIBC, "app": glibc("liba.so", rpath="/opt")}
    assert found({**files, "opt/liba.so": lib, "opt/libb.so": library("libb.so")}) == [
        ("/app", "missing_library", "libb.so")
    ]


def test_lib_and_platform_in_a_path() -> None:
    app = glibc("liba.so", runpath="/opt/$LIB")
    assert places(GLIBC, "/opt/lib/x86_64-linux-gnu", app) == []
    assert places(GLIBC, "/opt/x86_64", glibc("liba.so", runpath="/opt/$PLATFORM")) == []
    assert places(MUSL, "/opt/x86_64", musl("liba.so", runpath="/opt/$PLATFORM")) == MISSING_A


@pytest.mark.parametrize("folder", ["/lib", "/usr/local/lib", "/usr/lib"])
def test_musl_looks_in_three_folders(folder: str) -> None:
    assert places(MUSL, folder, musl("liba.so")) == []


def test_musl_path_file_replaces_them() -> None:
    files: dict[str, Content] = {**MUSL, "etc/ld-musl-x86_64.path": "/opt\n"}
    assert places(files, "/opt", musl("liba.so")) == []
    assert places(files, "/usr/lib", musl("liba.so")) == MISSING_A


def test_musl_is_what_every_libc_name_means() -> None:
    names = (
        "libc.so.6",
        "libm.so.6",
        "libpthread.so.0",
        "libdl.so.2",
        "librt.so.1",
        "libutil.so.1",
    )
    assert check({**MUSL, "app": musl(*names)}) == ()
    assert found({**MUSL, "app": musl("ld-linux-x86-64.so.2", "libcrypt.so.1")}) == [
        ("/app", "missing_library", "ld-linux-x86-64.so.2"),
        ("/app", "missing_library", "libcrypt.so.1"),
    ]


def test_a_name_with_a_slash_is_a_path() -> None:
    for loader, make in ((GLIBC, glibc), (MUSL, musl)):
        assert places(loader, "/opt", make("/opt/liba.so")) == []
        assert places(loader, "/usr/lib", make("/opt/liba.so")) == [
            ("/app", "missing_library", "/opt/liba.so")
        ]


def test_glibc_knows_loaded_objects_by_soname_and_musl_by_file_name() -> None:
    # libz's file is called otherwise, and is in memory before libb asks for its soname.
    lib: dict[str, Content] = {
        "lib/file.so": library("libz.so.1"),
        "lib/libb.so": library("libb.so", needed=("libz.so.1",)),
    }
    assert check({**GLIBC, **lib, "app": glibc("file.so", "libb.so")}) == ()
    assert found({**MUSL, **lib, "app": musl("file.so", "libb.so")}) == [
        ("/app", "missing_library", "libz.so.1")
    ]


def test_two_names_of_one_file_are_loaded_once() -> None:
    for loader, make in ((GLIBC, glibc), (MUSL, musl)):
        names: dict[str, Content] = {"lib/liba.so": library(""), "lib/libb.so": Link("liba.so")}
        assert check({**loader, **names, "app": make("liba.so", "libb.so")}) == ()


def test_a_library_for_another_processor_is_passed_over() -> None:
    files: dict[str, Content] = {
        **GLIBC,
        "app": glibc("liba.so"),
        "lib/liba.so": library("liba.so", machine=I386, wide=False),
    }
    (problem,) = check(files)
    assert problem.detail == "/lib/liba.so is made for 386."
    assert check({**files, "usr/lib/liba.so": library("liba.so")}) == ()


def test_a_linker_script_ends_the_search() -> None:
    files: dict[str, Content] = {**GLIBC, "app": glibc("liba.so"), "lib/liba.so": "INPUT(x)"}
    (problem,) = check({**files, "usr/lib/liba.so": library("liba.so")})
    assert problem.detail == "/lib/liba.so is not an ELF library."


def test_folders_and_broken_links_are_no_libraries() -> None:
    broken: dict[str, Content] = {
        "lib/liba.so": Link("nowhere"),
        "usr/lib/liba.so": Node(None, 0o755),
    }
    assert found({**GLIBC, **broken, "app": glibc("liba.so")}) == MISSING_A


def test_versions() -> None:
    app = glibc(needs=(("libc.so.6", "GLIBC_2.36", 0), ("libc.so.6", "GLIBC_2.38", 0)))
    assert found({**GLIBC, "app": app}) == [("/app", "missing_version", "libc.so.6 GLIBC_2.38")]
    weak = glibc(needs=(("libc.so.6", "GLIBC_2.38", 2),))
    assert check({**GLIBC, "app": weak}) == ()
    assert check({**MUSL, "app": musl(needs=(("libc.so.6", "GLIBC_2.38", 0),))}) == ()


def test_versions_of_a_library_that_is_missing_or_has_none() -> None:
    needs = (("liba.so", "A_1", 0),)
    assert found({**GLIBC, "app": glibc("liba.so", needs=needs)}) == MISSING_A
    assert (
        check({**GLIBC, "app": glibc("liba.so", needs=needs), "lib/liba.so": library("liba.so")})
        == ()
    )


def test_versions_that_a_library_asks_for() -> None:
    lib = library("liba.so", needed=("libc.so.6",), needs=(("libc.so.6", "GLIBC_2.99", 0),))
    (problem,) = check({**GLIBC, "app": glibc("liba.so"), "lib/liba.so": lib})
    assert (problem.path, problem.detail) == ("/app", "/lib/liba.so asks for it.")


def test_musl_binds_every_symbol_of_a_program() -> None:
    app = musl(undefined=(("printf", ""), ("__printf_chk", ""), ("backtrace", "")), weak=("maybe",))
    assert found({**MUSL, "app": app}) == [("/app", "missing_symbol", "__printf_chk, backtrace")]
    lib = library("liba.so", defined=("__printf_chk", "backtrace"))
    assert (
        check({**MUSL, "app": musl("liba.so", undefined=(("backtrace", ""),)), "lib/liba.so": lib})
        == ()
    )


def test_glibc_binds_when_called_so_symbols_are_not_judged() -> None:
    assert check({**GLIBC, "app": glibc(undefined=(("nothing", ""),))}) == ()


def test_a_glibc_plugin_on_musl() -> None:
    plugin = library(
        "x.node",
        needed=("libc.so.6",),
        needs=(("libc.so.6", "GLIBC_2.17", 0),),
        undefined=(("printf", "GLIBC_2.17"), ("fcntl64", "GLIBC_2.17"), ("napi_create", "")),
    )
    assert found({**MUSL, "m/x.node": plugin}) == [("/m/x.node", "missing_symbol", "fcntl64")]


def test_a_long_list_of_symbols_is_cut() -> None:
    app = musl(undefined=tuple((f"f{n:02}", "") for n in range(25)))
    (row,) = found({**MUSL, "app": app})
    assert row[2].endswith("f19 and 5 more")


def test_a_musl_library_on_glibc() -> None:
    plugin = library("x.node", needed=("libc.musl-x86_64.so.1",))
    assert found({**GLIBC, "m/x.node": plugin}) == [
        ("/m/x.node", "missing_library", "libc.musl-x86_64.so.1")
    ]


def test_with_both_c_libraries_each_library_has_its_own() -> None:
    both: dict[str, Content] = {**GLIBC, **MUSL}
    assert check({**both, "a.so": library("a.so", needed=("libc.musl-x86_64.so.1",))}) == ()
    assert check({**both, "b.so": library("b.so", needed=("libc.so.6",))}) == ()


def test_a_lone_library_whose_need_exists_elsewhere_is_doubted() -> None:
    jvm: dict[str, Content] = {
        "jvm/a.so": library("a.so", needed=("libjvm.so",)),
        "jvm/server/libjvm.so": library("libjvm.so"),
    }
    (problem,) = check({**GLIBC, **jvm})
    assert (problem.name, problem.certain) == ("libjvm.so", False)
    assert found({**GLIBC, "jvm/a.so": jvm["jvm/a.so"]}) == [
        ("/jvm/a.so", "missing_library", "libjvm.so")
    ]


def test_a_program_gets_no_such_doubt() -> None:
    assert places(GLIBC, "/opt", glibc("liba.so")) == MISSING_A


def test_a_library_that_a_program_loads_is_not_judged_alone() -> None:
    assert deep(GLIBC, glibc("liba.so", rpath="/opt")) == []


def test_a_version_that_another_copy_may_have_is_doubted() -> None:
    plugin = library("p.so", needed=("libc.so.6",), needs=(("libc.so.6", "GLIBC_2.99", 0),))
    assert found({**GLIBC, "p.so": plugin}) == [
        ("/p.so", "missing_version", "libc.so.6 GLIBC_2.99")
    ]
    copy: dict[str, Content] = {"conda/libc.so.6": library("libc.so.6")}
    assert found({**GLIBC, "p.so": plugin, **copy}) == []


def test_other_processors() -> None:
    files: dict[str, Content] = {
        **GLIBC,
        "app": program("/lib/ld-linux-aarch64.so.1", machine=ARM64),
        "tool": static(machine=I386, wide=False),
    }
    assert found(files) == [("/app", "foreign_architecture", "arm64")]
    assert {p.name for p in closure(root(files), {}, "arm64")} >= {"amd64", "386"}
    assert found({**GLIBC, "probe.o": static(machine=247)}) == []


def test_the_usual_processor_where_none_is_told() -> None:
    files: dict[str, Content] = {**GLIBC, "a": glibc(), "b": glibc(), "c": static(machine=ARM64)}
    assert [p.path for p in closure(root(files), {})] == ["/c"]


def test_a_twin_for_this_image_makes_a_problem_doubtful() -> None:
    wrong = library("x.node", needed=("libc.musl-x86_64.so.1",))
    right = library("x.node", needed=("libc.so.6",))
    other = library("x.node", machine=ARM64)
    prebuilds: dict[str, Content] = {
        "m/prebuilds/linux-x64/x.musl.node": wrong,
        "m/prebuilds/linux-x64/x.glibc.node": right,
        "m/prebuilds/linux-arm64/x.glibc.node": other,
    }
    assert found({**GLIBC, **prebuilds}) == []
    assert {p.path for p in check({**GLIBC, **prebuilds})} == {
        "/m/prebuilds/linux-x64/x.musl.node",
        "/m/prebuilds/linux-arm64/x.glibc.node",
    }
    assert found({**GLIBC, "m/prebuilds/linux-x64/x.musl.node": wrong}) != []


@pytest.mark.parametrize(
    ("tag", "loader", "foreign"),
    [
        ("cpython-313-x86_64-linux-gnu", MUSL, True),
        ("cpython-313-x86_64-linux-musl", MUSL, False),
        ("cpython-313-x86_64-linux-musl", GLIBC, True),
        ("cpython-313-x86_64-linux-gnu", GLIBC, False),
        ("cpython-39-x86_64-linux-gnu", MUSL, False),
    ],
)
def test_suffixes_of_python_modules(tag: str, loader: Mapping[str, Content], foreign: bool) -> None:  # noqa: FBT001
    path = f"/p/mod.{tag}.so"
    expected = [(path, "foreign_suffix", f".{tag}.so")] if foreign else []
    assert found({**loader, path: library("mod")}) == expected


def test_python_itself_tells_its_suffix() -> None:
    own = "/usr/lib/python3.13/lib-dynload/_ssl.cpython-313-x86_64-linux-gnu.so"
    path = "/p/mod.cpython-313-x86_64-linux-gnu.so"
    assert found({**MUSL, own: library("_ssl"), path: library("mod")}) == []


@pytest.mark.parametrize(
    ("line", "name"),
    [
        (b"#!/bin/bash", "/bin/bash"),
        (b"#! /usr/bin/env bash", "bash"),
        (b"#!/usr/bin/env -S A=1 node --x", "node"),
        (b"#!/bin/sh\r", "/bin/sh\r"),
        (b"#!/usr/bin/env sh\r", "sh\r"),
        (b"#!/usr/bin/env sh", None),
        (b"#!\t/bin/sh -e", None),
        (b"#!/usr/bin/env", None),
        (b"#!bin/interpreter", None),
        (b"#!", None),
    ],
)
def test_interpreters_of_scripts(line: bytes, name: str | None) -> None:
    files: dict[str, Content] = {
        "bin/sh": static(),
        "usr/bin/env": static(),
        "run": line + b"\necho",
    }
    expected = [] if name is None else [("/run", "missing_shebang_interpreter", name)]
    assert found(files) == expected


def test_a_carriage_return_is_named() -> None:
    (problem,) = check({"bin/sh": static(), "run": b"#!/bin/sh\r\n"})
    assert "carriage return" in problem.sentence()
    assert "/bin/sh\\r" in problem.sentence()


def test_path_of_the_environment_counts_for_env() -> None:
    files: dict[str, Content] = {
        "opt/bin/node": static(),
        "usr/bin/env": static(),
        "run": b"#!/usr/bin/env node\n",
    }
    assert found(files) == [("/run", "missing_shebang_interpreter", "node")]
    assert found(files, PATH="/bin:/opt/bin") == []


def test_preloads() -> None:
    lib: dict[str, Content] = {"lib/libj.so.2": library("libj.so.2")}
    for loader in (GLIBC, MUSL):
        assert found({**loader, **lib}, LD_PRELOAD="libj.so.2:/lib/libj.so.2") == []
        assert found({**loader, **lib}, LD_PRELOAD="/usr/lib/libj.so.2 libk.so") == [
            ("/usr/lib/libj.so.2", "missing_preload", "/usr/lib/libj.so.2"),
            ("libk.so", "missing_preload", "libk.so"),
        ]
    assert found({"app": static()}, LD_PRELOAD="/x.so") == []


def test_gcompat_starts_glibc_programs_with_musl() -> None:
    helper = program(MUSL_LOADER, "libc.musl-x86_64.so.1")
    files: dict[str, Content] = {**MUSL, "lib64/ld-linux-x86-64.so.2": helper}
    app = glibc(undefined=(("__printf_chk", ""),))
    assert found({**files, "app": app}) == [("/app", "missing_library", "libgcompat.so.0")]
    compat: dict[str, Content] = {
        "lib/libgcompat.so.0": library("libgcompat.so.0", defined=("__printf_chk",))
    }
    assert found({**files, "app": app, **compat}) == []
