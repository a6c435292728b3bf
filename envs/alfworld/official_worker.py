"""The official engine in a process of its own: JSON lines in, JSON lines out.

Run as a script by an interpreter that has alfworld and textworld; it imports nothing of skillevo.
Requests: {"load": game text or null, "problem": ..., "task": ...}, {"reset": true}, {"step": command}.
"""

import json
import os
import sys


def main() -> None:
    # The translator of the official engine swaps sys.stdout and rewrites sys.argv: keep our own pipe.
    pipe = os.fdopen(os.dup(1), "w", encoding="utf-8")
    os.dup2(2, 1)
    env = None
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
        pipe.write(json.dumps(answer) + "\n")
        pipe.flush()


def _load(request):  # type: ignore[no-untyped-def]
    """Build the environment as alfworld does, without its configuration files and prints."""
    from alfworld.agents.environment.alfred_tw_env import AlfredDemangler
    from textworld import EnvInfos
    from textworld.envs.pddl.pddl import PddlEnv

    game = request["load"]
    if game is None:
        # A game without its domain and grammar: they are the installed alfworld's own.
        import alfworld

        folder = os.path.join(os.path.dirname(alfworld.__file__), "data")
        texts = []
        for name in ("alfred.pddl", "alfred.twl2"):
            with open(os.path.join(folder, name), encoding="utf-8") as f:
                texts.append(f.read())
        grammar = texts[1].replace("Your task is to: UNKNOWN GOAL.", request["task"])
        game = {"pddl_domain": texts[0], "grammar": grammar, "pddl_problem": request["problem"]}
    # policy_commands is never asked for: the planner behind it has no limits of time or memory.
    env = AlfredDemangler(PddlEnv(EnvInfos(won=True, admissible_commands=True)), shuffle=False)
    env.load(game)
    return env


if __name__ == "__main__":
    main()
