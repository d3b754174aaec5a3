"""Build arguments and secrets: whether they can be used, before anything is built."""

import os
from pathlib import Path

from stepdown.dockerfile.document import read
from stepdown.errors import UsageError
from stepdown.model.plan import Plan, Policy


def check_secrets(policy: Policy) -> None:
    """Raise UsageError for a secret whose variable or file is not there."""
    for secret in policy.secrets:
        if secret.env and secret.env not in os.environ:
            raise UsageError(
                f"The build secret {secret.id} wants the variable {secret.env}, which is not set.",
                hint=f"Set it: export {secret.env}=…",
            )
        if secret.file and not Path(secret.file).is_file():
            raise UsageError(
                f"The build secret {secret.id} wants the file {secret.file}, which is not there.",
                hint="Name another one with --secret id=ID,src=FILE.",
            )


def check_arguments(text: str, stage: str, policy: Policy) -> None:
    """Raise UsageError for a build argument that selects the base of the stage that ships.

    The rewritten file has to work without arguments, so the base has to be the one it names.
    """
    values = dict(policy.arguments)
    plain, other = read(text), read(text).given(values)
    before = plain.chain(plain.ships(stage))[0].base
    after = other.chain(other.ships(stage))[0].base
    if before != after:
        raise UsageError(
            f"The build arguments change the base from {before or 'nothing'} to {after}.",
            hint="Write the base into the Dockerfile as the default of its ARG, and leave out the"
            " build argument.",
        )


def check_plan(what: Plan) -> None:
    """Raise UsageError where a build argument is the one by which the rewritten base is chosen."""
    names = {name for name, _ in what.policy.arguments}
    taken = sorted(names & {step.rewrite.argument for step in what.steps})
    if taken:
        raise UsageError(
            f"The build argument {taken[0]} selects the base in the rewritten Dockerfile.",
            hint=f"Leave out the build argument {taken[0]}.",
        )
