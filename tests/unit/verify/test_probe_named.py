"""What the code names that a smaller image lacks, looked up in both images."""

from dataclasses import replace

import msgspec
import pytest

from fakes import image
from stepdown.flow import catalog
from stepdown.model.facts import Clue, Trait
from stepdown.model.image import Healthcheck, ImageConfig
from stepdown.model.recipe import Applet
from stepdown.rootfs.elf import Elf
from stepdown.rootfs.filesystem import Entry
from stepdown.rootfs.languages import LanguagePackage
from stepdown.rootfs.passwd import Group, User
from stepdown.rootfs.tar import EntryType
from stepdown.verify import probe_clues, probe_lost, probe_named, probe_programs
from stepdown.verify.probe_image import Image
from stepdown.verify.probe_rules import Wishes, broken

LESSER = catalog.load().programs.applets
WRAPPERS = {"npm": {"tree-kill": ("ps -o pid --ppid 1",)}}
PS = (Applet(command="ps", package="procps", refused=frozenset(["--ppid"])),)


def side(*paths: str, links: dict[str, str] | None = None, **env: str) -> Image:
    config = ImageConfig(id="i", env=tuple(env.items()), workdir="/app")
    return Image(fs=image(*paths, links=links or {}), config=config, env=env, read=lambda _: b"")


def musl(*programs: str, code: tuple[str, ...] = ()) -> Image:
    """Return an image whose programs are all one busybox."""
    box = dict.fromkeys(programs, "/bin/busybox")
    made = side("/bin/busybox", "/lib/ld-musl-x86_64.so.1", *code, links=box)
    loader = {"/lib/ld-musl-x86_64.so.1": Elf(architecture="amd64", type=3)}
    fs = msgspec.structs.replace(made.fs, applets={"/bin/busybox": ("sh",)}, elf=loader)
    return replace(made, fs=fs)


def glibc(*paths: str) -> Image:
    made = side("/lib64/ld-linux-x86-64.so.2", *paths)
    loader = Elf(
        architecture="amd64", type=3, soname="ld-linux-x86-64.so.2", defines=("GLIBC_2.4",)
    )
    elf = {"/lib64/ld-linux-x86-64.so.2": loader}
    return replace(made, fs=msgspec.structs.replace(made.fs, elf=elf))


def clue(
    trait: Trait, subject: str = "", *, file: str = "app.py", line: int = 3, detail: str = "`x`"
) -> Clue:
    language = {"py": "python", "sh": "shell", "go": "go", "js": "node", "c": "c"}[
        file.rpartition(".")[2]
    ]
    return Clue(
        trait=trait, subject=subject, file=file, line=line, detail=detail, language=language
    )


def programs(before: Image, after: Image, *clues: Clue) -> list[str]:
    return list(probe_programs.lost(before, after, clues, LESSER))


def named(before: Image, after: Image, *clues: Clue) -> list[str]:
    return list(probe_named.lost(before, after, clues))


class TestWrappers:
    def said(self, before: Image, after: Image) -> tuple[str, ...]:
        package = LanguagePackage(
            kind="npm",
            name="tree-kill",
            version="1",
            path="/app/node_modules/tree-kill/package.json",
        )
        there = replace(after, fs=msgspec.structs.replace(after.fs, languages=(package,)))
        return broken(before, there, Wishes(wrappers=WRAPPERS, lesser=PS))

    def test_a_package_that_calls_a_program(self) -> None:
        place = "app/node_modules/tree-kill/package.json:1, the package tree-kill"
        before = side("/bin/sh", "/usr/bin/ps")
        assert self.said(before, side("/bin/sh")) == (
            f"{place}, calls ps, and the candidate has no /usr/bin/ps",
        )
        assert self.said(before, before) == ()
        assert self.said(before, musl("/bin/sh", "/bin/ps")) == (
            f"{place}: ps: unrecognized option: --ppid",
        )

    def test_other_packages_are_none(self) -> None:
        assert broken(side("/usr/bin/ps"), side(), Wishes(wrappers=WRAPPERS)) == ()


