"""The templates that plans are put into words with: those of training, and those held out of it."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Templates:
    """Lists of templates by what they say. `{thing}`, `{place}`, `{places}` and `{lamp}` are filled in."""

    object: tuple[str, ...]
    find: tuple[str, ...]
    find_at: tuple[str, ...]
    find_among: tuple[str, ...]
    everywhere: tuple[str, ...]
    opening: tuple[str, ...]
    fetch: tuple[str, ...]
    take: tuple[str, ...]
    and_take: tuple[str, ...]
    heat: tuple[str, ...]
    cool: tuple[str, ...]
    clean: tuple[str, ...]
    only_heat: tuple[str, ...]
    only_cool: tuple[str, ...]
    only_clean: tuple[str, ...]
    put: tuple[str, ...]
    put_there: tuple[str, ...]
    light: tuple[str, ...]
    light_at: tuple[str, ...]
    again: tuple[str, ...]
    check: tuple[str, ...]
    orders: tuple[str, ...]
    link: tuple[str, ...]
    heading: tuple[str, ...]
    intro: tuple[str, ...]
    chatter: tuple[str, ...]


def _treating(verbs: str, state: str, *more: str) -> tuple[str, ...]:
    """Ways to say that something is to be treated with an appliance."""
    return (
        f"[{verbs}] [it|the {{thing}}] [with|in|using|at] the {{place}}.",
        f"[{verbs}] [it|the {{thing}}] [with|in|using] the {{place}} [before putting it anywhere|before you go on|once]"
        ".",
        f"go to the {{place}} and [{verbs}] [it|the {{thing}}] [there|with it].",
        f"[carry|take|bring] [it|the {{thing}}] to the {{place}} and [{verbs}] it [there|].",
        f"use the {{place}} to [{verbs}] [it|the {{thing}}].",
        f"with the {{thing}} in hand, [go|walk] to the {{place}} and [{verbs}] it.",
        f"make it {state} with the {{place}}.",
        f"[{verbs}] it: the {{place}} does that.",
        f"the {{place}} is what makes it {state}; [{verbs}] it there.",
        f"it has to be {state} [first|]: [stop at|turn to|go by] the {{place}}.",
        f"on the way, stop at the {{place}} [so that it gets|to get it] {state}.",
        f"the {{place}} will [do the job of|take care of] making the {{thing}} {state}.",
        f"[visit|try] the {{place}} so that the {{thing}} [becomes|turns|gets] {state}.",
        *more,
    )


TRAINED = Templates(
    object=(
        "object",
        "[item|thing|object] [that|which] the task names",
        "[target|wanted|required|named] [object|item]",
        "object of the task",
    ),
    find=(
        "[find|locate|look for|search for] [the|a|some] {thing}.",
        "[first|begin: |to begin, |] find [the|a] {thing}.",
        "get hold of [the|a] {thing}.",
        "look around until you see [the|a] {thing}.",
        "the first thing to find is the {thing}.",
    ),
    find_at=(
        "[find|look for|search for|locate] [the|a|some] {thing} [in|on|at|in or on] the {place}.",
        "[look|search] [in|on|at|through] the {place} for [the|a] {thing}.",
        "[check|search|try|visit|go through] the {place} for [the|a] {thing}.",
        "go to the {place} [and|to] [find|look for] [the|a] {thing} [there|].",
        "[the|a] {thing} is [usually|often|most likely|] [in|on] the {place}; [go there first|look there].",
        "start at the {place}: [the|a] {thing} should be there.",
        "find [the|a] {thing}: [look|check] [in|on] the {place}.",
        "[explore|scan|examine|see] the {place} [for|in search of] [the|a] {thing}.",
        "try your luck [at|in] the {place}, where [the|a] {thing} may [lie|be|stand].",
        "chances are that [the|a] {thing} is [at|in] the {place}.",
        "people [like to|] leave [the|a] {thing} [in|on|at] the {place}; [begin|look] there.",
        "walk [up|over] to the {place}, [as|because] [the|a] {thing} is often [there|found there].",
        "seek [the|a] {thing} [at|near|by] the {place}.",
        "[go to|visit] the {place}. Look for the {thing} there.",
        "the {place} is the place to look for [the|a] {thing}.",
    ),
    find_among=(
        "[find|look for|search for|locate] [the|a|some] {thing} [in|on|at|in or on] {places}.",
        "[look|search] [in|on|at|through] {places} for [the|a] {thing}.",
        "[check|search|try|visit|go through] {places} [for|to find|until you see] [the|a] {thing}.",
        "find [the|a] {thing}: [look|check|search] [in|on|] {places}.",
        "find [the|a] {thing}. Likely places: {places}.",
        "places to search for [the|a] {thing}: {places}.",
        "where to look for [the|a] {thing}: {places}.",
        "go to {places} and look for [the|a] {thing}.",
        "[the|a] {thing} is [usually|most likely|often] in {places}.",
        "visit {places} until [the|a] {thing} turns up.",
        "search for [the|a] {thing}, [visiting|checking|trying] {places}.",
        "[explore|scan|examine|see] {places} [for|in search of] [the|a] {thing}.",
        "try your luck [at|in] {places}, where [the|a] {thing} may [lie|be|stand].",
        "chances are that [the|a] {thing} is [at|in] {places}.",
        "seek [the|a] {thing} [at|near|by] {places}.",
        "candidates [for|as the home of] [the|a] {thing}: {places}.",
    ),
    everywhere=(
        "[look|search] everywhere for [the|a] {thing}.",
        "[search|check|visit] [every|each] [place|receptacle|surface|spot] [for|until you find] [the|a] {thing}.",
        "look for [the|a] {thing} in all the places of the room.",
        "go through the whole room to find [the|a] {thing}.",
        "find [the|a] {thing}: check all the receptacles one by one.",
    ),
    opening=(
        ", [opening|and open] [it|them|what is closed|closed ones] [if needed|first|].",
        ". [Open|Always open] [it|them|the place|whatever is closed|closed ones] [if it is closed|when closed|first].",
        "; open [it|them|the door] [first|if closed|] and look inside.",
        ". If it is closed, open it.",
        " (open [it|them] [if closed|first]).",
        ", and look inside [after opening|each].",
    ),
    fetch=(
        "[take|grab|pick up|get|fetch] the {thing} [from|off|out of] the {place}.",
        "go to the {place} and [take|pick up|get] the {thing}.",
        "[go|walk|head] to the {place}, then [take|grab|pick up] the {thing} [there|from it].",
        "pick the {thing} up from the {place}.",
        "at the {place}, take the {thing}.",
    ),
    take=(
        "[take|grab|pick up|get|collect] [it|the {thing}].",
        "pick [it|the {thing}] up.",
        "[when|once|as soon as] you [see|find] it, [take|pick up|grab] it.",
        "[take|pick up] the {thing} [with you|as soon as you see it|when you have found it].",
        "[take|pick up] one {thing}.",
        "put the {thing} into your [hand|hands].",
        "carry the {thing} [along|from now on].",
        "[secure|claim|obtain] [it|the {thing}].",
    ),
    and_take=(
        " [and|, then] [take|pick up|grab] it.",
        "; [take|pick up] it [when you see it|there|].",
        ". Take it.",
    ),
    heat=_treating("heat|warm|cook", "hot", "put it in the {place} to heat it.", "microwave it in the {place}."),
    cool=_treating("cool|chill", "[cool|cold]", "put it in the {place} to cool it."),
    clean=_treating("clean|wash|rinse", "clean", "[wash|rinse] it under the {place}."),
    only_heat=("[heat|warm|heat up] [it|the {thing}].", "make it hot.", "it must be hot first."),
    only_cool=("[cool|chill] [it|the {thing}].", "make it [cool|cold].", "it must be cool first."),
    only_clean=("[clean|wash|rinse] [it|the {thing}].", "make it clean.", "it must be clean first."),
    put=(
        "[put|place|leave|set] [it|the {thing}] [in|on|in or on|into|onto] the {place}.",
        "move [it|the {thing}] to the {place}.",
        "go to the {place} and [put|leave|place] [it|the {thing}] [there|].",
        "[carry|take|bring] [it|the {thing}] to the {place} and [put|leave|set] it [there|down].",
        "[put|place] [it|the {thing}] in the {place}[, opening it if needed|; open it first if it is closed|].",
        "finally, [put|place] [it|the {thing}] [in|on] the {place}.",
        "the {place} is where the {thing} belongs: put it there.",
        "drop [it|the {thing}] [at|in] the {place}.",
        "[lay|stow|position|rest] the {thing} [in|on|at|inside] the {place}.",
        "the {thing} [should|has to|must] end up [in|on|at] the {place}.",
        "[transfer|return|hand] it to the {place}.",
        "leave the {thing} behind at the {place}, which is [its place|where the task ends].",
        "walk to the {place} to [unload|let go of|get rid of] [it|the {thing}].",
    ),
    put_there=(
        "[put|place|leave] [it|the {thing}] where the task [wants|says|asks].",
        "[carry|take|bring] [it|the {thing}] to the [place|destination|target] that the task names and [put|leave] "
        "it there.",
        "go to the [destination|target|target receptacle|goal] and [put|place] [it|the {thing}] there.",
        "move it to the [destination|target|place] [of the task|named in the task].",
        "put it in or on the [destination|target|place named in the task].",
    ),
    light=(
        "[turn on|switch on|use] the {lamp} [while holding the {thing}|with the {thing} in hand|].",
        "find the {lamp} and [turn it on|switch it on|use it].",
        "go to the {lamp} and [use it|turn it on] while you hold the {thing}.",
        "look at it under the {lamp}: turn the {lamp} on.",
    ),
    light_at=(
        "[turn on|switch on|use] the {lamp} [on|at] {places} [while holding the {thing}|].",
        "[carry|take|bring] [it|the {thing}] to {places} and [turn on|switch on|use] the {lamp} [there|].",
        "find the {lamp} on {places} and [turn it on|switch it on|use it].",
        "the {lamp} [is|stands] on {places}: go there and [use it|turn it on].",
        "go to {places}, [where|] [use|turn on|switch on] the {lamp} [there|] with the {thing} in your hand.",
        "look for the {lamp} at {places}, and [turn it on|use it].",
        "with the {thing} [in hand|in your hand], walk to {places} and [light|press|power] the {lamp}.",
        "hold the {thing} under the {lamp} at {places}, [and|after you] switch the {lamp} on.",
        "the light that you need is the {lamp} at {places}: [turn|switch] it on.",
    ),
    again=(
        "[repeat|do] [this|the same|all steps|everything] [for|with] the [second|other] [one|{thing}].",
        "then [find|take|get] the second {thing} and do the same [with it|].",
        "do it again [with|for] another {thing}.",
        "two are needed: go back for the second one and put it there, too.",
        "repeat [the steps above|steps 1 to 3|from step 1] for the second {thing}.",
        "bring the other {thing} to the same place.",
        "[fetch|bring|get] [another|one more|a further] {thing} [and put it with the first|in the same way|, too].",
        "both {thing} must end up there, so [make another trip|go again].",
        "do all of this [twice|two times|once more|once again].",
        "the task wants two: [start over|begin again] with the [next|other|second] {thing}.",
        "[once|when] the first {thing} is in place, [look for|go after] the [second|next] [one|].",
        "after the first, [handle|move] the second {thing} [exactly|] like it.",
        "make two trips, one for each {thing}.",
        "you need a pair, so [go back|return] for [the other|one more] {thing}.",
        "there are two {thing} to [bring|place]; when one is done, turn to the other.",
        "go through [the|these] steps again [until two {thing} are there|for the {thing} that is left].",
        "continue with the [other|second] {thing} until both are there.",
    ),
    check=(
        "[check|make sure] that [you hold it|you have it|it worked].",
        "read what the room says after each step.",
        "if nothing happens, try [another command|again].",
        "do not put it down [yet|before].",
    ),
    orders=(
        "the /, then the /, then the ",
        "the /, the / and the ",
        "the /, the / and then the ",
        "first the /, then the /, last the ",
        "the / first, then the /, and after that the ",
        "the /, after that the /, and finally the ",
        "the /; next the /; next the ",
        "/, / and ",
        "/, then /, then ",
        "the /, with the / as the next choice and lastly the ",
        "above all the /, if need be the /, in the worst case the ",
        "in this order: the /, the /, the ",
        "the /; if that fails the /; if that fails, too, the ",
        "the /, or else the /, or else the ",
        "the /, if it is not there the /, and then the ",
    ),
    link=("then ", "next, ", "after that, ", "now ", "afterwards, "),
    heading=(
        "[How to|Guide:|Skill:] [handle|deal with|do] the {thing}",
        "[Steps|Procedure|Plan|What to do|Instructions|Routine]",
        "[Household|Housework|Room] [task|guide|steps]",
    ),
    intro=(
        "[do|follow] these steps [in order|one after the other|].",
        "this is how [the task|it] is done:",
        "a [short|simple|tried] [plan|procedure|way] for tasks [like this|of this kind].",
        "read the task, then [do|follow] [this|the steps].",
    ),
    chatter=(
        "[read|study] the task [carefully|first|with care].",
        "[be|stay] [patient|careful|calm].",
        "[do not|never|don't] [waste steps|hurry|give up|repeat what failed].",
        "[think|plan] before you act.",
        "one thing at a time.",
        "[stop|you are done] when the task is [done|solved].",
        "every step counts.",
        "you can carry only one thing at a time.",
        "keep track of what you have [seen|done].",
        "[note|remember] where [things are|you have been].",
        "work in a steady order.",
        "[use|choose] only commands that are listed.",
        "good work is done without haste.",
        "tidy rooms make short work.",
        "names of places end in a number.",
        "some places hold nothing at all.",
    ),
)
"""What the ranker is trained on."""

HELD_OUT = Templates(
    object=("[object|item] in question", "[thing|object] you were asked for", "requested item"),
    find=(
        "hunt down [the|a] {thing}.",
        "your first job is to track down [the|a] {thing}.",
        "see to it that you discover [the|a] {thing}.",
    ),
    find_at=(
        "head over to the {place}, since [the|a] {thing} tends to be kept there.",
        "inspect the {place}; that is where people keep [the|a] {thing}.",
        "hunt for [the|a] {thing} around the {place}.",
        "your best bet for [the|a] {thing} is the {place}.",
        "make for the {place} and see whether [the|a] {thing} lies there.",
    ),
    find_among=(
        "hunt for [the|a] {thing} around {places}.",
        "your best bets for [the|a] {thing} are {places}.",
        "inspect {places} in turn, since [the|a] {thing} tends to be kept there.",
        "tour {places} with an eye out for [the|a] {thing}.",
        "people tend to keep [the|a] {thing} at {places}, so have a look around those.",
    ),
    everywhere=(
        "leave no corner unexplored while hunting for [the|a] {thing}.",
        "comb the entire room for [the|a] {thing}.",
    ),
    opening=(
        "; anything shut should be opened to see what it holds.",
        ". Should it be shut, open it up.",
        ", peeking inside after you open whatever is shut.",
    ),
    fetch=(
        "snatch the {thing} that lies at the {place}.",
        "from the {place}, collect the {thing}.",
        "make for the {place} and lift the {thing}.",
    ),
    take=(
        "lift the {thing} and keep it with you.",
        "seize [it|the {thing}] straight away.",
        "have the {thing} in your hands before moving on.",
    ),
    and_take=(" so that you can seize it.", ", whereupon you lift it."),
    heat=(
        "the {thing} needs heating, which is the job of the {place}.",
        "visit the {place} next, where you heat the {thing}.",
        "let the {place} heat the {thing} for you.",
        "give it a warming in the {place}.",
    ),
    cool=(
        "the {thing} needs cooling, which is the job of the {place}.",
        "visit the {place} next, where you cool the {thing}.",
        "let the {place} cool the {thing} for you.",
        "give it a chilling in the {place}.",
    ),
    clean=(
        "the {thing} needs cleaning, which is the job of the {place}.",
        "visit the {place} next, where you clean the {thing}.",
        "let the {place} clean the {thing} for you.",
        "give it a wash at the {place}.",
    ),
    only_heat=("see that it gets hot.", "have it heated."),
    only_cool=("see that it gets cold.", "have it cooled."),
    only_clean=("see that it gets clean.", "have it washed."),
    put=(
        "deposit the {thing} [in|on] the {place}.",
        "its final home is the {place}, so deliver it to that place.",
        "store the {thing} at the {place} to finish.",
        "end by parking the {thing} [in|on] the {place}.",
    ),
    put_there=(
        "deliver it to whatever location was requested.",
        "deposit the {thing} at the spot that you were asked to use.",
    ),
    light=(
        "light up the {lamp} with the {thing} still in your hands.",
        "examine the {thing} by the light of the {lamp}, after flicking it on.",
    ),
    light_at=(
        "head for {places}; flick on the {lamp} that stands there without putting the {thing} down.",
        "examine the {thing} by the light of the {lamp}, which you activate at {places}.",
        "make for {places} and activate the {lamp}.",
    ),
    again=(
        "once finished, run through the routine a second time for the remaining {thing}.",
        "one is not enough: fetch its twin and deliver that as well.",
    ),
    check=("confirm that your hands are not empty.", "verify the outcome of what you did."),
    orders=(
        "the /, followed by the /, followed by the ",
        "to begin with the /, subsequently the /, ultimately the ",
        "the /, failing that the /, failing that the ",
    ),
    link=("subsequently, ", "thereafter, ", "having done so, "),
    heading=("Recipe for the {thing}", "Notes to self", "Playbook"),
    intro=("here is a recipe that has worked before:", "proceed as described below."),
    chatter=(
        "stay focused on the goal at hand.",
        "small mistakes cost precious time.",
        "when in doubt, go back to what you were told.",
        "the room may look different from the last one.",
        "sloppy work never pays.",
    ),
)
"""What it never sees."""
