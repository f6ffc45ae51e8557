"""What messages say, and that nothing in them acts, hides or leads anywhere."""

from __future__ import annotations

import json
import re
from dataclasses import replace
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import html5lib
import pytest
from hypothesis import HealthCheck, given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st

from scanjobs.config import Settings
from scanjobs.domain.events import Event, EventType
from scanjobs.domain.findings import Severity
from scanjobs.domain.notifications import Channel, Digest, Outgoing
from scanjobs.errors import TemplateError
from scanjobs.notifications import slack_text
from scanjobs.notifications.channels.email import mail_of
from scanjobs.notifications.messages import Message, message
from scanjobs.notifications.samples import sample
from tests.unit.notifications.outgoing import outgoing

EVERY = [*EventType, "digest"]
HOSTILE = [
    "<script>hacked=1</script>",
    "\"' onmouseover='hacked=1' x=\"",
    "--><img src=https://evil.example/x onerror=hacked=1>",
    "shop.example\r\nBcc: all@evil.example\r\n\r\nbody",
    "one\u2028two\u2029three\x0bfour\x85five",
    "evil\u202ename\u2066\u200f\u200b",
    "\ud800lone\udfff",
    "nul\0byte\x1b[31m",
    "<!channel> <!here> <@U123> <https://evil.example|click> @here @channel @all",
    "[click](https://evil.example) ![pixel](https://evil.example/x.png)",
    "` @here `code``` <!everyone>",
    "{{ 7*7 }}{% raw %}{# x",
    "%s%n%(x)d {0} {number}",
    "z" + "\u0301" * 5000,
    "a" * 10_000,
    "&amp;&lt;b&gt;",
    "=?utf-8?q?forged?=",
    "---",
    "~ small",
    "",
]


def sent(settings: Settings, what: EventType | str, channel: Channel, **rest: Any) -> Message:
    if what == "digest":
        rest = {"events": list(EventType), "digest": Digest.DAILY, **rest}
    else:
        rest = {"events": [EventType(what)], **rest}
    return message(settings, outgoing(channel, **rest))


def all_hostile(value: Any, words: str) -> Any:
    """The same facts with every text in them replaced."""
    if isinstance(value, str):
        return words
    if isinstance(value, dict):
        return {
            key: one if key in ("severity", "format") else all_hostile(one, words)
            for key, one in value.items()
        }
    if isinstance(value, list):
        return [all_hostile(one, words) for one in value]
    return value


def hostile_event(type: EventType, words: str) -> Event:
    event = sample(type)
    return replace(
        event,
        site=event.site and words,
        subject=words,
        scan_id=event.scan_id and words,
        job_id=event.job_id and words,
        report_id=event.report_id and words,
        facts=all_hostile(event.facts, words),
    )


class Elements(HTMLParser):
    """The elements and attributes of a page, and its text."""

    def __init__(self, page: str) -> None:
        super().__init__(convert_charrefs=True)
        self.names: set[str] = set()
        self.attributes: set[str] = set()
        self.text = ""
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.names.add(tag)
        self.attributes |= {name for name, _ in attrs}

    def handle_data(self, data: str) -> None:
        self.text += data


ELEMENTS = {
    "html",
    "head",
    "meta",
    "title",
    "style",
    "body",
    "div",
    "table",
    "tr",
    "td",
    "h1",
    "h2",
    "p",
    "span",
    "br",
}
ATTRIBUTES = {
    *("lang", "xmlns", "charset", "name", "content", "class", "style", "role", "width", "height"),
    *("cellpadding", "cellspacing", "border", "align", "valign", "dir"),
}


@pytest.mark.parametrize("what", EVERY)
def test_a_mail_is_a_valid_page_that_asks_for_nothing(settings: Settings, what: str):
    page = sent(settings, what, Channel.EMAIL).html

    html5lib.HTMLParser(strict=True).parse(page)
    elements = Elements(page)
    assert elements.names <= ELEMENTS
    assert elements.attributes <= ATTRIBUTES
    assert not re.search(r"url\(|@import|src=|href=|javascript:", page)


