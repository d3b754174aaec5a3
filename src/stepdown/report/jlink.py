"""A Java runtime of only the modules that an application needs: advice, never applied."""

import re
from collections.abc import Iterator

from stepdown.dockerfile import Dockerfile, read
from stepdown.model.facts import Target
from stepdown.model.image import ImageRef, Libc
from stepdown.model.plan import Candidate
from stepdown.report.document import Code, Inline, Listing, Section, bullets, paragraph, section

TITLE = "Smaller still: a Java runtime of your own, by jlink"
_OLDEST = 11  # from there on jdeps prints modules and passes over what is missing
_ZIPPED = 21  # from there on --compress takes zip-0 to zip-9
_OWN_CURVES = 22  # from there on java.base has elliptic curves
_DISTROLESS = re.compile(r"(?<=/distroless/)java(?=\d+-debian\d+)\d+")


def advised(target: Target, candidate: Candidate) -> tuple[Section, ...]:
    """Return how a smaller runtime would be made for `candidate`; nothing where it is no Java.

    Only for images whose own base, without a Java in it, is known.
    """
    version, base = _version(target), _base(candidate)
    if candidate.family != "java" or version < _OLDEST or not base:
        return ()
    return section(
        TITLE,
        paragraph(
            "Not applied, and not tried: a proposal. The image has the whole Java runtime, and "
            "most applications need a part of its modules. A small HTTP service got along with "
            "40 MB of 195 MB (OpenJDK 21, 2026-11)."
        ),
        *bullets(tuple(_when(candidate, version))),
        paragraph("Above the stage that ships:"),
        Listing(tuple(_made(target, candidate, version)), "dockerfile"),
        paragraph(
            "In the stage that ships, in place of its FROM; that base has no ENTRYPOINT, so that "
            "the file has to state its own:"
        ),
        Listing(_used(base), "dockerfile"),
        paragraph("Run the tests again on it: a missing module shows when it is asked for."),
    )


def _version(target: Target) -> int:
    match = re.match(r"\d+", target.version)
    return int(match[0]) if match else 0


def _base(candidate: Candidate) -> str:
    """Return the image on which the candidate stands, as it is without Java, empty for unknown."""
    image = candidate.image.partition("@")[0]
    if image.startswith("gcr.io/distroless/java"):
        return _DISTROLESS.sub("java-base", image)
    if not re.match(r"(?:docker\.io/(?:library/)?)?eclipse-temurin:", image) or "ubi" in image:
        return ""
    if candidate.libc is Libc.MUSL:
        release = re.search(r"alpine-(3\.\d+)", image)
        return f"alpine:{release[1] if release else '3.23'}"
    release = re.search(r"-(noble|jammy|resolute|focal)\b", ImageRef.parse(image).tag)
    return f"ubuntu:{release[1] if release else '24.04'}"


def _when(candidate: Candidate, version: int) -> Iterator[Inline]:
    pays = (
        "It pays where the size of one image counts, or what lies in it. It does not where many "
        "images of a host share the layer with the runtime. Fixes of Java then come only with a "
        "build of your own."
    )
    made = (
        f"It is made on the C library on which it runs: here {candidate.libc.value}. One that was "
        "made on glibc does not start on Alpine, nor the other way round."
    )
    curves = "" if version >= _OWN_CURVES else "jdk.crypto.ec for TLS, "
    unseen = (
        " does not see what is found by reflection or as a service, nor jars inside of a jar "
        f"(unpack these first). Name such modules besides, as in {curves}jdk.localedata for "
        "languages other than English, jdk.zipfs, jdk.management."
    )
    yield from ((pays,), (made,), (Code("jdeps"), unseen))


def _made(target: Target, candidate: Candidate, version: int) -> Iterator[str]:
    musl = "-alpine" if candidate.libc is Libc.MUSL else ""
    compress = "zip-6" if version >= _ZIPPED else "2"
    yield f"FROM eclipse-temurin:{version}-jdk{musl} AS jre"
    yield f"COPY {_jars(read(target.text), target)} /jars/"
    yield "RUN jlink --output /opt/jre --no-man-pages --no-header-files \\"
    yield f"      --strip-java-debug-attributes --compress={compress} \\"
    yield '      --add-modules "$(jdeps --ignore-missing-deps --recursive \\'
    yield f'        --multi-release {version} --print-module-deps /jars/*.jar)"'


def _jars(doc: Dockerfile, target: Target) -> str:
    """Return what the stage that ships copies of jars, as it says it; else a usual place."""
    found = "--from=build /app/app.jar"
    for stage in doc.chain(doc.ships(target.stage)):
        for one in stage.instructions:
            sources = [word.text for word in one.operands[:-1]]
            if one.keyword == "COPY" and any(word.endswith(".jar") for word in sources):
                flag = one.flag("from")
                origin = [f"--from={flag.value}"] if flag is not None else []
                found = " ".join((*origin, *sources))
    return found


def _used(base: str) -> tuple[str, ...]:
    return (
        f"FROM {base}",
        "COPY --from=jre /opt/jre /opt/jre",
        "ENV JAVA_HOME=/opt/jre PATH=/opt/jre/bin:$PATH",
    )
