"""Events become lines of JSON at the end of a file."""

from __future__ import annotations

import json
import os
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from scanjobs.config import Settings
from scanjobs.domain.events import EventType
from scanjobs.domain.notifications import Channel, Digest, Target
from scanjobs.errors import DeliveryError, UsageError
from scanjobs.notifications import channels
from tests.unit.notifications.outgoing import outgoing


def lines(path: Path) -> list[dict]:
    return [json.loads(line) for line in path.read_text().splitlines()]


def test_each_event_is_a_line(settings: Settings, tmp_path: Path):
    path = tmp_path / "events.jsonl"
    for type in (EventType.SCAN_IMPORTED, EventType.SCHEDULE_FAILED):
        answer = channels.send(settings, outgoing(Channel.FILE, str(path), events=[type]))

    assert [line["type"] for line in lines(path)] == ["scan.imported", "schedule.failed"]
    assert answer.endswith("bytes appended")
    assert path.stat().st_mode & 0o777 == 0o600


def test_a_digest_is_one_line(settings: Settings, tmp_path: Path):
    path = tmp_path / "events.jsonl"

    channels.send(settings, outgoing(Channel.FILE, str(path), events=list(EventType), digest=Digest.DAILY))

    (line,) = lines(path)
    assert (line["type"], len(line["data"]["events"])) == ("digest", len(EventType))


def test_many_writers_keep_their_lines_whole(settings: Settings, tmp_path: Path):
    path = tmp_path / "events.jsonl"
    with ThreadPoolExecutor(8) as pool:
        list(pool.map(lambda _: channels.send(settings, outgoing(Channel.FILE, str(path))), range(40)))

    assert len(lines(path)) == 40


def test_a_line_that_was_cut_does_not_take_the_next_one_along(settings: Settings, tmp_path: Path):
    path = tmp_path / "events.jsonl"
    path.write_text('{"type": "cut')

    channels.send(settings, outgoing(Channel.FILE, str(path)))

    assert json.loads(path.read_text().splitlines()[-1])["type"] == "compliance.violation"


def test_a_place_that_cannot_work_is_refused_before(settings: Settings, tmp_path: Path):
    os.mkfifo(tmp_path / "pipe")
    for place, told in (
        (tmp_path, "is no file"),
        (tmp_path / "pipe", "is no file"),
        (tmp_path / "gone" / "events.jsonl", "is not there"),
        ("events.jsonl", "relative path"),
        (f"{tmp_path}/a\0b", "no text"),
        ("~nobody-of-that-name/events.jsonl", "nobody here"),
        ("/proc/version_of_mine", "cannot be written"),
    ):
        with pytest.raises((UsageError, DeliveryError), match=told):
            target = outgoing(Channel.FILE, str(place))
            channels.check(settings, target.target)
            channels.send(settings, target)


def test_a_good_place_passes(settings: Settings, tmp_path: Path):
    channels.check(settings, Target(channel=Channel.FILE, address=str(tmp_path / "events.jsonl")))

    assert list(tmp_path.glob("events*")) == []


def test_a_folder_that_went_is_told_in_a_sentence_and_tried_again(settings: Settings, tmp_path: Path):
    with pytest.raises(DeliveryError, match="cannot be written: no such file or directory") as told:
        channels.send(settings, outgoing(Channel.FILE, str(tmp_path / "gone" / "events.jsonl")))

    assert not told.value.is_permanent


def test_a_full_disk_is_told_in_a_sentence(settings: Settings):
    if not os.access("/dev/full", os.W_OK):
        pytest.skip("there is no /dev/full here")
    with pytest.raises(DeliveryError, match="is no file"):
        channels.send(settings, outgoing(Channel.FILE, "/dev/full"))
