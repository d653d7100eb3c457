# ruff: noqa: E501  (messages)
"""Telling the language of short messages: ``python -m bench.language``.

Messages as people write them, in eight languages, cut at 20, 60 and 200 characters. ``likeness`` tells them among the
languages of a person who writes all eight (the hardest case; in a dataset it leaves texts under 20 characters to their
conversation, here it must say), py3langid among all it knows, and langdetect takes part
when LIKENESS_BENCH_PYTHON names an interpreter that has it. ``short_20_in_conversation``: pieces under 20 characters by
the language of their conversation, through a whole ``prepare``. Figures are shares told right, and microseconds a text.
"""

from __future__ import annotations

import json
import os
import subprocess
import tempfile
import time
from collections.abc import Callable, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path

from bench import harness
from likeness.core.events import drain
from likeness.core.home import Home
from likeness.core.store import Store
from likeness.core.types import Message
from likeness.write import dataset, language
from likeness.write.prepare import latest_dataset, prepare
from likeness.write.recipe import prepare_recipe

MESSAGES: dict[str, tuple[str, ...]] = {
    "en": (
        "sorry I'm running a bit late, the bus never came and now I'm walking down the hill with two bags of shopping, can you put the oven on and let the dog out before he eats the sofa again? back in twenty minutes or so, promise",
        "I had a look at the figures you sent over and most of it makes sense, but the third column doesn't add up to what the bank told us last week. Could you check whether the refund from March went in twice? No rush, Monday is fine",
        "haha no way, did she really say that in front of everybody? I would have walked straight out of the room. anyway let's talk about it over lunch tomorrow, usual place, I'll bring the photos from the wedding so you can laugh at my hat",
        "Thank you so much for coming all the way up here, the children haven't stopped talking about the kite. Mum wants the recipe for that soup, and the neighbours ask whether the big blue car is yours, because it blocked their gate all day",
        "yeah the gig was great but my ears still hurt, we stood right next to the speaker because Tom insisted. the support band was better than the main one to be honest, I'll send you the link later when I find their name somewhere",
    ),
    "de": (
        "sorry, ich komm ein bisschen später, der Bus ist nicht gekommen und jetzt lauf ich mit zwei Tüten den Berg runter. kannst du schon mal den Ofen anmachen und den Hund rauslassen, bevor er wieder das Sofa frisst? bin in zwanzig Minuten da",
        "Ich habe mir die Zahlen angesehen, die du geschickt hast, und das meiste leuchtet mir ein, aber die dritte Spalte passt nicht zu dem, was uns die Bank letzte Woche gesagt hat. Kannst du prüfen, ob die Erstattung vom März doppelt gebucht wurde?",
        "haha echt jetzt, das hat sie vor allen Leuten gesagt? ich wär sofort aus dem Zimmer gegangen. lass uns morgen beim Mittagessen drüber reden, am üblichen Ort, ich bring die Fotos von der Hochzeit mit, dann kannst du über meinen Hut lachen",
        "Vielen Dank, dass ihr den ganzen Weg hierher gekommen seid, die Kinder reden immer noch vom Drachen. Mama hätte gern das Rezept für die Suppe, und die Nachbarn fragen, ob das große blaue Auto euch gehört, weil es den ganzen Tag vor ihrem Tor stand",
        "ja das Konzert war super, aber mir tun immer noch die Ohren weh, weil wir direkt neben der Box standen. die Vorband war ehrlich gesagt besser als die eigentliche Band, ich schick dir später den Link, wenn ich ihren Namen irgendwo finde",
    ),
    "fr": (
        "désolé je suis un peu en retard, le bus n'est jamais venu et maintenant je descends la colline à pied avec deux sacs de courses. tu peux allumer le four et sortir le chien avant qu'il mange encore le canapé ? j'arrive dans vingt minutes, promis",
        "J'ai regardé les chiffres que tu m'as envoyés et presque tout me paraît clair, mais la troisième colonne ne correspond pas à ce que la banque nous a dit la semaine dernière. Peux-tu vérifier si le remboursement de mars a été compté deux fois ?",
        "mdr c'est pas vrai, elle a vraiment dit ça devant tout le monde ? moi je serais sortie de la pièce tout de suite. bref on en parle demain au déjeuner, au même endroit que d'habitude, j'apporte les photos du mariage pour que tu rigoles de mon chapeau",
        "Merci beaucoup d'être venus jusqu'ici, les enfants n'arrêtent pas de parler du cerf-volant. Maman voudrait la recette de la soupe, et les voisins demandent si la grosse voiture bleue est à vous, parce qu'elle a bloqué leur portail toute la journée",
        "ouais le concert était génial mais j'ai encore mal aux oreilles, on était juste à côté de l'enceinte parce que Thomas voulait absolument. la première partie était meilleure que le groupe principal, je t'envoie le lien dès que je retrouve leur nom",
    ),
    "es": (
        "perdona, llego un poco tarde, el autobús no ha pasado y ahora bajo la cuesta andando con dos bolsas de la compra. ¿puedes encender el horno y sacar al perro antes de que se coma otra vez el sofá? llego en veinte minutos, te lo prometo",
        "He mirado los números que me mandaste y casi todo tiene sentido, pero la tercera columna no cuadra con lo que nos dijo el banco la semana pasada. ¿Puedes comprobar si la devolución de marzo se apuntó dos veces? No hay prisa, el lunes está bien",
        "jajaja no me digas, ¿de verdad lo dijo delante de todos? yo me habría ido de la habitación en ese momento. bueno, lo hablamos mañana en la comida, en el sitio de siempre, y llevo las fotos de la boda para que te rías de mi sombrero",
        "Muchas gracias por venir hasta aquí, los niños no paran de hablar de la cometa. Mamá quiere la receta de la sopa, y los vecinos preguntan si el coche azul grande es vuestro, porque estuvo todo el día delante de su puerta y no podían salir",
        "sí, el concierto estuvo genial pero todavía me duelen los oídos, estábamos justo al lado del altavoz porque Tomás se empeñó. los teloneros fueron mejores que el grupo principal, luego te paso el enlace cuando encuentre cómo se llaman",
    ),
    "it": (
        "scusa, arrivo un po' in ritardo, l'autobus non è mai passato e adesso scendo a piedi dalla collina con due borse della spesa. puoi accendere il forno e far uscire il cane prima che si mangi di nuovo il divano? venti minuti e sono lì, promesso",
        "Ho guardato i numeri che mi hai mandato e quasi tutto torna, ma la terza colonna non corrisponde a quello che ci ha detto la banca la settimana scorsa. Puoi controllare se il rimborso di marzo è stato registrato due volte? Senza fretta, va bene lunedì",
        "ahah non ci credo, l'ha detto davvero davanti a tutti? io sarei uscita subito dalla stanza. comunque ne parliamo domani a pranzo, al solito posto, porto le foto del matrimonio così puoi ridere del mio cappello quanto vuoi, me lo merito",
        "Grazie mille di essere venuti fin qui, i bambini non smettono di parlare dell'aquilone. La mamma vorrebbe la ricetta della zuppa, e i vicini chiedono se la grande macchina blu è vostra, perché è rimasta tutto il giorno davanti al loro cancello",
        "sì il concerto è stato bellissimo ma ho ancora male alle orecchie, eravamo proprio accanto alla cassa perché Tommaso ha insistito. il gruppo spalla era meglio di quello principale, ti mando il link più tardi quando trovo come si chiamano",
    ),
    "pt": (
        "desculpa, estou um bocado atrasado, o autocarro não apareceu e agora venho a pé pela rua abaixo com dois sacos de compras. podes ligar o forno e deixar sair o cão antes que ele coma outra vez o sofá? chego daqui a vinte minutos, prometo",
        "Estive a ver os números que me mandaste e quase tudo faz sentido, mas a terceira coluna não bate certo com o que o banco nos disse na semana passada. Consegues ver se o reembolso de março foi lançado duas vezes? Não há pressa, pode ser segunda",
        "ahah não acredito, ela disse mesmo isso à frente de toda a gente? eu tinha saído logo da sala. enfim, falamos disso amanhã ao almoço, no sítio do costume, eu levo as fotografias do casamento para te poderes rir do meu chapéu à vontade",
        "Muito obrigada por terem vindo até cá, as crianças não param de falar do papagaio de papel. A mãe quer a receita da sopa, e os vizinhos perguntam se o carro azul grande é vosso, porque esteve o dia inteiro em frente ao portão deles",
        "sim, o concerto foi ótimo mas ainda me doem os ouvidos, ficámos mesmo ao lado da coluna porque o Tomás insistiu. a banda de abertura foi melhor do que a principal, mando-te a ligação mais tarde quando encontrar o nome deles algures",
    ),
    "nl": (
        "sorry, ik ben iets later, de bus kwam niet en nu loop ik met twee tassen boodschappen de heuvel af. kun jij de oven vast aanzetten en de hond uitlaten voordat hij weer aan de bank begint te knagen? ik ben er over twintig minuten, beloofd",
        "Ik heb naar de cijfers gekeken die je hebt gestuurd en het meeste klopt wel, maar de derde kolom komt niet overeen met wat de bank ons vorige week heeft verteld. Kun je nagaan of de terugbetaling van maart er twee keer in staat? Geen haast",
        "haha echt niet, heeft ze dat gezegd waar iedereen bij was? ik was meteen de kamer uit gelopen. maar goed, we hebben het er morgen over bij de lunch, op de gewone plek, ik neem de foto's van de bruiloft mee zodat je om mijn hoed kunt lachen",
        "Heel erg bedankt dat jullie helemaal hierheen zijn gekomen, de kinderen hebben het nog steeds over de vlieger. Mama wil graag het recept van de soep, en de buren vragen of die grote blauwe auto van jullie is, want hij stond de hele dag voor hun hek",
        "ja het concert was geweldig maar mijn oren doen nog steeds pijn, we stonden vlak naast de luidspreker omdat Tom dat per se wilde. het voorprogramma was eerlijk gezegd beter dan de band zelf, ik stuur je later de link als ik de naam vind",
    ),
    "pl": (
        "przepraszam, trochę się spóźnię, autobus nie przyjechał i teraz schodzę z górki z dwiema torbami zakupów. możesz już włączyć piekarnik i wypuścić psa, zanim znowu zje kanapę? będę za dwadzieścia minut, obiecuję, tylko nie zaczynajcie beze mnie",
        "Popatrzyłam na liczby, które przysłałeś, i prawie wszystko się zgadza, ale trzecia kolumna nie pasuje do tego, co bank powiedział nam w zeszłym tygodniu. Czy możesz sprawdzić, czy zwrot z marca nie został zapisany dwa razy? Nie ma pośpiechu",
        "haha nie wierzę, naprawdę powiedziała to przy wszystkich? ja bym od razu wyszła z pokoju. dobra, pogadamy jutro przy obiedzie, tam gdzie zwykle, przyniosę zdjęcia z wesela, żebyś mógł się pośmiać z mojego kapelusza, zasłużyłam sobie",
        "Bardzo dziękuję, że przyjechaliście aż tutaj, dzieci ciągle mówią o latawcu. Mama prosi o przepis na tę zupę, a sąsiedzi pytają, czy to duże niebieskie auto jest wasze, bo stało cały dzień przed ich bramą i nie mogli wyjechać do pracy",
        "tak, koncert był świetny, ale dalej bolą mnie uszy, bo staliśmy tuż obok głośnika, Tomek się uparł. zespół przed nimi był szczerze mówiąc lepszy niż ten główny, wyślę ci później link, jak tylko znajdę gdzieś, jak oni się nazywają",
    ),
}  # fmt: skip
LENGTHS = (20, 60, 200)
Teller = Callable[[Sequence[str]], list[str]]

