"""Draws a message for Slack as a page that looks as Slack shows it, for the pictures of the docs."""

from __future__ import annotations

import re
from typing import Any

STYLE = """
body { margin: 0; padding: 18px 22px; background: #fff; color: #1d1c1d; width: 640px; box-sizing: border-box;
  font: 15px/1.47 Lato, 'Noto Sans', 'Helvetica Neue', Arial, sans-serif; }
.name { font-weight: 900; } .app { background: #e8e8e8; color: #616061; font-size: 10px; font-weight: 700;
  padding: 1px 4px; border-radius: 2px; margin-left: 4px; vertical-align: 1px; }
h1 { font-size: 18px; line-height: 1.33; margin: 6px 0 8px; }
p { margin: 8px 0; overflow-wrap: anywhere; } small { color: #616061; font-size: 12px; }
code { font: 12px/1.5 Menlo, Consolas, 'DejaVu Sans Mono', monospace; color: #c01343; background: #f6f6f6;
  border: 1px solid #ddd; border-radius: 3px; padding: 2px 3px; }
.circle { display: inline-block; width: 15px; height: 15px; border-radius: 50%; vertical-align: -1px; }
hr { border: 0; border-top: 1px solid #ddd; margin: 14px 0; }
"""


# Not every machine has a typeface with these.
CIRCLES = {"🔴": "#dd2e44", "🟠": "#f4900c", "🟢": "#78b159", "🔵": "#55acee"}


def page_of(payload: dict[str, Any]) -> str:
    """The blocks of a payload as a page of HTML."""
    blocks = "\n".join(map(_block, payload["blocks"]))
    for circle, colour in CIRCLES.items():
        blocks = blocks.replace(circle, f'<i class="circle" style="background:{colour}"></i>')
    return (
        f'<!doctype html><meta charset="utf-8"><style>{STYLE}</style>'
        f'<span class="name">scanjobs</span><span class="app">APP</span>{blocks}'
    )


def _block(block: dict[str, Any]) -> str:
    match block["type"]:
        case "header":
            return f"<h1>{block['text']['text']}</h1>"
        case "section":
            return f"<p>{_marked(block['text']['text'])}</p>"
        case "context":
            return f"<p><small>{_marked(block['elements'][0]['text'])}</small></p>"
        case _:
            return "<hr>"


def _marked(text: str) -> str:
    """Slack's marks as elements; its texts are escaped already."""
    text = re.sub(r"`([^`\n]+)`", r"<code>\1</code>", text)
    text = re.sub(r"(?<![\w*])\*([^*\n]+)\*(?![\w*])", r"<b>\1</b>", text)
    text = re.sub(r"(?<![\w_])_([^_\n]+)_(?![\w_])", r"<i>\1</i>", text)
    return text.replace("\n", "<br>")
