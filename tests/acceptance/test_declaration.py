"""`scanjobs declaration`: text to paste, and what has to be completed in it."""

from __future__ import annotations


def test_html_to_paste_goes_to_stdout_and_remarks_beside_it(scanjobs, shop):
    done = scanjobs("declaration", shop[:6], "--language", "EN")

    assert done.returncode == 0, done.stderr
    assert done.stdout.startswith('<section class="cookie-declaration" lang="en">')
    assert "<style" not in done.stdout
    assert "note: " in done.stderr


def test_markdown_into_a_file_in_another_language(scanjobs, shop, tmp_path):
    target = tmp_path / "cookies.md"

    done = scanjobs("declaration", "latest", "--format", "md", "--language", "de", "--output", target)

    assert done.returncode == 0, done.stderr
    assert done.stdout.strip() == str(target)
    assert target.read_text("utf-8").startswith("## Cookies auf ")


def test_a_language_nobody_wrote(scanjobs, shop):
    done = scanjobs("declaration", shop, "--language", "tlh")

    assert done.returncode == 2
    assert "Languages: en (English), de (Deutsch), fr (Français)." in done.stderr
