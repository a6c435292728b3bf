"""From Markdown text to sentences of tokens: formatting off, contractions spelt out, turns of phrase to plain words."""

from __future__ import annotations

import re
from functools import lru_cache

from skillevo.harness.policies.follower.rewriting import Rewrite, phrases, rewrite

_ARROWS = ("->", "=>", "→", "⇒")
_REWRITES = tuple(
    Rewrite(re.compile(pattern), replacement, needs)
    for pattern, replacement, needs in (
        (r"!?\[([^\]]*)\]\([^)]*\)", r"\1", ("](",)),  # links
        (r"\([^()]*[<{\[][^()]*\)", "", ("(",)),  # "(`go to <place>`)": the form of a command that was spelt out before
        (r"^(\W*\w+\W*?)\s*(?:->|=>|→|⇒)(?=[^→⇒>]*$)", r"\1:", _ARROWS),  # "hot -> X"
        (r"[*`~|\"“”«»]+|(?<!\w)_+|_+(?!\w)", "", tuple('*`~|"“”«»_')),  # emphasis, code and quotation marks
        (r"[‘’]", "'", ("‘", "’")),
        (r"(?<!\w)'|'(?!\w)", "", ("'",)),
        (r"\b(can)'?not\b|\bcan't\b", "can not", ("cannot", "can'")),
        (r"\bwon't\b", "will not", ("won't",)),
        (r"n't\b", " not", ("n't",)),
        (r"\b(it|that|there|what|here)'s\b", r"\1 is", ("'s",)),
        (r"\b(\w+)'re\b", r"\1 are", ("'re",)),
        (r"\b(\w+)'ve\b", r"\1 have", ("'ve",)),
        (r"\b(\w+)'ll\b", r"\1 will", ("'ll",)),
        (r"'s\b", "", ("'s",)),
        (
            r"\be\.\s?g\.,?|\bi\.\s?e\.,?|\b(?:such as|for example|for instance|including|namely)\b,?",
            ",",
            ("e.", "i.", "such as", "for example", "for instance", "including", "namely"),
        ),
        (r"\b(?:and so on|and so forth|etc\.?)", "", ("and so ", "etc")),
        (r"\bin ?/ ?on\b", "in", ("/",)),
        (r"\band ?/ ?or\b", "or", ("/",)),
        (r"\bw/\s?", "with ", ("w/",)),
        (r"\s*(?:->|-->|=>|→|⇒|➜|»|>)\s*", ", then ", tuple(">→⇒➜»")),
        (r"(?<=[a-z])/(?=[a-z])", " or ", ("/",)),
        (r"&|\s\+\s", " and ", ("&", "+")),
        (r"\s*=\s*", ": ", ("=",)),
        (r"[<>{}\[\]#]", "", tuple("<>{}[]#")),
        (r"_|(?<=[a-z])-(?=[a-z])", " ", ("_", "-")),
        (r"\s*[()]\s*|\s+[-–]+\s+|\s*—\s*", ", ", tuple("()-–—")),
        (r"(?<=\d)\s*[-–]\s*(?=\d)", " to ", ("-", "–")),
        (r"\bobj(s?)\b", r"object\1", ("obj",)),
        (r"\brecep(s?)\b", r"receptacle\1", ("recep",)),
    )
)
_LABEL_DASH = re.compile(r"^((?:\S+\s+){0,4}\S+)\s+[-–—]+\s+(?=\S)")
_END = re.compile(r"(?<=[.!?])\s+|\n+|(?<=[.!?])$")
_TOKEN = re.compile(r"[a-z0-9]+(?:['-][a-z0-9]+)*|[,;:]")
_DECIMAL = re.compile(r"(\d)\.(?=\d)")