class TestPrograms:
    def test_a_program_that_is_gone(self) -> None:
        call = clue(Trait.CALL, "convert ppm:- png:-", detail='`["convert"]`')
        (said,) = programs(side("/usr/bin/convert"), side(), call)
        assert said == (
            'app.py:3, `["convert"]`, calls convert, and the candidate has no /usr/bin/convert'
        )
        assert programs(side(), side(), call) == []
        assert programs(side("/usr/bin/convert"), side("/usr/local/bin/convert"), call) == []

    @pytest.mark.parametrize(
        "line",
        ["cat a | convert - b", "exec convert a", "env X=1 convert a", "bash -c 'convert a'"],
    )
    def test_it_may_stand_anywhere_in_a_command_line(self, line: str) -> None:
        both = ("/bin/cat", "/bin/bash", "/bin/sh")
        call = clue(Trait.CALL, line)
        assert len(programs(side("/bin/convert", *both), side(*both), call)) == 1

    @pytest.mark.parametrize("line", ["command -v convert", "echo convert", "$x convert", "[ -f x"])
    def test_other_words_are_no_calls(self, line: str) -> None:
        assert programs(side("/bin/convert", "/bin/["), side(), clue(Trait.CALL, line)) == []

    def test_a_line_that_goes_on_with_another_program(self) -> None:
        line = "curl -f x || wget -q x"
        call = clue(Trait.CALL, "curl -f x", file="a.sh", detail=f"`{line}`")
        before = side("/bin/curl", "/bin/wget", "/bin/sh")
        assert programs(before, side("/bin/wget", "/bin/sh"), call) == []
        assert len(programs(before, side("/bin/sh"), call)) == 1

    def test_without_a_shell_only_the_shell_is_told(self) -> None:
        lines = (clue(Trait.SHELL, "ls"), clue(Trait.CALL, "ls -l"))
        (said,) = programs(side("/bin/sh", "/bin/ls"), side(), *lines)
        assert said.endswith("calls sh, and the candidate has no /bin/sh")
        assert len(programs(side("/bin/ls"), side(), lines[1])) == 1

    def test_a_program_that_is_a_script_for_another_one(self) -> None:
        before = side("/bin/bash", "/app/job")
        after = side("/app/job")
        read = replace(
            after, fs=msgspec.structs.replace(after.fs, shebangs={"/app/job": "/bin/bash"})
        )
        (said,) = programs(before, read, clue(Trait.CALL, "/app/job now"))
        assert said.endswith("calls /app/job, and the candidate has no /bin/bash")

    def test_a_script_of_its_own_that_env_starts(self) -> None:
        run = {"/app/job.mjs": "/usr/bin/env node"}
        before, after = (
            replace(one, fs=msgspec.structs.replace(one.fs, shebangs=run))
            for one in (
                side("/usr/bin/env", "/usr/bin/node", "/app/job.mjs"),
                side("/usr/bin/node", "/app/job.mjs"),
            )
        )
        call = clue(Trait.PROGRAM, "/app/job.mjs", file="server.js")
        (said,) = programs(before, after, call)
        assert said.endswith("calls /app/job.mjs, and the candidate has no /usr/bin/env")
        assert programs(before, before, call) == []

    @pytest.mark.parametrize(
        ("line", "said"),
        [
            ("grep -oP x y", "grep: unrecognized option: -P"),
            ("date +%s%N", "BusyBox's date leaves %N empty"),
            ("date +%-l", "BusyBox's date prints nothing for %P, %k, %l and capitals"),
            ("grep -E 'a{,3}' x", "BusyBox's grep refuses an expression such as a{,3}"),
            (r"grep -E '(o)\1' x", r"BusyBox's grep never matches \1 in an extended expression"),
            (r"grep '\(o\)\1' x", ""),
            (r"sed -E 's/(o)/\1/' x", ""),
            (r"sed -E 's/(o)\1/x/' x", r"BusyBox's sed never matches \1 in an extended expression"),
            ("sed '0,/a/d' x", "BusyBox's sed does not know the address 0,/x/"),
            ("sed -n '2~2p' x", "BusyBox's sed does not know the address first~step"),
            ("sed 's/o/x/2g' x", "BusyBox's sed takes the flags 2g for g alone"),
            ("sed 's/o/x/g' x", ""),
            (r"sed 's/.*/\U&/'", r"BusyBox's sed takes \U and the like for plain letters"),
            ("date -d yesterday", "BusyBox's date does not understand yesterday"),
            ("touch -d '2 days ago' x", "BusyBox's touch does not understand 2 days ago"),
            ("find . -size +1M", "BusyBox's find does not know the unit of -size"),
            ("find . -size +1k", ""),
            ("find . -type f,l", "BusyBox's find takes one letter for -type"),
            ("find . -execdir rm {} +", "find: unrecognized option: -execdir"),
            ("sed '/a/Id' x", "BusyBox's sed does not know the address /x/I"),
            ("sed 's/a/b/I' x", ""),
            ("sed 's/a/date/e' x", "BusyBox's sed does not know the flags e and M"),
            ("sed 's/a/some/' x", ""),
            ("realpath --relative-to=/a /a/b", "realpath: unrecognized option: --relative-to"),
            ("realpath /a/b", ""),
            ("stat --format=%a x", "stat: unrecognized option: --format"),
            ("env -S 'a b'", "env: unrecognized option: -S"),
            ("env A=1 date +%s", ""),
            ("getopt -o a: --long all -- -a", ""),
            ("grep -E x y", ""),
            ("date +%s", ""),
        ],
    )
    def test_what_busybox_does_not_understand(self, line: str, said: str) -> None:
        names = "date env find getopt grep realpath sed sh stat touch"
        paths = tuple(f"/bin/{name}" for name in names.split())
        found = programs(side(*paths), musl(*paths), clue(Trait.CALL, line, file="a.sh"))
        assert [one.partition("`: ")[2] for one in found] == ([said] if said else [])
        assert programs(musl(*paths), musl(*paths), clue(Trait.CALL, line, file="a.sh")) == []

    def test_terminals(self) -> None:
        before, call = side("/usr/lib/terminfo/x/xterm"), clue(Trait.TERMINAL, "")
        (said,) = named(before, side(), call)
        assert said.endswith("names terminals, and the candidate does not have /usr/lib/terminfo")
        assert named(before, side("/etc/terminfo/x/xterm"), call) == []
        assert named(side(), side(), call) == []

    def test_a_program_that_is_looked_for(self) -> None:
        before, after = side("/usr/bin/convert"), side("/usr/bin/magick")
        call = clue(Trait.CALL, "convert")
        (said,) = programs(before, after, call)
        assert "calls convert" in said
        either = msgspec.structs.replace(call, detail='`which("magick") or which("convert")`')
        assert programs(before, after, either) == []

    def test_the_exit_code_of_what_ran_out_of_time(self) -> None:
        paths = ("/bin/timeout", "/bin/sh")
        asks = clue(Trait.CALL, '[ "$?" -eq 124 ]', file="a.sh")
        call = clue(Trait.CALL, "timeout 5 ./slow", file="a.sh")
        (said,) = programs(side(*paths), musl(*paths), call, asks)
        assert said.endswith("ends with 143, where the script asks for 124")
        other = clue(Trait.CALL, "[ 1240 -gt 5 ]", file="a.sh")
        assert programs(side(*paths), musl(*paths), call, other) == []
        assert programs(musl(*paths), musl(*paths), call, asks) == []

    def test_echo_under_another_shell(self) -> None:
        dash = side("/bin/dash", "/bin/echo", links={"/bin/sh": "dash"})
        line = clue(Trait.CALL, r'echo "a\nb"', file="a.sh")
        (said,) = programs(dash, musl("/bin/sh", "/bin/echo"), line)
        assert "echo leaves the backslash as it is" in said
        assert programs(dash, dash, line) == []


