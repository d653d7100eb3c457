"""Languages: told among those a person writes, short texts by their thread, kept or left out by the recipe."""

from __future__ import annotations

import subprocess
import sys
from collections import Counter
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from likeness.core import artefacts
from likeness.core.errors import InputError
from likeness.core.events import drain
from likeness.core.home import Home, PersonHome
from likeness.core.store import Store
from likeness.core.types import Message
from likeness.write import dataset, language
from likeness.write.prepare import latest_dataset, prepare
from likeness.write.recipe import prepare_recipe

ENGLISH = (
    "I will bring the drill and the long screws on Thursday, so please leave the garage open for me.",
    "The minutes of the last meeting are with Harriet, who wanted to correct the part about the roof.",
    "We could take the early train and have breakfast by the sea before everybody else is awake.",
    "ok see you",
)
GERMAN = (
    "Ich bringe am Donnerstag die Bohrmaschine und die langen Schrauben mit, lass bitte die Garage offen.",
    "Das Protokoll der letzten Sitzung liegt bei Anke, die den Absatz über das Dach noch ändern wollte.",
    "Wir könnten den frühen Zug nehmen und am Meer frühstücken, bevor alle anderen aufgewacht sind.",
    "alles klar",
)
START = datetime(2020, 1, 1, tzinfo=UTC)


@pytest.fixture
def home(tmp_path: Path) -> PersonHome:
    made = Home(tmp_path / "home").create("sam")
    made.confirm(["sam@example.org"])
    texts = {"en": ENGLISH, "de": GERMAN}
    with Store.open(made.store) as store:
        store.add(
            Message(
                f"{code}{n}", "whatsapp", f"chat-{code}", "sam@example.org", START + timedelta(hours=n * 9), text, True
            )
            for code, said in texts.items()
            for n, text in enumerate(said)
        )
    return made


def prepared(home: PersonHome, **changes: object) -> tuple[Counter[str], dict[str, int]]:
    recipe = prepare_recipe("quick", kinds=("rewrite",), **changes)
    drain(prepare(home, recipe, allow_small=True))
    folder = latest_dataset(home)
    measures = artefacts.load(folder).measures
    assert measures["languages"] == dict(Counter(row.language for row in dataset.exchanges(folder)))
    return Counter(row.language for row in dataset.exchanges(folder)), measures["dropped"]


def test_every_exchange_has_a_language_and_short_ones_that_of_their_conversation(home: PersonHome) -> None:
    found, _ = prepared(home)
    assert found == {"en": 4, "de": 4}
    rows = {row.exchange.text: row for row in dataset.exchanges(latest_dataset(home))}
    assert rows["alles klar"].language == "de"
    assert rows[GERMAN[0]].language_confidence > 0.9


def test_languages_that_the_recipe_does_not_name_are_left_out_and_counted(home: PersonHome) -> None:
    found, dropped = prepared(home, languages=("de",))
    assert found == {"de": 4}
    assert dropped["other language (en)"] == 4


def test_a_language_that_cannot_be_told_is_refused(home: PersonHome) -> None:
    with pytest.raises(InputError, match="no language that can be told: xx"):
        prepared(home, languages=("xx",))


@pytest.mark.parametrize(
    ("text", "spoken", "code"),
    [
        ("see you at the museum then", {"en", "de", "nl"}, "en"),
        ("bis morgen dann, ich freu mich", {"en", "de", "nl"}, "de"),
        ("你好，明天见吧", {"en", "de"}, "zh"),
        ("quisiera pedirle una cita para el martes por la tarde, si puede ser, gracias", {"en"}, "es"),
        ("[phone] https://example.org/a", {"en"}, ""),
        ("", {"en"}, ""),
        ("", set(), ""),
    ],
)
def test_a_text_is_told_among_the_languages_a_person_writes(text: str, spoken: set[str], code: str) -> None:
    assert language.language_of(text, spoken)[0] == code


def test_nothing_is_loaded_until_it_is_used() -> None:
    code = "import sys, likeness.cli, likeness.write.language; print('py3langid' in sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "False"
