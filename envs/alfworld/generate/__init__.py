"""Generated games: rooms, households and tasks of our own, in ALFWorld's vocabulary and close to its statistics.

A room (`rooms`) follows from its name and stays as it is; a household (`households`) puts its things into the room
anew for every game, by habits (`habits`) that hold in all rooms of a kind; a task (`games`) asks for one of them.
Everything is drawn from seeds (`draw`), alike on every machine, and proven solvable before it is given out.
"""

from skillevo.envs.alfworld.generate.games import GameSpec, generate, plan_games, rooms_for
from skillevo.envs.alfworld.generate.inventory import GENERATOR_VERSION, room_names

__all__ = ["GENERATOR_VERSION", "GameSpec", "generate", "plan_games", "room_names", "rooms_for"]
