"""The native engine: ALFWorld's text world, exact to the byte, over a compiled `Game`.

Semantics are those of alfworld 0.4.2 with textworld 1.7.0 (see README.md); the tests hold each one,
against recorded traces and the live official engine. Every `World` owns its state: any number may
play one shared `Game`, in any threads.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

from skillevo.envs.alfworld.game import Game, listing

NOTHING = "Nothing happens."
WELCOME = "-= Welcome to TextWorld, ALFRED! =-"

# The help text's odd alignment is the original's.
HELP = """Available commands:
  look:                             look around your current location
  inventory:                        check your current inventory
  go to (receptacle):               move to a receptacle
  open (receptacle):                open a receptacle
  close (receptacle):               close a receptacle
  take (object) from (receptacle):  take an object from a receptacle
  move (object) to (receptacle):  place an object in or on a receptacle
  examine (something):              examine a receptacle or an object
  use (object):                     use an object
  heat (object) with (receptacle):  heat an object using a receptacle
  clean (object) with (receptacle): clean an object using a receptacle
  cool (object) with (receptacle):  cool an object using a receptacle
  slice (object) with (object):     slice an object using a sharp object
"""


class Snapshot(NamedTuple):
    """A world's state, immutable and hashable. Worth nothing without the game that it belongs to."""

    place: int
    held: int
    opened: int
    clean: int
    hot: int
    cool: int
    sliced: int
    toggled: int
    contents: tuple[tuple[int, ...], ...]
    noted: tuple[tuple[int, ...], ...]
    taken: frozenset[tuple[int, int]]


