"""A catalogue of our own making: varied products and requests in plain English, drawn from a seed.

Brands, products and sentences are invented; none comes from a real shop. What it has in common with the original's
1,000 products is the shape: five departments, how many products have options and of how many values, prices and their
ranges, how many attributes a request names. Siblings of one line differ in a trait or two, accessories carry the names
of what they fit, and a trait can be asked for in other words, so that a search alone does not find what is wanted.
"""

from skillevo.envs.webshop.catalogue.generated import GENERATOR_VERSION, Generated
from skillevo.envs.webshop.catalogue.pocket import CATALOGUE, POCKET, pocket_goals, pocket_shop

__all__ = ["CATALOGUE", "GENERATOR_VERSION", "POCKET", "Generated", "pocket_goals", "pocket_shop"]
