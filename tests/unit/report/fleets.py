"""Fleets for the tests: a small one with every result, an earlier one, a crowd."""

from typing import Any

from stepdown.model.fleet import Cause, Entry, Gain, Report, Result
from stepdown.report.fleet import Row

ALPINE = "python:3.13-alpine"
DISTROLESS = "gcr.io/distroless/python3-debian13:nonroot"
HOST = "https://git.example/"


def row(name: str, result: Result | None, *, labels: tuple[str, ...] = (), **fields: Any) -> Row:
    entry = Entry(repository=f"{HOST}{name}.git", dockerfile="Dockerfile", labels=labels)
    if result is None:
        return Row(entry=entry)
    fields.setdefault("reason", f"It ended so: {result.value}")
    return Row(entry=entry, report=Report(key=name, result=result, **fields))


def gains(*numbers: tuple[int | None, int | None]) -> tuple[Gain, ...]:
    keys = ("commands", "os_packages", "shells", "setuid_setgid", "runs_as_root", "size_visible")
    return tuple(
        Gain(key=key, before=before, after=after)
        for key, (before, after) in zip(keys, numbers, strict=False)
    )


def improved(name: str, *numbers: tuple[int | None, int | None], **fields: Any) -> Row:
    told = {"base": "node:24", "answer": "node:24-alpine", "tier": "alpine", "reason": "It works."}
    return row(name, Result.IMPROVED, gains=gains(*numbers), **{**told, **fields})


def wheel(name: str, *, tier: str = "alpine", image: str = ALPINE) -> Cause:
    return Cause(
        breakage="B07",
        title="A wheel is built for glibc alone",
        image=image,
        tier=tier,
        evidence=f"ERROR: No matching distribution found for {name}",
        subject=name,
    )


def shell(image: str = DISTROLESS) -> Cause:
    return Cause(breakage="A01", title="There is no shell", image=image, tier="distroless")


PINNED = f"node:24@sha256:{64 * 'a'}"
FULL = ((800, 317), (413, 18), (4, 2), (13, 0), (1, 0), (1_130_500_000, 166_100_000))
PARTLY = ((393, 1), (89, None), (4, 0), (11, 0), (1, 1), (118_000_000, 29_100_000))
GROWN = ((20, 22), (18, 18), (2, 2), (0, 0), (0, 0), (9_000_000, 8_000_000))


def small() -> tuple[Row, ...]:
    """Return every result, one cause in three entries, two labels, a base without a recipe."""
    python: dict[str, Any] = {"base": "python:3.13", "answer": "", "tier": ""}
    broken = row("pay/ledger", Result.BROKEN, labels=("pay",), causes=(wheel("grpcio"),), **python)
    both = (wheel("grpcio"), shell())
    refused = "The registry registry.example cannot be reached"
    corp: dict[str, Any] = {
        "base": "registry.example/java:8",
        "reason": "No recipe knows this base",
    }
    return (
        improved("shop/web", *FULL, labels=("shop",)),
        improved("shop/cart", *PARTLY, labels=("shop", "tier-1"), base=PINNED),
        improved("shop/search", *GROWN, labels=("shop",), base="node:24-slim"),
        improved("pay/api", labels=("pay",), base="python:3.13", answer="python:3.13-slim",
                 tier="slim", causes=(wheel("grpcio"),)),
        broken,
        row("pay/risk", Result.BROKEN, labels=("pay",), causes=both, **python),
        row("pay/fraud", Result.NO_EVIDENCE, labels=("pay",), **python),
        row("pay/old", Result.BASELINE_RED, base="python:3.9"),
        row("pay/older", Result.BASELINE_NOT_BUILT, base="python:2.7"),
        row("ops/cron", Result.NEEDS_ATTENTION, base="debian:12", hint="Look at line 7"),
        row("ops/java", Result.UNKNOWN_BASE, **corp),
        row("ops/jobs", Result.UNKNOWN_BASE, **corp),
        row("ops/tiny", Result.NOTHING_TO_GAIN, base="scratch"),
        row("ops/docs", Result.NO_DOCKERFILE),
        row("ops/fork", Result.SKIPPED, reason="It is a fork"),
        row("ops/slow", Result.TIMEOUT, base="node:24"),
        row("ops/net", Result.INFRASTRUCTURE, reason=refused),
        row("ops/net2", Result.INFRASTRUCTURE, reason=refused),
        row("ops/bug", Result.FAILED),
        row("ops/next", None),
    )  # fmt: skip


def earlier() -> tuple[Row, ...]:
    """Return the fleet some time ago: one entry improved since, one broke, one is gone."""
    kept = [one for one in small() if one.entry.repository != f"{HOST}ops/tiny.git"]
    changed = {
        "shop/web": row("shop/web", Result.BROKEN, base="node:24"),
        "shop/search": improved("shop/search", answer="node:24-slim", tier="slim"),
        "pay/old": improved("pay/old", base="python:3.9"),
        "ops/slow": row("ops/slow", Result.NOTHING_TO_GAIN),
        "ops/net": row("ops/net", None),
    }
    names = {f"{HOST}{name}.git": one for name, one in changed.items()}
    gone = row("ops/gone", Result.IMPROVED, base="node:20", answer="node:20-alpine")
    return (*(names.get(one.entry.repository, one) for one in kept), gone)


def crowd(count: int = 5000) -> tuple[Row, ...]:
    """Return many entries with long names and reasons, in an order that is not theirs."""
    return tuple(_one(n * 7919 % count) for n in range(count))


def _one(n: int) -> Row:
    name, labels = f"team-{n % 40}/service-with-a-long-name-{n:05}", (f"team-{n % 40}",)
    reason = f"12 of 12 tests passed on both; the image of service {n} loses 483 commands " * 2
    match n % 5:
        case 0 | 1:
            return improved(name, *FULL, labels=labels, base=f"node:{n % 9 + 16}", reason=reason)
        case 2:
            causes = (wheel(f"wheel-{n % 300}"),)
            return row(name, Result.BROKEN, labels=labels, causes=causes, reason=reason)
        case 3:
            return row(name, Result.NOTHING_TO_GAIN, labels=labels, base="scratch", reason=reason)
        case _:
            return row(name, Result.NEEDS_ATTENTION, labels=labels, base="debian:12", reason=reason)


def hostile(poison: str) -> tuple[Row, ...]:
    """Return entries in which every free text ends with the poison."""
    causes = (wheel(f"x{poison}", image=f"{ALPINE}{poison}", tier=""),)
    texts: dict[str, Any]
    texts = {"base": f"node{poison}", "reason": f"why{poison}", "hint": f"then{poison}"}
    labels = (f"label{poison}",)
    return (
        row(f"a{poison}", Result.BROKEN, labels=labels, causes=causes, **texts),
        improved(f"b{poison}", *FULL, labels=labels, **{**texts, "answer": f"image{poison}"}),
        *(row(f"c{n}{poison}", Result.UNKNOWN_BASE, **texts) for n in range(2)),
        *(row(f"d{n}{poison}", Result.INFRASTRUCTURE, **texts) for n in range(2)),
    )
