"""What source files call that a smaller image may lack, by patterns for each language.

Of time zones and locales only what asks the system is listed: Node and the JVM carry their own.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from stepdown.model.plan import Clue, Trait

_C = (".c", ".cc", ".cpp", ".cxx", ".h", ".hpp")
_JS = (".js", ".cjs", ".mjs", ".jsx", ".ts", ".cts", ".mts", ".tsx")
_COMMENT = re.compile(r"\s*(?://|/?\*|#(?!include))")
_DOUBLE = r"\"(?P<subject>[^\"]+)\""
_FIRST_WORD = r"\"(?P<subject>[^\"\s]*)"
_QUOTED = r"[\"'`](?P<subject>[^\"'`\s$\\]*)"


@dataclass(frozen=True, kw_only=True)
class Rule:
    """One pattern; its group `subject` is the program or value. `tokens` must be in the file."""

    language: str
    suffixes: tuple[str, ...]
    tokens: tuple[str, ...]
    pattern: re.Pattern[str]
    trait: Trait


def _rule(language: str, suffixes: tuple[str, ...], token: str, trait: Trait, pattern: str) -> Rule:
    return Rule(
        language=language,
        suffixes=suffixes,
        tokens=tuple(token.split(" ")),
        pattern=re.compile(pattern, re.MULTILINE),
        trait=trait,
    )


_OWN = r"(?:(?<![\w.$])|\b(?:child_process|childProcess|cp)\.)"
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
    _rule("node", _JS, "execa", Trait.PROGRAM, rf"\bexeca(?:Sync|Command)?\(\s*{_QUOTED}"),
    _rule(
        "go",
        (".go",),
        '"os/exec"',
        Trait.PROGRAM,
        r"\bexec\.Command(?:Context)?\(\s*(?:[\w.()]+,\s*)?" + _DOUBLE,
    ),
    _rule("go", (".go",), "LoadLocation", Trait.ZONE, r"\.LoadLocation\(\s*" + _DOUBLE),
    _rule("go", (".go",), 'import "C"', Trait.CGO, r"^import \"(?P<subject>C)\""),
    _rule("c", _C, "(", Trait.SHELL, r"(?<![\w.>:])(?:std::)?(?:system|popen)\(\s*" + _FIRST_WORD),
    _rule("c", _C, "exec", Trait.PROGRAM, r"(?<![\w.>])execl[pe]*\(\s*" + _DOUBLE),
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
        r"\bstrftime\([^;]*?(?P<subject>%[Pkl]|%[\^#_][A-Za-z])",
    ),
    _rule(
        "c",
        _C,
        "iconv_open",
        Trait.TRANSLIT,
        r"\biconv_open\(\s*\"(?P<subject>[^\"]*//TRANSLIT)",
    ),
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


def clues(text: str, file: str) -> Iterator[Clue]:
    """Yield what the file calls, without what stands in a comment."""
    seen: set[tuple[int, str]] = set()
    for rule in RULES:
        if not file.endswith(rule.suffixes) or not all(token in text for token in rule.tokens):
            continue
        for found in rule.pattern.finditer(text):
            line = text.count("\n", 0, found.start()) + 1
            start = text.rfind("\n", 0, found.start()) + 1
            quote = text[start:].partition("\n")[0]
            if _COMMENT.match(quote) or (line, found["subject"]) in seen:
                continue
            seen.add((line, found["subject"]))
            yield Clue(
                trait=rule.trait,
                subject=found["subject"],
                file=file,
                line=line,
                detail=f"`{quote.strip()[:80]}`",
                language=rule.language,
            )
