"""Templates of one's own: what they can replace, what they cannot reach, how mistakes in them are told."""

from __future__ import annotations

import os
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from huey.exceptions import TaskTimeout

from scanjobs.config import Settings
from scanjobs.domain.branding import BrandingSettings
from scanjobs.domain.reports import ReportFormat
from scanjobs.errors import ConfigurationError, ExitCode, NotFoundError, StorageError, TemplateError
from scanjobs.jobs.limits import BySignal
from scanjobs.reports import own_templates
from scanjobs.reports.branding import load_branding
from scanjobs.reports.declaration_text import declaration_html
from scanjobs.reports.document import Document
from tests.unit.reports.documents import Render, document_of, scan_with
from tests.unit.reports.html_pages import Page

Branded = Callable[..., Document]

EXTENDED = '{% extends "scanjobs/report.html.j2" %}'


@pytest.fixture
def own(settings: Settings) -> Settings:
    """Settings that name a folder of templates."""
    (settings.home / "templates").mkdir(parents=True)
    return replace(settings, branding=BrandingSettings(templates="templates"))


@pytest.fixture
def branded(own: Settings) -> Branded:
    """A document that is drawn by these templates of one's own."""

    def made(*names: str, **texts: str) -> Document:
        for name, text in texts.items():
            write(own, name.replace("__", "/").replace("_j2", ".html.j2").replace("_css", ".css"), text)
        return replace(document_of(scan_with(*(names or ("sid",)))), branding=load_branding(own))

    return made


def write(settings: Settings, name: str, text: str) -> Path:
    path = settings.home / "templates" / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, "utf-8")
    return path


def test_an_own_template_overrides_one_block_of_ours(branded: Branded, render: Render) -> None:
    """The rest of the page stays as it is."""
    document = branded(report_j2=EXTENDED + "{% block footer %}<footer>Ours alone</footer>{% endblock %}")

    page = render(document, ReportFormat.HTML).decode()

    plain = render(replace(document, branding=replace(document.branding, templates=None)), ReportFormat.HTML)
    assert "<footer>Ours alone</footer>" in page
    assert Page(page).ids("section") == Page(plain.decode()).ids("section")


def test_a_section_keeps_what_is_ours_and_adds_to_it(branded: Branded, render: Render) -> None:
    text = '{% extends "scanjobs/sections/scope.html.j2" %}{% block content %}{{ super() }}'
    document = branded(sections__scope_j2=text + "<p>Measured from {{ words('Berlin') }}.</p>{% endblock %}")

    page = render(document, ReportFormat.HTML).decode()

    scope = page.partition('id="scope"')[2].partition("</section>")[0]
    assert "<caption>Captures: the evidence manifest</caption>" in scope
    assert "<p>Measured from Berlin.</p>" in scope


def test_a_whole_page_of_ones_own(branded: Branded, render: Render) -> None:
    head = '<head><meta http-equiv="Content-Security-Policy" content="{{ policy }}"><title>x</title></head>'
    page = f"<!doctype html><html>{head}<body>{{{{ document.cookies[0].name }}}}</body></html>"

    written = render(branded("<b>", report_j2=page), ReportFormat.HTML).decode()

    assert written.endswith("<body>&lt;b&gt;</body></html>")


def test_a_style_sheet_of_ones_own(branded: Branded, render: Render) -> None:
    page = Page(render(branded(print_css="@media print { b { color: red } }\n"), ReportFormat.HTML).decode())

    assert "@media print { b { color: red } }" in page.code("style")


def test_templates_of_messages_are_none_of_reports(own: Settings) -> None:
    """They lie in a folder beside those of reports, or within theirs."""
    write(own, "notifications/email/digest.html.j2", "{{ broken")

    assert load_branding(own).templates is not None
    assert "notifications/email/digest.html.j2" not in {
        template.name for template in own_templates.listed(own_templates.load_templates(own))
    }


def test_the_declaration_to_paste_has_a_template(branded: Branded) -> None:
    document = branded(
        "<i>", declaration_j2="<ul>{{ declaration.groups[0].rows[0].name }} {{ language }}</ul>"
    )

    assert declaration_html(document.declaration, "de", document.branding.templates) == (
        "<ul>&lt;i&gt; de</ul>\n"
    )


