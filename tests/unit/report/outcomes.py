"""Outcomes made by hand, one for each thing that a report has to say."""

from stepdown.model.facts import Command, Facts, Target
from stepdown.model.image import Libc, PackageManager, Tier
from stepdown.model.plan import (
    Candidate,
    Disposition,
    Edit,
    Hazard,
    Plan,
    Policy,
    Refusal,
    Rewrite,
    Skipped,
    Step,
)
from stepdown.model.recipe import Channel, Remedy, RemedyKind
from stepdown.model.surface import Change, Known, Measure, Surface, SurfaceDelta, SurfaceRow
from stepdown.model.trial import (
    Applied,
    Baseline,
    BaselineVerdict,
    Blame,
    BuildFailed,
    Built,
    CheckRun,
    CheckState,
    Delivery,
    EngineInfo,
    Finding,
    Message,
    Outcome,
    Tally,
    Trial,
    Verdict,
)

TITLES = {
    "commands": "Commands that can be called",
    "os_packages": "Packages of the operating system",
    "language_packages": "Packages of programming languages",
    "unowned_binaries": "Binaries that belong to no package",
    "shells": "Shells",
    "package_managers": "Package managers of the operating system",
    "network_tools": "Network tools",
    "compilers": "Compilers and build tools",
    "interpreters": "Interpreters and editors",
    "debuggers": "Debuggers and tracers",
    "setuid_setgid": "Setuid and setgid programs",
    "world_writable": "Files and folders that everybody may write",
    "runs_as_root": "Runs as root",
    "size_visible": "Size of visible files",
}

NODE_24 = {
    "commands": 801,
    "os_packages": 414,
    "language_packages": 214,
    "unowned_binaries": 1,
    "shells": 4,
    "package_managers": 8,
    "network_tools": 9,
    "compilers": 14,
    "interpreters": 6,
    "debuggers": 0,
    "setuid_setgid": 13,
    "world_writable": 0,
    "runs_as_root": 1,
    "size_visible": 1_061_600_000,
}
SLIM = NODE_24 | {
    "commands": 400,
    "os_packages": 88,
    "package_managers": 6,
    "network_tools": 0,
    "compilers": 0,
    "interpreters": 3,
    "setuid_setgid": 11,
    "size_visible": 195_300_000,
}
DISTROLESS = {
    "commands": 1,
    "os_packages": 11,
    "language_packages": 68,
    "unowned_binaries": 3,
    "shells": 0,
    "package_managers": 0,
    "network_tools": 0,
    "compilers": 0,
    "interpreters": 1,
    "debuggers": 0,
    "setuid_setgid": 0,
    "world_writable": 0,
    "runs_as_root": 0,
    "size_visible": 122_000_000,
}
NAMES = {
    "shells": ("bash", "dash", "rbash", "sh"),
    "network_tools": ("curl", "ftp", "nc", "openssl", "rsh", "scp", "ssh", "telnet", "wget"),
    "unowned_binaries": ("/app/node_modules/sharp/build/Release/sharp.node", "/nodejs/bin/node"),
}

DOCKERFILE = """FROM node:24
WORKDIR /app
COPY package*.json ./
RUN npm ci --omit=dev
COPY . .
RUN curl -fsS https://example.org/banner.txt -o banner.txt
HEALTHCHECK CMD curl -f http://localhost:3000/healthz
CMD ["node", "server.js"]
"""

DIFF = """--- a/services/api/Dockerfile
+++ b/services/api/Dockerfile
@@ -1,8 +1,15 @@
-FROM node:24
+ARG BASE=base
+FROM node:24 AS build
 WORKDIR /app
"""


def target(dockerfile: str = "services/api/Dockerfile", base: str = "node:24") -> Target:
    folder = dockerfile.rpartition("/")[0]
    return Target(
        repository="/home/ada/shop",
        commit="4f2c9d1e8a7b6c5d4e3f2a1b0c9d8e7f6a5b4c3d",
        dockerfile=dockerfile,
        context=folder or ".",
        text=DOCKERFILE,
        stage="",
        base=base,
        base_line=1,
        family="node",
        tier=Tier.FULL,
        version="24",
    )


def facts(test: str = "node --test --test-reporter=tap") -> Facts:
    return Facts(
        language="node",
        language_version="24",
        test=Command(text=test, argv=tuple(test.split()), source="package.json") if test else None,
        ports=(3000,),
        health="/healthz",
        lock_files=("package-lock.json",),
        update_bot="dependabot",
    )


