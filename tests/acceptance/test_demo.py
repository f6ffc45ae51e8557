"""`scanjobs demo`: the whole way for somebody who has nothing yet."""

from __future__ import annotations

import json
import re
from pathlib import Path


def test_the_demo_makes_a_report_in_each_format_with_a_real_worker(scanjobs, settings):
    done = scanjobs("demo")

    assert done.returncode == 0, done.stderr
    paths = [
        Path(path)
        for path in re.findall(r"(/\S+\.(?:pdf|html|json|csv|md|xlsx))$", done.stdout, re.MULTILINE)
    ]
    assert [path.suffix for path in paths] == [".pdf", ".html", ".json", ".csv", ".md", ".xlsx"]
    assert all(path.is_file() for path in paths)
    status = json.loads(scanjobs("status", "--json").stdout)
    assert [job["state"] for job in status["finished"]] == ["succeeded"] * 6
    assert {job["worker_id"] for job in status["finished"]} != {None}


def test_what_the_demo_says_to_try_works(scanjobs, tmp_path):
    done = scanjobs("demo")
    tries = [line.removeprefix("try").split() for line in done.stdout.splitlines() if "scanjobs " in line]
    assert len(tries) >= 4

    for words in tries:
        if "capture.har" not in words:  # the user's own file
            assert scanjobs(*words[1:], cwd=tmp_path).returncode == 0, words


def test_the_demo_may_be_run_again(scanjobs):
    scanjobs("demo")

    assert scanjobs("demo").returncode == 0
    assert len(json.loads(scanjobs("scans", "--json").stdout)) == 1
