"""Source code with the names by which it starts programs put back into its calls.

`const run = promisify(execFile)` and `tool := "git"` keep a pattern from seeing what is called. The
lines stay where they are, so that a place in the result is one in the source.
"""

import re

_STARTERS = r"(?:exec|execFile|spawn)(?:Sync)?"
_PROMISED = re.compile(
    r"\b(?:const|let|var)\s+(?P<name>\w+)\s*=\s*(?:\w+\.)?promisify\(\s*(?:\w+\.)?"
    rf"(?P<of>{_STARTERS})\s*\)"
)
_RENAMED = re.compile(rf"[{{,]\s*(?P<of>{_STARTERS})\s*(?:as\s+|:\s*)(?P<name>\w+)\s*(?=[,}}])")
_JS_CONSTANT = re.compile(
    r"\b(?:const|let|var)\s+(?P<name>\w+)\s*=\s*(?P<value>([\"'`])[^\"'`\n$]{1,200}\3)\s*(?:;|$)",
    re.MULTILINE,
)
_JS_CALL = re.compile(rf"(?<![\w$])(?P<head>{_STARTERS}\(\s*)(?P<name>[A-Za-z_]\w*)(?=\s*[,)])")
_GO_CONSTANT = re.compile(
    r"^\s*(?:(?:const|var)\s+)?(?P<name>\w+)\s*(?:string\s*)?:?=\s*(?P<value>\"[^\"\n]{1,200}\")\s*$",
    re.MULTILINE,
)
_GO_LIST = re.compile(r"\b(?P<name>\w+)\s*:?=\s*\[\]string\{\s*(?P<words>\"[^{}\n]{1,300})\}")
_GO_HEAD = r"(?P<head>\bexec\.Command(?:\(|Context\(\s*[\w.()]+,)\s*)"
_GO_CALL = re.compile(_GO_HEAD + r"(?P<name>[A-Za-z_]\w*)(?=\s*[,)])")
_GO_SPREAD = re.compile(_GO_HEAD + r"(?P<name>\w+)\[0\],\s*(?P=name)\[1:\]\.\.\.")


def javascript(text: str) -> str:
    """Return the code with the functions of child_process under their own names."""
    if "child_process" not in text:
        return text
    aliases = {m["name"]: m["of"] for rule in (_PROMISED, _RENAMED) for m in rule.finditer(text)}
    for name, of in aliases.items():
        text = re.sub(rf"(?<![\w$.]){re.escape(name)}\(", f"{of}(", text)
    return _filled(text, _JS_CALL, _constants(text, _JS_CONSTANT, "value"))


def go(text: str) -> str:
    """Return the code with programs that a variable names put into the calls."""
    if '"os/exec"' not in text:
        return text
    text = _filled(text, _GO_SPREAD, _constants(text, _GO_LIST, "words"))
    return _filled(text, _GO_CALL, _constants(text, _GO_CONSTANT, "value"))


def _constants(text: str, rule: re.Pattern[str], group: str) -> dict[str, str]:
    """Return the values of names that are given just one."""
    given: dict[str, set[str]] = {}
    for match in rule.finditer(text):
        given.setdefault(match["name"], set()).add(match[group])
    return {name: min(values) for name, values in given.items() if len(values) == 1}


def _filled(text: str, call: re.Pattern[str], known: dict[str, str]) -> str:
    return call.sub(lambda m: m["head"] + known.get(m["name"], m[0][len(m["head"]) :]), text)
