"""Secrets come from the environment or a file of one's own, and are never repeated."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from scanjobs.errors import ConfigurationError
from scanjobs.notifications.secrets import read_secret


def kept(path: Path, data: bytes = b"hush-hush\n", mode: int = 0o600) -> Path:
    path.write_bytes(data)
    path.chmod(mode)
    return path


def test_a_secret_comes_from_the_environment_or_a_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("MAIL_PASSWORD", " hush ")

    assert read_secret("env:MAIL_PASSWORD") == "hush"
    assert read_secret(f"file:{kept(tmp_path / 'key')}") == "hush-hush"
    assert read_secret(f"file:{kept(tmp_path / 'key', mode=0o400)}") == "hush-hush"


def test_a_path_may_begin_at_home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("HOME", str(tmp_path))
    kept(tmp_path / "key")

    assert read_secret("file:~/key") == "hush-hush"


@pytest.mark.parametrize("mode", [0o640, 0o604, 0o620, 0o601])
def test_a_file_that_others_can_read_is_refused_with_the_remedy(tmp_path: Path, mode: int):
    path = kept(tmp_path / "key", mode=mode)

    with pytest.raises(ConfigurationError, match="can be read by others") as refused:
        read_secret(f"file:{path}")

    assert refused.value.hint == f"chmod 600 {path}"
    assert "hush" not in str(refused.value)


@pytest.mark.parametrize(
    "given", ["whsec_c2VjcmV0LXNlY3JldA==", "hunter2", "env:A B", "ENV:HUNTER", "env:A=hunter2", "file:"]
)
def test_a_secret_given_itself_is_refused_and_not_repeated(given: str):
    with pytest.raises(ConfigurationError, match="never itself") as refused:
        read_secret(given)

    assert given not in str(refused.value)


def test_what_is_not_there_is_told_by_its_name(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.delenv("NOT_SET", raising=False)

    with pytest.raises(ConfigurationError, match="NOT_SET"):
        read_secret("env:NOT_SET")
    with pytest.raises(ConfigurationError, match="no such file"):
        read_secret(f"file:{tmp_path / 'gone'}")
    with pytest.raises(ConfigurationError, match="nobody here"):
        read_secret("file:~nobody-of-that-name/key")
    with pytest.raises(ConfigurationError, match="relative path"):
        read_secret("file:key")


def test_what_is_no_text_of_a_file_is_refused(tmp_path: Path):
    os.mkfifo(tmp_path / "pipe", 0o600)

    for place, told in (
        (tmp_path / "pipe", "is no file"),
        (tmp_path, "is a directory"),
        (kept(tmp_path / "empty", b"\n"), "is empty"),
        (kept(tmp_path / "bytes", b"\xff\xfehush"), "is no text"),
        (kept(tmp_path / "large", b"x" * 70_000), "larger than"),
    ):
        with pytest.raises(ConfigurationError, match=told):
            read_secret(f"file:{place}")
