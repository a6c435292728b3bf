"""Runs under the original's own interpreter, in its checkout: one JSON line with its figures. No skillevo here.

python webshop_official_worker.py PRODUCTS EPISODES SEARCHES
"""

from __future__ import annotations

import json
import random
import resource
import sys
from time import process_time
from typing import Any


def main(products: int, episodes: int, searches: int) -> dict[str, float]:
    sys.path.insert(0, ".")
    from web_agent_site.engine.engine import get_top_n_product_from_keywords  # type: ignore[import-not-found]
    from web_agent_site.envs import WebAgentTextEnv  # type: ignore[import-not-found]

    # The catalogue's file holds either 1,000 products or all; the original takes None for all.
    env = WebAgentTextEnv(observation_mode="text", num_products=None if products > 1_000_000 else products)
    env.reset(session=0)
    server = env.server
    goals: list[dict[str, Any]] = server.goals

    def search(words: str) -> None:
        get_top_n_product_from_keywords(
            words.split(" "), server.search_engine, server.all_products, server.product_item_dict
        )

    search(goals[0]["instruction_text"])
    start = process_time()
    chosen = random.Random(0).sample(range(len(goals)), min(max(episodes, searches), len(goals)))
    began = process_time()
    for i in chosen[:searches]:
        search(goals[i]["instruction_text"])
    searched = process_time() - began
    began, steps = process_time(), 0
    for i in chosen[:episodes]:
        env.reset(session=i)
        for action in script(goals[i]):
            env.step(action)
            steps += 1
    return {
        "products": len(server.all_products),
        "start": start,
        "steps": steps / (process_time() - began),
        "memory": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024,
        "search": 1000 * searched / len(chosen[:searches]),
    }


def script(goal: dict[str, Any]) -> list[str]:
    """The shopper of our own measurement: three pages of results, the product's pages, its options, the purchase."""
    instruction = goal["instruction_text"]
    title = "".join(c for c in goal["name"] if c not in "[]\n")
    options = goal["goal_options"]
    values = options.values() if isinstance(options, dict) else options
    look = [f"click[{goal['asin'].lower()}]", "click[description]", "click[< prev]", "click[features]", "click[< prev]"]
    chosen = [f"click[{value}]" for value in values]
    pages = [f"search[{instruction}]", "click[next >]", "click[next >]", f"search[{title}]"]
    return [*pages, *look, *chosen, "click[buy now]"]


if __name__ == "__main__":
    print(json.dumps(main(*map(int, sys.argv[1:]))))
