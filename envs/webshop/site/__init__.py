"""The shop as web pages for people and browsers, on the very sessions that the environment plays.

Needs the extra `web`; nothing here imports Starlette, Jinja or uvicorn before it is asked for a site.
"""

from skillevo.envs.webshop.site.app import make_app
from skillevo.envs.webshop.site.serving import Serving, serve

__all__ = ["Serving", "make_app", "serve"]