@pytest.mark.parametrize("what", EVERY)
def test_every_message_says_the_same_by_every_channel(settings: Settings, what: str):
    mail = sent(settings, what, Channel.EMAIL)
    slack = sent(settings, what, Channel.SLACK)

    page = " ".join(Elements(mail.html).text.split())
    for words in (mail.text, page, slack.text):
        assert mail.subject.removeprefix("Daily digest: ") in words
        assert not re.search(r"(?<!SameSite=)\bNone\b|\bundefined\b|\{\{|\}\}", words)
    assert slack.subject.endswith(mail.subject)


@pytest.mark.parametrize("what", EVERY)
def test_the_text_of_a_mail_reads_well(settings: Settings, what: str):
    text = sent(settings, what, Channel.EMAIL).text

    assert "\n\n\n" not in text
    assert text == text.strip() + "\n"
    assert not [line for line in text.splitlines() if line != line.rstrip()]


def test_a_violation_as_text_whole(settings: Settings):
    assert sent(settings, EventType.COMPLIANCE_VIOLATION, Channel.EMAIL).text == (
        """\
harbour-lamps.example fails 9 rules, 2 of them critical
2 March 2026, 12:04 UTC

By severity:   2 critical, 1 high, 4 medium, 2 low
Score:         16 of 100

Failed rules

* critical: A cookie that needs consent is stored before any choice (C01)
  2 cookies that need consent were stored before any choice. 1 more may need it.
* critical: Something that needs consent is stored in spite of a refusal (C04)
  One cookie or stored item that needs consent was there after rejecting.
* high: SameSite=None without Secure (S01)
  One cookie is set with SameSite=None but without Secure.
* medium: No Secure on an HTTPS site (S03)
  3 cookies of a site with HTTPS may travel unencrypted, because Secure is missing.
* and 5 more

See its findings and cookies:
  scanjobs show 79f8dccb

Have a report written:
  scanjobs report 79f8dccb --format pdf --wait

--
scanjobs 0.1.0, for ops.
Technical findings, not legal advice.
"""
    )


@pytest.mark.parametrize("channel", Channel)
@pytest.mark.parametrize("digest", [Digest.NONE, Digest.HOURLY])
def test_findings_below_the_wanted_severity_are_not_told(
    settings: Settings, channel: Channel, digest: Digest
):
    told = message(settings, outgoing(channel, minimum_severity=Severity.HIGH, digest=digest))
    everything = f"{told.subject}{told.text}{told.html}{json.dumps(told.blocks)}{json.dumps(told.data)}"

    assert "No Secure on an HTTPS site" not in everything
    assert "medium" not in re.sub(r"<style>.*?</style>", "", everything, flags=re.DOTALL)
    assert "stored before any choice" in everything
    if channel in (Channel.EMAIL, Channel.SLACK):
        assert "fails 3 rules, 2 of them critical" in everything
    else:
        assert '"failed": 3' in everything


def test_events_with_few_facts_can_be_told(settings: Settings):
    """Those of another version, and those whose facts are not known."""
    for type in EventType:
        for facts in ({}, dict.fromkeys(sample(type).facts)):
            bare = Event(id="1", type=type, happened_at=sample(type).happened_at, facts=facts)
            for channel in Channel:
                assert message(settings, outgoing(channel, events=[bare])).subject


@pytest.mark.parametrize("words", HOSTILE)
def test_a_hostile_name_stays_text(settings: Settings, words: str):
    for type in EventType:
        check_all(settings, outgoing(events=[hostile_event(type, words)], recipient=words))
    events = [hostile_event(type, words) for type in EventType]
    check_all(settings, outgoing(events=events, digest=Digest.DAILY))


@given(words=st.text(max_size=80), type=st.sampled_from(EventType))
@hypothesis_settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_any_name_stays_text(settings: Settings, words: str, type: EventType):
    check_all(settings, outgoing(events=[hostile_event(type, words)]))