_ANY_VERB = (
    r"(?:^|(?<=[,;:] )|(?<=and )|(?<=then ))"
    r"(?!(?:leave|leaving|keep|keeping|find|finding|see|if|when|where|once|with|is|are|never|not|no|do|does|avoid|without|"
    r"to|needless|always|then|and|or|the|it|you|until|unless|check|whether|ensure|hold|holding|for|while|they|any|all|stay|be|"
    r"should|must|can|could|may|might|will|stop|skip|were|was|had|having|being|though|be)\b)[a-z]+"
)
_INSIDE = (
    r"(?!(?:if|when|and|or|then|that|which|is|are|be|been|was|were|not|has|have|until|once|in|on|at|to|from|with)\b)"
    r"\w+"
)
_MANY = "(?:the|each|every|all the)"
_OPENED = "it|them|the|each|every|any|all"
_STATE = "(?:heat|cool|clean|wash|chill|warm)"
_PHRASES = rf"""
if <- in case | provided(?: that)? | assuming(?: that)? | as long as | given that | only if | whenever
if <- in the event that | if and only if | should it be the case that | whether(?: or not)?
if <- ^should(?= (?:the|it|you|an?|anything|there) )
check inventory <- (?:check|see|look|examine) what (?:you are|you|is) (?:hold\w*|carry\w*|have|in your hands?)
to <- so (?:that )?(?:you|we|it) (?:can|may|could)
for <- in (?:the )?case of | in the event of | with regard to
otherwise <- or else | if not so | in all other cases | in other cases | failing that
once <- as soon as | the moment | now that
to <- in order to | so as to
because <- so that | because | since | as this | as it | as they | as these | which means | otherwise you
from <- out of
in <- on top of | inside of | back in | back into
near <- in front of | next to | close to | adjacent to
to <- up to | over to | back to
at <- back at
with <- by means of | with the help of | with the aid of
it <- (?:what|whatever) (?:you are |you |is )(?:holding|hold|carrying|carry|have in your hands?|in your hands?)
is <- happens? to be | turns? out to be | is found to be | proves? to be | seems? to be | appears? to be
not found <- no sign of it | no trace of it | (?:you )?(?:come up|end up) empty(?:.handed)? | (?:you )?draw a blank
not found <- (?:all|everything) else fails
visible <- comes? into view | in view | comes? into sight | in sight | within sight
appears <- turns? up | shows? up | pops? up | comes? up
bounded <- at most | at least | no more than | not more than | fewer than | less than | more than
except <- except for | apart from | aside from | other than | excluding | with the exception of | save for
except <- but not(?= (?:the|in|on|at) )
\1 to be <- (is|are) then to be
usually <- chances are(?: that)? | more often than not,? | as a rule,? | in most cases,? | as often as not,?
likely places <- usual suspects
repeat <- rinse and repeat | lather,? rinse,? repeat
empty-handed <- empty handed
 <- whatever (?:you do|happens),?
rather than <- instead of
heat <- (?:raise|increase|turn up) (?:the|its) temperature(?: of)?
cool <- (?:lower|decrease|drop|bring down) (?:the|its) temperature(?: of)?
search only <- (?:limit|confine) (?:the|your) search to
start searching <- (?:initiate|commence) (?:the|your) search
start by <- commence by
go back to <- (?:^|(?<=[,;:] )|(?<=then ))back to(?= step)
go to step 1 <- (?:return|go back|back) to (?:the )?start
again <- once more | once again | one more time
through each \1 <- from (\w+) to \1
 <- one by one | one after another | one after the other | one at a time | in turn | at a time | in a row
 <- for a (?:while|moment|bit|second) | step by step | right away | straight away
 <- at once(?= *(?:$|[,.;]|and)) | without delay | for now
 <- to begin with | first of all | last of all | before anything else | of course | as usual | as before | at first
 <- at last | in the end | at this point
 <- bit by bit | little by little | in due course | by then | by now | as well | for good measure | for this purpose
 <- if any(?= *[,.;]|$) | after use | after that | after this | afterwards(?= *[,.;]|$)
please <- (?:the (?:agent|robot|player)|one) (?:is|are|ought) to | one (?:should|must)
you <- ^(?:the|an) (?:agent|robot|player|assistant|model)
ensure <- make sure(?: that)? | be sure that | be certain that | see to it that | ensure that
please <- do not forget to | never forget to | make sure to | be sure to | be careful to | remember to
please <- take care to | ensure to
please <- it is time to | the next thing is to | the last thing is to | all you need to do is
please <- the first thing to do is to
please <- your job is to | your first job is to | what you do next is | all that remains is to
please <- all that is left is to
please <- it is best to | it is a good idea to | it helps to | (?:you )?had better | feel free to
never <- try not to | refrain from | take care not to | be careful not to | do not ever | under no circumstances
never <- never ever
never <- (?:^|(?<=[,;] )|(?<=and ))(?:you |we )(?:should|must|may|shall|can|will|ought to) (?:not|never)
needless <- there is no need to | no need to | you need not | need not | it is not necessary to | do not need to
needless <- do not have to | no reason to
avoid <- leave out | rule out | pass over | pass by | forget about | never mind
never use <- never touch | do not touch
avoid <- (?:stay|keep) (?:away|clear) (?:from|of) | steer (?:well )?clear of | do not bother(?: with)?
avoid <- do not waste (?:your |any )?(?:time|steps|a step) (?:on|with|in)
repeat <- (?:do|perform|follow|execute|run|carry out|go through)(?= (?:the )?steps? \d)
repeat <- do the same thing | do the same | do likewise | do this again | do it again | do it all again
repeat <- do that again
repeat <- start over | start again | begin again | run through | go over | do everything again | once more do
stop <- give up | call it a day | you are done | you are finished
check <- work(?: your way)? through | go through | double check | (?:make|take|do) (?:a|the) (?:tour|round) of
check \1 <- give ({_MANY} [\w ]+?) (?:a|an|the) (?:good |quick |close )?(?:once over|look over|look|check)
\2 \1 <- give ({_MANY} [\w ]+?) a (?:good |quick )?(wash|rinse|scrub|clean)
look <- (?:have|take) a (?:good |quick |close |closer )?(?:look|peek|rummage|search|dig) | cast an eye
look-at <- looking at | look at
look for <- keep an eye out for | keep an eye open for | be on the lookout for | look out for
find <- come across | come upon | stumble upon | stumble across
looking for <- in search of
find <- track down | hunt down | hunt for | seek out | try to find
\1 <- (start|begin) (?:your|the) (?:search|exploration)
start with <- (?:the|your) search (?:should |must )?(?:starts?|begins?) (?:with|at|in|on)
go to <- go on to | move on to | head for | make for | head off to | head over to | step (?:up |over )?to
go <- make your way | find your way | make a beeline
continue <- go on(?= \w+ing\b)
take <- (?:get|take|lay|grab|catch) (?:a )?hold of | grab ahold of | (?:lay|get|put) (?:your |both )?hands on
take <- take possession of | reach (?:out )?for
drop <- get rid of
turn on <- put a light on
with object in hand <- (?:with|while holding|while carrying|holding|carrying) the \w+(?: \w+)? in (?:your |the )?hands?
open <- {_ANY_VERB} open(?= (?:{_OPENED})\b)
open \1 <- {_ANY_VERB} ((?:{_OPENED})\b(?: {_INSIDE}){{0,3}}?) (?:wide )?open(?= *(?:$|[,.;]|first|again|and))
close \1 <- {_ANY_VERB} ((?:{_OPENED})\b(?: {_INSIDE}){{0,3}}?) (?:closed|shut)(?= *(?:$|[,.;]|first|again|and|behind))
opening them <- which (?:you )?(?:must|should|need to|have to|can) (?:be opened|open)(?: first)?
change <- {_STATE}(?:, {_STATE})*,? or {_STATE}
change \1 <- (?:bring|get|put) (it|the object|the item) (?:in|to|into) the \w+ (?:state|condition)
change \1 <- give (it|the object|the item) the (?:\w+ )?(?:state|condition)(?: (?!and|then)[\w-]+)*
\2 \1 <- give (it|the object|the item) a (wash|rinse|scrub|clean)
pick-and-place <- pick (?:up )?(?:and|then) place
drop-off <- drop off(?: point)?
"""
"""Turns of phrase by the plain word that stands for them; read in this order."""


