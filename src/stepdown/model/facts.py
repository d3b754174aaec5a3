"""What the repository says: the Dockerfile, the stage that ships, and facts about the app."""

from enum import StrEnum

from stepdown.model.image import Tier, Value


class Command(Value, frozen=True, kw_only=True):
    """A command line and how it was found. `argv` is empty where it needs a shell."""

    text: str
    argv: tuple[str, ...] = ()
    source: str = ""


class Target(Value, frozen=True, kw_only=True):
    """One Dockerfile of one commit, and the stage that ships.

    `repository` is the absolute path of the work tree; `dockerfile` and `context` are relative to
    it, with forward slashes; `text` is the committed Dockerfile. `base` is the resolved external
    image under the shipping stage (stages that build on other stages are followed down) and
    `base_line` the line of the FROM that names it.
    """

    repository: str
    commit: str
    dockerfile: str
    context: str
    text: str
    stage: str
    base: str
    base_line: int
    family: str
    tier: Tier
    version: str = ""
    release: str = ""


HERE = "$HERE"
"""In a path that code writes: the folder of the code's own file."""


class Trait(StrEnum):
    """What a place in the repository says about the application.

    Of a dependency: `glibc_only` has builds for glibc and none for musl, nor a source to build it
    from; `not_locked` has one for musl, which the lock file lacks; `compiled_on_musl` has builds
    for glibc and a source; `compiled` has only a source; `cgo` is a Go package that needs C;
    `jni` is a Java library with native code inside; `openssl_sys` wants the OpenSSL headers.
    Of the build: `target` is a platform that it names, `engines` are those of Prisma.
    Of the code: `shell` is a command line given to a shell, `program` a program that is started,
    `script` an interpreter of a script that the image starts, `call` a whole command line, `zone`
    a time zone, empty where the code does not fix it, `locale` one that is asked for, `own_locale`
    that of the environment, `path` an absolute path, `variable` one of the environment, `account` a
    user or group that is looked up by name, `module` a Python module that is imported, `writes` a
    file or folder that is made, or
    the folder in which it is, relative to the working directory or not; it may begin with `$HERE`
    and hold `${NAME:-text}` for a variable of the environment. `roots` verifies certificates by the
    system's, `services` asks for a service or protocol by name, `media` for a type of file,
    `home`, `scratch` and `person` for the home folder, the folder for temporary files and the name
    of the user that runs it, `terminal` for what a terminal can do.
    `library` is one that is loaded by its file's name, `function` one of
    its functions (`libc.so.6:malloc_trim`), `constant` a name of Python's own modules that only
    glibc gives them, `query` what SQLite must be built with (its option).
    The rest is what musl does otherwise: `charset` is converted from or to, `options` are those of
    getopt, `stack` may need more of it than musl gives a thread, `wording` is the text of an error
    that only glibc has.
    """

    GLIBC_ONLY = "glibc_only"
    NOT_LOCKED = "not_locked"
    COMPILED_ON_MUSL = "compiled_on_musl"
    COMPILED = "compiled"
    CGO = "cgo"
    JNI = "jni"
    FONTS = "fonts"
    OPENSSL_SYS = "openssl_sys"
    TARGET = "target"
    ENGINES = "engines"
    SHELL = "shell"
    PROGRAM = "program"
    SCRIPT = "script"
    CALL = "call"
    PATH = "path"
    VARIABLE = "variable"
    ACCOUNT = "account"
    MODULE = "module"
    ROOTS = "roots"
    SERVICES = "services"
    MEDIA = "media"
    HOME = "home"
    SCRATCH = "scratch"
    WRITES = "writes"
    PERSON = "person"
    TERMINAL = "terminal"
    ZONE = "zone"
    LOCALE = "locale"
    OWN_LOCALE = "own_locale"
    FIND_LIBRARY = "find_library"
    STRFTIME = "strftime"
    TRANSLIT = "translit"
    GLOB_BRACE = "glob_brace"
    STRPTIME = "strptime"
    PRINTF = "printf"
    REGEX = "regex"
    CHARSET = "charset"
    OPTIONS = "options"
    STACK = "stack"
    LIBRARY = "library"
    FUNCTION = "function"
    CONSTANT = "constant"
    QUERY = "query"
    WORDING = "wording"


