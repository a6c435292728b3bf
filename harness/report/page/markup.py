"""How text that nobody vouches for gets into a page: escaped, and under a policy that would not run it anyway.

Skills, observations, completions and model names come from models and from the web. In the page they are JSON inside a
script element that is no script, which page.js puts on the screen as text and never as markup; in the shards they are
escaped. Besides, a content security policy lets only the page's own script and style run, by their hashes, and nothing
be fetched.
"""

from __future__ import annotations

import base64
import hashlib
from html import escape
from typing import Any

from skillevo.harness.report.writers import to_json

__all__ = ["document", "embedded_json", "escape"]


def embedded_json(id: str, value: Any) -> str:
    """A script element of data. Without a `<` in it, nothing inside can end it or begin another."""
    text = to_json(value, indent=None).strip()
    for char in "<>&\u2028\u2029":
        text = text.replace(char, f"\\u{ord(char):04x}")
    return f'<script type="application/json" id="{id}">{text}</script>'


def document(title: str, style: str, body: str, script: str = "") -> str:
    """A whole HTML document that can fetch nothing and runs only `script`."""
    scripts = f"'{_hash(script)}'" if script else "'none'"
    policy = (
        f"default-src 'none'; img-src data:; style-src '{_hash(style)}'; script-src {scripts}; "
        "base-uri 'none'; form-action 'none'"
    )
    run = f"<script>{script}</script>\n" if script else ""
    return (
        '<!doctype html>\n<html lang="en">\n<head>\n<meta charset="utf-8">\n'
        f'<meta http-equiv="Content-Security-Policy" content="{policy}">\n'
        '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
        '<meta name="color-scheme" content="light dark">\n'
        f"<title>{escape(title)}</title>\n<style>{style}</style>\n</head>\n<body>\n{body}\n{run}</body>\n</html>\n"
    )


def _hash(text: str) -> str:
    return "sha256-" + base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()
