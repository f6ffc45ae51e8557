"""Settings: who wins, and what bad values say."""

from __future__ import annotations

from pathlib import Path

import pytest

from scanjobs import config
from scanjobs.errors import ConfigurationError


def test_flags_win_over_environment_over_file_over_defaults(tmp_path: Path):
    (tmp_path / "config.toml").write_text('concurrency = 3\nlog_level = "debug"\nprofile = "fr"\n')

    settings = config.load(
        {"home": tmp_path, "concurrency": 7, "log_level": None},
        {"SCANJOBS_LOG_LEVEL": "error", "SCANJOBS_CONCURRENCY": "5"},
    )

    assert (settings.concurrency, settings.log_level, settings.profile) == (7, "error", "fr")
    assert settings.lease_seconds == 30
    assert settings.database_path == tmp_path / "scanjobs.db"


def test_each_value_tells_where_it_comes_from(tmp_path: Path):
    (tmp_path / "config.toml").write_text('concurrency = 3\nprofile = "fr"\n[mail]\nhost = "mail.example"\n')

    settings = config.load({"log_level": "debug"}, {"SCANJOBS_HOME": str(tmp_path), "SCANJOBS_PROFILE": "de"})

    assert settings.origins == {
        "home": "environment",
        "concurrency": "config.toml",
        "profile": "environment",
        "mail": "config.toml",
        "mail.host": "config.toml",
        "log_level": "flag",
    }


def test_words_from_the_environment_become_values(tmp_path: Path):
    settings = config.load(
        {"home": tmp_path}, {"SCANJOBS_KEEP_VALUES": "yes", "SCANJOBS_TASKS": "one, two.three"}
    )

    assert settings.keep_values is True
    assert settings.tasks == ("one", "two.three")


@pytest.mark.parametrize(
    ("file", "told"),
    [
        ("colour = 1", "unknown setting 'colour'"),
        ("concurrency = ", "not valid TOML"),
        ("concurrency = 0", "from 1 to 256"),
        ('concurrency = "many"', "it is a whole number"),
        ("keep_values = 3", "it is true or false"),
        ('log_level = "loud"', "no log level 'loud'"),
        ('log_format = "xml"', "no log format 'xml'"),
        ("database_url = 5", "it is a text"),
        ("lease_seconds = 0", "at least 1"),
        ("lease_seconds = nan", "it is a number"),
        ("history_days = -1", "not negative"),
        ("mail = 3", "'mail' cannot be 3; it is a table"),
        ('[mail]\nhots = "a"', "no setting 'mail.hots'"),
        ('[mail]\nport = "25"', "'mail.port' cannot be '25'; it is a whole number"),
        ("[mail]\nport = true", "it is a whole number"),
        ('[mail]\nsecurity = "ssl"', "it is one of starttls, tls, none"),
        ("[mail]\nsecurity = [1]", "it is one of starttls, tls, none"),
        ("[mail]\ntimeout_seconds = inf", "'mail.timeout_seconds' cannot be inf"),
        ("[webhooks]\nallow_http = 1", "it is true or false"),
        ("[webhooks]\ntimeout_seconds = -1", "not negative"),
        ("[health]\nlate_minutes = 1e12", "at most 52596000"),
        ("[mail]\ntimeout_seconds = 0", "'mail.timeout_seconds' cannot be 0"),
        ("branding = []", "it is a table"),
    ],
)
def test_a_value_without_meaning_is_refused_in_a_sentence(tmp_path: Path, file: str, told: str):
    (tmp_path / "config.toml").write_text(file)

    with pytest.raises(ConfigurationError, match=told):
        config.load({"home": tmp_path}, {})


def test_every_setting_is_documented():
    documented = (Path(__file__).parents[2] / "README.md").read_text()

    for name in config.Settings.__dataclass_fields__:
        if name not in ("home", "origins"):
            assert f"`{name}`" in documented, name
    assert "SCANJOBS_HOME" in documented


def test_tables_of_the_file_become_values(tmp_path: Path):
    (tmp_path / "config.toml").write_text(
        '[mail]\nhost = "mail.example"\nsecurity = "tls"\ntimeout_seconds = 5\n[webhooks]\nallow_http = true'
    )

    settings = config.load({"home": tmp_path}, {"SCANJOBS_MAIL": "x"})

    assert (settings.mail.host, settings.mail.security, settings.mail.timeout_seconds) == (
        "mail.example",
        "tls",
        5.0,
    )
    assert (settings.webhooks.allow_http, settings.webhooks.allow_private) == (True, False)


def test_keys_of_tables_are_in_the_environment_too(tmp_path: Path):
    """Beside those of the file, as a container wants it."""
    (tmp_path / "config.toml").write_text('[mail]\nhost = "mail.example"\nuser = "scanjobs"\n')

    settings = config.load(
        {"home": tmp_path},
        {
            "SCANJOBS_MAIL_HOST": "other.example",
            "SCANJOBS_MAIL_PORT": "2525",
            "SCANJOBS_MAIL_SECURITY": "tls",
            "SCANJOBS_WEBHOOKS_ALLOW_HTTP": "yes",
        },
    )

    assert (settings.mail.host, settings.mail.user, settings.mail.port) == ("other.example", "scanjobs", 2525)
    assert settings.mail.security == "tls"
    assert settings.webhooks.allow_http
    assert (settings.origins["mail.host"], settings.origins["mail.user"]) == ("environment", "config.toml")


@pytest.mark.parametrize(
    ("name", "words", "told"),
    [
        ("SCANJOBS_MAIL_PORT", "many", "'mail.port' cannot be 'many'; it is a whole number"),
        ("SCANJOBS_WEBHOOKS_ALLOW_HTTP", "perhaps", "'webhooks.allow_http' cannot be 'perhaps'"),
        ("SCANJOBS_MAIL_SECURITY", "some", "'mail.security' cannot be 'some'; it is one of starttls"),
    ],
)
def test_words_for_tables_that_have_no_meaning_are_refused(
    tmp_path: Path, name: str, words: str, told: str
) -> None:
    with pytest.raises(ConfigurationError, match=told):
        config.load({"home": tmp_path}, {name: words})
