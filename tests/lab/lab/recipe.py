"""Recipes: what is made once and made again only when what it was made from changes.

A stamp is written last. It holds a digest of the recipe's source files, of facts about the machine
and of all that it needs, and the ids of the images. Work goes on in a scratch folder of its own: so
a run that was killed leaves nothing half made that looks whole.
"""

from __future__ import annotations

import ast
import hashlib
import json
import shutil
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from lab.graph import Task
from lab.place import Lab
from lab.step import LabError, Step

HERE = Path(__file__).resolve().parent.parent
DOCKERFILES = "dockerfiles"
ARCHIVED = ("lab/images.py",)
"""For images that are written here, not built from a Dockerfile."""
PULLED = "pulled"
"""Stands in a stamp for the digest of an image that a registry had."""


Make = Callable[[Step, list[str]], str]


def files(make: Callable[[Step], str]) -> Make:
    """A recipe for files, which has no tags."""
    return lambda step, _: make(step)


@dataclass(frozen=True)
class Recipe:
    """How one thing is made.

    `make` gets a step with an empty scratch folder, and the tags to give; it returns a few words
    for the screen. A recipe without tags makes files: its scratch folder becomes the result.
    """

    name: str
    make: Make
    sources: tuple[str, ...]
    needs: tuple[str, ...] = ()
    tags: tuple[str, ...] = ()
    facts: Callable[[], str] = str


@dataclass(frozen=True)
class Stamp:
    """What is known of a finished recipe."""

    key: str = ""
    images: Mapping[str, str] | None = None


@cache
def _meaning(source: Path) -> bytes:
    """What a source file says to the machine: a comment or a docstring changes no image."""
    if source.suffix != ".py":
        return source.read_bytes()
    tree = ast.parse(source.read_text())
    for node in ast.walk(tree):
        if isinstance(node, (ast.Module, ast.ClassDef, ast.FunctionDef)):
            first = node.body[0] if node.body else None
            if isinstance(first, ast.Expr) and isinstance(first.value, ast.Constant):
                node.body.remove(first)
    return ast.dump(tree).encode()


class Workshop:
    """Makes recipes in one lab, with one engine."""

    def __init__(
        self, lab: Lab, recipes: Sequence[Recipe], environment: Mapping[str, str], *, ours: bool
    ) -> None:
        """`ours`: the engine is the lab's; in another's, a name that is there is never replaced."""
        self.lab = lab
        self.recipes = {recipe.name: recipe for recipe in recipes}
        self.environment = environment
        self.ours = ours

    def step(self, name: str) -> Step:
        """A step with an empty scratch folder and an empty log."""
        step = Step(self.lab, name, self.environment)
        shutil.rmtree(step.scratch, ignore_errors=True)
        step.scratch.mkdir(parents=True)
        step.log.write_text("")
        return step

    def task(self, recipe: Recipe) -> Task:
        """The recipe as a task; one that needs nothing still lets the engine go first."""
        return Task(recipe.name, lambda: self.make(recipe), recipe.needs or ("host-tools",))

    def fresh(self, recipe: Recipe, there: Mapping[str, str]) -> bool:
        """Whether the result is there (images by name and id) and still what would be made now."""
        stamp = self.stamp(recipe.name)
        if not recipe.tags:
            return stamp.key == self.key(recipe) and (self.lab.results / recipe.name).exists()
        ids = {tag: there[tag] for tag in recipe.tags if tag in there}
        if len(ids) < len(recipe.tags):
            return False
        return not self.ours or (stamp.key in (PULLED, self.key(recipe)) and ids == stamp.images)

    def built(self, recipe: Recipe, there: Mapping[str, str]) -> bool:
        """Whether the image that the engine has is one that was built here."""
        stamp = self.stamp(recipe.name)
        return stamp.key != PULLED and any(
            there.get(tag) == made for tag, made in (stamp.images or {}).items()
        )

    def make(self, recipe: Recipe) -> str | None:
        """Make what is not there or no longer up to date."""
        there = self.images() if recipe.tags else {}
        if self.fresh(recipe, there):
            return None
        key = self.key(recipe)  # of what is about to be made: files may change meanwhile
        wanted = [tag for tag in recipe.tags if self.ours or tag not in there]
        self._path(recipe.name).unlink(missing_ok=True)
        step = self.step(recipe.name)
        text = recipe.make(step, wanted)
        if recipe.tags:
            shutil.rmtree(step.scratch)
        else:
            result = self.lab.results / recipe.name
            shutil.rmtree(result, ignore_errors=True)
            step.scratch.rename(result)
        self._finish(recipe.name, key, wanted)
        return text

    def pull(self, recipe: Recipe) -> str:
        """Get the image from a registry instead."""
        step = self.step(recipe.name)
        there = self.images()
        wanted = [tag for tag in recipe.tags if tag not in there]
        for tag in wanted:
            step.run("docker", "pull", "--quiet", tag)
        self._finish(recipe.name, PULLED, list(recipe.tags))
        return f"pulled {' '.join(wanted)}"

    def remove_images(self) -> int:
        """Remove the image names that were given here and still mean what they meant; how many."""
        step, there = self.step("purge"), self.images()
        names = [
            tag
            for path in self.lab.stamps.glob("*.json")
            if (stamp := self.stamp(path.stem)).key != PULLED
            for tag, made in (stamp.images or {}).items()
            if there.get(tag) == made
        ]
        if names:
            step.run("docker", "image", "rm", *names)
        return len(names)

    def key(self, recipe: Recipe) -> str:
        """A digest of all that the result depends on."""
        digest = hashlib.sha256()
        for source in sorted(recipe.sources):
            digest.update(_meaning(HERE / source) + b"\0")
        digest.update(recipe.facts().encode() + b"\0" + " ".join(recipe.tags).encode())
        for need in recipe.needs:
            if need in self.recipes:
                digest.update(self.key(self.recipes[need]).encode() + b"\0")
        return digest.hexdigest()

    def stamp(self, name: str) -> Stamp:
        """What is known of a finished recipe; nothing when it is not finished."""
        try:
            saved = json.loads(self._path(name).read_text())
            return Stamp(saved["key"], saved["images"])
        except (OSError, ValueError, KeyError):
            return Stamp()

    def _finish(self, name: str, key: str, tags: list[str]) -> None:
        there = self.images() if tags else {}
        if absent := [tag for tag in tags if tag not in there]:
            raise LabError(f"{name} made no {' '.join(absent)}, see {self.lab.logs / name}.log")
        images = {tag: there[tag] for tag in tags}
        unfinished = self._path(name).with_suffix(".new")
        unfinished.write_text(json.dumps({"key": key, "images": images}, indent=1))
        unfinished.rename(self._path(name))

    def _path(self, name: str) -> Path:
        return self.lab.stamps / f"{name}.json"

    def images(self) -> dict[str, str]:
        """The images that the engine has, by name; nothing if it does not answer."""
        step = Step(self.lab, "images", self.environment)
        listing = ["image", "ls", "--no-trunc", "--format", "{{.Repository}}:{{.Tag}} {{.ID}}"]
        try:
            lines = step.read("docker", *listing).splitlines()
        except LabError:
            return {}
        return {name: identifier for name, _, identifier in (line.partition(" ") for line in lines)}
