"""Words and phrases with the plain form that stands for each: what counts as a habit and what as plain English.

Fixed and general: nothing here is fitted to anybody. Several habits share one plain form, so that taking habits out
loses which of them it was; the edit model has to learn that from the owner's messages.
"""

from __future__ import annotations

import re
from functools import lru_cache


def word_set(words: str) -> frozenset[str]:
    """The words of a string."""
    return frozenset(words.split())


def _phrases(phrases: str) -> frozenset[tuple[str, ...]]:
    return frozenset(tuple(phrase.split()) for phrase in phrases.split("|"))


def _table(source: str) -> dict[str, str]:
    table: dict[str, str] = {}
    for line in source.strip().splitlines():
        for part in line.split("| |"):
            plain, _, habits = part.partition(":")
            table.update({habit.strip(): plain.strip() for habit in habits.split("|") if habit.strip()})
    return table


_PHRASES = """
perhaps: maybe | possibly
probably: presumably | most likely | very likely
i think: i guess | i suspect | i suppose | i reckon | i believe | i imagine | i would guess
i think: i would say | i would think | in my opinion | imo | imho | my guess is
a lot of: lots of | plenty of | loads of | tons of | a bunch of | heaps of | a great deal of | a ton of
remove: get rid of | | removing: getting rid of | | removed: got rid of
determine: figure out | work out | sort out | find out
determined: figured out | worked out | sorted out | found out
determining: figuring out | working out | sorting out | finding out
very: pretty | quite | extremely | super | awfully | terribly | incredibly | really really
need to: have to | have got to | gotta | got to | | needs to: has to | | needed to: had to
want to: wanna | would like to | would love to
going to: gonna
should: ought to
use: utilize | make use of | | uses: utilizes | makes use of | | used: utilized
using: utilizing | making use of
help: assist | | helped: assisted | | show: demonstrate | | shows: demonstrates | | showed: demonstrated
correct: fix | | corrects: fixes | | corrected: fixed | | correcting: fixing
occur: happen | | occurs: happens | | occurred: happened | | occurring: happening
things: stuff
somewhat: a bit | a little bit | a tad
good: great | awesome | cool | fantastic | brilliant | lovely | nice | excellent | wonderful
bad: terrible | awful | horrible | lousy | nasty
thank you: thanks | thx | cheers | many thanks | thanks a lot | thanks so much | thank you very much | ta | tnx
thank you: thank you so much | thanks very much | thanks a million | much appreciated | ty
yes: yeah | yep | yup | yea | aye | | no: nope | nah
i apologize for: sorry for | sorry about | apologies for | my apologies for
for example: e.g. | for instance | eg
that is: i.e. | ie
as soon as possible: asap
information: info | | documentation: docs | | pictures: pics | | picture: pic | | people: folks | guys
minutes: mins | | hours: hrs
until: till | | while: whilst | | among: amongst | | toward: towards | | through: via | | on: upon
because: b/c | cos | cuz | 'cause | coz | | with: w/ | | without: w/o
tomorrow: tmrw | tmr | tomoz | | tonight: tonite | 2nite | | message: msg | | please: pls | plz
you: u | ya | | your: ur | | are: r | | right now: rn
currently: right now | at the moment | at present | presently
usually: generally | normally | typically | as a rule
often: frequently | | sometimes: occasionally | from time to time | once in a while | now and then
completely: totally | entirely | fully | absolutely
certainly: definitely | surely | for sure | undoubtedly
clearly: obviously | evidently
particularly: especially | in particular
mainly: mostly | primarily | largely | chiefly
exactly: precisely
difficult to: hard to | tricky to | tough to
to: in order to | so as to
as far as i know: afaik | as far as i can tell | as far as i can see | afaict | to my knowledge
let me know: ping me | give me a shout | drop me a line | give me a ping
look at: have a look at | take a look at | check out | | looking at: having a look at | taking a look at
someone: somebody | | everyone: everybody | | anyone: anybody | | nobody: no one
entire: whole
a few: a couple of | a handful of
may: might
will: shall
about: regarding | concerning | with respect to | with regard to | with regards to | in regard to
additional: extra
almost: nearly
soon: shortly | before long
however: nevertheless | nonetheless | that said , | that being said ,
in addition: moreover | furthermore | additionally
therefore: thus | hence | consequently | as a result ,
contact: reach out to | get in touch with | get hold of
continue: keep going | carry on
discover: stumble upon
photograph: photo
television: telly
children: kids | | child: kid
father: dad | | mother: mum | mom
know: kno
going to be: gonna be
give me: gimme | | let me: lemme
although: though | even though
"""

