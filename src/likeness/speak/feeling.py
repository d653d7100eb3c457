"""Which emotion a sentence asks for, judged by its words and punctuation: a small rule that can be read and foreseen.

Every cue gives its emotion a weight; the heaviest total wins if it reaches :data:`ENOUGH`, and "neutral" otherwise.
One word alone is enough only where it says how the writer feels ("furious", "heartbroken"); a negation within three
words before takes a cue away. English.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Collection

from likeness.speak.normalise.rule import word_list

ENOUGH = 2.0
_WORDS = {
    "happy": (
        "happy glad delighted thrilled thrill wonderful marvellous marvelous fantastic brilliant amazing love lovely "
        "hooray hurray yay cheers congratulations congrats great awesome excellent excited perfect celebrate "
        "celebrating won proud joy best thanks beautiful luck pleasure",
        "delighted thrilled hooray hurray yay congratulations congrats fantastic wonderful marvellous awesome",
    ),
    "sad": (
        "sad sorry miss missed lost loss cried crying tears lonely alone grief mourn died death funeral buried goodbye "
        "farewell heartbroken unfortunately sadly regret hurts gone empty hopeless",
        "heartbroken grief mourn died buried funeral condolences devastated",
    ),
    "angry": (
        "angry furious outrageous unacceptable ridiculous stupid hate disgusting damn hell enough stop liar lied "
        "nonsense careless idiot idiots fault sick terrible awful worst rude shame ashamed temper theft",
        "furious outrageous unacceptable disgusting lied ashamed",
    ),
    "surprised": (
        "wow whoa surprise surprised unbelievable incredible astonishing unexpected suddenly strange",
        "wow whoa unbelievable astonishing",
    ),
    "whispered": ("whisper whispered whispering secret quiet quietly hush shh softly asleep", "shh hush psst"),
    "authoritative": (
        "immediately attention required forbidden prohibited mandatory warning strictly",
        "attention forbidden prohibited mandatory",
    ),
    "tired": ("tired exhausted sleepy yawn weary worn drained asleep bed sleep", "exhausted weary yawn"),
    "playful": ("haha hehe lol silly cheeky tease joking kidding funny ha", "haha hehe lol kidding"),
}
_CUES: dict[str, dict[str, float]] = {}
for _emotion, (_plain, _strong) in _WORDS.items():
    for _word in _plain.split():
        _CUES.setdefault(_word, {})[_emotion] = 1.0
    for _word in _strong.split():
        _CUES.setdefault(_word, {})[_emotion] = 2.0
_PHRASES = (
    (re.compile(r"\b(?:can't|cannot|can not) (?:wait|believe how (?:good|great))\b", re.I), "happy", 2.0),
    (re.compile(r"\b(?:well done|good news|thank you so much)\b", re.I), "happy", 2.0),
    (re.compile(r"\b(?:thank you|look at (?:her|him|you) go|you did it)\b", re.I), "happy", 1.0),
    (re.compile(r"\bi miss(?:ed)? (?:you|her|him|them)\b|\bso sorry (?:to hear|for)\b", re.I), "sad", 2.0),
    (re.compile(r"\b(?:passed away|breaks my heart)\b", re.I), "sad", 2.0),
    (re.compile(r"\b(?:how dare|fed up|sick of|had enough|for the last time|what the hell)\b", re.I), "angry", 2.0),
    (re.compile(r"\b(?:i can't believe|no way|oh my god|oh my|who would have)\b", re.I), "surprised", 2.0),
    (re.compile(r"\b(?:don't tell|between us|keep it down|our little secret)\b", re.I), "whispered", 2.0),
    (re.compile(r"\b(?:so tired|need (?:some )?sleep|long day|can hardly keep)\b", re.I), "tired", 2.0),
    (re.compile(r"\b(?:just kidding|only joking|wink wink)\b", re.I), "playful", 2.0),
)  # fmt: skip
_NEGATION = frozenset(word_list("not no never nor don't doesn't didn't isn't wasn't won't can't hardly without"))
_INTENSE = frozenset(word_list("so very really extremely absolutely totally"))
_TOKEN = re.compile(r"[a-z]+(?:'[a-z]+)?")
_PICTURES = {
    "happy": "😀😃😄😁😊🥳🎉❤😍🤩🥰", "sad": "😢😭😞😔💔🙁☹", "angry": "😠😡🤬", "surprised": "😮😲🤯😯",
    "whispered": "🤫", "tired": "😴🥱😩", "playful": "😜😝😉😏🤪😂🤣",
}  # fmt: skip
_PICTURE = re.compile(
    r"([.!?…]*)\s*(" + "|".join(re.escape(mark) for marks in _PICTURES.values() for mark in marks) + r")\ufe0f?"
)
_OF_PICTURE = {mark: emotion for emotion, marks in _PICTURES.items() for mark in marks}
# A word that survives being read out and that nobody writes; it carries a picture's feeling into its sentence.
_CARRIER = "zqx"
_CARRIED = re.compile(rf"\s*\b{_CARRIER}([a-z]+){_CARRIER}\b", re.IGNORECASE)


def carrying(text: str) -> str:
    """``text`` with each emoji that shows a feeling as a word in the sentence it ends; :func:`felt` takes it out."""
    return _PICTURE.sub(lambda match: f" {_CARRIER}{_OF_PICTURE[match[2]]}{_CARRIER}{match[1]}", text)


def felt(sentence: str, among: Collection[str]) -> tuple[str, str]:
    """The sentence without what :func:`carrying` put in, and its emotion: one of ``among``, or "neutral"."""
    pictures = [found.casefold() for found in _CARRIED.findall(sentence)]
    plain = _CARRIED.sub("", sentence).strip()
    weights = _weights(plain)
    for emotion in pictures:
        weights[emotion] += 2.0
    possible = {emotion: weight for emotion, weight in weights.items() if emotion in among and weight >= ENOUGH}
    return plain, max(possible, key=lambda emotion: (possible[emotion], emotion)) if possible else "neutral"


def _weights(sentence: str) -> defaultdict[str, float]:
    words = _TOKEN.findall(sentence.casefold().replace("’", "'"))
    weights: defaultdict[str, float] = defaultdict(float)
    for place, word in enumerate(words):
        if word in _CUES and not _NEGATION & set(words[max(0, place - 3) : place]):
            intense = 0.5 if place and words[place - 1] in _INTENSE else 0.0
            for emotion, weight in _CUES[word].items():
                weights[emotion] += weight + intense
    for phrase, emotion, weight in _PHRASES:
        if phrase.search(sentence.replace("’", "'")):
            weights[emotion] += weight
    shouted = sentence.rstrip("\"')”’").endswith("!")
    if shouted:
        for emotion in ("happy", "angry", "surprised", "playful", "authoritative"):
            if weights[emotion]:
                weights[emotion] += 1.0
    if re.search(r"\?!|!\?", sentence):
        weights["surprised"] += 2.0
    if sentence.rstrip().endswith(("…", "...")) and (weights["sad"] or weights["tired"]):
        weights["sad" if weights["sad"] >= weights["tired"] else "tired"] += 1.0
    return weights
