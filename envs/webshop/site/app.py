"""The site's addresses, and what is answered there.

    GET  /                 the entrance
    POST /visits           begin a visit (field `goal`: a goal's number; without it one is drawn), then see it
    GET  /visits/NAME      the page that the visit is on
    POST /visits/NAME      `search` (words) or `click` (a name on the page), then see the page

Pages hold no script, and are told to run none. A name of a visit is its key: it stands in no other page.
"""

from __future__ import annotations

import random
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qsl

from skillevo.envs.base import SkillevoError
from skillevo.envs.webshop.session import Rules
from skillevo.envs.webshop.site.views import view
from skillevo.envs.webshop.site.visits import Visit, Visits

if TYPE_CHECKING:
    from starlette.applications import Starlette
    from starlette.requests import Request
    from starlette.responses import Response

LOCAL_HOSTS = ("127.0.0.1", "localhost")
"""Names under which a site on this machine is asked for; others mean that a foreign page leads here."""

_MOST_BYTES = 1_000_000
"""Of a form."""
_FIELDS = 8
_HERE = Path(__file__).parent
_HEADERS = {
    "Content-Security-Policy": (
        "default-src 'none'; style-src 'self'; img-src 'self'; form-action 'self'; base-uri 'none'; "
        "frame-ancestors 'none'"
    ),
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Opener-Policy": "same-origin",
}


class _Wrong(Exception):
    """A request that is answered with a page that says why."""

    def __init__(self, status: int, message: str) -> None:
        super().__init__(message)
        self.status = status


def make_app(rules: Rules, hosts: tuple[str, ...] = LOCAL_HOSTS) -> Starlette:
    """The site of a shop.

    Args:
        rules: the shop, its goals and its reward, as the environment takes them.
        hosts: names under which it answers; `("*",)` for any.

    Raises:
        SkillevoError: the extra `web` is not installed.
    """
    try:
        import jinja2
        from starlette.applications import Starlette
        from starlette.exceptions import HTTPException
        from starlette.middleware import Middleware
        from starlette.middleware.trustedhost import TrustedHostMiddleware
        from starlette.routing import Mount, Route
        from starlette.staticfiles import StaticFiles
    except ImportError as e:
        raise SkillevoError(f"the site needs {e.name}: pip install 'skillevo[web]'") from None

    templates = jinja2.Environment(
        loader=jinja2.FileSystemLoader(_HERE / "templates"),
        autoescape=True,
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    site = _Site(Visits(rules), templates)
    return Starlette(
        routes=[
            Route("/", site.entrance),
            Route("/visits", site.begin, methods=["POST"]),
            Route("/visits/{name}", site.visit, methods=["GET", "POST"]),
            Mount("/static", StaticFiles(directory=_HERE / "static"), name="static"),
        ],
        middleware=[Middleware(TrustedHostMiddleware, allowed_hosts=list(hosts), www_redirect=False)],
        exception_handlers={_Wrong: site.wrong, HTTPException: site.wrong},
    )


class _Site:
    """The answers. One action is carried out after the other, so that sessions need no locks."""

    def __init__(self, visits: Visits, templates: Any) -> None:
        self._visits, self._templates = visits, templates
        self._rng = random.SystemRandom()

    async def entrance(self, request: Request) -> Response:
        goals = self._visits.rules.goals
        return self._page("entrance", goals=len(goals), products=len(self._visits.rules.shop.store))

    async def begin(self, request: Request) -> Response:
        asked = (await _form(request)).get("goal", "").strip()
        goals = self._visits.rules.goals
        if asked and not (asked.isascii() and asked.isdecimal() and len(asked) < 12 and int(asked) < len(goals)):
            raise _Wrong(404, f"There is no such goal: they are numbered from 0 to {len(goals) - 1:,}.")
        number = int(asked) if asked else self._rng.randrange(len(goals))
        return _see(self._visits.begin(goals[number]))

    async def visit(self, request: Request) -> Response:
        name = request.path_params["name"]
        visit = self._visits.find(name)
        if visit is None:
            raise _Wrong(404, "There is no such visit, or it was so long ago that it is forgotten.")
        if request.method != "POST":
            return self._show(name, visit)
        form = await _form(request)
        if "search" in form:
            visit.search(form["search"])
        elif "click" in form:
            visit.click(form["click"])
        else:
            raise _Wrong(400, "Nothing was asked for: a form has a field `search` or `click`.")
        return _see(name)

    async def wrong(self, request: Request, error: Exception) -> Response:
        """The page for whatever is not right with a request."""
        status = getattr(error, "status", getattr(error, "status_code", 400))
        said = str(error) if isinstance(error, _Wrong) else "There is nothing here."
        return self._page("wrong", status, message=said)

    def _show(self, name: str, visit: Visit) -> Response:
        session = visit.session
        shown = view(session)
        return self._page(
            shown.layout,
            name=name,
            view=shown,
            visit=visit,
            product=session.rules.shop.product(session.asin)[1].title if session.asin else "",
            instruction=session.goal.instruction,
            words=" ".join(session.keywords),
            number=session.number,
            address=session.url,
        )

    def _page(self, template: str, status: int = 200, **values: Any) -> Response:
        from starlette.responses import HTMLResponse

        text = self._templates.get_template(f"{template}.html").render(values)
        raw = text.encode("utf-8", "replace")
        return HTMLResponse(raw, status, {**_HEADERS, "Cache-Control": "no-store"})


async def _form(request: Request) -> dict[str, str]:
    """The fields of a form, read from an address-like body of limited size; of equal names the last counts."""
    from starlette.requests import ClientDisconnect

    body = bytearray()
    try:
        async for part in request.stream():
            body += part
            if len(body) > _MOST_BYTES:
                raise _Wrong(413, "That was too long.")
    except ClientDisconnect:
        raise _Wrong(400, "That was cut off.") from None
    text = body.decode("utf-8", "replace")
    try:
        return dict(parse_qsl(text, keep_blank_values=True, errors="replace", max_num_fields=_FIELDS))
    except ValueError:
        raise _Wrong(400, "That was no form of this site.") from None


def _see(name: str) -> Response:
    from starlette.responses import RedirectResponse

    return RedirectResponse(f"/visits/{name}", 303, _HEADERS)
