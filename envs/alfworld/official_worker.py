"""The official engine in a process of its own: JSON lines in, JSON lines out.

Run as a script by an interpreter that has alfworld and textworld; it imports nothing of skillevo.
Requests: {"load": game text or null, "problem": ..., "task": ...}, {"reset": true}, {"step": command}.
"""

import json
import os
import sys
import time
from pathlib import Path
from typing import Any


def main() -> None:
    # The translator of the official engine swaps sys.stdout and rewrites sys.argv: keep our own pipe.
    pipe = os.fdopen(os.dup(1), "w", encoding="utf-8")
    os.dup2(2, 1)
    env: Any = None
    answer: dict[str, Any]
    for line in sys.stdin:
        try:
            request = json.loads(line)
            if "load" in request:
                env = _load(request)
                answer = {"loaded": True}
            elif env is None:
                raise RuntimeError("no game is loaded")
            else:
                state = env.reset() if "reset" in request else env.step(request["step"])[0]
                answer = {
                    "observation": state["feedback"],
                    "actions": list(state["admissible_commands"]),
                    "won": bool(state["won"]),
                }
        except BaseException as e:  # told to the parent, which names it; a dead child could not
            answer = {"error": f"{type(e).__name__}: {e}"}
        pipe.write(json.dumps(answer | {"cpu_seconds": time.process_time()}) + "\n")
        pipe.flush()


def _load(request: dict[str, Any]) -> Any:
    """Build the environment as alfworld does, without its configuration files and prints."""
    from alfworld.agents.environment.alfred_tw_env import AlfredDemangler
    from textworld import EnvInfos
    from textworld.envs.pddl.pddl import PddlEnv

    game = request["load"]
    if game is None:
        # A game without its domain and grammar: they are the installed alfworld's own.
        import alfworld

        data = Path(alfworld.__file__).parent / "data"
        grammar = (data / "alfred.twl2").read_text("utf-8").replace("Your task is to: UNKNOWN GOAL.", request["task"])
        domain = (data / "alfred.pddl").read_text("utf-8")
        game = {"pddl_domain": domain, "grammar": grammar, "pddl_problem": request["problem"]}
    # policy_commands is never asked for: the planner behind it has no limits of time or memory.
    env = AlfredDemangler(PddlEnv(EnvInfos(won=True, admissible_commands=True)), shuffle=False)
    env.load(game)
    return env


if __name__ == "__main__":
    main()
