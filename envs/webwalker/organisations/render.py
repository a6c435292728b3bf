"""An organisation's site: pages as such sites have them, with navigation, tables, side columns and footers.

All links are relative, so that the site works at any address.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from html import escape
from posixpath import relpath

from skillevo.envs.draw import Draw
from skillevo.envs.webwalker.organisations.facts import Entity, Organisation
from skillevo.envs.webwalker.organisations.words import Section, Two

HOME, NEWS = Two("Home", "首页"), Two("News", "新闻")
_FOOTER = Two(
    "All times are local. This site uses no cookies. Errors can be reported at the front desk.",
    "所有时间均为当地时间。本网站不使用 Cookie。如发现错误，请向前台反映。",
)
_INTRO = Two(
    "Here you find every {one} at a glance. Follow a name for the details; what is listed here is renewed each Monday.",
    "这里列出了所有{one}。点击名称查看详情；列表每周一更新。",
)
_PROSE = Two(
    "{name} is known far beyond {org}. Visitors are asked to come in good time and to bring this page along.",
    "{name}在{org}之外也广为人知。来访者请提前到达，并携带本页。",
)
_EVENTS = Two("Recent news", "最新消息")
_STYLE = (
    "body{font-family:sans-serif;margin:0}nav ul{display:flex;gap:1em;list-style:none}table{border-collapse:collapse}"
    "td,th{border:1px solid #ccc;padding:.3em}footer{color:#666;border-top:1px solid #ccc}aside{float:right;width:16em}"
)


def render_site(org: Organisation) -> Mapping[str, str]:
    """The site's pages by path below its root (`""` is the root page, `people/` a section, `people/1.html` a page)."""
    return dict(_Site(org).pages())


class _Site:
    def __init__(self, org: Organisation) -> None:
        self.org, self.language = org, org.language
        self.lists: Sequence[tuple[Section, tuple[Entity, ...]]] = tuple(org.sections())

    def pages(self) -> Iterator[tuple[str, str]]:
        say = self.language
        yield "", self.page("", self.org.name, self.home(), ())
        for section, entities in self.lists:
            path = f"{section.slug}/"
            title = section.title[say]
            yield path, self.page(path, title, self.listing(path, section, entities), ())
            for entity in entities:
                yield from self.entity(entity, ((path, title),))
        facts = self.org.facts
        yield facts.path, self.page(facts.path, facts.name, self.table(facts.path, facts), ())
        yield "news/", self.page("news/", NEWS[say], self.news(), ())

    def entity(self, entity: Entity, trail: Sequence[tuple[str, str]]) -> Iterator[tuple[str, str]]:
        prose = _PROSE[self.language].format(name=escape(entity.name), org=escape(self.org.name))
        body = f"<p>{prose}</p>\n{self.table(entity.path, entity)}"
        if entity.children and entity.section.child:
            child = entity.section.child
            body += f"\n<h2>{child.title[self.language]}</h2>\n{self.links(entity.path, entity.children)}"
        yield entity.path, self.page(entity.path, entity.name, body, trail)
        for below in entity.children:
            yield from self.entity(below, (*trail, (entity.path, entity.name)))

    def page(self, path: str, title: str, body: str, trail: Sequence[tuple[str, str]]) -> str:
        say, org = self.language, self.org
        crumbs = " &rsaquo; ".join(self.link(path, to, name) for to, name in (("", HOME[say]), *trail))
        lang = "en" if say == "en" else "zh-CN"
        return f"""<!DOCTYPE html>
<html lang="{lang}">
<head><meta charset="utf-8"><title>{escape(title)} - {escape(org.name)}</title><style>{_STYLE}</style></head>
<body>
<header><p><strong>{escape(org.name)}</strong></p></header>
<nav>{self.menu(path)}</nav>
<p>{crumbs}</p>
<main>
<h1>{escape(title)}</h1>
{body}
</main>
<aside><h3>{_EVENTS[say]}</h3>{self.aside(path)}</aside>
<footer><p>{_FOOTER[say]} {self.link(path, "news/", NEWS[say])}</p></footer>
</body>
</html>
"""

    def menu(self, path: str) -> str:
        say = self.language
        entries = [("", HOME[say]), *((f"{s.slug}/", s.title[say]) for s, _ in self.lists)]
        entries += [(self.org.facts.path, self.org.facts.name), ("news/", NEWS[say])]
        return "<ul>" + "".join(f"<li>{self.link(path, to, name)}</li>" for to, name in entries) + "</ul>"

    def home(self) -> str:
        parts = [f"<p>{escape(self.org.about)}</p>"]
        for section, entities in self.lists:
            intro = _INTRO[self.language].format(one=section.one[self.language])
            title = section.title[self.language]
            parts.append(f"<h2>{title}</h2><p>{len(entities)}: {intro} {self.link('', f'{section.slug}/', title)}</p>")
        return "\n".join(parts)

    def listing(self, path: str, section: Section, entities: Sequence[Entity]) -> str:
        intro = _INTRO[self.language].format(one=section.one[self.language])
        return f"<p>{intro}</p>\n{self.links(path, entities)}"

    def links(self, path: str, entities: Sequence[Entity]) -> str:
        return "<ul>" + "".join(f"<li>{self.link(path, e.path, e.name)}</li>\n" for e in entities) + "</ul>"

    def table(self, path: str, entity: Entity) -> str:
        rows = []
        for label, value in entity.values.items():
            who = entity.people.get(label)
            shown = self.link(path, who, value) if who else escape(value)
            rows.append(f"<tr><th>{escape(label)}</th><td>{shown}</td></tr>")
        return "<table><tbody>\n" + "\n".join(rows) + "\n</tbody></table>"

    def aside(self, path: str) -> str:
        draw = Draw("aside", self.org.slug, path)
        shown = draw.shuffled(self.org.news)[:4]
        return "<ul>" + "".join(f"<li>{d}: {escape(text)}</li>" for d, text in shown) + "</ul>"

    def news(self) -> str:
        prose = _PROSE[self.language]
        items = []
        for date, text in self.org.news:
            more = prose.format(name=escape(text), org=escape(self.org.name))
            items.append(f"<article><h3>{date}</h3><p>{escape(text)}. {more}</p></article>")
        return "\n".join(items)

    @staticmethod
    def link(at: str, to: str, name: str) -> str:
        folder = at.rpartition("/")[0] or "."
        target = relpath(to.rstrip("/") or ".", folder) + ("/" if not to or to.endswith("/") else "")
        return f'<a href="{target}">{escape(name)}</a>'