class TestNames:
    def test_a_path_that_is_gone(self) -> None:
        words = clue(Trait.PATH, "/usr/share/dict/words")
        before = side("/usr/share/dict/words")
        (said,) = named(before, side(), words)
        path = words.subject
        assert said == f"app.py:3 names {path}, and the candidate does not have {path}"
        assert named(before, before, words) == []
        assert named(side(), side(), words) == []

    def test_a_program_by_its_path(self) -> None:
        (said,) = named(side("/bin/bash"), side(), clue(Trait.PATH, "/bin/bash"))
        assert said.endswith("calls bash, and the candidate has no /bin/bash")

    def test_the_folder_in_which_a_file_would_be_made(self) -> None:
        log = clue(Trait.PATH, "/var/log/app.log")
        (said,) = named(side("/var/log/x"), side(), log)
        assert said.endswith("names /var/log/app.log, and the candidate does not have /var/log")
        assert named(side("/home/app/x"), side(), clue(Trait.PATH, "/home/news")) == []

    def test_another_place_nearby_will_do(self) -> None:
        lists = (
            clue(Trait.PATH, "/etc/ssl/certs/ca.pem", line=3),
            clue(Trait.PATH, "/etc/pki/ca.pem", line=4),
        )
        before = side("/etc/ssl/certs/ca.pem")
        assert named(before, side("/etc/pki/ca.pem"), *lists) == []
        assert len(named(before, side(), *lists)) == 1

    def test_what_the_engine_brings_and_empty_folders_are_no_news(self) -> None:
        before = side("/dev/null", "/etc/hosts")
        entries = {**before.fs.entries, "/usr/src": Entry(type=EntryType.DIRECTORY)}
        before = replace(before, fs=msgspec.structs.replace(before.fs, entries=entries))
        for path in ("/dev/null", "/etc/hosts", "/usr/src"):
            assert named(before, side(), clue(Trait.PATH, path)) == []

    def test_a_variable_that_only_the_old_base_sets(self) -> None:
        asks = clue(Trait.VARIABLE, "NODE_VERSION", file="a.js")
        (said,) = named(side(NODE_VERSION="24"), side(), asks)
        assert "reads the variable NODE_VERSION, which the old base sets to 24" in said
        assert named(side(), side(), asks) == []
        assert named(side(HOME="/root"), side(), clue(Trait.VARIABLE, "HOME")) == []

    def test_a_variable_that_names_what_is_gone(self) -> None:
        before = side("/etc/ssl/openssl.cnf", OPENSSL_CONF="/etc/ssl/openssl.cnf")
        (said,) = named(before, side(OPENSSL_CONF="/etc/ssl/openssl.cnf"))
        assert said.startswith("OPENSSL_CONF names /etc/ssl/openssl.cnf, and the candidate does")

    def test_an_account(self) -> None:
        asks = clue(Trait.ACCOUNT, "www-data")
        plain, before = side(), side()
        users = msgspec.structs.replace(
            before.fs,
            users=(User(name="www-data", uid=33, gid=33),),
            groups=(Group(name="www-data", gid=33, members=()),),
        )
        before = replace(before, fs=users)
        (said,) = named(before, plain, asks)
        assert said.endswith("looks up www-data, whom the candidate does not have in /etc/passwd")
        assert named(before, before, asks) == []
        groups = replace(before, fs=msgspec.structs.replace(users, users=()))
        (said,) = named(groups, plain, asks)
        assert said.endswith("in /etc/group")

    @pytest.mark.parametrize(
        ("trait", "subject", "detail", "path"),
        [
            (Trait.SERVICES, "smtp", "`getservbyname('smtp')`", "/etc/services"),
            (Trait.SERVICES, "tcp", "`getprotobyname('tcp')`", "/etc/protocols"),
            (Trait.MEDIA, "novel.epub", "`x`", "/etc/mime.types"),
            (Trait.SCRATCH, "", "`x`", "/tmp/x"),
        ],
    )
    def test_a_table_of_the_system(
        self, trait: Trait, subject: str, detail: str, path: str
    ) -> None:
        asks = clue(trait, subject, detail=detail)
        kinds = b"application/epub+zip\t\tepub\n"
        before = replace(side(path), read=lambda _: kinds)
        assert len(named(before, side(), asks)) == 1
        assert named(before, side(path), asks) == []
        assert named(side(), side(), asks) == []

    def test_media_types_that_the_language_knows(self) -> None:
        before = replace(side("/etc/mime.types"), read=lambda _: b"x/y epub\ntext/css css\n")
        assert named(before, side(), clue(Trait.MEDIA, "style.css")) == []
        assert named(before, side("/app/style.css"), clue(Trait.MEDIA)) == []
        assert len(named(before, side("/app/novel.epub"), clue(Trait.MEDIA))) == 1
        assert len(named(before, side("/app/server.py"), clue(Trait.MEDIA))) == 1

    def test_the_name_of_the_user(self) -> None:
        root = replace(
            side(), fs=msgspec.structs.replace(side().fs, users=(User(name="root", uid=0, gid=0),))
        )
        (said,) = named(root, side(), clue(Trait.PERSON))
        assert said.endswith(
            "asks for the name of the user, and the candidate's is 0, not in /etc/passwd"
        )
        assert named(root, root, clue(Trait.PERSON)) == []

    def test_folders_as_a_process_finds_them(self) -> None:
        clues = (clue(Trait.HOME), clue(Trait.SCRATCH, line=9))
        before = {"/tmp": "writable", "HOME": "/root, writable"}
        after = {"/tmp": "missing", "HOME": "/, not writable"}
        said = list(probe_named.surroundings(before, after, clues))
        assert [one.partition(" ")[0] for one in said] == ["app.py:9", "app.py:3"]
        assert list(probe_named.surroundings(before, before, clues)) == []
        assert list(probe_named.surroundings(before, {}, clues)) == []
        assert list(probe_named.surroundings(before, after, ())) == []