_OPENERS = """
however: but | still ,
could you: can you | would you | will you
in addition: and | also | oh and | plus | besides ,
therefore: so | so then
yes: sure ,
alternatively: or
finally: lastly
"""

FILLERS = _phrases(
    "just | actually | basically | literally | really | honestly | frankly | to be honest | tbh | in fact | of course"
    "| as a matter of fact | you know | i mean | you see | by the way | btw | needless to say | for what it's worth "
    "| fwiw | lol | haha | hahaha | hehe | kinda | sorta | simply | indeed | after all | to be fair"
    "| at the end of the day "
    "| fyi | tho | xx | xxx | please note that | note that | it is important to note that | ok so | okay so | certainly"
    "| i hope this message finds you well | i hope this email finds you well | i hope you are well | hope you are well"
)
"""Removed wherever they stand; those of :data:`MEANT` only between commas or at the edge of a sentence."""

MEANT = _phrases(
    "of course | you know | i mean | you see | certainly | xx | note that | in fact | after all | indeed | tho"
)
LEADING = _phrases(
    "well | ok | okay | anyway | anyways | anyhow | oh | ah | hm | hmm | hmmm | um | uh | alright | right | now | look"
    "| aha | ooh | wow | argh | ugh"
)
"""Removed at the start of a sentence when a comma or a dash follows."""

_AMERICAN_STEMS = """
behaviour behavior; colour color; favour favor; honour honor; labour labor; neighbour neighbor; flavour flavor;
humour humor; rumour rumor; endeavour endeavor; harbour harbor; centre center; metre meter; theatre theater;
litre liter; fibre fiber; travelling traveling; travelled traveled; cancelled canceled; cancelling canceling;
modelling modeling; modelled modeled; labelling labeling; labelled labeled; programme program;
licence license; defence defense;
offence offense; grey gray; cheque check; catalogue catalog; judgement judgment; fulfil fulfill; analyse analyze;
analysed analyzed; analysing analyzing; practise practice; artefact artifact; maths math; ageing aging; tyre tire;
plough plow; aluminium aluminum; learnt learned; spelt spelled; burnt burned; dreamt dreamed; sceptical skeptical;
acknowledgement acknowledgment; enrol enroll; pyjamas pajamas; jewellery jewelry; storey story; mould mold
"""
_ISE = re.compile(
    r"\A((?:re)?(?:organ|real|recogn|optim|apolog|summar|minim|maxim|initial|normal|general|emphas|critic|custom|standard"
    r"|final|priorit|util|categor|character|author|special|memor|synchron|visual|capital|parameter|vector|serial|local"
    r"|symbol|stabil|penal|random|token|item|neutral|modern|autom|central|sympath|material|familiar|harmon|scrutin)i)s"
    r"(e|ed|es|er|ers|ing|ation|ations|able)\Z"
)
AMERICAN = dict(pair.split() for pair in _AMERICAN_STEMS.replace("\n", " ").split(";") if pair.strip())

EMPHASISED = word_set(
    "not very all any only must do does is are be was really never always should can will would and or but no "
    "yes have has need please why what how who so too much more most both every each some this that these "
    "those please"
)
"""Words that stand in capitals for emphasis only."""

