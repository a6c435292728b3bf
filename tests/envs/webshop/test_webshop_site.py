"""The site: the environment's pages for people, visitors apart, and what they send is never more than text."""

from __future__ import annotations

import html
import re
import socket
from collections.abc import Iterator
from html.parser import HTMLParser
from urllib.parse import urlencode

import httpx
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

pytest.importorskip("jinja2", reason="the site needs the extra web: pip install 'skillevo[web]'")
pytest.importorskip("starlette", reason="the site needs the extra web: pip install 'skillevo[web]'")
pytest.importorskip("uvicorn", reason="the site needs the extra web: pip install 'skillevo[web]'")

import uvicorn
from starlette.testclient import TestClient

from skillevo.envs.base import SkillevoError
from skillevo.envs.webshop import pages
from skillevo.envs.webshop.env import new_session
from skillevo.envs.webshop.session import Rules
from skillevo.envs.webshop.shop import Refused
from skillevo.envs.webshop.site import Serving, make_app, serve
from skillevo.envs.webshop.site.views import layout_of, view
from skillevo.envs.webshop.site.visits import Visits

FORM = {"Content-Type": "application/x-www-form-urlencoded"}
TEXT = re.compile(r'<(\w+)[^>]*? data-number="(\d+)" data-kind="(\w+)"[^>]*>(.*?)</\1>', re.DOTALL)


@pytest.fixture
def client(rules: Rules) -> Iterator[TestClient]:
    with TestClient(make_app(rules), base_url="http://127.0.0.1") as client:
        yield client


def begin(client: TestClient, goal: int = 0) -> str:
    """The address of a new visit."""
    answer = client.post("/visits", content=urlencode({"goal": goal}), headers=FORM, follow_redirects=False)
    assert answer.status_code == 303
    return answer.headers["location"]


def do(client: TestClient, visit: str, **field: str) -> str:
    answer = client.post(visit, content=urlencode(field), headers=FORM)
    assert answer.status_code == 200
    return answer.text


def shown(text: str) -> str:
    """What the text backend would say of a web page."""
    found = sorted((int(n), pages.Kind(kind), html.unescape(body)) for _, n, kind, body in TEXT.findall(text))
    return pages.text(pages.Page([pages.Node(body, kind) for _, kind, body in found], {}))


# -- the same shop


@settings(max_examples=40, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data())
def test_pages_say_what_the_environment_says(client: TestClient, rules: Rules, data: st.DataObject) -> None:
    """Whatever is searched and clicked, the web page holds the very texts of the text backend."""
    goal = data.draw(st.integers(0, len(rules.goals) - 1))
    visit, session = begin(client, goal), new_session(rules, rules.goals[goal])
    for _ in range(data.draw(st.integers(1, 8))):
        clickable = [name for name in session.page.targets if name != "search"]
        if not clickable or data.draw(st.booleans()):
            words = data.draw(
                st.sampled_from(["lamp", "red lamp", "chair oak", "search_results", "<r>", "<q> lamps", "★"])
            )
            page, action = do(client, visit, search=words), f"search[{words}]"
        else:
            name = data.draw(st.sampled_from(clickable))
            page, action = do(client, visit, click=name), f"click[{name}]"
        outcome = session.act(action)
        assert shown(page) == pages.text(session.page)
        assert (
            f'data-address="{html.escape(session.url)}"'.replace("&#x27;", "&#39;").replace("&quot;", "&#34;") in page
        )
        if outcome.done:
            assert f'data-reward="{outcome.reward}"' in page
            break


def test_what_can_be_clicked_is_on_the_page(client: TestClient, rules: Rules) -> None:
    session = new_session(rules, rules.goals[0])
    visit = begin(client)
    for action in ("search[lamp]", "click[b000000001]", "click[red]", "click[features]", "click[< prev]"):
        verb, name = action[:-1].split("[")
        page = do(client, visit, **{verb: name})
        session.act(action)
        names = {html.unescape(n) for n in re.findall(r'name="click" value="([^"]*)"', page)}
        assert names == set(session.page.targets)