def candidate(tier: Tier) -> Candidate:
    images = {
        Tier.SLIM: "node:24-slim",
        Tier.ALPINE: "node:24-alpine",
        Tier.DISTROLESS: "gcr.io/distroless/nodejs24-debian13:nonroot",
        Tier.SCRATCH: "scratch",
    }
    managers = {Tier.SLIM: PackageManager.APT, Tier.ALPINE: PackageManager.APK}
    bare = tier.rank >= Tier.DISTROLESS.rank
    return Candidate(
        image=images[tier],
        tier=tier,
        family="node",
        libc=Libc.MUSL if tier is Tier.ALPINE else Libc.GLIBC,
        shell=not bare,
        package_manager=managers.get(tier, PackageManager.NONE),
        entrypoint=("/nodejs/bin/node",) if bare else (),
        user="65532" if bare else "root",
        reasons=(f"the {tier.value} rung of the node family has version 24",),
        hazards=(
            (Hazard(id="D01", evidence="src/mail.js line 12 calls `exec`", advice="use spawn"),)
            if bare
            else ()
        ),
        expected_packages=11 if bare else None,
        expected_megabytes=121.9 if bare else None,
    )


BASE_EDIT = Edit(
    start=0,
    end=12,
    text="ARG BASE=base\nFROM gcr.io/distroless/nodejs24-debian13:nonroot AS base\nFROM ${BASE}",
    line=1,
    fixer="base",
    reason="the base becomes selectable by --build-arg, and update bots can still follow it",
)
CMD_EDIT = Edit(
    start=250,
    end=256,
    text="",
    line=8,
    fixer="interpreter",
    reason="the image starts `/nodejs/bin/node` by itself, so the word `node` goes",
)
HEALTH_EDIT = Edit(
    start=200,
    end=240,
    text="",
    line=7,
    fixer="healthcheck",
    reason="`curl` is not in the image; node's own fetch asks the same question",
    disposition=Disposition.UNSAFE,
)
CURL_REFUSAL = Refusal(
    line=6,
    excerpt="RUN curl -fsS https://example.org/banner.txt -o banner.txt",
    fixer="run",
    reason="the command needs a shell, and it is not known which files it makes",
    hint="move the line into the build stage and COPY what it makes",
)


def rewrite(*, refusals: tuple[Refusal, ...] = (), proposed: tuple[Edit, ...] = ()) -> Rewrite:
    return Rewrite(
        text=DOCKERFILE.replace("node:24", "node:24-slim"),
        argument="BASE",
        original="node:24",
        edits=(BASE_EDIT, CMD_EDIT),
        proposed=proposed,
        refusals=refusals,
        diff=DIFF,
    )


def items(key: str, number: int) -> tuple[str, ...]:
    """Return names for a measure: at most 24, so that the golden files stay readable."""
    known = NAMES.get(key, ())[:number]
    return (*known, *(f"{key}-{n:02}" for n in range(min(number, 24) - len(known))))


def measure(key: str, number: int) -> Measure:
    names = items(key, number)
    if key == "runs_as_root":
        names = ("root" if number else "65532",)
    if key.startswith("size"):
        names = ()
    return Measure(key=key, title=TITLES[key], value=number, items=names)


def surface(image: str, numbers: dict[str, int]) -> Surface:
    return Surface(
        image=image,
        image_id="sha256:5f3c1e7d9b2a48060f1e2d3c4b5a69788796a5b4c3d2e1f00f1e2d3c4b5a6978",
        os="debian 13",
        libc="glibc",
        architecture="amd64",
        user="65532" if numbers is DISTROLESS else "root",
        measures=tuple(measure(key, number) for key, number in numbers.items()),
    )


def row(before: Measure, after: Measure) -> SurfaceRow:
    old, new = set(before.items), set(after.items)
    return SurfaceRow(
        key=before.key,
        title=before.title,
        before=before.value,
        after=after.value,
        change=change(before, after),
        added=tuple(sorted(new - old)),
        removed=tuple(sorted(old - new)),
        reason=" ".join(
            f"{side}: {each.reason}"
            for side, each in (("Before", before), ("After", after))
            if each.reason
        ),
    )


def change(before: Measure, after: Measure) -> Change:
    if before.value is None or after.value is None or Known.PARTIAL in (before.known, after.known):
        return Change.UNKNOWN
    if after.value == before.value:
        return Change.SAME
    return Change.LARGER if after.value > before.value else Change.SMALLER


