"""What one invocation of `stepdown migrate` works with."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from stepdown.adapters.checkout import GitCheckout
from stepdown.adapters.runs import Run
from stepdown.adapters.workspace import GitWorkspace
from stepdown.cli.options import Options
from stepdown.cli.wizard import Asker
from stepdown.errors import StepdownError
from stepdown.model.plan import Plan
from stepdown.model.recipe import Catalog

if TYPE_CHECKING:
    from stepdown.flow.examine import Examiner


RECORD = "record.json"
"""The record of the last run, where git keeps its own files."""


@dataclass(frozen=True, kw_only=True)
class Desk:
    """What one invocation works with."""

    options: Options
    run: Run
    checkout: GitCheckout
    workspace: GitWorkspace
    recipes: Catalog
    asker: Asker | None
    saved: Plan | None = None
    examiner: "Examiner | None" = None


@contextmanager
def writing(path: Path) -> Iterator[None]:
    """Turn a failure to write `path` into words."""
    try:
        yield
    except OSError as error:
        raise StepdownError(
            f"{path} cannot be written.", details=str(error), hint="Give another path."
        ) from error