def test_a_chosen_option_shows(client: TestClient) -> None:
    visit = begin(client)
    do(client, visit, search="red lamp")
    do(client, visit, click="b000000001")
    page = do(client, visit, click="dark red")
    assert re.findall(r'value="([^"]*)"[^>]*aria-pressed="true"', page) == ["dark red"]


def test_a_purchase_is_final(client: TestClient, rules: Rules) -> None:
    visit = begin(client)
    do(client, visit, search="lamp")
    do(client, visit, click="b000000001")
    bought = do(client, visit, click="buy now")
    assert 'data-layout="done"' in bought
    for field in ({"search": "chair"}, {"click": "buy now"}, {"click": "back to search"}):
        again = do(client, visit, **field)
        assert shown(again) == shown(bought)
        assert "Your purchase is made" in again


@pytest.mark.parametrize("query", ["<a> red", "<c>", " ".join(map(str, range(1100)))])
def test_what_the_original_dies_of_is_said(client: TestClient, rules: Rules, query: str) -> None:
    with pytest.raises(Refused) as refused:
        new_session(rules, rules.goals[0]).act(f"search[{query}]")
    page = do(client, begin(client), search=query)
    assert f'data-refused="{refused.value.original}"' in page
    assert 'role="status"' in page


def test_what_does_nothing_is_said(client: TestClient) -> None:
    visit = begin(client)
    first = shown(client.get(visit).text)
    for field in (
        {"search": ""},
        {"click": "no such thing"},
        {"click": "search"},
        {"click": "b000000001"},
        {"click": "x\ny"},
    ):
        page = do(client, visit, **field)
        assert 'role="status"' in page
        assert shown(page) == first
    assert 'role="status"' not in do(client, visit, search="lamp")


def test_brackets_can_be_searched_for(client: TestClient) -> None:
    assert "(Total results: 0)" not in do(client, begin(client), search="lamp [red] {x}")


# -- visitors


def test_visitors_do_not_meet(client: TestClient) -> None:
    one, other = begin(client, 0), begin(client, 1)
    before = client.get(other).text
    do(client, one, search="lamp")
    assert client.get(other).text == before
    assert client.get(one).text != before


def test_names_of_visits_cannot_be_guessed(rules: Rules) -> None:
    visits = Visits(rules)
    names = {visits.begin(rules.goals[0]) for _ in range(200)}
    assert len(names) == 200
    assert min(map(len, names)) >= 22, "128 bits"
    assert max(len({name[i] for name in names}) for i in range(20)) > 30, "every character varies"


def test_the_quietest_visit_is_forgotten_first(rules: Rules) -> None:
    visits = Visits(rules, most=2)
    first, second = visits.begin(rules.goals[0]), visits.begin(rules.goals[0])
    assert visits.find(first) is not None
    third = visits.begin(rules.goals[0])
    assert visits.find(second) is None
    assert len(visits) == 2
    assert visits.find(first) is not None and visits.find(third) is not None


def test_a_name_stands_on_no_other_page(client: TestClient) -> None:
    visit = begin(client)
    name = visit.rpartition("/")[2]
    assert name not in client.get("/").text
    assert name not in client.get(begin(client)).text


# -- bad input


ANY_TEXT = st.text(st.characters(exclude_categories=()), max_size=60)


@settings(max_examples=150, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    method=st.sampled_from(["GET", "POST", "PUT", "DELETE", "HEAD", "OPTIONS", "PATCH"]),
    path=st.one_of(
        st.sampled_from(
            ["/", "/visits", "/visits/", "/visits/..%2f..", "/static/../app.py", "/static/%00", "/visits/%ff"]
        ),
        st.text(st.characters(min_codepoint=33, max_codepoint=126, exclude_characters="?#\\"), max_size=30).map(
            "/".__add__
        ),
    ),
    body=st.binary(max_size=200),
)
def test_no_request_breaks_the_site(client: TestClient, method: str, path: str, body: bytes) -> None:
    answer = client.request(method, f"http://127.0.0.1{path}", content=body, headers=FORM, follow_redirects=False)
    assert answer.status_code < 500


