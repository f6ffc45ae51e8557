"""What is shown of where messages go: whoever knows the whole address of a webhook can often post there."""

from __future__ import annotations

import pytest

from scanjobs.domain.notifications import Channel, Target


@pytest.mark.parametrize(
    ("address", "told"),
    [
        ("https://hooks.example/services/T01/B02/dGhlIGtleQ", "https://hooks.example/services…"),
        ("https://hooks.example/hook?token=1234", "https://hooks.example/hook…"),
        ("https://hooks.example/dGhlIGtleQ", "https://hooks.example/…"),
        ("https://hooks.example?token=1234", "https://hooks.example…"),
        ("https://hooks.example/hook", "https://hooks.example/hook"),
        ("HTTP://[::1]:8080/", "HTTP://[::1]:8080/"),
        ("https://name:word@hooks.example/hook", "…"),
        ("env:HOOK_URL", "env:HOOK_URL"),
    ],
)
def test_of_a_webhook_host_and_first_word_are_shown(address: str, told: str) -> None:
    assert Target(channel=Channel.WEBHOOK, address=address).told.address == told


def test_other_addresses_are_shown_whole() -> None:
    path = Target(channel=Channel.FILE, address="/var/log/told?.jsonl")

    assert path.told == path
