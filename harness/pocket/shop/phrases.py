"""Shopping plans in words: two sets of templates, one for training and one that the ranker never sees."""

from __future__ import annotations

import random
from collections.abc import Sequence
from dataclasses import dataclass

from skillevo.harness.pocket.phrases import expand
from skillevo.harness.policies.follower.errands import Buy, Choose, Missing, Open, Reject, Search, Step
from skillevo.harness.policies.shop import PLACES


@dataclass(frozen=True, slots=True)
class Words:
    """Templates by step; `[a|b]` is a choice, {q} stands for what is quoted."""

    search_quoted: Sequence[str]
    search_request: Sequence[str]
    search_kind: Sequence[str]
    open_words: Sequence[str]
    open_best: Sequence[str]
    open_rank: Sequence[str]
    affordable: Sequence[str]
    missing_page: Sequence[str]
    missing_kind: Sequence[str]
    too_dear: Sequence[str]
    choose_values: Sequence[str]
    choose_request: Sequence[str]
    buy: Sequence[str]
    chatter: Sequence[str]
    intro: Sequence[str]


TRAINED = Words(
    search_quoted=(
        "[Search|Look] for {q}.",
        "[Type|Enter] {q} into the search [bar|box].",
        "Use the [query|search words] {q}.",
        "[First|To begin], search for {q}.",
        "Query the shop with {q}.",
        "Put {q} into the search field and [send|submit] it.",
    ),
    search_request=(
        "Search for the words of the [instruction|request].",
        "[Type|Enter] what the [instruction|shopper|task] asks for.",
        "Use the whole [request|instruction] as the query.",
        "Search with all [important|telling] words of the [instruction|task].",
        "Look for the product with everything that the [instruction|request] says of it.",
    ),
    search_kind=(
        "Search for the kind of product [only|alone|].",
        "Search for just the [name|type] of the product.",
        "[Use|Type] only the kind of [product|thing] as the query.",
        "Look for the type of product that is wanted, [no more|nothing else].",
    ),
    open_words=(
        "Open the result whose title [has|holds|contains] {q}.",
        "Open the product {q}.",
        "Click [on |]the result {q}.",
        "[Choose|Select|Take] the product called {q}.",
        "Find {q} among the results and open it.",
        "Visit the page of {q}.",
        "Open the [listing|item] with the words {q} [in its title|].",
    ),
    open_best=(
        "Open the result that [fits|matches] the [instruction|request] best.",
        "Open the best matching [result|product].",
        "Pick the product whose title has most of the words of the [instruction|request].",
        "Of the results, open the one that is closest to what is asked for.",
    ),
    open_rank=(
        "Open the {rank} [result|product].",
        "Click [on |]the {rank} [result|item] of the list.",
        "Take the {rank} product that is listed.",
    ),
    affordable=(
        " that [costs|is] less than the limit",
        " within the price limit",
        " that the budget allows, by its price",
    ),
    missing_page=(
        "If it is not [there|listed|on the page], go to the next page.",
        "If nothing fits, [turn to|go to] the next page.",
        "When the product is not shown, click next and look there.",
    ),
    missing_kind=(
        "If it is not [there|listed], search for the kind of product.",
        "If no result fits, search again for the kind of thing alone.",
    ),
    too_dear=(
        "If the price is [over|above] the limit, go back and open the next [result|one].",
        "If it costs [too much|more than allowed], return to the results and open the next one.",
        "Go back if the price is too high.",
    ),
    choose_values=(
        "Choose {q}.",
        "Select [the option |the options |]{q}.",
        "[Click|Set] the option[s|] {q}.",
        "Pick {q} [among|from] the options.",
        "Take {q} before you buy.",
    ),
    choose_request=(
        "Choose the options that the [instruction|request] names.",
        "Select the [size, color or other option|options] that the [task|shopper|instruction] asks for.",
        "Set all options as [asked|the instruction says].",
        "Pick the values that are named in the [request|instruction].",
    ),
    buy=(
        "Buy it.",
        '[Click|Press] [buy now|"Buy Now"].',
        "Buy the product.",
        "[Then|Finally,] [buy|purchase] it.",
        "Order [it|the product].",
        "[Finish|Complete] [your|this] order.",
        "Pay for it.",
    ),
    chatter=(
        "Read the [instruction|request] [carefully|with care].",
        "[Do not|Never] hurry.",
        "Every step counts.",
        "Titles tell most of what matters.",
        "Keep the price limit in mind.",
        "Shops list the best match first.",
        "A [good|patient] shopper compares.",
    ),
    intro=("[Follow|Do] these steps [in order|].", "How to [buy|find] [it|the product]:", "# Shopping", "## Steps"),
)

