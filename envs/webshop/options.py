"""How the shop presents itself, and what its reward is computed with."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, get_args

from skillevo.envs.checks import check_flag, check_one_of, check_whole
from skillevo.envs.webshop.goals import Profile
from skillevo.envs.webshop.replay import Mode
from skillevo.envs.webshop.reward import Variant
from skillevo.envs.webshop.tagging import resolve

Backend = Literal["text", "browser"]


@dataclass(frozen=True, slots=True)
class WebShopOptions:
    """Part of the protocol; recorded in every run.

    Attributes:
        observation: `text` (one line, texts joined by [SEP]), `text_rich` (buttons and choices marked) or `url`.
        show_attributes: whether products have a page that lists their attributes.
        admissible: whether what can be clicked is given with each observation.
        reward: `upstream` (the original's, to the letter) or `options-fixed`.
        tagger: `rule`, `spacy`, `spacy/MODEL`, or `auto`: spacy where a model is installed, the rule elsewhere. What
            is recorded is the tagger that was found, with its version.
        env_seed: of prices and price limits.
        profile: how goals are shuffled: `princeton` (always alike) or `verl` (by the seed).
        backend: `text`, or `browser`: the same episodes on the shop's web site, in Chromium.
    """

    observation: Mode = "text"
    show_attributes: bool = False
    admissible: bool = True
    reward: Variant = "upstream"
    tagger: str = "auto"
    env_seed: int = 0
    profile: Profile = "princeton"
    backend: Backend = "text"

    def __post_init__(self) -> None:
        check_one_of("observation", self.observation, get_args(Mode))
        check_flag("show_attributes", self.show_attributes)
        check_flag("admissible", self.admissible)
        check_one_of("reward", self.reward, get_args(Variant))
        check_whole("env_seed", self.env_seed, 0)
        check_one_of("profile", self.profile, get_args(Profile))
        check_one_of("backend", self.backend, get_args(Backend))
        object.__setattr__(self, "tagger", resolve(self.tagger))