class TestMusl:
    def test_what_musl_does_otherwise(self) -> None:
        asks = clue(Trait.STRFTIME, "%P")
        wishes = Wishes(language="python", clues=(asks,))
        (said,) = broken(glibc("/app/app.py"), musl("/bin/sh", code=("/app/app.py",)), wishes)
        assert said.endswith("strftime gives nothing for %P on musl")
        assert broken(glibc("/app/app.py"), glibc("/app/app.py"), wishes) == ()

    def test_languages_that_format_themselves(self) -> None:
        asks = clue(Trait.STRFTIME, "%P", file="a.go")
        wishes = Wishes(language="go", clues=(asks,))
        assert broken(glibc(), musl("/bin/sh"), wishes) == ()


class TestRoots:
    BUNDLE = "/etc/ssl/certs/ca-certificates.crt"

    @pytest.mark.parametrize(
        "asks",
        [
            clue(Trait.ROOTS, file="main.go"),
            clue(Trait.CALL, "curl -f https://example.com", file="main.c"),
        ],
    )
    def test_code_that_verifies_certificates(self, asks: Clue) -> None:
        filled = side(self.BUNDLE)
        entries = {p: msgspec.structs.replace(e, size=9) for p, e in filled.fs.entries.items()}
        before = replace(filled, fs=msgspec.structs.replace(filled.fs, entries=entries))
        wishes = Wishes(language=asks.language, clues=(asks,))
        (said,) = broken(before, side(), wishes)
        assert "makes a TLS connection, and the candidate has no TLS roots" in said
        assert broken(before, before, wishes) == ()
        assert broken(before, side(), Wishes(language=asks.language)) == ()