def delta(before: Surface, after: Surface, warnings: tuple[str, ...] = ()) -> SurfaceDelta:
    pairs = zip(before.measures, after.measures, strict=True)
    return SurfaceDelta(
        before=before, after=after, rows=tuple(row(a, b) for a, b in pairs), warnings=warnings
    )


def unsure(card: Surface, key: str, known: Known, reason: str) -> Surface:
    """Return the card with one measure that is not, or not fully, known."""
    measures = tuple(
        Measure(
            key=m.key,
            title=m.title,
            value=None if known is Known.UNKNOWN else m.value,
            items=m.items if known is Known.PARTIAL else (),
            known=known,
            reason=reason,
        )
        if m.key == key
        else m
        for m in card.measures
    )
    return Surface(
        image=card.image,
        image_id=card.image_id,
        os=card.os,
        libc=card.libc,
        architecture=card.architecture,
        user=card.user,
        measures=measures,
    )


def check(  # noqa: PLR0913  (a builder: one argument per field)
    name: str,
    state: CheckState,
    summary: str,
    *,
    tests: Tally | None = None,
    output: str = "",
    exit_code: int | None = None,
) -> CheckRun:
    messages = (Message(channel=Channel.LOG, text=output),) if output else ()
    return CheckRun(
        check=name,
        state=state,
        summary=summary,
        seconds=1.5,
        messages=messages,
        tests=tests,
        exit_code=exit_code,
    )


def checks(tally: Tally | None = None) -> tuple[CheckRun, ...]:
    tested = (
        (check("command", CheckState.PASSED, "12 of 12 tests passed", tests=tally),)
        if tally
        else ()
    )
    return (
        check("contract", CheckState.PASSED, "entrypoint, user, ports and volumes are as before"),
        check("elf", CheckState.PASSED, "all 41 programs and libraries find what they need"),
        *tested,
        check("start", CheckState.PASSED, "stayed up for 10 s"),
        check("http", CheckState.PASSED, "GET /healthz on port 3000 answers 200, same body"),
        check("healthcheck", CheckState.ABSENT, "the image has no HEALTHCHECK"),
        check("stop", CheckState.PASSED, "stopped in 0.2 s on SIGTERM"),
    )


ALL_PASS = Tally(passed=12, failed=0)

MUSL_FINDING = Finding(
    breakage="A06",
    title="A native module was built for glibc",
    checks=("command", "start"),
    channel=Channel.LOG,
    evidence=(
        "Error: Error loading shared library ld-linux-x86-64.so.2: No such file or directory "
        "(needed by /app/node_modules/sharp/build/Release/sharp-linux-x64.node)"
    ),
    cause="The plug-in needs glibc's loader, and Alpine has musl",
    remedies=(
        Remedy(
            kind=RemedyKind.ADVICE,
            text="Install the dependencies inside an Alpine stage, so that musl builds are chosen",
        ),
        Remedy(
            kind=RemedyKind.ADD_PACKAGES,
            text="Add the C++ runtime",
            safe=True,
            apt=("libstdc++6",),
            apk=("libstdc++", "libgcc"),
        ),
        Remedy(kind=RemedyKind.ADVICE, text="Stay on slim, which has glibc"),
    ),
    deterministic=True,
)


def built(name: str) -> Built:
    return Built(image=f"stepdown/{name}", image_id="sha256:0011", seconds=31.4)


def baseline(
    run: tuple[CheckRun, ...],
    verdict: BaselineVerdict = BaselineVerdict.GREEN,
    reason: str = "command: 12 of 12 tests passed",
    card: Surface | None = None,
) -> Baseline:
    return Baseline(
        image="node:24",
        build=built("baseline"),
        verdict=verdict,
        reason=reason,
        checks=run,
        surface=card or surface("node:24", NODE_24),
        seconds=74.2,
    )


def works(
    tier: Tier,
    numbers: dict[str, int],
    run: tuple[CheckRun, ...],
    *,
    refusals: tuple[Refusal, ...] = (),
    proposed: tuple[Edit, ...] = (),
) -> Trial:
    chosen = candidate(tier)
    before, after = surface("node:24", NODE_24), surface(chosen.image, numbers)
    return Trial(
        candidate=chosen,
        rewrite=rewrite(refusals=refusals, proposed=proposed),
        verdict=Verdict.WORKS,
        reason="command: 12 of 12 tests passed",
        build=built(tier.value),
        checks=run,
        surface=after,
        delta=delta(before, after),
        seconds=48.0,
    )


