"""The zone of this host by its name, where there is one."""

from __future__ import annotations

import pytest

from scanjobs.domain import zones
from scanjobs.errors import UsageError


@pytest.fixture
def host(tmp_path, monkeypatch):
    """A host of its own, with neither of the files that may name its zone."""
    monkeypatch.delenv("TZ", raising=False)
    monkeypatch.setattr(zones, "_LOCALTIME", tmp_path / "localtime")
    monkeypatch.setattr(zones, "_TIMEZONE", tmp_path / "timezone")
    return tmp_path


def test_the_environment_names_it_first(host, monkeypatch):
    (host / "timezone").write_text("Asia/Tokyo\n")
    monkeypatch.setenv("TZ", ":Europe/Berlin")

    assert zones.local_zone() == "Europe/Berlin"


def test_a_link_names_it(host):
    target = host / "usr" / "zoneinfo" / "America" / "Sao_Paulo"
    target.parent.mkdir(parents=True)
    target.touch()
    (host / "localtime").symlink_to(target)

    assert zones.local_zone() == "America/Sao_Paulo"


def test_a_file_names_it(host):
    (host / "localtime").touch()
    (host / "timezone").write_text("Asia/Tokyo\n")

    assert zones.local_zone() == "Asia/Tokyo"


def test_a_host_without_a_zone_is_in_utc(host):
    assert zones.local_zone() == "UTC"


def test_a_zone_without_a_name_is_asked_for(host):
    (host / "localtime").touch()

    with pytest.raises(UsageError, match="cannot be found") as refused:
        zones.local_zone()

    assert "--zone" in refused.value.hint
