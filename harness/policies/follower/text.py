"""From Markdown text to sentences of tokens: formatting off, contractions spelt out, dashes and brackets to commas."""

from __future__ import annotations

import re

_REWRITES: tuple[tuple[re.Pattern[str], str], ...] = tuple(
    (re.compile(pattern), replacement)
    for pattern, replacement in (
        (r"!?\[([^\]]*)\]\([^)]*\)", r"\1"),  # links
        (r"[*`~|\"“”«»]+|(?<!\w)_+|_+(?!\w)", ""),  # emphasis, code and quotation marks
        (r"[‘’]", "'"),
        (r"(?<!\w)'|'(?!\w)", ""),
        (r"\b(can)'?not\b|\bcan't\b", "can not"),
        (r"\bwon't\b", "will not"),
        (r"n't\b", " not"),
        (r"\b(it|that|there|what|here)'s\b", r"\1 is"),
        (r"\b(\w+)'re\b", r"\1 are"),
        (r"\b(\w+)'ve\b", r"\1 have"),
        (r"\b(\w+)'ll\b", r"\1 will"),
        (r"'s\b", ""),
        (r"\be\.\s?g\.,?|\bi\.\s?e\.,?|\b(?:such as|for example|for instance|including|namely)\b,?", ","),
        (r"\b(?:and so on|and so forth|etc\.?)", ""),
        (r"\bin ?/ ?on\b", "in"),
        (r"\band ?/ ?or\b", "or"),
        (r"\bw/\s?", "with "),
        (r"\s*(?:->|-->|=>|→|⇒|➜|»|>)\s*", ", then "),
        (r"(?<=[a-z])/(?=[a-z])", " or "),
        (r"&|\s\+\s", " and "),
        (r"\s*=\s*", ": "),
        (r"\bfrom (\w+) to \1\b", r"through each \1"),
        (r"^should (?=the |it |you |an |a |anything |there )", "if "),
        (r"^(?:the|an) (?:agent|robot|player|assistant|model)\b", "you"),
        (
            r"\b(?:what|whatever) (?:you are |you |is )(?:holding|hold|carrying|carry|have in your hands?|in your hands?)\b",
            "it",
        ),
        (r"\b(?:do|perform|follow|execute|run|carry out|go through) (?=(?:the )?steps? \d)", "repeat "),
        (r"[<>{}\[\]#]", ""),
        (r"_|(?<=[a-z])-(?=[a-z])", " "),
        (r"\s*[()]\s*|\s+[-–]+\s+|\s*—\s*", ", "),
        (r"(?<=\d)\s*[-–]\s*(?=\d)", " to "),
        (r"\bobj(s?)\b", r"object\1"),
        (r"\brecep(s?)\b", r"receptacle\1"),
    )
)
_LABEL_DASH = re.compile(r"^((?:\S+\s+){0,4}\S+)\s+[-–—]+\s+(?=\S)")
_END = re.compile(r"(?<=[.!?])\s+|\n+|(?<=[.!?])$")
_TOKEN = re.compile(r"[a-z0-9]+(?:['-][a-z0-9]+)*|[,;:]")
_DECIMAL = re.compile(r"(\d)\.(?=\d)")

_STATE_VERB = "(?:heat|cool|clean|wash|chill|warm)"

