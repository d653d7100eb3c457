"""The course of a session, whatever is pressed in whatever order."""

from __future__ import annotations

import pytest
from hypothesis import settings, strategies
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule

from likeness.core.errors import InputError, NotFound
from likeness.speak.record.session import Phase, Session, Taken
from likeness.speak.scripts import line

CONSENT = line("neutral", "I agree.", required=True)
PLAN = (CONSENT, *(line(emotion, f"Line {number}.") for emotion in ("neutral", "sad") for number in range(3)))


def take(number: int = 1) -> Taken:
    return Taken(sha256=f"{number:064x}", seconds=2.0, number=number)


def ready() -> Session:
    return Session.begin(PLAN, {}).room_heard()


def read(session: Session, number: int = 1) -> Session:
    return session.start().stop().keep(take(number))


def test_lines_are_read_in_order_the_consent_first() -> None:
    session = ready()
    seen = []
    while not session.done:
        seen.append(session.at)
        session = read(session)
    assert seen == [each.id for each in PLAN]
    assert session.seconds_left == 0
    assert [(each.emotion, each.done, each.total) for each in session.progress()] == [("neutral", 3, 3), ("sad", 3, 3)]


def test_the_consent_cannot_be_skipped_and_other_lines_can() -> None:
    session = ready()
    with pytest.raises(InputError, match="skip: not while the session is ready"):
        session.skip()
    session = read(session).skip()
    assert session.skipped == {PLAN[1].id}
    assert session.at == PLAN[2].id


def test_a_retake_changes_nothing_until_it_is_kept() -> None:
    session = read(read(ready()))
    again = session.retake()
    assert again.at == PLAN[1].id
    assert again.start().stop().refuse().taken == session.taken
    assert again.start().cancel().at == PLAN[1].id
    kept = again.start().stop().keep(take(2))
    assert kept.taken[PLAN[1].id].number == 2
    assert kept.at == PLAN[2].id
    assert again.skip().taken == session.taken
    assert again.skip().skipped == frozenset()


def test_any_line_with_a_take_can_be_read_again_and_no_other() -> None:
    session = read(read(ready()))
    assert session.retake(CONSENT.id).at == CONSENT.id
    with pytest.raises(NotFound, match="no take"):
        session.retake(PLAN[3].id)


def test_skipped_lines_come_again_once_the_others_are_read() -> None:
    taken = {each.id: take() for each in PLAN[:-1]}
    left = PLAN[-1].id
    assert Session.begin(PLAN, taken, frozenset({left})).at == left
    del taken[PLAN[2].id]
    assert Session.begin(PLAN, taken, frozenset({left})).at == PLAN[2].id


def test_what_is_not_possible_says_what_is() -> None:
    with pytest.raises(InputError) as raised:
        ready().stop()
    assert raised.value.hint == "possible now: end, pause, start"


class Pressing(RuleBasedStateMachine):
    """Any act at any time: possible ones lead on, others raise and change nothing."""

    def __init__(self) -> None:
        super().__init__()
        self.session = Session.begin(PLAN, {})
        self.kept: dict[str, int] = {}

    @rule(name=strategies.sampled_from(["room_heard", "start", "cancel", "skip", "pause", "resume", "refuse", "stop"]))
    def act(self, name: str) -> None:
        possible = name in self.session.actions
        before = self.session
        try:
            self.session = getattr(self.session, name)()
            assert possible
        except InputError:
            assert not possible
        assert dict(self.session.taken) == dict(before.taken)

    @precondition(lambda self: self.session.phase is Phase.JUDGING)
    @rule()
    def keep(self) -> None:
        line_id = self.session.at
        self.kept[line_id] = self.kept.get(line_id, 0) + 1
        self.session = self.session.keep(take(self.kept[line_id]))

    @rule(which=strategies.sampled_from([each.id for each in PLAN]))
    def retake(self, which: str) -> None:
        possible = "retake" in self.session.actions and which in self.kept
        try:
            self.session = self.session.retake(which)
            assert possible
        except (InputError, NotFound):
            assert not possible

    @invariant()
    def nothing_kept_is_lost(self) -> None:
        assert {line_id: taken.number for line_id, taken in self.session.taken.items()} == self.kept

    @invariant()
    def the_sums_agree(self) -> None:
        progress = self.session.progress()
        assert self.session.lines_done == len(self.kept)
        assert sum(each.done for each in progress) == len(self.kept.keys() - {CONSENT.id})
        assert sum(each.total for each in progress) == len(PLAN) - 1
        assert not self.session.skipped & set(self.kept)
        waiting = {each.id for each in PLAN} - set(self.kept) - self.session.skipped
        assert self.session.at in waiting or self.session.at in self.kept or (not waiting and self.session.done)

    @invariant()
    def there_is_always_a_way_out(self) -> None:
        assert self.session.end().phase is Phase.ENDED
        assert self.session.end().actions == frozenset()


Pressing.TestCase.settings = settings(max_examples=60, stateful_step_count=40, deadline=None)
TestPressing = Pressing.TestCase
