"""The stack of Python's threads, which musl makes smaller."""

from collections.abc import Iterator

from stepdown.dockerfile import Dockerfile
from stepdown.model.recipe import Remedy
from stepdown.rewrite.remedy.change import Change, first
from stepdown.rewrite.rootless import ROOT
from stepdown.rewrite.runtime import name
from stepdown.rewrite.situation import Situation

# Python runs the lines of a .pth file that begin with `import` at each start:
# https://docs.python.org/3/library/site.html
_LINE = (
    'RUN python3 -c "import pathlib, sysconfig; '
    "pathlib.Path(sysconfig.get_path('purelib'), 'thread_stack.pth')"
    ".write_text('import threading; threading.stack_size(8 << 20)')\""
)


def changes(doc: Dockerfile, situation: Situation, _: Remedy) -> Iterator[Change]:
    """Give every thread of Python the 8 MiB that it has on glibc."""
    candidate = situation.candidate
    if candidate.shell and candidate.user in ROOT and name(candidate).startswith("python"):
        yield from first(doc, situation.root, [_LINE])