def shipped(*clues: Clue, language: str = "python", paths: tuple[str, ...] = ()) -> list[str]:
    config = ImageConfig(id="i", cmd=("/app/start.sh",))
    kept = probe_clues.shipped(clues, language, image(*paths), config)
    return [one.file for one in kept]


class TestClues:
    def test_code_that_is_not_in_the_image_says_nothing(self) -> None:
        code = clue(Trait.CALL, "git", file="release.py")
        assert shipped(code, paths=("/app/server.py",)) == []
        assert shipped(code, paths=("/app/release.py",)) == ["release.py"]
        assert shipped(code, paths=("/usr/lib/python3/site-packages/release.py",)) == []

    @pytest.mark.parametrize("file", ["tests/app.py", "test_app.py", "app.test.py", "tests.py"])
    def test_tests_say_nothing(self, file: str) -> None:
        name = file.rpartition("/")[2]
        assert shipped(clue(Trait.CALL, "git", file=file), paths=(f"/app/{name}",)) == []

    def test_names_that_only_sound_like_tests(self) -> None:
        code = clue(Trait.CALL, "git", file="latest.py")
        assert shipped(code, paths=("/app/latest.py",)) == ["latest.py"]

    def test_compiled_code_is_taken_as_there(self) -> None:
        code = clue(Trait.CALL, "git", file="main.go")
        assert shipped(code, language="go") == ["main.go"]
        assert shipped(code, language="python") == []

    def test_javascript_that_was_put_together(self) -> None:
        code = (clue(Trait.CALL, "git", file="src/a.js"), clue(Trait.CALL, "git", file="b.js"))
        assert shipped(*code, language="node", paths=("/app/main.js",)) == ["src/a.js", "b.js"]
        assert shipped(*code, language="node", paths=("/app/a.js",)) == ["src/a.js"]

    def test_a_script_counts_where_something_starts_it(self) -> None:
        code = clue(Trait.CALL, "git", file="backup.sh")
        there = ("/app/backup.sh", "/app/app.py", "/app/start.sh")
        assert shipped(code, paths=there) == []
        calls = clue(Trait.CALL, "/app/backup.sh now")
        assert shipped(code, calls, paths=there) == ["backup.sh", "app.py"]
        start = clue(Trait.CALL, "git", file="start.sh")
        assert shipped(start, paths=there) == ["start.sh"]

    def test_a_health_check_starts_a_script(self) -> None:
        config = ImageConfig(id="i", healthcheck=Healthcheck(test=("CMD", "/app/health.sh")))
        code = clue(Trait.CALL, "curl x", file="health.sh")
        assert probe_clues.shipped((code,), "", image("/app/health.sh"), config) == (code,)


