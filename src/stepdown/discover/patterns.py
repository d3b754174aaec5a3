"""What source files call that a smaller image may lack, by patterns for each language.

Of time zones and locales only what asks the system is listed: Node and the JVM carry their own.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from shlex import quote

from stepdown.discover import childnames, jspaths, literals
from stepdown.model.facts import Clue, Trait

_C = (".c", ".cc", ".cpp", ".cxx", ".h", ".hpp")
_JS = (".js", ".cjs", ".mjs", ".jsx", ".ts", ".cts", ".mts", ".tsx")
_COMMENT = re.compile(r"\s*(?://|/?\*|#(?!include))")
_DOUBLE = r"\"(?P<subject>[^\"]+)\""
_FIRST_WORD = r"\"(?P<subject>[^\"\s]*)"
_CHARSET = r"\"(?!(?:UTF-?8|(?:US-)?ASCII)[\"/])(?P<subject>[^\"/]+)"
_QUOTED = r"[\"'`](?P<subject>[^\"'`\s$\\]*)"


@dataclass(frozen=True, kw_only=True)
class Rule:
    """One pattern; its group `subject` is the program or value. `tokens` must be in the file.

    A group `rest` holds further words of a command line, a group `stem` a library's name between
    `lib` and `.so`. Without any, the pattern stands for `subject`.
    """

    language: str
    suffixes: tuple[str, ...]
    tokens: tuple[str, ...]
    pattern: re.Pattern[str]
    trait: Trait
    subject: str = ""


def _rule(language: str, suffixes: tuple[str, ...], token: str, trait: Trait, pattern: str) -> Rule:
    return Rule(
        language=language,
        suffixes=suffixes,
        tokens=tuple(token.split(" ")),
        pattern=re.compile(pattern, re.MULTILINE),
        trait=trait,
    )


_LIST = r"\s*,\s*\[(?P<rest>[^\]]*)\]"
_WORD = re.compile(r"\"([^\"]*)\"|'([^']*)'|([^\s,][^,]*)")
_OWN = r"(?:(?<![\w.$])|\b(?:child_process|childProcess|cp)\.)"
_LIBRARY = r"[\"'`](?P<subject>lib[\w.+-]+\.so[.\d]*)[\"'`]"
_JVM = (".java", ".kt")
_PHP_CALL = r"(?<![\w>:$])(?:shell_exec|passthru|proc_open|popen|system|exec)\(\s*"
RULES = (
    _rule("node", _JS, "child_process", Trait.SHELL, _OWN + rf"exec(?:Sync)?\(\s*{_QUOTED}"),
    _rule(
        "node",
        _JS,
        "child_process promisify",
        Trait.SHELL,
        r"promisify\(\s*(?:\w+\.)?exec(?P<subject>)\s*\)",
    ),
    _rule(
        "node",
        _JS,
        "child_process",
        Trait.SHELL,
        _OWN + rf"(?:spawn|execFile)(?:Sync)?\(\s*{_QUOTED}[^;]{{0,200}}?\bshell:\s*(?:true|[\"'])",
    ),
    _rule(
        "node",
        _JS,
        "child_process",
        Trait.PROGRAM,
        _OWN + rf"(?:spawn|execFile)(?:Sync)?\(\s*{_QUOTED}",
    ),
    _rule(
        "node",
        _JS,
        "child_process",
        Trait.CALL,
        _OWN + r"exec(?:Sync)?\(\s*(?:\"(?P<subject>[^\"\n]+)\"|'(?P<single>[^'\n]+)'"
        r"|`(?P<template>[^`]+)`)",
    ),
    _rule(
        "node",
        _JS,
        "child_process",
        Trait.CALL,
        _OWN + rf"(?:spawn|execFile)(?:Sync)?\(\s*{_QUOTED}[\"'`]{_LIST}",
    ),
    _rule("node", _JS, "env", Trait.VARIABLE, r"\bprocess\.env\.(?P<subject>[A-Z_][A-Z0-9_]*)\b"),
    _rule("node", _JS, "env", Trait.VARIABLE, rf"\bprocess\.env\[{_QUOTED}"),
    _rule("node", _JS, "homedir", Trait.HOME, r"\b(?P<subject>)homedir\(\)"),
    _rule("node", _JS, "tmpdir", Trait.SCRATCH, r"\b(?P<subject>)tmpdir\(\)"),
    _rule(
        "node",
        _JS,
        "getCACertificates",
        Trait.ROOTS,
        r"\bgetCACertificates\([\"']system(?P<subject>)",
    ),
    _rule("node", _JS, "userInfo", Trait.PERSON, r"\b(?P<subject>)userInfo\("),
    _rule("node", _JS, "process.set", Trait.ACCOUNT, rf"\bprocess\.sete?[ug]id\(\s*{_QUOTED}"),
    _rule("node", _JS, "execa", Trait.PROGRAM, rf"\bexeca(?:Sync|Command)?\(\s*{_QUOTED}"),
    _rule(
        "go",
        (".go",),
        '"os/exec"',
        Trait.PROGRAM,
        r"\bexec\.Command(?:Context)?\(\s*(?:[\w.()]+,\s*)?" + _DOUBLE,
    ),
    _rule(
        "go",
        (".go",),
        '"os/exec"',
        Trait.CALL,
        r"\bexec\.Command(?:Context)?\(\s*(?:[\w.()]+,\s*)?"
        + _DOUBLE
        + r"(?P<rest>(?:\s*,\s*(?:\"[^\"]*\"|[\w.]+))*)",
    ),
    _rule("go", (".go",), "nv(", Trait.VARIABLE, r"\bos\.(?:Getenv|LookupEnv)\(\s*" + _DOUBLE),
    _rule(
        "go",
        (".go",),
        "os.",
        Trait.WRITES,
        r"\bos\.(?:Create|WriteFile|Mkdir|MkdirAll)\(\s*(?:(?:file)?path\.Join\(\s*)?" + _DOUBLE,
    ),
    _rule("go", (".go",), '"os/user"', Trait.ACCOUNT, r"\buser\.Lookup(?:Group)?\(\s*" + _DOUBLE),
    _rule("go", (".go",), '"os/user"', Trait.PERSON, r"\buser\.(?P<subject>)Current\("),
    _rule(
        "go", (".go",), "os.User", Trait.HOME, r"\bos\.(?P<subject>)User(?:Home|Cache|Config)Dir\("
    ),
    _rule(
        "go",
        (".go",),
        "Temp",
        Trait.SCRATCH,
        r"\b(?:os\.(?:CreateTemp|MkdirTemp)\(\s*\"\"|ioutil\.Temp(?:File|Dir)\(\s*\"\"|os\.TempDir\()"
        r"(?P<subject>)",
    ),
    _rule(
        "go",
        (".go",),
        "",
        Trait.ROOTS,
        r"\b(?:http\.(?:Get|Head|PostForm|Post|DefaultClient|Client)\b|tls\.Dial\w*\("
        r"|x509\.SystemCertPool\()(?P<subject>)",
    ),
    _rule(
        "go",
        (".go",),
        "net.",
        Trait.SERVICES,
        r"\bnet\.(?:LookupPort\(\s*\"[^\"]*\",\s*|(?:Dial|Listen)\w*\(\s*\"[^\"]*\",\s*\"[^\":]*:)"
        r"\"?(?P<subject>[a-z][\w-]*)\"",
    ),
    _rule(
        "go",
        (".go",),
        "mime.",
        Trait.MEDIA,
        r"\bmime\.(?:TypeByExtension|ExtensionsByType)\(\s*\"?(?P<subject>[^\")]*)",
    ),
    _rule("go", (".go",), "LoadLocation", Trait.ZONE, r"\.LoadLocation\(\s*" + _DOUBLE),
    _rule("go", (".go",), "LoadLocation", Trait.ZONE, r"\.LoadLocation\(\s*(?P<subject>)[A-Za-z]"),
    _rule("go", (".go",), 'import "C"', Trait.CGO, r"^import \"(?P<subject>C)\""),
    _rule("c", _C, "(", Trait.SHELL, r"(?<![\w.>:])(?:std::)?(?:system|popen)\(\s*" + _FIRST_WORD),
    # glibc's wordexp starts a shell for each command whose output it puts in.
    _rule(
        "c", _C, "wordexp", Trait.SHELL, r"\bwordexp\(\s*\"[^\"]*?(?:\$\(|`)(?P<subject>[\w./-]*)"
    ),
    _rule("c", _C, "exec", Trait.PROGRAM, r"(?<![\w.>])exec[lv][pe]*\(\s*" + _DOUBLE),
    _rule(
        "c",
        _C,
        "posix_spawn",
        Trait.PROGRAM,
        r"\bposix_spawnp?\(\s*[^,]+,\s*" + _DOUBLE,
    ),
    *(
        _rule(
            "c",
            _C,
            token,
            Trait.CALL,
            r"\bchar\s*\*\s*(?:const\s+)?\w+\[\d*\]\s*=\s*\{\s*" + _DOUBLE + r"\s*[,}]",
        )
        for token in ("execv", "posix_spawn")
    ),
    _rule(
        "c",
        _C,
        "exec",
        Trait.CALL,
        r"(?<![\w.>])execl[pe]*\(\s*\"[^\"]+\",\s*" + _DOUBLE,
    ),
    _rule("c", _C, "posix_spawn", Trait.CALL, r"\bposix_spawnp?\(\s*[^,]+,\s*" + _DOUBLE),
    _rule("c", _C, "execv", Trait.CALL, r"(?<![\w.>])execvp?e?\(\s*" + _DOUBLE),
    _rule("c", _C, "iconv_open", Trait.CHARSET, r"\biconv_open\(\s*" + _CHARSET),
    _rule("c", _C, "iconv_open", Trait.CHARSET, r"\biconv_open\(\s*[^,]+,\s*" + _CHARSET),
    _rule(
        "c",
        _C,
        "getopt",
        Trait.OPTIONS,
        r"(?<![\w.])getopt\(\s*\w+,\s*\w+,\s*\"(?P<subject>[^+\-\"][^\"]*)\"",
    ),
    _rule(
        "c",
        _C,
        "setlocale",
        Trait.LOCALE,
        r"\bsetlocale\(\s*LC_\w+,\s*\"(?P<subject>[a-z]{2,3}_[^\"]+)\"",
    ),
    _rule(
        "c",
        _C,
        "strftime",
        Trait.STRFTIME,
        r"\bstrftime\([^;]*?(?P<subject>%[-_0]?[Pkl]|%[\^#][A-Za-z])",
    ),
    _rule(
        "c",
        _C,
        "iconv_open",
        Trait.TRANSLIT,
        r"\biconv_open\(\s*\"(?P<subject>[^\"]*//TRANSLIT)",
    ),
    _rule("c", _C, "setlocale", Trait.OWN_LOCALE, r"\bsetlocale\(\s*LC_\w+,\s*\"(?P<subject>)\""),
    _rule("c", _C, "fopen", Trait.WRITES, r"\bfopen\(\s*" + _DOUBLE + r"\s*,\s*\"[wa]"),
    _rule("c", _C, "strptime", Trait.STRPTIME, r"\bstrptime\([^;]*?(?P<subject>%[zZ])"),
    _rule("c", _C, "printf", Trait.PRINTF, r"printf\([^;]*?(?P<subject>%[-+ 0#]*\d*L[dioux])"),
    _rule(
        "c",
        _C,
        "regcomp",
        Trait.REGEX,
        r"\bregcomp\(\s*[^,]+,\s*\"[^\"]*?(?P<subject>\{,\d+\})",
    ),
    _rule(
        "c",
        _C,
        "pthread_create",
        Trait.STACK,
        r"^[ \t]+(?!static\b)(?:unsigned )?(?:char|double|float|int|long|u?int\d+_t)\s+"
        r"(?P<subject>\w+)\[\s*(?:\d{6,}|\d{3,}\s*\*\s*1024|\d+\s*\*\s*1024\s*\*\s*1024"
        r"|1\s*<<\s*(?:1[7-9]|2\d))\s*\]",
    ),
    _rule("c", _C, "getpw", Trait.ACCOUNT, r"\bgetpwnam(?:_r)?\(\s*" + _DOUBLE),
    _rule("c", _C, "getgr", Trait.ACCOUNT, r"\bgetgrnam(?:_r)?\(\s*" + _DOUBLE),
    _rule("c", _C, "getpw", Trait.PERSON, r"\bgetpwuid(?:_r)?\((?P<subject>)"),
    _rule("c", _C, "getenv", Trait.VARIABLE, r"\bgetenv\(\s*" + _DOUBLE),
    _rule(
        "c",
        _C,
        "getserv",
        Trait.SERVICES,
        r"\bgetservby(?:name|port)(?:_r)?\(\s*\"?(?P<subject>\w*)",
    ),
    _rule(
        "c",
        _C,
        "getproto",
        Trait.SERVICES,
        r"\bgetprotoby(?:name|number)(?:_r)?\(\s*\"?(?P<subject>\w*)",
    ),
    _rule("c", _C, "tmp", Trait.SCRATCH, r"\btmp(?:file|nam)\((?P<subject>)"),
    _rule(
        "c",
        _C,
        "",
        Trait.ROOTS,
        r"\b(?:SSL_CTX_set_default_verify_paths|curl_easy_init|gnutls_certificate_set_x509_system_trust)"
        r"\((?P<subject>)",
    ),
    _rule("c", _C, "(", Trait.CALL, r"(?<![\w.>:])(?:std::)?(?:system|popen)\(\s*" + _DOUBLE),
    _rule("c", _C, "dlopen", Trait.LIBRARY, r"\bdlopen\(\s*" + _LIBRARY),
    # Calls for which glibc itself loads a library by its name.
    replace(_rule("c", _C, "AI_IDN", Trait.LIBRARY, r"\bAI_IDN\b"), subject="libidn2.so.0"),
    replace(
        _rule("c", _C, "pthread_", Trait.LIBRARY, r"(?<![\w.>])pthread_(?:cancel|exit)\("),
        subject="libgcc_s.so.1",
    ),
    replace(
        _rule("c", _C, "backtrace", Trait.LIBRARY, r"(?<![\w.>])backtrace\("),
        subject="libgcc_s.so.1",
    ),
    _rule("node", _JS, ".so", Trait.LIBRARY, r"\b(?:dlopen|koffi\.load)\(\s*" + _LIBRARY),
    _rule("go", (".go",), "Dlopen", Trait.LIBRARY, r"\bDlopen\(\s*" + _LIBRARY),
    _rule("rust", (".rs",), "Library", Trait.LIBRARY, r"\bLibrary::new\(\s*" + _LIBRARY),
    _rule("php", (".php",), "FFI", Trait.LIBRARY, r"\bFFI::cdef\([^;]*,\s*" + _LIBRARY),
    _rule(
        "java",
        _JVM,
        "loadLibrary",
        Trait.LIBRARY,
        r"\bSystem\.loadLibrary\(\s*\"(?P<stem>[\w+-]+)\"",
    ),
    _rule("rust", (".rs",), "env::var", Trait.VARIABLE, r"\benv::var(?:_os)?\(\s*" + _DOUBLE),
    _rule("java", _JVM, "getenv", Trait.VARIABLE, r"\bSystem\.getenv\(\s*" + _DOUBLE),
    _rule("ruby", (".rb",), "ENV", Trait.VARIABLE, rf"\bENV(?:\[|\.fetch\(){_QUOTED}"),
    _rule("php", (".php",), "getenv", Trait.VARIABLE, rf"\bgetenv\(\s*{_QUOTED}"),
    _rule("rust", (".rs",), "Command", Trait.PROGRAM, r"\bCommand::new\(\s*" + _DOUBLE),
    _rule("java", _JVM, "getRuntime()", Trait.PROGRAM, r"getRuntime\(\)\.exec\(\s*" + _FIRST_WORD),
    _rule(
        "java",
        _JVM,
        "ProcessBuilder",
        Trait.PROGRAM,
        r"ProcessBuilder\(\s*(?:List\.of\(|Arrays\.asList\()?" + _DOUBLE,
    ),
    _rule("ruby", (".rb",), "system", Trait.SHELL, rf"(?<![\w.:])system[ (]{_QUOTED}"),
    _rule("php", (".php",), "(", Trait.SHELL, _PHP_CALL + _QUOTED),
    _rule("php", (".php",), "GLOB_BRACE", Trait.GLOB_BRACE, r"\b(?P<subject>GLOB_BRACE)\b"),
    _rule("php", (".php",), "//TRANSLIT", Trait.TRANSLIT, r"[\"'](?P<subject>[\w-]+//TRANSLIT)"),
)
SUFFIXES = frozenset(suffix for rule in RULES for suffix in rule.suffixes)
_LANGUAGES = {suffix: rule.language for rule in RULES for suffix in rule.suffixes}
# These carry the time zones themselves.
_OWN_ZONES = frozenset(("java", "node", "php"))
SETTINGS = (".cfg", ".conf", ".env", ".ini", ".properties", ".toml")


def clues(text: str, file: str) -> Iterator[Clue]:
    """Yield what the file calls and names, without what stands in a comment."""
    seen: set[tuple[int, Trait, str]] = set()
    lines, plain = text.split("\n"), _plain(text, file)
    for at, trait, subject, language in _found(plain, file):
        line = plain.count("\n", 0, at) + 1
        whole = lines[line - 1]
        if _COMMENT.match(whole) or (line, trait, subject) in seen:
            continue
        if trait is Trait.SHELL and (line, Trait.PROGRAM, subject) in seen:
            continue
        if trait is Trait.PROGRAM and (line, Trait.SHELL, subject) in seen:
            continue
        seen.add((line, trait, subject))
        detail = f"`{whole.strip()[:80]}`"
        yield Clue(
            trait=trait, subject=subject, file=file, line=line, detail=detail, language=language
        )


def _plain(text: str, file: str) -> str:
    """Return the text with what it calls in the calls; the lines are the same."""
    if file.endswith(_JS):
        return childnames.javascript(text)
    return childnames.go(text) if file.endswith(".go") else text


def _found(text: str, file: str) -> Iterator[tuple[int, Trait, str, str]]:
    for rule in RULES:
        if file.endswith(rule.suffixes) and all(token in text for token in rule.tokens):
            for match in rule.pattern.finditer(text):
                yield match.start(), rule.trait, rule.subject or _subject(match), rule.language
    if file.endswith(_JS) and "fs" in text:
        yield from ((at, Trait.WRITES, path, "node") for at, path in jspaths.written(text))
    settings = file.endswith(SETTINGS)
    language = "" if settings else _LANGUAGES[f".{file.rpartition('.')[2]}"]
    for at, trait, subject in literals.found(text, quoted=not settings):
        if trait is not Trait.ZONE or language not in _OWN_ZONES:
            yield at, trait, subject, language


def _subject(match: re.Match[str]) -> str:
    """Return the program or value; of a command line, the words as a shell would have them."""
    groups = match.groupdict()
    if groups.get("stem"):
        return f"lib{groups['stem']}.so"
    first = next((groups[n] for n in ("subject", "single", "template") if groups.get(n)), "")
    if not groups.get("rest"):
        return first.replace("${", "$x{") if "template" in groups else first
    words = (one or two or '"$x"' for one, two, _ in _WORD.findall(groups["rest"].strip(", ")))
    return " ".join((first, *(w if w == '"$x"' else quote(w) for w in words)))