class Clue(Value, frozen=True, kw_only=True):
    """A place in the repository's files from which breakages can be predicted.

    `subject` is the package, program or value, `language` whose it is. `file` is relative to the
    repository, with forward slashes; `line` counts from 1. `detail` says what stands there.
    """

    trait: Trait
    subject: str
    file: str
    line: int
    detail: str
    language: str = ""

    @property
    def place(self) -> str:
        """The place, as in `app/main.py:12`."""
        return f"{self.file}:{self.line}"


class Need(StrEnum):
    """What a use of the image expects of it.

    `program` is found on PATH or at its path. `command` is the first word after the image's name,
    which the image's entrypoint may take as an argument. `user` is a name or a number, `port` a
    port on which the application listens, `numeric_user` asks for a USER that is a number.
    `variable` sets one about time zone or language (`TZ=Europe/Berlin`), `search` a domain in which
    names are looked up.
    """

    PROGRAM = "program"
    COMMAND = "command"
    USER = "user"
    PORT = "port"
    NUMERIC_USER = "numeric_user"
    VARIABLE = "variable"
    SEARCH = "search"


class Use(Value, frozen=True, kw_only=True):
    """A place outside of the Dockerfile that uses the image.

    `where` says what it is (`health check of service web`), `quote` is the line. `sure` is false
    where it is not certain that this very image is meant.
    """

    need: Need
    value: str
    file: str
    line: int
    where: str
    quote: str
    sure: bool

    @property
    def place(self) -> str:
        """The place, as in `compose.yaml:12`."""
        return f"{self.file}:{self.line}"


class CarriedKind(StrEnum):
    """Why a file lies on top of the old base.

    `made` by an instruction of the Dockerfile itself, a `library` that came with a package and
    that a made program loads, or `opened`: a package's file that the checks open on the baseline.
    """

    MADE = "made"
    LIBRARY = "library"
    OPENED = "opened"


class Carried(Value, frozen=True, kw_only=True):
    """A file or a whole folder that the built baseline holds besides its base.

    `path` is absolute, `size` in bytes. `chown` is `uid:gid` where all of it belongs to one user
    other than root. Where it was not made, `package` brought it and `images` are the bases that
    lack it; `opened` is the very file that was opened.
    """

    path: str
    size: int
    kind: CarriedKind = CarriedKind.MADE
    chown: str = ""
    package: str = ""
    opened: str = ""
    images: tuple[str, ...] = ()


class Import(Value, frozen=True, kw_only=True):
    """A source file that asks for a package; `place` is as in `app/main.js:12`.

    `aside` is true for tests, settings of tools and the like, which the application does not load.
    """

    package: str
    place: str
    aside: bool


class Development(Value, frozen=True, kw_only=True):
    """The packages that are for development only, as the lock file `lock` marks them.

    `packages` are their names, `programs` those that they bring, `imports` one place in the sources
    for each package and kind of file. `unknown` says why it cannot be told, empty where it can.
    """

    lock: str
    packages: tuple[str, ...] = ()
    programs: tuple[str, ...] = ()
    imports: tuple[Import, ...] = ()
    unknown: str = ""


class Facts(Value, frozen=True, kw_only=True):
    """What the repository says about the application.

    `static` is true where the shipped program is known to be linked statically, None if unknown.
    `ports` are those of EXPOSE; `update_bot` names the configured update bot, if any. `native`
    are the dependencies that carry compiled code, as far as lock files and known names tell.
    `clues` are places from which breakages can be predicted, `uses` those that use the image.
    `scripts` are those of package.json by name, `development` its packages that need not ship.
    `carried` is what the built baseline holds besides its base, None before it was built.
    """

    language: str = ""
    language_version: str = ""
    test: Command | None = None
    ports: tuple[int, ...] = ()
    health: str = ""
    static: bool | None = None
    lock_files: tuple[str, ...] = ()
    native: tuple[str, ...] = ()
    update_bot: str = ""
    clues: tuple[Clue, ...] = ()
    uses: tuple[Use, ...] = ()
    scripts: tuple[tuple[str, str], ...] = ()
    development: Development | None = None
    carried: tuple[Carried, ...] | None = None
    notes: tuple[str, ...] = ()