class TestWrites:
    @pytest.mark.parametrize(
        ("user", "mode", "path", "fails"),
        [
            ("", 0o755, "guests.json", False),
            ("65532", 0o755, "guests.json", True),
            ("65532", 0o755, "/app/data/x", True),
            ("65532", 0o777, "guests.json", False),
            ("65532", 0o755, "$HERE/up", True),
            ("65532", 0o777, "$HERE/up", False),
            ("65532", 0o755, "${UP:-up}/x", True),
            ("65532", 0o755, "${UP:-$HERE}", True),
        ],
    )
    def test_a_file_that_the_code_makes(
        self,
        user: str,
        mode: int,
        path: str,
        fails: bool,  # noqa: FBT001
    ) -> None:
        before, after = side("/app/app.py"), side("/app/app.py")
        folder = Entry(type=EntryType.DIRECTORY, mode=mode)
        fs = msgspec.structs.replace(after.fs, entries={**after.fs.entries, "/app": folder})
        config = msgspec.structs.replace(after.config, user=user)
        candidate = replace(after, fs=fs, config=config)
        said = list(probe_lost.barred(before, candidate, (clue(Trait.WRITES, path),)))
        assert bool(said) is fails
        unable = replace(before, config=msgspec.structs.replace(before.config, user="9"))
        assert list(probe_lost.barred(unable, candidate, (clue(Trait.WRITES, path),))) == []

    @pytest.mark.parametrize(
        ("user", "entry", "fails"),
        [
            ("", Entry(type=EntryType.FILE, mode=0o600), False),
            ("65532", Entry(type=EntryType.FILE, mode=0o600), True),
            ("65532", Entry(type=EntryType.FILE, mode=0o644), False),
            ("65532", Entry(type=EntryType.FILE, mode=0o600, uid=65532), False),
            ("65532:7", Entry(type=EntryType.FILE, mode=0o640, gid=7), False),
            ("65532", Entry(type=EntryType.DIRECTORY, mode=0o744), True),
            ("65532", Entry(type=EntryType.SYMLINK, mode=0o600), False),
        ],
    )
    def test_a_file_that_the_new_user_cannot_read(
        self,
        user: str,
        entry: Entry,
        fails: bool,  # noqa: FBT001
    ) -> None:
        before = side("/app/key.pem")
        fs = msgspec.structs.replace(
            before.fs, entries={**before.fs.entries, "/app/key.pem": entry}
        )
        before = replace(before, fs=fs)
        config = msgspec.structs.replace(before.config, user=user)
        said = list(probe_lost.unreadable(before, replace(before, config=config)))
        assert bool(said) is fails
        assert list(probe_lost.unreadable(before, before)) == []