_ADDRESSED = r"[A-Z][\w'’.-]*(?:[ \t]+(?:and[ \t]+|&[ \t]+)?[A-Z][\w'’.-]*){0,3}"
GREETING = re.compile(
    r"\A[ \t]*(?:(?:hi|hello|hey|dear|hiya|heya|good (?:morning|afternoon|evening)|morning|greetings|hallo|yo)\b"
    rf"(?:[ \t]+(?:there|all|everyone|everybody|folks|team|both|again|guys|(?-i:{_ADDRESSED})"
    r"|(?!than|thx)\w{2,15}(?=[ \t]*[,!\n])))?"
    r"[ \t]*(?:[,!:.–—-]+(?=\s)|\n|(?=\n))\s*)",
    re.IGNORECASE,
)
SIGN_OFF = re.compile(
    r"(?:\n\s*|(?<=[.!?])\s+)(?:(?:kind|best|warm|many|with best|with kind)?[ \t]*"
    r"(?:regards|wishes|best|cheers|thanks|thanks again|thank you|sincerely|yours(?: sincerely| truly| faithfully)?"
    r"|take care|love|all the best|talk soon|see you|bye|ciao|xx?x?)[ \t]*[,.!–—-]*[ \t]*)"
    r"(?:\n\s*(?-i:[A-Z])[\w .'-]{0,30})?\s*\Z",
    re.IGNORECASE,
)
THAT_VERBS = word_set(
    "think thinks thought believe hope hopes hoped know knew say says said sure suspect guess suppose mean "
    "means assume assumed glad afraid see told"
)
THAT_FOLLOWERS = word_set("it i you he she we they there this the these those my your")
INTRODUCTORY = word_set("however therefore alternatively finally unfortunately otherwise then yes no fortunately")
"""Take a comma at the start of a plain sentence."""

NOT_BEFORE = {
    key: word_set(words)
    for key, words in {
        "happen": "to",
        "happens": "to",
        "happened": "to",
        "quite": "a an the some",
        "pretty": "print printing printed",
        "bit": "of by",
        "so": "that far long as many much",
        "and": "then",
        "though": ". ! ? ,",
        "also": "known",
        "just": "as like",
        "really": ". ? !",
        "simply": "put",
        "you": "like mind",
    }.items()
}
"""A habit that ends in the key is left alone before these words."""

ONLY_AFTER = {
    "fix": word_set("to i you we they will would can could should must please and not ll"),
    "fixes": word_set("it that which he she this and"),
}
"""A habit that is a verb here and a noun elsewhere counts only after these words."""

HAVE_PARTICIPLES = word_set("been got had done gone become seen made come taken gotten")


@lru_cache(maxsize=20_000)
def american(word: str) -> str:
    """The American spelling of a lower-case word, or the word itself."""
    if word in AMERICAN:
        return AMERICAN[word]
    match = _ISE.match(word)
    if match:
        return f"{match.group(1)}z{match.group(2)}"
    for stem in AMERICAN:
        if word.startswith(stem) and word[len(stem) :] in (
            "s",
            "ed",
            "ing",
            "al",
            "able",
            "ful",
            "ite",
            "ly",
            "d",
            "less",
        ):
            return AMERICAN[stem] + word[len(stem) :]
    return word


_TWO_MEANINGS = word_set("check meter program license practice tire story burned learned dreamed spelled mold math")
"""American spellings that are also other British words, or as usual in Britain."""
BRITISH = {us: gb for gb, us in AMERICAN.items() if us not in _TWO_MEANINGS}
_IZE = re.compile(_ISE.pattern.replace("i)s\n", "i)z\n").replace(")i)s", ")i)z"))


@lru_cache(maxsize=20_000)
def british(word: str) -> str:
    """The British spelling of a lower-case word, or the word itself where that is in doubt."""
    if word in BRITISH:
        return BRITISH[word]
    match = _IZE.match(word)
    if match:
        return f"{match.group(1)}s{match.group(2)}"
    for stem, spelled in BRITISH.items():
        if word.startswith(stem) and american(spelled + word[len(stem) :]) == word:
            return spelled + word[len(stem) :]
    return word


PHRASES = _table(_PHRASES)
"""Habit -> plain, lower case, anywhere in a sentence."""
OPENERS = _table(_OPENERS)
"""Habit -> plain, as the first word of a sentence."""
