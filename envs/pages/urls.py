"""Addresses: one spelling for each page, and what lies below another."""

from __future__ import annotations

import re
from urllib.parse import parse_qsl, quote, urlencode, urljoin, urlsplit, urlunsplit

_DEFAULT_PORTS = {"http": 80, "https": 443}
_PATH = "/%:@!$&'()*+,;=~-._"
_MAX = 4096
_LONE = re.compile(r"%(?![0-9A-Fa-f]{2})")


def canonical(url: str) -> str:
    """The one spelling under which a page is kept: host in lower case, no default port, no fragment, query sorted.

    A text that is no address comes back as it is, without its fragment; whoever fetches refuses it.
    """
    url = re.sub(r"[\t\r\n]", "", url).strip()
    try:
        parts = urlsplit(url)
        scheme, host, port = parts.scheme.lower(), parts.hostname or "", parts.port
        if scheme not in _DEFAULT_PORTS or not host:
            return url.partition("#")[0]
        host = host if host.isascii() else host.encode("idna").decode()
    except (ValueError, UnicodeError):
        return url.partition("#")[0]
    place = f"[{host}]" if ":" in host else host
    if port is not None and port != _DEFAULT_PORTS[scheme]:
        place = f"{place}:{port}"
    if "@" in parts.netloc:  # kept, so that it can be refused
        place = f"{parts.netloc.rpartition('@')[0]}@{place}"
    path = quote(_LONE.sub("%25", parts.path), safe=_PATH) or "/"
    query = urlencode(sorted(parse_qsl(parts.query, keep_blank_values=True))) if parts.query else ""
    return urlunsplit((scheme, place, path, query, ""))


def resolve(base: str, reference: str) -> str:
    """The canonical address that a link on a page leads to; "" where it leads to no web page.

    Args:
        base: the address that answered, or what the page's `<base>` says.
        reference: the link as it is written.
    """
    reference = reference.strip()
    if not reference or reference.startswith("#") or len(reference) > _MAX:
        return ""
    try:
        found = canonical(urljoin(base, reference))
        scheme = urlsplit(found).scheme
    except ValueError:
        return ""
    # Of other schemes only those are kept whose refusal is worth a word.
    return found if scheme in ("http", "https", "file", "ftp") and len(found) <= _MAX else ""


def origin(url: str) -> str:
    """Scheme, host and port: `https://example.org`, `http://127.0.0.1:8080`."""
    parts = urlsplit(url)
    return f"{parts.scheme}://{parts.netloc}"


def is_below(root: str, url: str) -> bool:
    """Whether an address is of the root's host and at or below the folder that the root names.

    The scheme is not looked at: sites mix http and https. `www.` before the host makes no difference either.
    """
    at, there = urlsplit(canonical(root)), urlsplit(canonical(url))
    if _bare(at.netloc) != _bare(there.netloc):
        return False
    last = at.path.rpartition("/")[2]
    folder = at.path.rpartition("/")[0] if "." in last or not last else at.path
    return there.path == folder or there.path.startswith(folder.rstrip("/") + "/")


def _bare(netloc: str) -> str:
    return netloc.removeprefix("www.")
