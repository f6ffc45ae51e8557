"""Reports by templates of one's own: from the folder to the file, and mistakes on the way."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from scanjobs.jobs import monitor


@pytest.fixture
def folder(settings):
    """The folder of templates that the configuration names."""
    settings.home.mkdir(exist_ok=True)
    (settings.home / "config.toml").write_text('[branding]\ntemplates = "templates"\n')
    made = settings.home / "templates"
    made.mkdir()
    return made


def test_from_a_copy_to_a_report(scanjobs, shop, folder):
    copied = Path(scanjobs("reports", "templates", "--copy", "sections/scope.html.j2").stdout.strip())
    copied.write_text(copied.read_text().replace("<section ", '<section data-own="yes" '))

    done = scanjobs("report", shop, "--format", "html", "--wait")

    assert copied == folder / "sections" / "scope.html.j2"
    assert '<section data-own="yes" id="scope"' in Path(done.stdout.strip()).read_text()


def test_a_broken_template_fails_the_job_for_good(scanjobs, shop, folder, settings):
    """No attempt is made again, and no file is left."""
    template = folder / "report.html.j2"
    template.write_text(
        '{% extends "scanjobs/report.html.j2" %}\n{% block footer %}{{ nobody }}{% endblock %}\n'
    )

    done = scanjobs("report", shop, "--format", "html", "--wait")

    assert done.returncode == 3
    assert f"The template {template} is wrong in line 2: 'nobody' is undefined." in done.stderr
    assert "hint: " in done.stderr
    (job,) = monitor.jobs(settings)
    assert (str(job.state), job.attempt) == ("failed", 1)
    assert list(settings.reports_folder.iterdir()) == []


def test_a_folder_that_went_away_fails_the_job_for_good(scanjobs, shop, folder, settings):
    folder.rmdir()

    done = scanjobs("report", shop, "--format", "html", "--wait")

    assert done.returncode == 3
    assert f"The templates folder {folder} is not there." in done.stderr
    assert monitor.jobs(settings)[0].attempt == 1


def test_the_declaration_takes_its_own_template(scanjobs, shop, folder):
    (folder / "declaration.html.j2").write_text("<dl>{{ declaration.title }}</dl>")

    assert scanjobs("declaration", shop).stdout == "<dl>Cookies on harbour-lamps.example</dl>\n"


def test_a_broken_declaration_is_a_mistake_of_the_configuration(scanjobs, shop, folder):
    (folder / "declaration.html.j2").write_text("{% for %}")

    done = scanjobs("declaration", shop)

    assert done.returncode == 2
    assert done.stdout == ""
    assert "declaration.html.j2 is wrong in line 1" in done.stderr


def test_the_list_tells_whose_a_template_is(scanjobs, folder):
    (folder / "page.css").write_text("")
    (folder / "letterhead.html.j2").write_text("")

    listed = json.loads(scanjobs("reports", "templates", "--json").stdout)

    assert {one["name"] for one in listed if one["is_own"]} == {"page.css", "letterhead.html.j2"}
    assert "yours" in scanjobs("reports", "templates").stdout


def test_without_a_folder_there_is_nowhere_to_copy_to(scanjobs):
    done = scanjobs("reports", "templates", "--copy", "page.css")

    assert done.returncode == 2
    assert 'templates = "templates"' in done.stderr