def check_all(settings: Settings, mail_out: Outgoing) -> None:
    settings = replace(settings, mail=replace(settings.mail, sender="scanjobs@harbour-lamps.example"))
    mail = message(settings, mail_out)
    assert mail.subject.isprintable()
    assert len(mail.subject) <= 150
    assert all(line.isprintable() for line in mail.text.splitlines())
    written = mail_of(settings, mail_out, mail)
    assert set(written.keys()) == {
        *("From", "To", "Subject", "Date", "Message-ID"),
        *("Auto-Submitted", "X-Mailer", "MIME-Version", "Content-Type"),
    }
    assert b"\r\n\r\n" in written.as_bytes()
    html5lib.HTMLParser(strict=True).parse(mail.html)
    page = Elements(mail.html)
    assert page.names <= ELEMENTS
    assert page.attributes <= ATTRIBUTES

    slack = message(settings, replace(mail_out, target=replace(mail_out.target, channel=Channel.SLACK)))
    check_blocks(slack)

    data = message(settings, replace(mail_out, target=replace(mail_out.target, channel=Channel.WEBHOOK))).data
    assert json.loads(json.dumps(data)) == data


def check_blocks(slack: Message) -> None:
    """Slack's limits, and nothing in it that acts."""
    assert 1 <= len(slack.blocks) <= 50
    texts = [slack.text]
    for block in slack.blocks:
        match block["type"]:
            case "header":
                assert len(block["text"]["text"]) <= 150
                texts.append(block["text"]["text"])
            case "section":
                assert 0 < len(block["text"]["text"]) <= 3000
                texts.append(block["text"]["text"])
            case "context":
                assert 0 < len(block["elements"][0]["text"]) <= 3000
                texts.append(block["elements"][0]["text"])
            case other:
                assert other == "divider"
    for text in texts:
        assert not re.search(r"[<>]|@[A-Za-z]|\]\(", text)
        assert not re.search(r"&(?!amp;|lt;|gt;)", text)


def test_what_is_told_of_a_name_is_the_name(settings: Settings):
    """Nothing is lost on the way: what one sees is what it is called."""
    event = hostile_event(EventType.SCHEDULE_CREATED, "<b>&amp;'\"`")

    page = Elements(message(settings, outgoing(events=[event])).html)

    assert "The schedule has a new entry: <b>&amp;'\"`" in page.text


def test_a_command_can_be_pasted_whatever_the_name_is(settings: Settings):
    event = hostile_event(EventType.SCHEDULE_CREATED, "x; rm -rf ~ $(reboot)")

    assert (
        "scanjobs schedule show 'x; rm -rf ~ $(reboot)'" in message(settings, outgoing(events=[event])).text
    )


def test_a_long_digest_keeps_the_limits_of_its_readers(settings: Settings):
    """Slack takes 50 blocks, Gmail cuts mails above 102 KB; programs get everything."""
    words = "A rule with a name as long as names of rules are. " * 4
    violations = [
        replace(hostile_event(EventType.COMPLIANCE_VIOLATION, words), site=f"shop-{number}.example")
        for number in range(500)
    ]
    rest = {"events": violations, "digest": Digest.DAILY}

    mail = message(settings, outgoing(Channel.EMAIL, **rest))
    slack = message(settings, outgoing(Channel.SLACK, **rest))
    data = message(settings, outgoing(Channel.WEBHOOK, **rest)).data

    assert "and 450 more events" in mail.text
    assert len(mail.html.encode()) < 102_000
    check_blocks(slack)
    assert "500 events on 500 sites" in slack.text
    assert len(data["data"]["events"]) == 500


def test_blocks_are_cut_between_letters():
    (_, *made) = slack_text.blocks("x", "a" * 2998 + "&amp;" * 3)

    assert [block["text"]["text"] for block in made] == ["a" * 2998 + "…"]


def own(settings: Settings, name: str, text: str) -> Path:
    path = settings.home / "templates" / "notifications" / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text)
    return path


def test_a_template_of_ones_own_replaces_one_block(settings: Settings):
    own(
        settings,
        "email/compliance.violation.txt.j2",
        '{% extends "scanjobs/email/compliance.violation.txt.j2" %}'
        "{% block subject %}[{{ told.site }}] {{ event.facts.failed }} rules{% endblock %}",
    )

    mail = sent(settings, EventType.COMPLIANCE_VIOLATION, Channel.EMAIL)

    assert mail.subject == "[harbour-lamps.example] 9 rules"
    assert "stored before any choice" in mail.text
    assert sent(settings, EventType.SCAN_FAILED, Channel.EMAIL).subject.startswith("before.har")


