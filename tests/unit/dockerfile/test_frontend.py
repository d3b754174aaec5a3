"""Which program reads a Dockerfile."""

import pytest

from stepdown.dockerfile.frontend import frontend, official


@pytest.mark.parametrize(
    ("text", "image"),
    [
        ("# syntax=docker/dockerfile:1\nFROM x\n", "docker/dockerfile:1"),
        ("#SYNTAX = a/b  \nFROM x\n", "a/b"),
        ("# escape=`\n# syntax=a/b --option\nFROM x\n", "a/b"),
        ("\ufeff# syntax=a/b\r\nFROM x\r\n", "a/b"),
        ("#!/usr/bin/env x\n# syntax=a/b\nFROM x\n", "a/b"),
        ("// syntax=a/b\n", "a/b"),
        ('{"syntax": "a/b"}', "a/b"),
        ("# a comment\n# syntax=a/b\nFROM x\n", ""),
        ("\n# syntax=a/b\nFROM x\n", ""),
        ("FROM x\n# syntax=a/b\n", ""),
        ("# escape=`\nFROM x\n", ""),
        ("[1]", ""),
        ("", ""),
    ],
)
def test_frontend(text: str, image: str) -> None:
    assert frontend(text) == image


@pytest.mark.parametrize(
    ("image", "answer"),
    [
        ("docker/dockerfile", True),
        ("docker/dockerfile:1.7-labs", True),
        ("docker.io/docker/dockerfile@sha256:00", True),
        ("docker/dockerfile-upstream:master", False),
        ("evil/docker/dockerfile:1", False),
        ("docker/dockerfile/x", False),
        ("docker/dockerfile.evil", False),
    ],
)
def test_official(image: str, answer: bool) -> None:  # noqa: FBT001
    assert official(image) is answer