@pytest.mark.chromium
@pytest.mark.xdist_group("chromium")
def test_own_styles_and_scripts_work_in_a_browser(opened: Callable[..., Any], branded: Branded) -> None:
    """They stand in a template word for word, so the policy knows them."""
    page = opened(
        branded(
            report_j2=EXTENDED
            + "{% block head %}<style>\n.masthead .kind { color: rgb(1, 2, 3) }\n</style>{% endblock %}"
            + '{% block scripts %}<script>window.mine = "ran" </script>{% endblock %}'
            + '{% block footer %}<img alt="" src="data:image/gif;base64,R0lGODlhAQABAAAAACw=">{% endblock %}'
        )
    )

    assert page.evaluate("mine") == "ran"
    assert page.evaluate("getComputedStyle(document.querySelector('.kind')).color") == "rgb(1, 2, 3)"


@pytest.mark.parametrize(
    ("block", "told"),
    [
        ("<script>{{ words('alert(1)') }}</script>", "a <script> that is computed: “alert(1)”"),
        ("<style>b { color: {{ branding.colour or 'red' }} }</style>", "a <style> that is computed"),
        ('<script src="https://cdn.example/a.js"></script>', "<script src='https://cdn.example/a.js'>"),
        ('<link rel="stylesheet" href="own.css">', "<link href='own.css'>"),
        ('<img alt="" src="https://pixel.example/">', "<img src='https://pixel.example/'>"),
        ('<p style="color: red">x</p>', "<p style='color: red'>"),
        ('<p onclick="alert(1)">x</p>', "<p onclick='alert(1)'>"),
        ('<meta http-equiv="Content-Security-Policy" content="default-src *">', "has not the policy"),
    ],
)
def test_what_the_policy_would_stop_is_an_error(
    branded: Branded, render: Render, block: str, told: str
) -> None:
    """Rather than a page that silently looks wrong, or one that tells strangers who reads it."""
    document = branded(report_j2=EXTENDED + "{% block footer %}" + block + "{% endblock %}")

    with pytest.raises(TemplateError) as failed:
        render(document, ReportFormat.HTML)

    assert told in failed.value.message
    assert failed.value.hint


def test_what_a_site_sent_is_no_script_even_where_a_template_lets_it_in(
    branded: Branded, render: Render
) -> None:
    document = branded("<script>alert(1)</script>", sections__scope_j2="{{ document.cookies[0].name|safe }}")

    with pytest.raises(TemplateError, match="a <script> that is computed"):
        render(document, ReportFormat.HTML)


def test_a_page_without_the_policy_is_refused(branded: Branded, render: Render) -> None:
    with pytest.raises(TemplateError, match="has not the policy"):
        render(branded(report_j2="<!doctype html><title>x</title>"), ReportFormat.HTML)


@pytest.mark.parametrize(
    ("text", "line", "told"),
    [
        ("a\n{% if %}", 2, "Expected an expression"),
        ("a\n\n{{ nobody }}", 3, "'nobody' is undefined"),
        ("{{ document.nothing }}", 1, "has no attribute 'nothing'"),
        ("a\n{% include 'sections/nowhere.html.j2' %}", 2, "there is no template sections/nowhere.html.j2"),
        ("{% include 'sections/scope.html.j2' %}", 1, "without end"),
        ("{% extends 'sections/scope.html.j2' %}", 1, "without end"),
        ("a\nb\n{{ 1 / 0 }}", 3, "division by zero"),
        ("{{ words.name('text') }}", 1, "str"),
        ("{% for n in range(10000000) %}{% endfor %}", 1, "Range too big"),
    ],
)
def test_a_mistake_is_told_with_its_place(
    branded: Branded, own: Settings, render: Render, text: str, line: int, told: str
) -> None:
    document = branded(sections__scope_j2=text)

    with pytest.raises(TemplateError) as failed:
        render(document, ReportFormat.HTML)

    path = own.home / "templates" / "sections" / "scope.html.j2"
    assert failed.value.message.startswith(f"The template {path} is wrong in line {line}: ")
    assert told in failed.value.message
    assert failed.value.hint
    assert failed.value.is_permanent
    assert failed.value.exit_code is ExitCode.USAGE


def test_what_ours_misses_in_an_own_template_is_told(branded: Branded, render: Render) -> None:
    """Macros that other templates import have to be there."""
    with pytest.raises(TemplateError, match="does not export the requested name"):
        render(branded(macros_j2="{% macro chip(finding) %}{% endmacro %}"), ReportFormat.HTML)