def test_a_template_of_ones_own_may_shape_what_programs_get(settings: Settings):
    own(settings, "webhook/scan.failed.json.j2", '{"summary": {{ told.headline|tojson }}}')

    assert sent(settings, EventType.SCAN_FAILED, Channel.WEBHOOK).data == {
        "summary": "before.har and 1 other file could not be taken in"
    }
    assert sent(settings, EventType.SCAN_FAILED, Channel.FILE).data["type"] == "scan.failed"


@pytest.mark.parametrize(
    ("name", "text", "told"),
    [
        ("email/scan.failed.html.j2", "\n{{ tolld.headline }}", r"in line 2: 'tolld' is undefined"),
        ("email/scan.failed.html.j2", "\n\n{% if %}", r"in line 3: Expected an expression"),
        ("email/scan.failed.txt.j2", "{% include 'gone.j2' %}", r"in line 1: there is no template gone\.j2"),
        ("email/scan.failed.txt.j2", "{% extends 'email/scan.failed.txt.j2' %}", "without end"),
        ("email/scan.failed.txt.j2", "{{ ''.__class__.__mro__ }}", "in line 1: .*unsafe"),
        ("email/scan.failed.txt.j2", "\n{{ event.facts.update({'a': 1}) }}", "in line 2"),
        ("email/scan.failed.txt.j2", "{{ 1 / 0 }}", "in line 1: division by zero"),
        ("email/macros.html.j2", "{% macro x() %}", "in line 1"),
    ],
)
def test_a_mistake_is_told_with_file_and_line(settings: Settings, name: str, text: str, told: str):
    path = own(settings, name, text)

    with pytest.raises(TemplateError, match=told) as wrong:
        sent(settings, EventType.SCAN_FAILED, Channel.EMAIL)

    assert str(path) in str(wrong.value)
    assert wrong.value.is_permanent
    assert wrong.value.hint


def test_bytes_that_are_no_text_are_told_with_their_file(settings: Settings):
    path = own(settings, "slack/scan.failed.txt.j2", "")
    path.write_bytes(b"\xff\xfe")

    with pytest.raises(TemplateError, match="is no UTF-8") as wrong:
        sent(settings, EventType.SCAN_FAILED, Channel.SLACK)

    assert str(path) in str(wrong.value)


@pytest.mark.parametrize("text", ["{ not json", "[1]", "NaN"])
def test_json_that_is_none_is_told_with_its_file(settings: Settings, text: str):
    path = own(settings, "webhook/any.json.j2", text)

    with pytest.raises(TemplateError, match="JSON") as wrong:
        sent(settings, EventType.SCAN_FAILED, Channel.WEBHOOK)

    assert str(path) in str(wrong.value)


def test_a_mistake_in_one_channel_leaves_the_others_alone(settings: Settings):
    own(settings, "slack/scan.failed.txt.j2", "{{ gone }}")

    assert sent(settings, EventType.SCAN_FAILED, Channel.EMAIL).text


def test_a_template_that_was_mended_counts_at_once(settings: Settings):
    own(settings, "email/scan.failed.txt.j2", "{{ gone }}")
    with pytest.raises(TemplateError):
        sent(settings, EventType.SCAN_FAILED, Channel.EMAIL)

    own(settings, "email/scan.failed.txt.j2", "mended\nbody")

    assert sent(settings, EventType.SCAN_FAILED, Channel.EMAIL).subject == "mended"


def test_there_is_a_template_for_each_event_and_channel():
    ours = Path(slack_text.__file__).parent / "templates"
    wanted = {
        f"{place}/{what}.{suffix}.j2"
        for what in EVERY
        for place, suffix in (("email", "html"), ("email", "txt"), ("slack", "txt"))
    }

    there = {path.relative_to(ours).as_posix() for path in ours.rglob("*.j2")}

    assert wanted - there == set()
    for path in ours.rglob("*.j2"):
        assert path.read_text().startswith("{# "), path
