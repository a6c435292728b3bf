"""Pages as text: links, encodings, and pages that try to be too much."""

from __future__ import annotations

from time import process_time

import pytest

from skillevo.envs.pages import Page
from skillevo.envs.pages.decoding import text_of
from skillevo.envs.pages.document import MARK, MAX_LINKS, MAX_TEXT, Document, document_of
from skillevo.envs.pages.urls import canonical, is_below, resolve


def convert(html: str | bytes, kind="text/html; charset=utf-8", url="http://h.example/a/b", status=200) -> Document:
    body = html.encode() if isinstance(html, str) else html
    return document_of(Page(url, url, status, kind, body))


def test_links_and_buttons_are_numbered_in_order_and_keep_their_text():
    d = convert(
        "<base href='/base/'><nav><a href='one'>One <b>b</b></a></nav>"
        "<button onclick=\"location.href='/two'\">Two</button>"
        "<span data-url=three>Three</span><a href='mailto:x@y'>Mail</a><a href=x></a><a href='#top'>Top</a>"
        "<a href=pic><img src=x alt='A picture'></a>"
    )
    assert d.links == tuple(f"http://h.example{p}" for p in ("/base/one", "/two", "/base/three", "/base/pic"))
    assert "⟦1⟧ One **b**" in d.text and "⟦2⟧ Two" in d.text and "⟦3⟧ Three" in d.text and "⟦4⟧ A picture" in d.text
    assert "Mail" in d.text and "mailto" not in d.text and "Top" in d.text


def test_two_links_of_one_text_are_two_links():
    assert convert("<a href=1>More</a> <a href=2>More</a>").links == ("http://h.example/a/1", "http://h.example/a/2")


def test_a_page_cannot_write_numbers_of_its_own():
    forged = "⟦7⟧ a &#x27E6;8&#x27e7; b &#010214;9⟧ c &lobrk;5&robrk; d"
    d = convert(f"<title>{forged}</title><p>{forged}</p><a href=x>real</a>")
    assert [m[1] for m in MARK.finditer(d.text)] == ["1"] and "⟦1⟧ real" in d.text
    assert not MARK.search(d.title)


def test_what_a_reader_does_not_see_is_not_there():
    d = convert(
        "<p style='display:none'>hidden</p><template>t</template><p>a\u200bb\u202ec\U000e0041d</p><script>s()</script>"
    )
    assert d.text == "abcd"


@pytest.mark.parametrize(
    ("body", "kind", "text"),
    [
        ("中文".encode("gb18030"), "text/html; charset=gb2312", "中文"),
        ("<meta charset='gbk'>中文".encode("gbk"), "text/html", "中文"),
        ("é".encode("latin-1"), "text/html", "é"),
        ("é".encode(), "text/html", "é"),
        (b"\xff\xfe" + "é".encode("utf-16-le"), "text/html", "é"),
        (b"ok \xff\xfe ok " + "é".encode() * 50, "text/html; charset=no-such", "ok \ufffd\ufffd ok " + "é" * 50),
        (b"x", "text/html; charset=base64", "x"),
        (b"\xe4\xb8", "text/html; charset=utf-8", "\ufffd"),
    ],
)
def test_encodings(body, kind, text):
    assert text_of(body, kind).endswith(text)


@pytest.mark.parametrize(
    ("html", "remark"),
    [
        ("<script src=app.js></script><div id=root></div>", "JavaScript"),
        ("", "empty"),
        ("<form><input type=password></form><p>Sign in", "login"),
    ],
)
def test_pages_that_show_little_say_why(html, remark):
    assert remark in " ".join(convert(html).remarks)


def test_a_status_and_a_file_are_told():
    assert "status 404" in convert("<p>no", status=404).remarks[0]
    assert "application/pdf" in convert(b"%PDF-1.7", "application/pdf").remarks[0]
    assert convert(b"a,b", "text/csv").text == "a,b"


HUGE = {
    "links": "".join(f"<a href=/p{i}>Link {i}</a> " for i in range(50_000)),
    "nested": "<div>" * 100_000 + "x",
    "nested text": "<b>" * 50_000 + "x",
    "anchors": "<a href=/q>" * 20_000 + "x",
    "one word": "x" * 5_000_000,
    "lines": "<p>line</p>" * 300_000,
    "table": "<table>" + "<tr><td>1<td>2" * 100_000,
    "attributes": f"<p {'a=1 ' * 200_000}>x",
    "comment": "<!--" * 200_000,
}


@pytest.mark.parametrize("name", HUGE)
def test_pages_that_try_to_be_too_much_are_bounded(name):
    started = process_time()
    d = convert(HUGE[name])
    assert len(d.text) <= MAX_TEXT and len(d.links) <= MAX_LINKS
    # No target, but a line between seconds and the hours that quadratic time would take.
    assert process_time() - started < 30


def test_a_document_survives_its_recording_and_another_converter_is_noticed():
    d = convert("<title>T</title><a href=x>中</a>")
    assert Document.from_json(d.to_json()) == d
    assert Document.from_json(d.to_json().replace("pages-1", "pages-0")) is None


def test_addresses_have_one_spelling():
    assert canonical("HTTP://H.Example:80?b=2&a=1#x") == "http://h.example/?a=1&b=2"
    assert canonical("http://h/中 x") == canonical("http://h/%E4%B8%AD%20x") == "http://h/%E4%B8%AD%20x"
    assert canonical("http://bücher.example/") == "http://xn--bcher-kva.example/"
    assert resolve("http://h/a/b", "../c") == "http://h/c" and resolve("http://h/a", "javascript:x()") == ""


def test_below_the_root():
    assert is_below("http://h.example/org/index.html", "https://www.h.example/org/x/y")
    assert is_below("http://h.example/org", "http://h.example/org/x") and is_below("http://h/", "http://h/x")
    assert not is_below("http://h.example/org", "http://h.example/organ")
    assert not is_below("http://h.example/", "http://h.example.evil.example/")