def regression() -> Trial:
    run = (
        check("contract", CheckState.PASSED, "entrypoint, user, ports and volumes are as before"),
        check("elf", CheckState.FAILED, "1 of 41 libraries needs ld-linux-x86-64.so.2"),
        check(
            "command",
            CheckState.FAILED,
            "8 of 12 tests failed (exit 1)",
            tests=Tally(passed=4, failed=8),
            output=f"not ok 3 - thumbnail\n{MUSL_FINDING.evidence}",
            exit_code=1,
        ),
        check("start", CheckState.FAILED, "exited with 1 after 0.4 s", exit_code=1),
    )
    return Trial(
        candidate=candidate(Tier.ALPINE),
        rewrite=rewrite(),
        verdict=Verdict.REGRESSION,
        reason="command: 8 of 12 tests failed (exit 1)",
        build=built("alpine"),
        checks=run,
        findings=(MUSL_FINDING,),
        surface=surface("node:24-alpine", SLIM),
        blame=Blame.BASE,
        blame_reason="the rewritten Dockerfile passes all checks on node:24",
        attempt=2,
        applied=(Applied(breakage="A04", remedy=MUSL_FINDING.remedies[1]),),
        seconds=61.0,
    )


def not_built() -> Trial:
    log = tuple(f"#{n} step {n}" for n in range(1, 18))
    return Trial(
        candidate=candidate(Tier.DISTROLESS),
        rewrite=rewrite(refusals=(CURL_REFUSAL,)),
        verdict=Verdict.NOT_BUILT,
        reason="RUN needs a shell",
        build=BuildFailed(
            reason="process did not complete: exec /bin/sh",
            seconds=3.2,
            log=(*log, 'runc run failed: exec: "/bin/sh": stat /bin/sh: no such file'),
            exit_code=1,
        ),
        blame=Blame.REWRITE,
        blame_reason="the rewritten Dockerfile does not build on node:24 either",
        seconds=3.2,
    )


def refused() -> Trial:
    blocking = Refusal(
        line=6,
        excerpt=CURL_REFUSAL.excerpt,
        fixer="run",
        reason=CURL_REFUSAL.reason,
        hint=CURL_REFUSAL.hint,
        blocking=True,
    )
    return Trial(
        candidate=candidate(Tier.SCRATCH),
        rewrite=rewrite(refusals=(blocking,), proposed=(HEALTH_EDIT,)),
        verdict=Verdict.NOT_BUILT,
        reason="line 6 could not be rewritten, so it was not built",
    )


def unsteady(verdict: Verdict, reason: str, tier: Tier = Tier.SLIM) -> Trial:
    run = (
        check("start", CheckState.PASSED, "stayed up for 10 s"),
        check(
            "command",
            CheckState.FAILED,
            "1 of 12 tests failed (exit 1)",
            tests=Tally(passed=11, failed=1),
            output="\n".join(f"ok {n}" for n in range(1, 12)) + "\nnot ok 12 - clock",
            exit_code=1,
        ),
    )
    return Trial(
        candidate=candidate(tier),
        rewrite=rewrite(),
        verdict=verdict,
        reason=reason,
        build=built("slim"),
        checks=run,
        surface=surface("node:24-slim", SLIM),
        blame_reason="building it on node:24 showed the same in 1 of 4 runs",
        notes=("the test `clock` reads the wall clock",),
        seconds=120.0,
    )


def unproven(tier: Tier = Tier.SLIM) -> Trial:
    return Trial(
        candidate=candidate(tier),
        rewrite=rewrite(),
        verdict=Verdict.NO_EVIDENCE,
        reason="no check showed the application at work on both bases",
        build=built("slim"),
        checks=(check("start", CheckState.BROKEN, "the engine lost the container"),),
        surface=surface("node:24-slim", SLIM),
        seconds=9.0,
    )


def plan(*trials: Trial, known: Facts | None = None, where: Target | None = None) -> Plan:
    steps = {t.candidate.image: Step(candidate=t.candidate, rewrite=t.rewrite) for t in trials}
    return Plan(
        target=where or target(),
        facts=known or facts(),
        policy=Policy(),
        steps=tuple(steps.values()),
        skipped=(
            Skipped(image="scratch", tier=Tier.SCRATCH, reason="node programs need their runtime"),
        ),
    )


