"""The scan that needs no scanner: every package against the advisories about its source."""

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator

from stepdown.measure.vulnerabilities import ecosystems, matching, severity
from stepdown.measure.vulnerabilities.orders import order
from stepdown.measure.vulnerabilities.records import merged, unknown
from stepdown.model.advisory import Advisory, Feed, Query
from stepdown.model.image import Value
from stepdown.model.surface import Known
from stepdown.model.vulnerability import Component, Inventory, Scan, Undecided, Vulnerability
from stepdown.ports import Advisories

_CVE = re.compile(r"CVE-\d{4}-\d+")
_UNSURE = "The database names this version, the ranges of its record do not."


class _Asked(Value, frozen=True, kw_only=True):
    """One query, the components that it stands for, and the advisories that came back."""

    query: Query
    components: tuple[Component, ...]
    advisories: tuple[Advisory, ...] = ()


def scan(inventory: Inventory, source: Advisories) -> Scan:
    """Return what the advisories say of an image's packages."""
    if inventory.known is Known.UNKNOWN:
        return unknown(inventory, "osv", inventory.reason)
    asked = _questions(inventory)
    feed = source.fetch(tuple(one.query for one in asked))
    if feed.failure:
        return unknown(inventory, feed.source, feed.failure)
    answered = [
        _Asked(query=one.query, components=one.components, advisories=advisories)
        for one, advisories in zip(asked, feed.advisories, strict=True)
        if one.query.ecosystem not in feed.absent and order(one.components[0].kind) is not None
    ]
    return _result(inventory, feed, answered)


def _questions(inventory: Inventory) -> list[_Asked]:
    """Return one question for each source package, however many packages were built from it."""
    system = ecosystems.of_system(inventory)
    by_query: dict[Query, list[Component]] = defaultdict(list)
    for component in inventory.components:
        if (query := ecosystems.query(component, system)) is not None:
            by_query[query].append(component)
    return [_Asked(query=query, components=tuple(found)) for query, found in by_query.items()]


def _result(inventory: Inventory, feed: Feed, answered: list[_Asked]) -> Scan:
    pairs = [_judged(one, by_version=feed.by_version) for one in answered]
    undecided = tuple(doubt for _, doubts in pairs for doubt in doubts)
    judged = [component for one in answered for component in one.components]
    reasons = tuple(_reasons(inventory, feed, judged, undecided))
    blind = inventory.components and not judged
    unseen = inventory.of_system and not any(one.of_system for one in judged)
    known = Known.PARTIAL if reasons else Known.MEASURED
    return Scan(
        image=inventory.image,
        system=inventory.system,
        scanner=feed.source,
        known=Known.UNKNOWN if blind or unseen else known,
        data=feed.data,
        data_date=feed.data_date,
        evaluated=len(judged),
        inventory=len(inventory.components),
        reasons=reasons,
        vulnerabilities=merged(found for vulnerabilities, _ in pairs for found in vulnerabilities),
        undecided=undecided,
    )


def _reasons(
    inventory: Inventory, feed: Feed, judged: list[Component], undecided: tuple[Undecided, ...]
) -> Iterator[str]:
    if inventory.known is Known.PARTIAL:
        yield inventory.reason
    missed = [one for one in inventory.components if one not in set(judged)]
    if any(one.of_system for one in missed):
        name = ecosystems.of_system(inventory)
        release = f"{inventory.system} {inventory.release}".strip() or "an unnamed system"
        yield f"The data has nothing about {name or release}."
    kinds = sorted({one.kind for one in missed if not one.of_system})
    if kinds:
        yield f"The data has nothing about packages of {', '.join(kinds)}."
    if feed.unreadable:
        yield f"{feed.unreadable} records of the data could not be read."
    if undecided:
        yield f"{len(undecided)} advisories could not be decided."


def _judged(asked: _Asked, *, by_version: bool) -> tuple[list[Vulnerability], list[Undecided]]:
    """Judge single vulnerabilities first: a bulletin counts only for those that these leave open.

    A bulletin of a distribution may gather vulnerabilities of which some do not concern every
    release.
    """
    found: list[Vulnerability] = []
    doubts: list[Undecided] = []
    settled: set[str] = set()
    for advisory in sorted(asked.advisories, key=lambda one: (_bulletin(asked, one), one.id)):
        ids = [name for name in names(advisory) if name not in settled]
        verdict = _judge(advisory, asked, by_version=by_version)
        if isinstance(verdict, matching.Doubt):
            doubts += [_undecided(asked.query, name, verdict.reason) for name in ids]
            continue
        if verdict is not None:
            found += [_vulnerability(asked, advisory, name, verdict) for name in ids]
        if _single(asked, advisory):
            settled.update(ids)
    return found, doubts


def _judge(
    advisory: Advisory, asked: _Asked, *, by_version: bool
) -> matching.Match | matching.Doubt | None:
    compare = order(asked.components[0].kind)
    if compare is None or matching.withdrawn(
        advisory
    ):  # packages without order are not asked about
        return None
    verdict = matching.judge(advisory, asked.query, compare)
    if verdict is None and by_version:
        return matching.Doubt(reason=_UNSURE)
    return verdict


def names(advisory: Advisory) -> tuple[str, ...]:
    """Return what an advisory is about: its CVEs, else GitHub's name, else its own."""
    known = (advisory.id, *advisory.aliases, *advisory.upstream)
    embedded = (match[0] for name in known[:1] if (match := _CVE.search(name)))
    cves = {name for name in known if _CVE.fullmatch(name)} | set(embedded)
    github = sorted(name for name in known if name.startswith("GHSA-"))
    return tuple(sorted(cves)) or tuple(github[:1]) or (advisory.id,)


def _bulletin(asked: _Asked, advisory: Advisory) -> bool:
    """Tell whether it is a distribution's announcement of an update (DSA, USN, RHSA)."""
    return asked.components[0].of_system and _CVE.search(advisory.id) is None


def _single(asked: _Asked, advisory: Advisory) -> bool:
    """Tell whether it is a distribution's own word on one vulnerability."""
    of_system = asked.components[0].of_system
    return of_system and not _bulletin(asked, advisory) and not matching.withdrawn(advisory)


def _vulnerability(
    asked: _Asked, advisory: Advisory, name: str, match: matching.Match
) -> Vulnerability:
    others = {advisory.id, *_without_cves(advisory.aliases)} - {name}
    return Vulnerability(
        id=name,
        kind=asked.components[0].kind,
        package=asked.query.name,
        version=asked.query.version,
        severity=severity.of_advisory(advisory),
        fix=match.fix,
        fixed_in=match.fixed_in,
        aliases=tuple(sorted(others)),
        binaries=tuple(sorted({one.name for one in asked.components})),
        unimportant=match.unimportant,
    )


def _without_cves(aliases: Iterable[str]) -> list[str]:
    """Leave out other CVEs: those are vulnerabilities of their own here."""
    return [alias for alias in aliases if not _CVE.fullmatch(alias)]


def _undecided(query: Query, name: str, reason: str) -> Undecided:
    return Undecided(id=name, package=query.name, version=query.version, reason=reason)