HELD_OUT = Words(
    search_quoted=(
        "Your query should read {q}.",
        "Ask the search engine about {q}.",
        "Send the words {q} to the shop.",
    ),
    search_request=("Let your query be all that the customer wrote.", "Paste the customer's wishes into the search."),
    search_kind=("Your query should be the bare kind of article.",),
    open_words=(
        "Have a look at the article named {q}.",
        "The article you want goes by {q}; enter its page.",
        "Go for the entry that reads {q}.",
    ),
    open_best=("Enter the page of whatever resembles the wish most.",),
    open_rank=("Enter the page of the {rank} entry.",),
    affordable=(" that stays below the allowed price",),
    missing_page=("Should it be absent, move on to the following page.",),
    missing_kind=("Should it be absent, ask the engine for the bare kind of article.",),
    too_dear=("Should it be dearer than allowed, leave it and try the one after it.",),
    choose_values=("Make sure that {q} is set.", "Tick {q} on its page.", "The right variant is {q}."),
    choose_request=("Tick whatever variant the customer mentions.",),
    buy=("Place the order.", "Complete the purchase.", "Check out with it."),
    chatter=("Stay calm.", "Good deals reward the careful.", "Trust the list."),
    intro=("Here is what worked before.", "# Notes"),
)


def words_of(step: Step, rng: random.Random, words: Words = TRAINED) -> str:
    """One step as a sentence."""

    def say(templates: Sequence[str], **values: str) -> str:
        # Choices first: what is quoted may hold brackets.
        return " ".join(expand(rng.choice(templates), rng).split()).format(**values)

    match step:
        case Search(how, quoted):
            name = {"quoted": words.search_quoted, "request": words.search_request, "kind": words.search_kind}[how]
            return say(name, q=f'"{quoted}"')
        case Open(quoted, rank, affordable):
            if quoted:
                text = say(words.open_words, q=" and ".join(f'"{w}"' for w in quoted))
            elif rank:
                text = say(words.open_rank, rank=PLACES[rank - 1])
            else:
                text = say(words.open_best)
            return f"{text[:-1]} {say(words.affordable)}." if affordable and not quoted else text
        case Missing(search):
            return say(words.missing_kind if search else words.missing_page)
        case Reject():
            return say(words.too_dear)
        case Choose(values):
            listed = " and ".join(f'"{v}"' for v in values)
            return say(words.choose_values, q=listed) if values else say(words.choose_request)
        case Buy():
            return say(words.buy)
    raise ValueError(f"no words for {step}")


def text_of(plan: Sequence[Step], rng: random.Random, words: Words = TRAINED) -> str:
    """A plan as a skill's body; prose that says nothing to follow where it has no steps."""
    if not plan:
        return "\n".join(expand(rng.choice(words.chatter), rng) for _ in range(rng.randrange(1, 4)))
    sentences = [words_of(s, rng, words) for s in plan]
    kind = rng.random()
    if kind < 0.6:
        mark = rng.choice(("{}. ", "{}. ", "{}) ", "Step {}: "))
        body = "\n".join(mark.format(n) + s for n, s in enumerate(sentences, 1))
    elif kind < 0.8:
        body = "\n".join("- " + s for s in sentences)
    else:
        body = " ".join(sentences)
    if rng.random() < 0.4:
        body = f"{expand(rng.choice(words.intro), rng)}\n\n{body}"
    if rng.random() < 0.3:
        body = f"{body}\n{expand(rng.choice(words.chatter), rng)}"
    return body