@settings(max_examples=80, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(actions=st.lists(st.tuples(st.sampled_from(["search", "click"]), ANY_TEXT), min_size=1, max_size=5))
def test_no_words_break_a_visit(client: TestClient, actions: list[tuple[str, str]]) -> None:
    visit = begin(client)
    for field, words in actions:
        body = urlencode({field: words.encode("utf-8", "surrogatepass")})
        answer = client.post(visit, content=body, headers=FORM)
        assert answer.status_code == 200
        assert 'id="main"' in answer.text


@settings(max_examples=100, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(body=st.binary(max_size=300))
def test_no_form_breaks_a_visit(client: TestClient, body: bytes) -> None:
    assert client.post(begin(client), content=body, headers=FORM).status_code in (200, 400)


@pytest.mark.parametrize("goal", ["-1", "x", "1e3", "99999999", "9" * 5000, "²", "0x1", "\x00"])
def test_a_goal_that_there_is_not(client: TestClient, goal: str) -> None:
    answer = client.post("/visits", content=urlencode({"goal": goal}), headers=FORM)
    assert answer.status_code == 404
    assert "numbered from 0 to" in answer.text


def test_a_form_that_is_too_long_or_too_wide(client: TestClient) -> None:
    visit = begin(client)
    assert client.post(visit, content=b"search=" + b"a" * 1_100_000, headers=FORM).status_code == 413
    assert client.post(visit, content="&".join(f"f{i}=1" for i in range(50)), headers=FORM).status_code == 400


# -- nothing is executed


EVIL = [
    "<script>alert(1)</script>",
    '"><img src=x onerror=alert(1)>',
    "javascript:alert(1)",
    "{{ 7*7 }}",
    "' onclick='alert(1)",
]


class Elements(HTMLParser):
    """Elements of a page with the names of their attributes, as a browser would take it."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.found: list[tuple[str, tuple[str, ...]]] = []
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.found.append((tag, tuple(name for name, _ in attrs)))


@pytest.mark.parametrize("words", EVIL)
def test_words_are_text(client: TestClient, words: str) -> None:
    """They change no element and no attribute of a page, and come back as they were typed."""
    harmless, page = (do(client, begin(client), search=w) for w in ("zzzz", words))
    assert Elements(page).found == Elements(harmless).found
    (back,) = re.findall(r'<input id="words"[^>]* value="([^"]*)"', page)
    assert html.unescape(back) == words.lower()


def test_names_of_products_are_text(client: TestClient) -> None:
    visit = begin(client)
    page = do(client, visit, search="quoted bold lamp")
    assert "<b>" not in page
    assert "&lt;b&gt;bold&lt;/b&gt; &amp; &#39;quoted&#39;" in page


def test_pages_forbid_scripts_and_frames(client: TestClient) -> None:
    for path in ("/", begin(client), "/nothing-here"):
        answer = client.get(path)
        policy = answer.headers["content-security-policy"]
        assert "default-src 'none'" in policy and "script-src" not in policy
        assert "frame-ancestors 'none'" in policy and "form-action 'self'" in policy
        assert answer.headers["x-content-type-options"] == "nosniff"
        assert answer.headers["cache-control"] == "no-store"
        assert not re.search(
            r"<script|\son\w+=|style=|https?://(?!127\.0\.0\.1)", re.sub(r'data-address="[^"]*"', "", answer.text)
        )


def test_foreign_names_for_this_machine_are_refused(rules: Rules) -> None:
    """Else a foreign page could lead its own name here and read the answers."""
    with TestClient(make_app(rules), base_url="http://shop.example.org") as foreign:
        assert foreign.get("/").status_code == 400
    with TestClient(make_app(rules, ("*",)), base_url="http://shop.example.org") as foreign:
        assert foreign.get("/").status_code == 200


# -- pages that people can use


def test_pages_are_well_formed_and_labelled(client: TestClient) -> None:
    visit = begin(client)
    fields = (
        {},
        {"search": "lamp"},
        {"click": "b000000001"},
        {"click": "description"},
        {"click": "< prev"},
        {"click": "buy now"},
    )
    for field in fields:
        page = do(client, visit, **field) if field else client.get(visit).text
        assert page.count("<main") == page.count("<h1") == 1
        assert '<html lang="en">' in page and "width=device-width" in page
        ids = set(re.findall(r'\sid="([^"]*)"', page))
        assert set(re.findall(r'<label[^>]* for="([^"]*)"', page)) <= ids
        assert len(re.findall(r"<title>[^<]+</title>", page)) == 1
        for tag in ("form", "section", "article", "ul", "ol", "li", "span", "button", "fieldset", "div", "dl", "nav"):
            assert len(re.findall(rf"<{tag}[ >]", page)) == page.count(f"</{tag}>"), tag


def test_layouts_follow_from_the_page(rules: Rules) -> None:
    """Even of a product whose options are called like buttons."""
    session = new_session(rules, rules.goals[0])
    seen = [layout_of(session.page)]
    for action in ("search[option words]", "click[b000000004]", "click[plain]"):
        session.act(action)
        seen.append(layout_of(session.page))
    assert seen == ["search", "results", "item", "item"]
    (option,) = view(session).groups
    assert [t.pressed for t in option.rest] == [t.text == "plain" for t in option.rest]


# -- on a port


def test_a_served_shop_answers_on_its_own_port(rules: Rules) -> None:
    with Serving(rules) as site:
        assert site.address.startswith("http://127.0.0.1:")
        entrance = httpx.get(site.address)
        begun = httpx.post(f"{site.address}/visits", content="goal=0", headers=FORM, follow_redirects=True)
        style = httpx.get(f"{site.address}/static/shop.css")
    assert (entrance.status_code, begun.status_code, style.status_code) == (200, 200, 200)
    assert rules.goals[0].instruction in html.unescape(begun.text)
    with pytest.raises(httpx.ConnectError):
        httpx.get(site.address)


def test_a_form_that_is_cut_off_is_nobodys_error(rules: Rules, capfd: pytest.CaptureFixture[str]) -> None:
    with Serving(rules) as site:
        port = int(site.address.rpartition(":")[2])
        with socket.create_connection(("127.0.0.1", port), 10) as caller:
            head = "POST /visits HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Type: application/x-www-form-urlencoded\r\n"
            caller.sendall(f"{head}Content-Length: 100\r\n\r\ngoal".encode())
            caller.shutdown(socket.SHUT_WR)
            assert caller.recv(1_000)[:12] in (b"", b"HTTP/1.1 400")
        assert httpx.get(site.address).status_code == 200
    assert "Traceback" not in capfd.readouterr().err


def test_a_port_that_is_taken_is_named(rules: Rules) -> None:
    with Serving(rules) as site:
        port = int(site.address.rpartition(":")[2])
        with pytest.raises(SkillevoError, match=f"cannot listen on 127.0.0.1 port {port} .*--port"):
            serve(rules, "127.0.0.1", port, lambda address: pytest.fail(address))


@pytest.mark.parametrize(("host", "foreign"), [("127.0.0.1", 400), ("0.0.0.0", 200)])
def test_only_a_shop_for_everybody_answers_to_any_name(
    rules: Rules, monkeypatch: pytest.MonkeyPatch, host: str, foreign: int
) -> None:
    told, asked = [], []

    def run(server: uvicorn.Server, sockets: list[socket.socket]) -> None:
        with TestClient(server.config.app, base_url="http://shop.example.org") as client:
            asked.append((sockets[0].getsockname()[0], client.get("/").status_code))
        sockets[0].close()

    monkeypatch.setattr(uvicorn.Server, "run", run)
    serve(rules, host, 0, told.append)
    assert asked == [(host, foreign)]
    assert re.fullmatch(rf"http://{host}:\d+", *told)


def test_without_the_extra_it_says_how_to_get_it(rules: Rules, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(__import__("sys").modules, "jinja2", None)
    with pytest.raises(SkillevoError, match=r"pip install 'skillevo\[web\]'"):
        make_app(rules)