class TestHome:
    def homes(self, *paths: str, home: str = "") -> tuple[Image, Image]:
        root = (User(name="root", uid=0, gid=0, home="/root"),)
        both = (*root, User(name="nonroot", uid=65532, gid=65532, home="/home/nonroot"))
        before, after = side(*paths), side(*paths)
        env = (("HOME", home),) if home else ()
        config = msgspec.structs.replace(after.config, user="65532", env=env)
        return (
            replace(before, fs=msgspec.structs.replace(before.fs, users=root)),
            replace(after, config=config, fs=msgspec.structs.replace(after.fs, users=both)),
        )

    def said(self, before: Image, after: Image, *clues: Clue) -> list[str]:
        return list(probe_lost.left_at_home(before, after, clues or (clue(Trait.HOME),)))

    def test_a_file_that_lies_in_the_home_of_another_user(self) -> None:
        assert self.said(*self.homes("/root/.config/shop.json")) == [
            (
                "app.py:3 asks for the home folder; /root/.config/shop.json lies in that of the old"
                " base, and the candidate's is /home/nonroot"
            )
        ]

    @pytest.mark.parametrize(
        "path",
        [
            *(
                "/root/.cache/x",
                "/root/.bashrc",
                "/root/.cargo/bin/x",
                "/root/.config/pip/pip.conf",
            ),
            *("/root/.node_repl_history", "/app/a", "/rooted/a"),
        ],
    )
    def test_what_tools_leave_there_is_none(self, path: str) -> None:
        assert self.said(*self.homes(path)) == []

    def test_the_same_home_and_no_question(self) -> None:
        assert self.said(*self.homes("/root/a", home="/root")) == []
        assert self.said(*self.homes("/root/a"), clue(Trait.SCRATCH)) == []


class TestBusybox:
    def test_one_that_was_written_over(self) -> None:
        over = side("/bin/busybox", links={"/bin/ls": "/bin/busybox"})
        (said,) = broken(side("/bin/ls"), over, Wishes())
        assert said.endswith("written over through a link to it: 1 commands are gone")
        assert broken(side("/bin/ls"), musl("/bin/ls"), Wishes()) == ()

    def test_a_charset_that_musl_does_not_know(self) -> None:
        call = clue(Trait.CALL, "iconv -t ascii//TRANSLIT f")
        after = musl("/bin/iconv", code=("/app/app.py",))
        (said,) = broken(glibc("/bin/iconv"), after, Wishes(language="python", clues=(call,)))
        assert said.endswith("musl's iconv does not know ascii//TRANSLIT")

    def test_a_script_called_from_the_working_directory(self) -> None:
        call = clue(Trait.CALL, "./job now")
        (said,) = programs(side("/app/job"), side(), call)
        assert said.endswith("calls ./job, and the candidate has no /app/job")