def outcome(
    base: Baseline,
    *trials: Trial,
    answer: int | None = None,
    known: Facts | None = None,
    where: Target | None = None,
) -> Outcome:
    made = plan(*trials, known=known, where=where)
    delivery = Delivery(
        repository=made.target.repository,
        branch="stepdown/services-api-dockerfile-distroless",
        commit="9a8b7c6d5e4f3a2b1c0d9e8f7a6b5c4d3e2f1a0b",
        dockerfile=made.target.dockerfile,
        title="Move services/api/Dockerfile to distroless",
    )
    return Outcome(
        stepdown="0.1.0",
        plan=made,
        engine=EngineInfo(
            name="Docker Engine",
            version="26.1.5",
            architecture="amd64",
            builder="buildx 0.13.1",
            storage="overlay2",
        ),
        baseline=base,
        trials=trials,
        answer=answer,
        delivery=delivery if answer is not None else None,
        started="2026-11-22T09:30:00Z",
        seconds=312.4,
    )


def success() -> Outcome:
    """Distroless works, alpine does not, slim works as well."""
    tested = checks(ALL_PASS)
    best = works(
        Tier.DISTROLESS, DISTROLESS, tested, refusals=(CURL_REFUSAL,), proposed=(HEALTH_EDIT,)
    )
    return outcome(baseline(tested), best, regression(), works(Tier.SLIM, SLIM, tested), answer=0)


def weak_success() -> Outcome:
    """Slim works, as far as one can tell without tests; one number is unknown, one partial."""
    known = facts(test="")
    trial = works(Tier.SLIM, SLIM, checks())
    before = unsure(
        surface("node:24", NODE_24),
        "language_packages",
        Known.PARTIAL,
        "One archive was too large to read.",
    )
    after = unsure(
        surface("node:24-slim", SLIM),
        "os_packages",
        Known.UNKNOWN,
        "The package database could not be read.",
    )
    unknown = Trial(
        candidate=trial.candidate,
        rewrite=trial.rewrite,
        verdict=trial.verdict,
        reason="start: stayed up for 10 s; no tests were run, so the evidence is weak",
        build=trial.build,
        checks=trial.checks,
        surface=after,
        delta=delta(before, after, ("the two images were built on different days",)),
        seconds=trial.seconds,
    )
    made = outcome(
        baseline(checks(), reason="start: stayed up for 10 s", card=before),
        unknown,
        answer=0,
        known=known,
        where=target("Dockerfile"),
    )
    return Outcome(
        stepdown=made.stepdown,
        plan=made.plan,
        engine=made.engine,
        baseline=made.baseline,
        trials=made.trials,
        answer=0,
        started=made.started,
        seconds=made.seconds,
    )


def failure() -> Outcome:
    """Nothing works, each rung in its own way."""
    return outcome(
        baseline(checks(ALL_PASS)),
        refused(),
        not_built(),
        regression(),
        unsteady(
            Verdict.INTERMITTENT,
            "command: 1 of 12 tests failed (went wrong in 2 of 4 runs, 0 of 4 on the old base)",
        ),
    )


def inconclusive() -> Outcome:
    """One rung, and no way to tell."""
    return outcome(
        baseline(checks(ALL_PASS)),
        unsteady(
            Verdict.INCONCLUSIVE,
            "command: 1 of 12 tests failed (went wrong in 1 of 4 runs, 1 of 4 on the old base)",
        ),
    )


def no_evidence() -> Outcome:
    """Nothing could be checked on the candidate."""
    return outcome(baseline(checks(), reason="start: stayed up"), unproven(), known=facts(test=""))


def red() -> Outcome:
    """The tests fail already."""
    run = (
        check(
            "command",
            CheckState.FAILED,
            "2 of 12 tests failed (exit 1)",
            tests=Tally(passed=10, failed=2),
            output="ok 1 - adds\nnot ok 2 - connects to the database\nnot ok 3 - reads the clock",
            exit_code=1,
        ),
        check("start", CheckState.PASSED, "stayed up for 10 s"),
    )
    reason = "the tests are not green on the old base (they fail): 2 of 12 tests failed (exit 1)"
    return outcome(baseline(run, BaselineVerdict.RED, reason))


def baseline_not_built() -> Outcome:
    """The Dockerfile does not build as it is."""
    failed = BuildFailed(
        reason="`npm ci` failed with exit code 1",
        seconds=12.0,
        log=("#7 RUN npm ci --omit=dev", "#7 npm error code EUSAGE", "#7 npm error lock file"),
        exit_code=1,
    )
    base = Baseline(
        image="node:24",
        build=failed,
        verdict=BaselineVerdict.NOT_BUILT,
        reason=failed.reason,
        seconds=12.0,
    )
    return outcome(base)


def nothing_tried() -> Outcome:
    """The baseline is green, and there is no rung."""
    return outcome(baseline(checks(ALL_PASS)))
