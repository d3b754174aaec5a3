"""SARIF 2.1.0 for code scanning: everything is located on the FROM line of the Dockerfile.

Alerts are about the Dockerfile as it is: vulnerabilities are those of the old base, and a smaller
base that works is a recommendation.
"""

import hashlib
import json
from collections.abc import Iterator
from typing import Any

from stepdown.model.image import Value
from stepdown.model.surface import Change
from stepdown.model.trial import Outcome
from stepdown.model.vulnerability import Severity, Vulnerability
from stepdown.report import words
from stepdown.report.headline import headline, winner
from stepdown.report.vulnerabilities import line

SCHEMA = (
    "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json"
)
_LEVELS = {Severity.CRITICAL: "error", Severity.HIGH: "error", Severity.MEDIUM: "warning"}
# Code scanning sorts by a CVSS score; these stand in the middle of each severity's range.
_SCORES = {
    Severity.CRITICAL: "9.5",
    Severity.HIGH: "8.0",
    Severity.MEDIUM: "5.5",
    Severity.LOW: "2.0",
}


class _Alert(Value, frozen=True, kw_only=True):
    """One result with its rule. `key` tells apart results of one rule, on whatever line."""

    rule: str
    title: str
    level: str
    message: str
    key: str
    help: str = ""
    score: str = ""
    tags: tuple[str, ...] = ()
    suppressed: str = ""


def render(outcome: Outcome) -> str:
    """Return the SARIF log of a run; the same record gives the same bytes."""
    alerts = tuple(_alerts(outcome))
    rules = {alert.rule: alert for alert in alerts}
    order = sorted(rules)
    driver = {
        "name": "stepdown",
        "version": outcome.stepdown,
        "semanticVersion": outcome.stepdown,
        "rules": [_rule(rules[name]) for name in order],
    }
    run = {
        "tool": {"driver": driver},
        "originalUriBaseIds": {"%SRCROOT%": {"description": {"text": "The repository."}}},
        "columnKind": "unicodeCodePoints",
        "results": [_result(outcome, alert, order.index(alert.rule)) for alert in alerts],
    }
    log = {"$schema": SCHEMA, "version": "2.1.0", "runs": [run]}
    return json.dumps(log, indent=2) + "\n"


def _alerts(outcome: Outcome) -> Iterator[_Alert]:
    best = winner(outcome)
    if best is not None:
        yield _Alert(
            rule="smaller-base",
            title="A smaller base image works",
            level="note",
            message=words.visible(headline(outcome)),
            key=best.candidate.image,
            tags=("maintainability",),
        )
    yield from _grown(outcome)
    scan = outcome.scans.before if outcome.scans else outcome.scan
    gone = {one.id for one in outcome.scans.gone} if outcome.scans else set()
    if scan is not None:
        yield from (_vulnerability(one, scan.scanner, gone) for one in scan.vulnerabilities)


def _grown(outcome: Outcome) -> Iterator[_Alert]:
    best = winner(outcome)
    if best is None or best.delta is None:
        return
    for row in best.delta.rows:
        if row.change is Change.LARGER:
            numbers = (words.figure(row.key, value) for value in (row.before, row.after))
            yield _Alert(
                rule=f"surface-{row.key}",
                title=f"{row.title}: larger on the smaller base",
                level="warning",
                message=f"{row.title}: {' → '.join(numbers)} on {best.candidate.image}.",
                key=row.key,
                tags=("security",),
            )


def _vulnerability(one: Vulnerability, scanner: str, gone: set[str]) -> _Alert:
    others = f" Also known as {', '.join(one.aliases)}." if one.aliases else ""
    better = " It is gone on the smaller base." if one.id in gone else ""
    return _Alert(
        rule=one.id,
        title=f"{one.id}: known vulnerability in the image",
        level=_LEVELS.get(one.severity, "note"),
        message=f"{line(one)}. Found by {scanner} in the image of this stage.{better}",
        key=f"{one.kind}/{one.package}",
        help=f"Severity: {one.severity}.{others}",
        score=_SCORES.get(one.severity, ""),
        tags=("security", "vulnerability"),
        suppressed=one.suppressed,
    )


def _rule(alert: _Alert) -> dict[str, Any]:
    properties: dict[str, Any] = {"tags": list(alert.tags)}
    if alert.score:
        properties["security-severity"] = alert.score
    return {
        "id": alert.rule,
        "shortDescription": {"text": alert.title},
        "help": {"text": alert.help or alert.title},
        "defaultConfiguration": {"level": alert.level},
        "properties": properties,
    }


def _result(outcome: Outcome, alert: _Alert, index: int) -> dict[str, Any]:
    target = outcome.plan.target
    place = {
        "artifactLocation": {"uri": _uri(target.dockerfile), "uriBaseId": "%SRCROOT%"},
        "region": {"startLine": target.base_line},
    }
    # Without the line: an alert stays the same when lines above it change.
    mark = f"{alert.rule}\n{alert.key}\n{target.dockerfile}\n{target.stage}"
    result: dict[str, Any] = {
        "ruleId": alert.rule,
        "ruleIndex": index,
        "level": alert.level,
        "message": {"text": alert.message},
        "locations": [{"physicalLocation": place}],
        "partialFingerprints": {"stepdown/v1": _digest(mark)},
    }
    if alert.suppressed:
        result["suppressions"] = [{"kind": "external", "justification": alert.suppressed}]
    return result


def _uri(path: str) -> str:
    safe = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-._~/"
    encoded = path.encode("utf-8", "surrogateescape")
    return "".join(chr(b) if chr(b) in safe else f"%{b:02X}" for b in encoded)


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode("utf-8", "surrogateescape")).hexdigest()[:32]
