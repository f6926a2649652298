"""What is left of a run, in the order of the plan."""

import itertools

from doubles import candidate

from apigen.pipeline.tasks import Task, tasks
from apigen.storage import History, Unjudged


def test_a_new_run_has_its_whole_plan_before_it() -> None:
    assert list(tasks(3, History())) == [Task(0), Task(1), Task(2)]


def test_a_run_without_a_number_never_ends() -> None:
    assert list(itertools.islice(tasks(None, History(done={1})), 3)) == [Task(0), Task(2), Task(3)]


def test_what_failed_comes_again_in_its_place() -> None:
    one = Unjudged(candidate(), 0, {"semantic": "judge_unreadable"})
    history = History(done={0, 1, 2, 4}, failed={4: 1, 1: 0}, unjudged={2: [one]})
    assert list(tasks(6, history)) == [Task(1, 1), Task(2, unjudged=(one,)), Task(3), Task(4, 2), Task(5)]


def test_a_finished_run_has_nothing_left() -> None:
    assert list(tasks(3, History(done={0, 1, 2}))) == []
    assert list(tasks(5, History(done={0, 1, 2}))) == [Task(3), Task(4)]
