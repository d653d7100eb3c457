"""The sentences the prior's voices read: made here from word lists and patterns, the same on every run.

Patterns give natural phrase shapes (statements, questions, lists, subordinate clauses, numbers in words); words drawn
from the pronouncing lexicon give rare neighbours of phones.
"""

from __future__ import annotations

import random
from collections.abc import Sequence


def _split(text: str, separator: str | None = None) -> list[str]:
    return [" ".join(part.split()) for part in text.split(separator)]


NOUNS = _split("""
harbour garden letter engine window teacher doctor river market bridge kitchen village mountain picture journey
question answer morning evening winter summer station ticket pocket blanket basket hammer needle thread button jacket
shoulder finger engineer musician captain sailor farmer baker painter writer lawyer neighbour daughter brother sister
uncle cousin child meadow forest valley island desert ocean tower castle church school office factory workshop library
museum theatre hotel hospital airport railway highway corner square street lamp candle mirror carpet curtain ladder
bucket bottle kettle saucer spoon knife plate table chair drawer shelf cupboard oven fridge machine computer keyboard
telephone camera speaker battery switch cable voice song rhythm melody violin trumpet drum piano choir story chapter
novel poem message journal newspaper envelope package budget invoice contract meeting project schedule deadline report
weather thunder lightning sunshine rainbow cloud storm breeze frost snow bread cheese butter sugar pepper onion potato
orange cherry lemon apple peach mushroom chicken sausage biscuit breakfast supper treasure measure pleasure vision
decision beige garage usage thing youth truth breath earth month birthday path bath thief judge joy boy noise oyster
boil voyage power flower shower hour cow owl house mouse cloth moth height width strength length
""")

ADJECTIVES = _split("""
old young quiet loud bright dark narrow wide gentle rough clever foolish careful careless heavy light yellow purple
green brown silver golden wooden broken frozen hidden open empty crowded ancient modern curious serious famous nervous
generous dangerous precious patient silent violent pleasant distant urgent recent decent honest modest strange strong
thick thin smooth sharp square round huge tiny lazy busy easy hungry thirsty angry happy lucky funny unusual casual
visual royal loyal annoying joyful cheerful thoughtful useful peaceful powerful beautiful wonderful enormous splendid
stubborn foreign southern northern western eastern usual worthy healthy wealthy cloudy rusty chilly fresh cheap rich
fierce pure sure poor raw wise
""")

VERBS = _split("""
carried finished watched painted opened closed followed noticed borrowed returned answered described measured repaired
polished gathered remembered forgot chose threw caught taught bought brought fought found lost sold told held kept
left met read wrote drew broke woke stole froze shook took wore tore swore heard turned burned joined enjoyed
destroyed avoided pointed poured stored explored ignored pushed pulled crushed brushed washed reached touched matched
judged changed charged managed arranged imagined planned planted wanted needed used viewed reviewed refused included
covered discovered recovered entered mentioned questioned ordered offered suffered visited edited limited collected
protected selected expected accepted attempted promised practised increased released raised praised surprised advised
realised recognised organised
""")

ADVERBS = _split("""
slowly quickly quietly carefully yesterday today tomorrow usually never always often sometimes early late together
alone again twice finally suddenly nearly exactly probably certainly gradually deliberately reluctantly immediately
eventually elsewhere downstairs outside upstairs abroad
""")

PLACES = """near the harbour; behind the old church; on the northern road; under the bridge; in the village; at the
station; beyond the river; along the shore; beside the fire; above the valley; through the forest; around the corner;
between the houses; inside the castle; across the square; in the middle of the night; before the first snow; after
supper; during the long voyage; without a word; for almost an hour; since last Thursday; at the end of the month; with
great pleasure; against my advice; in spite of the weather; because of the noise; on the other hand; from the beginning;
by the window; throughout the summer; towards evening""".replace("\n", " ").split("; ")

NUMBERS = _split("""
zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen seventeen
eighteen nineteen twenty thirty forty fifty sixty seventy eighty ninety hundred thousand million
""")

PATTERNS = (
    "The {a} {n} {v} the {n} {p}.",
    "My {n} {v} a {a} {n} and a {a} {n}.",
    "{A}, the {n} {v} every {n} {p}.",
    "Did the {a} {n} really {b} the {n} {p}?",
    "Who {v} the {n}, and why was it so {a}?",
    "When the {n} {v} our {n}, nobody {v} the {a} {n}.",
    "I {v} the {n} {d}, but she {v} it {d}.",
    "There were {c} {n}s, {c} {n}s, and a {a} {n} {p}.",
    "If you ask me, that {n} is too {a}; the {n} is rather {a}.",
    "We think the {n} of the {n} should be {a}, thank you very much.",
    "Please {b} the {n} {p}, and {b} the {a} {n} {d}.",
    "What a {a} {n}!",
    "She said {w}, {w}, and {w}.",
    "{W} and {w} {v} the {a} {n}.",
    "The number is {c} {c} {c}, {c} {c} {c} {c}.",
    "They're {a}, he's {a}, and I'm {d} {a} {p}.",
    "How could {w} have {v} such a {a} {n}?",
    "It isn't the {n} that I {v}, it's the {w} {p}.",
    "Hello, this is {w} calling about the {a} {n}.",
    "You would {d} {b} his {n}, wouldn't you?",
    "Thanks for the {n}; I'll {b} it {d} and write to you {p}.",
    "The {w} {n} was {a}, the {w} {n} was {a}, and everything else was {w}.",
)

BASE_VERBS = _split("""
carry finish watch paint open close follow notice borrow return answer describe measure repair polish gather remember
forget choose throw catch teach buy bring find lose sell tell hold keep leave meet read write draw break wake freeze
shake take wear hear turn join enjoy avoid reach touch change manage arrange imagine plan use review include cover
visit collect protect expect promise
""")


def sentences(count: int, lexicon: Sequence[str], seed: int) -> list[str]:
    """``count`` sentences; ``lexicon`` gives the rare words (lower case, letters only)."""
    source = random.Random(seed)
    return [_fill(source.choice(PATTERNS), lexicon, source) for _ in range(count)]


def _fill(pattern: str, lexicon: Sequence[str], source: random.Random) -> str:
    pools: dict[str, Sequence[str]] = {
        "{n}": NOUNS, "{a}": ADJECTIVES, "{v}": VERBS, "{b}": BASE_VERBS, "{d}": ADVERBS, "{p}": PLACES,
        "{c}": NUMBERS, "{w}": lexicon, "{A}": ADVERBS, "{W}": lexicon,
    }  # fmt: skip
    for slot, pool in pools.items():
        while slot in pattern:
            word = source.choice(pool)
            pattern = pattern.replace(slot, word.capitalize() if slot[1].isupper() else word, 1)
    return pattern
