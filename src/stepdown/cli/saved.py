"""Plans that a person agreed to, kept for a run without questions."""

import os
from pathlib import Path

import msgspec

from stepdown.errors import UsageError
from stepdown.model.encoding import to_json
from stepdown.model.facts import Target
from stepdown.model.plan import Plan, Policy

_HINT = "Make a new plan: run `stepdown` in a terminal."


def as_bytes(what: Plan) -> bytes:
    """Return a plan as it may be kept: without the values of private variables."""
    kept = msgspec.structs.replace(what, policy=what.policy.withheld())
    return msgspec.json.format(to_json(kept), indent=2) + b"\n"


def load(path: Path) -> Plan:
    """Read a plan. Raises UsageError where the file cannot be read or is no plan."""
    try:
        return msgspec.json.decode(path.read_bytes(), type=Plan, strict=True)
    except OSError as error:
        raise UsageError(
            f"The plan {path} cannot be read.", details=str(error), hint=_HINT
        ) from error
    except (msgspec.ValidationError, msgspec.DecodeError) as error:
        raise UsageError(f"{path} is no plan.", details=str(error), hint=_HINT) from error


def renewed(what: Plan, target: Target, path: Path, now: Policy) -> Plan:
    """Return the plan for what is committed now, with private variables from the environment.

    Gates, waivers and the date are those of `now`, so that a gate that came since counts, and a
    waiver that ended or was taken back does not; gates of the plan stay.

    Raises UsageError where the Dockerfile is another one than it was, or a variable is not set.
    """
    if what.target.text != target.text or what.target.stage != target.stage:
        raise UsageError(
            f"{target.dockerfile} is not what it was when {path.name} was made.", hint=_HINT
        )
    return msgspec.structs.replace(what, target=target, policy=_today(_filled(what.policy), now))


def _filled(policy: Policy) -> Policy:
    missing = [name for name in policy.private if name not in os.environ]
    if missing:
        raise UsageError(
            f"{missing[0]} is not set here, and the plan does not hold its value.",
            hint=f"Set {', '.join(missing)} in the environment of stepdown.",
        )
    pairs = tuple((n, os.environ[n] if n in policy.private else v) for n, v in policy.environment)
    return msgspec.structs.replace(policy, environment=pairs)


def _today(policy: Policy, now: Policy) -> Policy:
    gates = tuple(dict.fromkeys((*now.gates, *policy.gates)))
    return msgspec.structs.replace(policy, gates=gates, waivers=now.waivers, day=now.day)