_LANGDETECT = """
import json, sys
from langdetect import DetectorFactory, detect
DetectorFactory.seed = 0
def told(text):
    try:
        return detect(text)
    except Exception:
        return ""
print(json.dumps([told(text) for text in json.load(sys.stdin)]))
"""


def pieces(length: int) -> list[tuple[str, str]]:
    """(language, text) of whole words, at most ``length`` characters long."""
    made = []
    for code, messages in MESSAGES.items():
        for message in messages:
            words = message.split()
            starts = range(0, len(words), max(1, length // 5)) if length < 200 else (0,)
            for start in starts:
                text = ""
                for word in words[start:]:
                    if len(text) + 1 + len(word) > length:
                        break
                    text = f"{text} {word}".strip()
                if len(text) >= length * 0.75:
                    made.append((code, text))
    return made


def ours(texts: Sequence[str]) -> list[str]:
    return [language.language_of(text, MESSAGES, shortest=1)[0] for text in texts]


def plain(texts: Sequence[str]) -> list[str]:
    from py3langid import langid

    return [langid.classify(text)[0] for text in texts]


def langdetect(texts: Sequence[str]) -> list[str]:
    done = subprocess.run(
        [os.environ["LIKENESS_BENCH_PYTHON"], "-c", _LANGDETECT],
        input=json.dumps(list(texts)),
        capture_output=True,
        text=True,
        check=True,
    )
    found: list[str] = json.loads(done.stdout.splitlines()[-1])
    return found


def in_conversation() -> float:
    """Short pieces told by their conversation: one chat for each language, through ``prepare``."""
    start = datetime(2021, 1, 1, tzinfo=UTC)
    truth: dict[str, str] = {}
    with tempfile.TemporaryDirectory() as folder:
        home = Home(Path(folder) / "home").create("sam")
        home.confirm(["sam@example.org"])
        with Store.open(home.store) as store:
            for code, messages in MESSAGES.items():
                said = [*messages, *(text for at, text in pieces(20) if at == code)]
                for number, text in enumerate(said):
                    identity = f"{code}{number}"
                    truth[identity] = code
                    at = start + timedelta(hours=9 * number)
                    store.add([Message(identity, "whatsapp", code, "sam@example.org", at, text, True)])
        drain(prepare(home, prepare_recipe("quick", kinds=("rewrite",), shortest_words=1), allow_small=True))
        rows = [row for row in dataset.exchanges(latest_dataset(home)) if len(row.exchange.text) < 20]
        return sum(row.language == truth[row.exchange.message_ids[0]] for row in rows) / len(rows)


def main() -> None:
    """Measure and print."""
    tellers: dict[str, Teller] = {"likeness": ours, "py3langid": plain}
    if "LIKENESS_BENCH_PYTHON" in os.environ:
        tellers["langdetect"] = langdetect
    rows: list[list[object]] = []
    figures: dict[str, float] = {}
    for name, tell in tellers.items():
        tell(["something to load the model with first"])
        row: list[object] = [name]
        for length in LENGTHS:
            cut = pieces(length)
            begun = time.process_time()
            told = tell([text for _, text in cut])
            spent = (time.process_time() - begun) / len(cut) * 1e6
            right = sum(code == said for (code, _), said in zip(cut, told, strict=True)) / len(cut)
            figures[f"{name}_{length}"] = right
            row += [len(cut), right, round(spent) if name != "langdetect" else ""]
        rows.append(row)
    figures["short_20_in_conversation"] = in_conversation()
    header = ["who", *(title for length in LENGTHS for title in (f"texts of {length}", "right", "us"))]
    harness.finish("language", header, rows, figures)


if __name__ == "__main__":
    main()