@pytest.mark.parametrize(
    "text",
    [
        "{{ ''.__class__.__mro__[1].__subclasses__() }}",
        "{{ words.__call__.__globals__ }}",
        "{{ words._translated('x') }}",
        "{{ document.__init__.__globals__['__builtins__']['open']('/etc/passwd').read() }}",
        "{{ '{0.__class__.__init__.__globals__}'.format(document) }}",
        "{{ '{a.__class__}'.format_map({'a': document}) }}",
        "{{ document|attr('__class__') ~ '' }}",
        "{{ [document]|map(attribute='__class__')|join }}",
        "{{ lipsum.__globals__['os'].popen('id').read() }}",
        "{{ cycler.__init__.__globals__.os }}",
        "{% include '/etc/passwd' %}",
        "{% include '../../config.toml' %}",
        "{% import 'os' as os %}",
        "{{ branding.templates.folder.joinpath('x') }}",
        "{{ sections.append(1) }}",
        "{% set _ = tables.clear() %}",
    ],
)
def test_a_template_reaches_nothing_but_what_it_is_given(branded: Branded, render: Render, text: str) -> None:
    """It reads no file, runs nothing and changes nothing."""
    with pytest.raises(TemplateError):
        render(branded(sections__scope_j2=text), ReportFormat.HTML)


def test_the_words_of_a_report_fill_in_names_only(branded: Branded, render: Render) -> None:
    """A text with places for values does not walk into the values."""
    text = "<p>{{ words('{a.__class__} {a[0]} {a}', a='value') }}</p>"

    page = render(branded(sections__scope_j2=text), ReportFormat.HTML).decode()

    assert "<p>{a.__class__} {a[0]} value</p>" in page


def test_a_template_without_end_is_ended_by_the_time_limit(branded: Branded, render: Render) -> None:
    loop = "{% for a in range(99999) %}{% for b in range(99999) %}{% endfor %}{% endfor %}"
    document = branded(sections__scope_j2=loop)
    control, other = os.pipe()

    with pytest.raises(TaskTimeout, match="longer than its soft limit"), BySignal(control).during(1, 0.5):
        render(document, ReportFormat.HTML)

    os.close(control)
    os.close(other)


def test_other_formats_have_no_use_for_templates(branded: Branded, render: Render) -> None:
    assert render(branded(report_j2="{{ nobody }}"), ReportFormat.PDF).startswith(b"%PDF")


def test_a_folder_that_is_not_there_is_told(settings: Settings) -> None:
    with pytest.raises(ConfigurationError, match=r"The templates folder .*/nowhere is not there"):
        load_branding(replace(settings, branding=BrandingSettings(templates="nowhere")))


def test_a_template_that_is_no_text_is_told(own: Settings) -> None:
    (own.home / "templates" / "page.css").write_bytes(b"a\nb\n\xff")

    with pytest.raises(ConfigurationError, match=r"page\.css is no UTF-8 in line 3"):
        load_branding(own)


def test_a_template_that_nobody_could_want_is_told(own: Settings) -> None:
    write(own, "page.js", "x" * (own_templates.LARGEST + 1))

    with pytest.raises(ConfigurationError, match=r"page\.js is larger than"):
        load_branding(own)


def test_a_folder_of_something_else_is_told(own: Settings) -> None:
    for number in range(own_templates.MOST_FILES + 1):
        write(own, f"{number}.txt", "")

    with pytest.raises(ConfigurationError, match="holds more than 1,000 files"):
        load_branding(own)


def test_hidden_files_and_others_are_left_alone(own: Settings) -> None:
    """Editors leave such things."""
    for name in (".page.css", "page.css~", "notes.txt", "mine.html.j2"):
        write(own, name, name)

    templates = load_branding(own).templates

    assert templates is not None
    assert templates.texts == (("mine.html.j2", "mine.html.j2"),)


def test_every_template_of_ours_says_what_it_draws() -> None:
    assert [template.name for template in own_templates.listed(None) if not template.purpose] == []


def test_every_section_has_a_block_to_replace() -> None:
    """As the documentation says."""
    sections = [path.read_text("utf-8") for path in (own_templates.OURS / "sections").iterdir()]

    assert [text for text in sections if "{% block content %}" not in text] == []


def test_a_copy_is_where_to_begin(own: Settings, branded: Branded, render: Render) -> None:
    """Untouched, it changes nothing."""
    plain = render(document_of(scan_with("sid")), ReportFormat.HTML)
    for template in own_templates.listed(None):
        own_templates.copy_out(own, template.name)

    page = render(branded(), ReportFormat.HTML)

    body = page.partition(b"<body>")[2]
    assert body == plain.partition(b"<body>")[2]


def test_a_copy_replaces_nothing(own: Settings) -> None:
    path = write(own, "page.css", "mine")

    with pytest.raises(StorageError, match="is there already"):
        own_templates.copy_out(own, "page.css")

    assert path.read_text() == "mine"


@pytest.mark.parametrize("name", ["nothing.css", "../branding.py", "/etc/passwd"])
def test_only_ours_can_be_copied(own: Settings, name: str) -> None:
    with pytest.raises(NotFoundError, match="There is no template"):
        own_templates.copy_out(own, name)