# Runs of words that mean one: each is rewritten before sentences are read.
_PHRASES: tuple[tuple[re.Pattern[str], str], ...] = tuple(
    (re.compile(rf"\b(?:{pattern})\b"), replacement)
    for pattern, replacement in (
        ("as soon as|the moment|now that", "once"),
        ("in case of|in the case of|in the event of|with regard to", "for"),
        ("in case|provided that|provided|assuming that|assuming|as long as|given that|only if|whenever|in the event that|"
         "if and only if|should it be the case that", "if"),
        ("or else|if not so|in all other cases|in other cases|failing that", "otherwise"),
        ("in order to|so as to", "to"),
        ("so that|because|since|as this|as it|as they|as these|which means|otherwise you", "because"),
        ("out of", "from"),
        ("on top of|in front of|inside of|next to|close to|adjacent to|up to|over to|back to|back at|back in|back into",
         "{}"),
        ("make sure that|make sure|be sure that|be certain that|see to it that|ensure that|ensure", "ensure"),
        ("do not forget to|never forget to|make sure to|be sure to|be careful to|remember to|take care to|ensure to", "please"),
        ("try not to|refrain from|take care not to|be careful not to|do not ever|under no circumstances", "never"),
        ("there is no need to|no need to|you need not|need not|it is not necessary to|do not need to|do not have to|"
         "no reason to", "needless"),
        ("work through|work your way through|go through", "check"),
        ("comes? into view|in view|comes? into sight|in sight|within sight", "visible"),
        ("turns? up|shows? up|pops? up|comes? up", "appears"),
        ("stay away from|keep away from|steer clear of|stay clear of|keep clear of|do not bother with|do not bother|"
         "do not waste (?:your |any )?(?:time|steps|a step) (?:on|with|in)", "avoid"),
        (f"{_STATE_VERB}(?:, {_STATE_VERB})*,? or {_STATE_VERB}", "change"),
        ("give (it|the object|the item) a (wash|rinse|scrub|clean)", r"\2 \1"),
        ("go on to|move on to|head for|make for|head off to|head over to", "go to"),
        ("track down|hunt down|hunt for|seek out|try to find", "find"),
        ("whether or not|whether", "if"),
        ("drop off point|drop off", "drop-off"),
        ("double check", "check"),
        ("one by one|one after another|one after the other|one at a time|in turn|at a time|in a row|if any(?= *[,.;]|$)|step by step", ""),
        ("it is time to|the next thing is to|the last thing is to|all you need to do is|the first thing to do is to|"
         "your job is to|your first job is to|what you do next is|all that remains is to|all that is left is to|"
         "it is best to|it is a good idea to|it helps to|you had better|had better|feel free to", "please"),
        ("never ever", "never"),
        ("reach for|reach out for", "take"),
        ("happens? to be|turns? out to be|is found to be|proves? to be|seems? to be|appears? to be", "is"),
        ("(?:bring|get|put) (it|the object|the item) (?:in|to|into) the (?:required|requested|right|desired|correct|wanted) (?:state|condition)", r"change \1"),
        (r"(?:^|(?<=[,;] )|(?<=and ))(?:you |we )(?:should|must|may|shall|can|will|ought to) (?:not|never)", "never"),
        ("once more|once again|one more time", "again"),
        ("pick and place|pick then place|pick up and place", "pick-and-place"),
        ("looking at|look at", "look-at"),
        ("have a look|take a look|have a peek|take a peek|cast an eye", "look"),
        ("get rid of", "drop"),
        ("put a light on", "turn on"),
        ("get hold of|lay hands on|get your hands on|take hold of|take possession of", "take"),
        ("keep an eye out for|keep an eye open for|be on the lookout for|look out for", "look for"),
        ("make your way|find your way|make a beeline", "go"),
        ("do the same thing|do the same|do likewise|do this again|do it again|do it all again|do that again|start over|"
         "start again|begin again|run through|go over|do everything again|once more do", "repeat"),
        ("give up|call it a day|you are done|you are finished|the task is done here", "stop"),
    )
)  # fmt: skip


def plain(markdown: str) -> str:
    """The text without formatting, in lower case, with short spellings written out."""
    text = _LABEL_DASH.sub(r"\1: ", markdown.strip()).lower()
    for pattern, replacement in _REWRITES:
        text = pattern.sub(replacement, text)
    return text


def _joined(match: re.Match[str]) -> str:
    first, *_, last = match[0].split()
    return {"of": "in", "to": "to" if first in ("over", "back", "up") else "near"}.get(last, last)


def sentences(markdown: str) -> list[str]:
    """The sentences of a passage, as written."""
    text = re.sub(r"\b(e\.\s?g|i\.\s?e|etc|vs)\.", lambda m: m[0].replace(".", "․"), markdown)
    found = [s.replace("․", ".").strip() for s in _END.split(text) if s and re.search(r"\w", s)]
    for i in range(len(found) - 2, -1, -1):
        if found[i].endswith("?"):  # "Hot? Heat it." is a condition and what follows from it
            found[i : i + 2] = [f"if {found[i][:-1]}, {found[i + 1]}"]
    return found


def tokens(sentence: str) -> list[str]:
    """Words and the marks `,` `;` `:` of one sentence; commas never doubled or at an end."""
    text = _DECIMAL.sub(r"\1", plain(sentence))
    for pattern, replacement in _PHRASES:
        text = pattern.sub(_joined if replacement == "{}" else replacement, text)
    out: list[str] = []
    for token in _TOKEN.findall(text):
        if token in ",;:":
            if not out:
                continue
            if out[-1] in (",", ";", ":"):
                out[-1] = max(out[-1], token)  # ":" and ";" outweigh ","
                continue
        out.append(token)
    while out and out[-1] in (",", ";"):
        out.pop()
    return out
