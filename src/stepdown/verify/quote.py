"""The line to quote of a failure that no signature explains."""

import re
from collections.abc import Sequence

# An exception with its message, as languages, test runners and shells print it.
_EXCEPTION = re.compile(
    r"(?:E\s+|Uncaught |Unhandled |Caused by: |\[?[Ee]rror: |Exception in thread \S+ |#\s+)*"
    r"(?:[A-Za-z_][\w.$:]{0,120}(?:Error|Exception|Failure|Interrupt)\b(?: \[\w+\])?(?::|$)"
    r"|(?:panic|fatal|FATAL|fatal error|error\[E\d+\]|Error|assertion failed): ?\S"
    r"|thread '.{1,80}'.{0,20} panicked|assert |AssertionError\b|expect\("
    r"|\S{1,80}_test\.go:\d+: )"
)
_ERROR = re.compile(
    r"error|exception|fail|fatal|panic|cannot|can't|not found|denied|refused|unable|no such|"
    r"invalid|undefined|unknown|missing|unexpected|abort|killed|traceback|segmentation|!==|!=",
    re.IGNORECASE,
)
# Lines that only say that something failed, or count: not what.
_TRAILER = re.compile(
    r"(?:npm (?:ERR!|error)(?: A complete log| *$| +(?:code|errno|path|command) )|[=_-]{3,}|>>> |"
    r"ERROR: (?:failed to (?:build|solve)|process )|error Command failed|make(?:\[\d+\])?: |"
    r"(?:FAILED|OK) \(|FAILED$|(?:--- )?FAIL\b|(?:not )?ok \d+|[\u2716\u00d7\u2717] failing tests:|"
    r"(?:\u2139|#) \w+ [\d.]+$|\d+ (?:passed|failed|passing|failing|errors?)\b|Ran \d+ tests?|"
    r"Tests?:? |Test Suites: |exit status |at |File \"|Traceback \(most recent|Node\.js v|"
    r"\.\.\.$|---$|[\^~]+$|(?:failureType|duration_ms|location|stack|type): ?|"
    r"warning: |WARN|npm warn |debconf: )|0 errors|\b0 failed"
)
# A failure like this follows from another one: the application was not there, or answered wrong.
_CONSEQUENCE = re.compile(
    r"[Aa]ssert|\b[Ee]xpect(?:ed)?\b|ECONNREFUSED|ECONNRESET|[Cc]onnection re(?:fused|set)|"
    r"socket hang up|fetch failed|[Tt]imed? ?out|[Ss]tatus(?: code)?:? [45]\d\d|"
    r"exit(?:ed with)? (?:code|status)|Internal Server Error|[!=]==?|returned non-zero|"
    r"Command failed|HTTP Error [45]\d\d|Max retries exceeded|Remote end closed"
)
_ANNOUNCED = (  # what a line announces, by its form
    (re.compile(r".*:$"), 1),
    (re.compile(r"expect\("), 2),
)
_FAILING_STEP = re.compile(r"^ > \[", re.MULTILINE)


def failing_step(log: str) -> str:
    """Return what a build log repeats of the step that failed, or the whole log."""
    return _FAILING_STEP.split(log)[-1]


def telling(lines: Sequence[str]) -> str:
    """Return the first line that tells what went wrong, with what it announces; or an empty text.

    An exception tells more than a line with a word like "failed"; counts and stacks tell nothing.
    """
    for pattern in (_EXCEPTION.match, _ERROR.search):
        for index, line in enumerate(lines):
            if not _TRAILER.match(line) and pattern(line):
                more = next((n for form, n in _ANNOUNCED if form.match(line)), 0)
                return " ".join(lines[index : index + 1 + more])
    return ""


def follows(line: str) -> bool:
    """Tell whether such a failure is a mere consequence, of which another may be the cause."""
    return not line or bool(_CONSEQUENCE.search(line))
