"""A container-structure-test file: what was measured of an image, as a guard against its return.

Only facts that are certain become tests: a number that is unknown or a lower bound gives none. The
form is version 2.0.0 of container-structure-test's; scalars are written as JSON, which YAML reads.
"""

import json
from collections.abc import Iterator

from stepdown.model.image import ImageConfig
from stepdown.model.surface import Known, Surface

_ABSENT = {
    "shells": ("sh", "ash", "bash", "dash"),
    "package_managers": ("apt", "apt-get", "dpkg", "apk", "rpm", "dnf", "microdnf"),
    "network_tools": ("curl", "wget", "nc"),
    "privilege_tools": ("su", "sudo"),
}


def render(surface: Surface, config: ImageConfig) -> str:
    """Return the file; the same image gives the same text."""
    return "\n".join((*_head(surface), *_metadata(config), *_files(surface, config))) + "\n"


def _head(surface: Surface) -> Iterator[str]:
    yield "# What stepdown measured of this image. Made again by:"
    yield f"#   stepdown measure {' '.join(surface.image.split())} --format structure-test"
    for measure in surface.measures:
        if measure.key in _ABSENT and (measure.known is not Known.MEASURED or measure.value):
            why = "is not 0" if measure.known is Known.MEASURED else "is not known for certain"
            yield f"# {measure.title}: no test, because the number {why}."
    yield 'schemaVersion: "2.0.0"'


def _metadata(config: ImageConfig) -> Iterator[str]:
    yield "metadataTest:"
    yield f"  entrypoint: {json.dumps(config.entrypoint)}"
    yield f"  cmd: {json.dumps(config.cmd)}"
    yield f"  user: {json.dumps(config.user)}"
    if config.workdir:
        yield f"  workdir: {json.dumps(config.workdir)}"
    ports = [port.removesuffix("/tcp") for port in config.ports]
    if ports:
        yield f"  exposedPorts: {json.dumps(sorted(ports))}"
    if config.volumes:
        yield f"  volumes: {json.dumps(sorted(config.volumes))}"


def _files(surface: Surface, config: ImageConfig) -> Iterator[str]:
    tests = (*_program(config), *_absent(surface, config))
    yield "fileExistenceTests:" if tests else "fileExistenceTests: []"
    yield from tests


def _program(config: ImageConfig) -> Iterator[str]:
    words = (*config.entrypoint, *config.cmd)[:1]
    for word in words:
        if word.startswith("/"):
            yield from _test(f"the program {word} is there", word, there=True)


def _absent(surface: Surface, config: ImageConfig) -> Iterator[str]:
    measures = {measure.key: measure for measure in surface.measures}
    for key, names in _ABSENT.items():
        measure = measures.get(key)
        if measure and measure.known is Known.MEASURED and measure.value == 0:
            for name in names:
                for folder in config.path:
                    path = f"{folder}/{name}"
                    yield from _test(f"{measure.title}: no {path}", path, there=False)


def _test(name: str, path: str, *, there: bool) -> Iterator[str]:
    yield f"  - name: {json.dumps(name)}"
    yield f"    path: {json.dumps(path)}"
    yield f"    shouldExist: {json.dumps(there)}"