_PLAIN = phrases(_PHRASES)


def plain(markdown: str) -> str:
    """The text without formatting, in lower case, with short spellings and turns of phrase written out."""
    text = _LABEL_DASH.sub(r"\1: ", markdown.strip()).lower()
    return rewrite(rewrite(text, _REWRITES).strip(), _PLAIN)


def sentences(markdown: str) -> list[str]:
    """The sentences of a passage, as written; a question is put before its answer as a condition."""
    markdown = re.sub(r"[*`]+|(?<!\w)__|__(?!\w)", "", markdown)
    text = re.sub(r"\b(e\.\s?g|i\.\s?e|etc|vs)\.", lambda m: m[0].replace(".", "․"), markdown)
    found = [s.replace("․", ".").strip() for s in _END.split(text) if s and re.search(r"\w", s)]
    for i in range(len(found) - 2, -1, -1):
        if found[i].endswith("?"):  # "Hot? Heat it."
            found[i : i + 2] = [f"if {found[i][:-1]}, {found[i + 1]}"]
    return found


def tokens(sentence: str) -> list[str]:
    """Words and the marks `,` `;` `:` of one sentence; no two marks together and none at an end but a colon."""
    return list(_tokens(sentence))


@lru_cache(maxsize=8192)
def _tokens(sentence: str) -> tuple[str, ...]:
    out: list[str] = []
    for token in _TOKEN.findall(_DECIMAL.sub(r"\1", plain(sentence))):
        if token in ",;:":
            if not out:
                continue
            if out[-1] in (",", ";", ":"):
                out[-1] = max(out[-1], token)  # ":" and ";" outweigh ","
                continue
        out.append(token)
    while out and out[-1] in (",", ";"):
        out.pop()
    return tuple(out)