class World:
    """One play of a game: synchronous, deterministic, 100,000 steps a second and more.

    Attributes:
        won: whether the goal holds now.
    """

    __slots__ = (
        "_actions",
        "_clean",
        "_contents",
        "_cool",
        "_held",
        "_hot",
        "_key",
        "_noted",
        "_opened",
        "_place",
        "_sliced",
        "_taken",
        "_things",
        "_toggled",
        "game",
        "won",
    )

    def __init__(self, game: Game) -> None:
        self.game = game
        self._actions: tuple[str, ...] | None = None
        self._key: str | None = None
        self.won = False
        self.reset()

    def reset(self) -> str:
        """Back to the start.

        Returns:
            The first observation: the welcome, the room, the task.
        """
        g = self.game
        m = g.masks
        self.restore(
            Snapshot(
                g.start,
                -1,
                g.opened,
                m["isClean"],
                m["isHot"],
                m["isCool"],
                m["isSliced"],
                m["isToggled"],
                g.contents,
                g.noted,
                frozenset(),
            )
        )
        # The room is listed whole here, though `look` at a bare start lists nothing: the first text is
        # made before any place is bound.
        room = self._look() if g.at[g.start] else self._overview(g.overview)
        return f"{WELCOME}\n\n{room}\n\n{g.task}"

    def step(self, command: str) -> str:
        """Do what the command says if it is admissible; white space around it is dropped, case counts.

        Returns:
            The observation, "Nothing happens." where the command is not admissible now.
        """
        command = command.strip()
        verb, _, rest = command.partition(" ")
        handler = _HANDLERS.get(verb)
        if handler is None:
            return NOTHING
        text = handler(self, rest)
        return NOTHING if text is None else text

    @property
    def actions(self) -> tuple[str, ...]:
        """The admissible commands, sorted as text, as the official engine gives them."""
        if self._actions is None:
            self._actions = self._admissible()
        return self._actions

    def snapshot(self) -> Snapshot:
        return Snapshot(
            self._place,
            self._held,
            self._opened,
            self._clean,
            self._hot,
            self._cool,
            self._sliced,
            self._toggled,
            tuple(self._contents),
            tuple(self._noted),
            self._taken,
        )

    def restore(self, state: Snapshot) -> None:
        """Go on from a snapshot of a world of the same game."""
        (
            self._place,
            self._held,
            self._opened,
            self._clean,
            self._hot,
            self._cool,
            self._sliced,
            self._toggled,
            contents,
            noted,
            self._taken,
        ) = state
        self._contents = list(contents)
        self._noted = list(noted)
        self._changed()

    @property
    def state_key(self) -> str:
        """Equal for equal states of one game, in every process; different otherwise, but for 64-bit collisions."""
        # Only integers are hashed, and Python salts strings alone. What became of the things changes
        # seldom: it has its own hash, so that a key costs little beside its step.
        if self._key is None:
            self._key = str(hash((self._place, self._held, self._opened, self._things)))
        return self._key

    # -- what is possible now

    def _admissible(self) -> tuple[str, ...]:
        g = self.game
        here = g.at[self._place]
        rs, os = g.receptacles, g.objects
        held, opened, openable = self._held, self._opened, g.openable
        lines = list(g.goto[self._place])
        lines += ("help", "inventory", "look")
        toggleable = g.masks["toggleable"]
        for r in here:
            name, bit = rs[r], 1 << r
            lines.append(f"examine {name}")
            contents = self._contents[r]
            if toggleable:
                lines += [f"use {os[o]}" for o in contents if toggleable >> o & 1]
            if openable & bit:
                if not opened & bit:
                    lines.append(f"open {name}")
                    if held >= 0:
                        self._add_treatments(lines, name, bit)
                    continue
                lines.append(f"close {name}")
            if held < 0:
                pickupable = g.masks["pickupable"]
                lines += [f"take {os[o]} from {name}" for o in contents if pickupable >> o & 1]
            else:
                if g.can_hold[r] >> held & 1:
                    lines.append(f"move {os[held]} to {name}")
                self._add_treatments(lines, name, bit)
        if held >= 0:
            lines.append(f"examine {os[held]}")
            if g.masks["knife"] >> held & 1:
                sliceable = g.masks["sliceable"]
                lines += [f"slice {os[o]} with {os[held]}" for o in self._noted[self._place] if sliceable >> o & 1]
        lines.sort()
        return tuple(dict.fromkeys(lines)) if toggleable else tuple(lines)

    def _add_treatments(self, lines: list[str], name: str, bit: int) -> None:
        g = self.game
        for verb, appliances in g.uses.items():
            if appliances & bit and g.masks[f"{verb}able"] >> self._held & 1:
                lines.append(f"{verb} {g.objects[self._held]} with {name}")

    def _moved(self) -> None:
        self._actions = self._key = None

    def _changed(self) -> None:
        treated = (self._clean, self._hot, self._cool, self._sliced, self._toggled)
        self._things = hash((tuple(self._contents), tuple(self._noted), self._taken, treated))
        self._moved()
        self.won = self._goal_holds()

    def _goal_holds(self) -> bool:
        g = self.game
        kind = g.goal.task_type
        if kind == "look_at_obj_in_light":
            lit = g.lamps & self._toggled
            if self._held < 0 or not g.wanted >> self._held & 1 or not lit:
                return False
            return any(lit >> o & 1 for r in g.at[self._place] for o in self._contents[r])
        wanted = g.wanted
        if kind == "pick_clean_then_place_in_recep":
            wanted &= self._clean
        elif kind == "pick_heat_then_place_in_recep":
            wanted &= self._hot
        elif kind == "pick_cool_then_place_in_recep":
            wanted &= self._cool
        if not wanted:
            return False
        count = 2 if kind == "pick_two_obj_and_place" else 1
        targets = g.targets
        return any(
            targets >> r & 1 and sum(wanted >> o & 1 for o in contents) >= count
            for r, contents in enumerate(self._contents)
        )

    def _here(self, name: str) -> int:
        """Index of the receptacle of that name if the agent stands at it, else -1."""
        r = self.game.receptacle_index.get(name, -1)
        return r if r >= 0 and self.game.places[r] == self._place else -1

    def _accessible(self, r: int) -> bool:
        return not self.game.openable >> r & 1 or bool(self._opened >> r & 1)

    # -- texts

    def _overview(self, receptacles: str) -> str:
        return f"You are in the middle of a room. Looking quickly around you, you see {receptacles}."

    def _look(self) -> str:
        g, place = self.game, self._place
        if not g.at[place]:
            return self._overview("nothing")
        # "Next to it" means: taken out of a receptacle here and not put back there, yet noted here,
        # because it was put into another one here. An object out of two is listed twice.
        taken = self._taken
        loose = (
            [f"a {g.objects[o]}" for o in self._noted[place] for r in g.at[place] if (o, r) in taken] if taken else []
        )
        return f"You are facing the {g.facing[place]}. Next to it, you see {listing(loose)}."

    def _view(self, r: int) -> str:
        g = self.game
        name, bit = g.receptacles[r], 1 << r
        lead = f"On the {name}"
        if g.openable & bit:
            if not self._opened & bit:
                return f"The {name} is closed."
            lead = f"The {name} is open. In it"
        os = g.objects
        return f"{lead}, you see {listing([f'a {os[o]}' for o in self._contents[r]])}."

    def _describe(self, o: int) -> str:
        g = self.game
        m, bit, name = g.masks, 1 << o, g.objects[o]
        if m["isReceptacleObject"] & bit:
            return f"This is a normal {name}. In it, you see {listing([f'a {g.objects[i]}' for i in g.nested[o]])}."
        clean, sliced = self._clean & bit, self._sliced & bit
        warmth = "hot" if self._hot & bit else "cool" if self._cool & bit else ""
        words = [w for w in (warmth, "clean" if clean else "") if w]
        if words:
            text = " and ".join(words) + (" sliced" if sliced else "")
            return f"This is a {'cold' if text == 'cool' else text} {name}."
        # "This X is off." is never said: the engine knows facts that became false, not such as never held.
        if m["toggleable"] & self._toggled & bit:
            return f"This {name} is on."
        if m["sliceable"] & bit and sliced:
            return f"This is a sliced {name}."
        return f"There's nothing special about {name}."

    # -- commands: each gives its observation, or None where it is not admissible

    def _do_look(self, rest: str) -> str | None:
        return None if rest else self._look()

    def _do_inventory(self, rest: str) -> str | None:
        if rest:
            return None
        if self._held < 0:
            return "You are not carrying anything."
        return f"You are carrying: a {self.game.objects[self._held]}."

    def _do_help(self, rest: str) -> str | None:
        return None if rest else HELP

    def _do_go(self, rest: str) -> str | None:
        if not rest.startswith("to "):
            return None
        g = self.game
        r = g.receptacle_index.get(rest[3:], -1)
        if r < 0 or g.places[r] in (-1, self._place):
            return None
        self._place = g.places[r]
        self._moved()
        if g.lamps:
            self.won = self._goal_holds()
        return f"You arrive at {g.receptacles[r]}. {self._view(r)}"

    def _do_open(self, rest: str) -> str | None:
        r = self._here(rest)
        if r < 0 or not self.game.openable >> r & 1 or self._opened >> r & 1:
            return None
        self._opened |= 1 << r
        self._moved()
        return f"You open the {rest}. {self._view(r)}"

    def _do_close(self, rest: str) -> str | None:
        r = self._here(rest)
        if r < 0 or not self.game.openable & self._opened & 1 << r:
            return None
        self._opened &= ~(1 << r)
        self._moved()
        return f"You close the {rest}."

    def _do_take(self, rest: str) -> str | None:
        g = self.game
        what, _, source = rest.partition(" from ")
        o, r = g.object_index.get(what, -1), self._here(source)
        if o < 0 or r < 0 or self._held >= 0 or o not in self._contents[r]:
            return None
        if not g.masks["pickupable"] >> o & 1 or not self._accessible(r):
            return None
        self._contents[r] = tuple(x for x in self._contents[r] if x != o)
        self._noted[self._place] = tuple(x for x in self._noted[self._place] if x != o)
        self._taken |= {(o, r)}
        self._held = o
        self._changed()
        return f"You pick up the {what} from the {source}."

    def _do_move(self, rest: str) -> str | None:
        g = self.game
        what, _, target = rest.partition(" to ")
        o, r = g.object_index.get(what, -1), self._here(target)
        if o < 0 or r < 0 or o != self._held or not g.can_hold[r] >> o & 1 or not self._accessible(r):
            return None
        self._contents[r] = tuple(sorted({*self._contents[r], o}))
        self._noted[self._place] = tuple(sorted({*self._noted[self._place], o}))
        self._taken -= {(o, r)}
        self._held = -1
        self._changed()
        return f"You move the {what} to the {target}."

    def _treat(self, verb: str, rest: str) -> str | None:
        """Clean, heat or cool what is in the hand. No door need be open, and it can be done again."""
        g = self.game
        what, _, appliance = rest.partition(" with ")
        o, r = g.object_index.get(what, -1), self._here(appliance)
        if o < 0 or o != self._held or r < 0 or not g.uses[verb] >> r & 1 or not g.masks[f"{verb}able"] >> o & 1:
            return None
        bit = 1 << o
        if verb == "clean":
            self._clean |= bit
        elif verb == "heat":
            self._hot, self._cool = self._hot | bit, self._cool & ~bit
        else:
            self._hot, self._cool = self._hot & ~bit, self._cool | bit
        self._changed()
        return f"You {verb} the {what} using the {appliance}."

    def _do_use(self, rest: str) -> str | None:
        g = self.game
        o = g.object_index.get(rest, -1)
        if o < 0 or not g.masks["toggleable"] >> o & 1 or not any(o in self._contents[r] for r in g.at[self._place]):
            return None
        # "Toggled" is never undone in the domain, so the lamp is said to turn on every time.
        self._toggled |= 1 << o
        self._changed()
        return f"You turn on the {rest}."

    def _do_slice(self, rest: str) -> str | None:
        g = self.game
        what, _, knife = rest.partition(" with ")
        o, k = g.object_index.get(what, -1), g.object_index.get(knife, -1)
        if o < 0 or k < 0 or k != self._held or o not in self._noted[self._place]:
            return None
        if not g.masks["sliceable"] >> o & 1 or not g.masks["knife"] >> k & 1:
            return None
        self._sliced |= 1 << o
        self._changed()
        return f"You sliced the {what} with the {knife}."

    def _do_examine(self, rest: str) -> str | None:
        r = self._here(rest)
        if r >= 0:
            return self._view(r)
        # The domain means objects in reach, too, but a comma in its "exists" makes that branch a dead one.
        o = self.game.object_index.get(rest, -1)
        return self._describe(o) if o >= 0 and o == self._held else None


_HANDLERS: dict[str, Callable[[World, str], str | None]] = {
    "look": World._do_look,
    "inventory": World._do_inventory,
    "help": World._do_help,
    "go": World._do_go,
    "open": World._do_open,
    "close": World._do_close,
    "take": World._do_take,
    "move": World._do_move,
    "clean": lambda world, rest: world._treat("clean", rest),
    "heat": lambda world, rest: world._treat("heat", rest),
    "cool": lambda world, rest: world._treat("cool", rest),
    "use": World._do_use,
    "slice": World._do_slice,
    "examine": World._do_examine,
}
