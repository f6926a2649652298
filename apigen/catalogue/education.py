"""Grading, test analysis, study planning and classroom organisation."""

import math
import re
from collections import Counter
from datetime import date, datetime, timedelta
from statistics import NormalDist, fmean, pstdev
from typing import Annotated, Literal, TypedDict

from annotated_types import Ge, Gt, Le, MaxLen, MinLen

CATEGORY = "Education"

_LETTER_POINTS = {
    "A+": 4.0, "A": 4.0, "A-": 3.7, "B+": 3.3, "B": 3.0, "B-": 2.7,
    "C+": 2.3, "C": 2.0, "C-": 1.7, "D+": 1.3, "D": 1.0, "D-": 0.7, "F": 0.0,
}  # fmt: skip


class CourseGrade(TypedDict):
    """A letter grade and the credits of its course."""

    grade: str
    credits: float


class GradeComponent(TypedDict):
    """An assessed part of a course with its score in percent and its weight."""

    name: str
    score_percent: float
    weight: float


class StudentScore(TypedDict):
    """A student and a score used to compare students."""

    name: str
    score: float


def _parse_date(text: str) -> date:
    try:
        day = datetime.strptime(text, "%Y-%m-%d").date()
    except ValueError:
        raise ValueError(f"not a calendar date in the form YYYY-MM-DD: {text!r}") from None
    if not 1900 <= day.year <= 2200:
        raise ValueError(f"year must lie between 1900 and 2200: {text!r}")
    return day


def grade_point_average(courses: Annotated[list[CourseGrade], MinLen(1), MaxLen(200)]) -> dict[str, float]:
    """Compute a credit-weighted grade point average on the 4.0 scale from letter grades.

    Args:
        courses: Courses with a letter "grade" from "A+" to "F" (A+ and A count 4.0, a minus takes off and a plus adds
            0.3, F counts 0) and their "credits", above 0.

    Returns:
        "gpa" rounded to 2 decimals and "credits", the total.

    Raises:
        ValueError: If there is no course, a grade is unknown, or credits are not positive.

    Examples:
        >>> grade_point_average(courses=[{"grade": "A", "credits": 3}, {"grade": "B+", "credits": 4}])
        {'gpa': 3.6, 'credits': 7}
        >>> grade_point_average(
        ...     courses=[{"grade": "C-", "credits": 2}, {"grade": "A-", "credits": 5}, {"grade": "F", "credits": 1}]
        ... )
        {'gpa': 2.74, 'credits': 8}
    """
    if not courses:
        raise ValueError("at least one course is needed")
    for course in courses:
        if course["grade"] not in _LETTER_POINTS or course["credits"] <= 0:
            raise ValueError(f"a course needs a letter grade and positive credits: {dict(course)}")
    total = sum(course["credits"] for course in courses)
    points = sum(_LETTER_POINTS[course["grade"]] * course["credits"] for course in courses)
    return {"gpa": round(points / total, 2), "credits": round(total, 2)}


def weighted_course_grade(
    components: Annotated[list[GradeComponent], MinLen(1), MaxLen(50)],
    drop_lowest: bool = False,
) -> dict[str, float | str | None]:
    """Compute a course grade in percent from assessed components with weights in any unit.

    Args:
        components: Parts with "name", "score_percent" (0 to 120, above 100 for bonus work) and "weight" above 0.
        drop_lowest: Whether to leave out the component with the lowest score before weighting.

    Returns:
        "grade_percent" rounded to 2 decimals and "dropped", the name of the component left out, or None.

    Raises:
        ValueError: If nothing is left to grade, or a score or weight lies outside its range.

    Examples:
        >>> weighted_course_grade(components=[
        ...     {"name": "homework", "score_percent": 92, "weight": 30},
        ...     {"name": "midterm", "score_percent": 78, "weight": 30},
        ...     {"name": "final", "score_percent": 85, "weight": 40},
        ... ])
        {'grade_percent': 85.0, 'dropped': None}
        >>> weighted_course_grade(drop_lowest=True, components=[
        ...     {"name": "quiz 1", "score_percent": 60, "weight": 1},
        ...     {"name": "quiz 2", "score_percent": 88, "weight": 1},
        ...     {"name": "quiz 3", "score_percent": 95, "weight": 2},
        ... ])
        {'grade_percent': 92.67, 'dropped': 'quiz 1'}
    """
    if any(not 0 <= part["score_percent"] <= 120 or part["weight"] <= 0 for part in components):
        raise ValueError("scores must lie between 0 and 120 percent and weights must be positive")
    if len(components) < (2 if drop_lowest else 1):
        raise ValueError("no component is left to grade")
    lowest = min(range(len(components)), key=lambda i: components[i]["score_percent"]) if drop_lowest else None
    kept = [part for i, part in enumerate(components) if i != lowest]
    total = sum(part["weight"] for part in kept)
    grade = sum(part["score_percent"] * part["weight"] for part in kept) / total
    return {"grade_percent": round(grade, 2), "dropped": None if lowest is None else components[lowest]["name"]}


def final_exam_score_needed(
    current_grade_percent: Annotated[float, Ge(0), Le(120)],
    target_grade_percent: Annotated[float, Ge(0), Le(120)],
    final_weight_percent: Annotated[float, Gt(0), Le(100)],
) -> dict[str, float | bool]:
    """Compute the score needed in a final exam to reach a target course grade.

    Args:
        current_grade_percent: Grade so far, without the final exam, in percent.
        target_grade_percent: Course grade wanted, in percent.
        final_weight_percent: Share of the final exam in the course grade, above 0 and up to 100 percent.

    Returns:
        "needed_percent" (1 decimal, 0 if the target is already secured) and "achievable", true up to 100 percent.

    Raises:
        ValueError: If a percentage lies outside its range.

    Examples:
        >>> final_exam_score_needed(current_grade_percent=82, target_grade_percent=85, final_weight_percent=30)
        {'needed_percent': 92.0, 'achievable': True}
        >>> final_exam_score_needed(current_grade_percent=64.5, target_grade_percent=90, final_weight_percent=40)
        {'needed_percent': 128.2, 'achievable': False}
    """
    if not 0 < final_weight_percent <= 100 or min(current_grade_percent, target_grade_percent) < 0:
        raise ValueError("the weight must be above 0 and up to 100 percent, and grades must not be negative")
    share = final_weight_percent / 100
    needed = max(0.0, round((target_grade_percent - current_grade_percent * (1 - share)) / share, 6))
    return {"needed_percent": round(needed, 1), "achievable": needed <= 100}


def passage_reading_level(passage: Annotated[str, MinLen(1), MaxLen(20000)]) -> dict[str, float | int]:
    """Rate how hard an English passage is to read, with Flesch reading ease and the Flesch-Kincaid grade level.

    Args:
        passage: English text of at least one word; syllables are estimated from groups of vowels.

    Returns:
        "reading_ease" (higher is easier) and "grade_level" (US school grade), 1 decimal, and the counts "sentences",
        "words" and "syllables".

    Raises:
        ValueError: If the passage contains no English word.

    Examples:
        >>> passage_reading_level(passage="The cat sat on the mat. It was warm.")
        {'reading_ease': 117.7, 'grade_level': -2.0, 'sentences': 2, 'words': 9, 'syllables': 9}
        >>> passage_reading_level(passage="Photosynthesis converts sunlight into chemical energy inside the leaves.")
        {'reading_ease': 0.3, 'grade_level': 15.5, 'sentences': 1, 'words': 9, 'syllables': 21}
    """
    words = re.findall(r"[a-z]+(?:'[a-z]+)*", passage.lower())
    if not words:
        raise ValueError("the passage contains no English word")
    sentences = max(1, len(re.findall(r"[.!?]+(?=\s|$)", passage)))
    syllables = 0
    for word in words:
        groups = len(re.findall(r"[aeiouy]+", word))
        silent_e = re.search(r"([^aeiouyl]e|[aeiouy]le|[^aeiouylscgzxh]es|[^aeiouytd]ed)$", word)
        syllables += max(1, groups - (silent_e is not None))
    per_sentence, per_word = len(words) / sentences, syllables / len(words)
    return {
        "reading_ease": round(206.835 - 1.015 * per_sentence - 84.6 * per_word, 1),
        "grade_level": round(0.39 * per_sentence + 11.8 * per_word - 15.59, 1),
        "sentences": sentences,
        "words": len(words),
        "syllables": syllables,
    }


def flashcard_next_review(
    recall_quality: Annotated[int, Ge(0), Le(5)],
    successful_reviews: Annotated[int, Ge(0), Le(1000)],
    previous_interval_days: Annotated[int, Ge(0), Le(3650)] = 0,
    ease_factor: Annotated[float, Ge(1.3), Le(5)] = 2.5,
    review_date: str | None = None,
) -> dict[str, int | float | str | None]:
    """Schedule the next review of a flashcard with the SM-2 spaced repetition algorithm.

    Args:
        recall_quality: How well the answer was recalled, from 0 (blackout) to 5 (perfect); below 3 starts over.
        successful_reviews: Number of successful reviews in a row before this one.
        previous_interval_days: Interval before this review in days, used from the third review on.
        ease_factor: Ease factor of the card before this review, from 1.3 to 5.
        review_date: Day of this review, written YYYY-MM-DD, to get the date of the next one.

    Returns:
        "interval_days" (up to 18250), "successful_reviews", "ease_factor" (2 decimals) and "next_review_date"
        (None without a review date).

    Raises:
        ValueError: If the quality is not 0 to 5, the ease factor is below 1.3, or the date is malformed.

    Examples:
        >>> flashcard_next_review(recall_quality=5, successful_reviews=2, previous_interval_days=6)
        {'interval_days': 15, 'successful_reviews': 3, 'ease_factor': 2.6, 'next_review_date': None}
        >>> flashcard_next_review(
        ...     recall_quality=2, successful_reviews=4, previous_interval_days=30, ease_factor=2.2,
        ...     review_date="2025-04-28",
        ... )
        {'interval_days': 1, 'successful_reviews': 0, 'ease_factor': 2.2, 'next_review_date': '2025-04-29'}
    """
    if not 0 <= recall_quality <= 5 or ease_factor < 1.3:
        raise ValueError("recall_quality must lie between 0 and 5 and ease_factor must be at least 1.3")
    if recall_quality < 3:
        reviews, interval, ease = 0, 1, ease_factor
    else:
        reviews = successful_reviews + 1
        interval = {1: 1, 2: 6}.get(reviews, max(1, math.ceil(round(previous_interval_days * ease_factor, 6))))
        missing = 5 - recall_quality
        ease = max(1.3, ease_factor + 0.1 - missing * (0.08 + missing * 0.02))
    next_day = None if review_date is None else (_parse_date(review_date) + timedelta(days=interval)).isoformat()
    return {
        "interval_days": interval,
        "successful_reviews": reviews,
        "ease_factor": round(ease, 2),
        "next_review_date": next_day,
    }


def multiple_choice_exam_score(
    answer_key: Annotated[list[str], MinLen(1), MaxLen(300)],
    responses: Annotated[list[str | None], MinLen(1), MaxLen(300)],
    points_correct: Annotated[float, Gt(0), Le(100)] = 1.0,
    penalty_wrong: Annotated[float, Ge(0), Le(100)] = 0.0,
) -> dict[str, int | float]:
    """Score a multiple-choice exam against its key, with an optional penalty for wrong answers.

    Args:
        answer_key: Correct option of each question, in order; letter case does not matter.
        responses: Chosen option of each question, None where the question was left blank.
        points_correct: Points for a correct answer, above 0.
        penalty_wrong: Points taken off for a wrong answer, 0 or more; blanks cost nothing.

    Returns:
        Counts "correct", "wrong" and "blank", "points" (2 decimals, not below 0) and "percent" of all points
        (1 decimal).

    Raises:
        ValueError: If the key is empty or key and responses differ in length.

    Examples:
        >>> multiple_choice_exam_score(answer_key=["A", "C", "B", "D"], responses=["A", "C", "D", "D"])
        {'correct': 3, 'wrong': 1, 'blank': 0, 'points': 3.0, 'percent': 75.0}
        >>> multiple_choice_exam_score(
        ...     answer_key=["B", "B", "A", "C", "D"], responses=["B", None, "C", "c", "D"],
        ...     points_correct=4, penalty_wrong=1,
        ... )
        {'correct': 3, 'wrong': 1, 'blank': 1, 'points': 11.0, 'percent': 55.0}
    """
    if not answer_key or len(answer_key) != len(responses):
        raise ValueError("answer key and responses must be non-empty and equally long")
    marks = [
        "blank" if given is None else "correct" if given.casefold() == right.casefold() else "wrong"
        for right, given in zip(answer_key, responses, strict=True)
    ]
    tally = Counter(marks)
    points = max(0.0, tally["correct"] * points_correct - tally["wrong"] * penalty_wrong)
    return {
        "correct": tally["correct"],
        "wrong": tally["wrong"],
        "blank": tally["blank"],
        "points": round(float(points), 2),
        "percent": round(points / (len(answer_key) * points_correct) * 100, 1),
    }


def rater_agreement_kappa(
    first_rater: Annotated[list[str], MinLen(2), MaxLen(1000)],
    second_rater: Annotated[list[str], MinLen(2), MaxLen(1000)],
) -> dict[str, float]:
    """Measure how far two graders agree on the same items: percent agreement and Cohen's kappa.

    Args:
        first_rater: Grades or labels given by the first rater, in item order.
        second_rater: Grades or labels given by the second rater for the same items.

    Returns:
        "agreement" (share of equal labels) and "kappa" (agreement beyond chance), rounded to 4 decimals.

    Raises:
        ValueError: If the lists differ in length, are too short, or both raters used one and the same label only.

    Examples:
        >>> rater_agreement_kappa(
        ...     first_rater=["pass", "pass", "fail", "pass"], second_rater=["pass", "fail", "fail", "pass"]
        ... )
        {'agreement': 0.75, 'kappa': 0.5}
        >>> rater_agreement_kappa(
        ...     first_rater=["A", "B", "C", "A", "B", "C"], second_rater=["A", "B", "B", "A", "C", "C"]
        ... )
        {'agreement': 0.6667, 'kappa': 0.5}
    """
    count = len(first_rater)
    if count < 2 or count != len(second_rater):
        raise ValueError("both raters must have labelled the same two or more items")
    agreement = sum(a == b for a, b in zip(first_rater, second_rater, strict=True)) / count
    first, second = Counter(first_rater), Counter(second_rater)
    chance = sum(first[label] * second[label] for label in first) / count**2
    if chance == 1:
        raise ValueError("kappa is not defined if both raters used one label only")
    return {"agreement": round(agreement, 4), "kappa": round((agreement - chance) / (1 - chance), 4)}


def curve_exam_scores(
    scores: Annotated[list[Annotated[float, Ge(0), Le(100)]], MinLen(1), MaxLen(500)],
    method: Literal["shift_to_max", "square_root", "target_mean"] = "shift_to_max",
    target_mean: Annotated[float, Ge(0), Le(100)] | None = None,
) -> list[float]:
    """Curve the exam scores of a class by one of three common methods, never above 100.

    Args:
        scores: Scores in percent, from 0 to 100.
        method: "shift_to_max" adds what the best score lacks to 100, "square_root" takes ten times the square root, and
            "target_mean" adds the difference between the wanted and the actual mean.
        target_mean: Wanted mean in percent; required for "target_mean" and not allowed otherwise.

    Returns:
        The curved scores in input order, kept within 0 to 100 and rounded to 1 decimal.

    Raises:
        ValueError: If a score lies outside 0 to 100 or target_mean does not go with the method.

    Examples:
        >>> curve_exam_scores(scores=[58, 74, 91])
        [67.0, 83.0, 100.0]
        >>> curve_exam_scores(scores=[49, 64, 81, 70], method="target_mean", target_mean=75)
        [58.0, 73.0, 90.0, 79.0]
    """
    if not scores or min(scores) < 0 or max(scores) > 100:
        raise ValueError("scores from 0 to 100 are needed")
    if (target_mean is not None) != (method == "target_mean"):
        raise ValueError("target_mean must be given for the method target_mean and for no other")
    if method == "square_root":
        return [round(10 * math.sqrt(score), 1) for score in scores]
    shift = 100 - max(scores) if target_mean is None else target_mean - fmean(scores)
    return [round(float(min(100.0, max(0.0, score + shift))), 1) for score in scores]


def exam_score_percentile(
    score: Annotated[float, Ge(-10000), Le(10000)],
    mean: Annotated[float, Ge(-10000), Le(10000)],
    standard_deviation: Annotated[float, Gt(0), Le(10000)],
) -> dict[str, float]:
    """Convert a test score into a z-score, T-score and percentile rank, assuming normally distributed scores.

    Args:
        score: Score of the test taker.
        mean: Mean score of the reference group.
        standard_deviation: Standard deviation of the reference group, above 0.

    Returns:
        "z_score" (2 decimals), "t_score" (mean 50, standard deviation 10) and "percentile" (1 decimal).

    Raises:
        ValueError: If the standard deviation is not positive.

    Examples:
        >>> exam_score_percentile(score=115, mean=100, standard_deviation=15)
        {'z_score': 1.0, 't_score': 60.0, 'percentile': 84.1}
        >>> exam_score_percentile(score=430, mean=500, standard_deviation=100)
        {'z_score': -0.7, 't_score': 43.0, 'percentile': 24.2}
    """
    if standard_deviation <= 0:
        raise ValueError("standard_deviation must be positive")
    z = (score - mean) / standard_deviation
    return {
        "z_score": round(z, 2),
        "t_score": round(50 + 10 * z, 1),
        "percentile": round(NormalDist().cdf(z) * 100, 1),
    }


def exam_study_plan(
    topics: Annotated[list[str], MinLen(1), MaxLen(60)],
    start_date: str,
    exam_date: str,
    skip_weekends: bool = False,
    review_days: Annotated[int, Ge(0), Le(30)] = 1,
) -> dict[str, list[str]]:
    """Spread study topics evenly over the days before an exam, keeping the last days free for review.

    Args:
        topics: Topics in the order in which to study them, from 1 to 60.
        start_date: First study day, written YYYY-MM-DD.
        exam_date: Day of the exam, written YYYY-MM-DD, at most 180 days later; nothing is planned on it.
        skip_weekends: Whether to leave Saturdays and Sundays free.
        review_days: Study days reserved for reviewing everything just before the exam, from 0 to 30.

    Returns:
        The topics by date (YYYY-MM-DD); review days are marked "review" and days without a topic left out.

    Raises:
        ValueError: If a date is malformed, there is no topic, or no study day is left besides the review days.

    Examples:
        >>> exam_study_plan(  # doctest: +NORMALIZE_WHITESPACE
        ...     topics=["algebra", "geometry", "statistics"], start_date="2025-05-05", exam_date="2025-05-09"
        ... )
        {'2025-05-05': ['algebra'], '2025-05-06': ['geometry'], '2025-05-07': ['statistics'], '2025-05-08':
        ['review']}
        >>> exam_study_plan(
        ...     topics=["verbs", "cases"], start_date="2025-03-07", exam_date="2025-03-11",
        ...     skip_weekends=True, review_days=0,
        ... )
        {'2025-03-07': ['verbs'], '2025-03-10': ['cases']}
    """
    start, exam = _parse_date(start_date), _parse_date(exam_date)
    if not topics or (exam - start).days > 180:
        raise ValueError("at least one topic and at most 180 days of preparation are needed")
    days = [start + timedelta(days=n) for n in range((exam - start).days)]
    days = [day for day in days if not (skip_weekends and day.weekday() >= 5)]
    study_days = len(days) - review_days
    if study_days < 1:
        raise ValueError("no study day is left between the start and the exam")
    plan: dict[str, list[str]] = {}
    for i, topic in enumerate(topics):
        plan.setdefault(days[i * study_days // len(topics)].isoformat(), []).append(topic)
    return plan | {day.isoformat(): ["review"] for day in days[study_days:]}


def school_attendance_summary(
    records: Annotated[list[Literal["present", "late", "excused", "absent"]], MinLen(1), MaxLen(400)],
    chronic_threshold_percent: Annotated[float, Gt(0), Le(100)] = 10.0,
) -> dict[str, int | float | bool]:
    """Summarise a pupil's attendance records: the rate, the longest absence and whether absence is chronic.

    Args:
        records: One record per school day in order; late counts as attended, excused as absent.
        chronic_threshold_percent: Share of days missed from which absence counts as chronic, in percent.

    Returns:
        "attendance_percent" (1 decimal), "days_missed", "times_late", "longest_absence" in consecutive days and
        "chronically_absent".

    Raises:
        ValueError: If there is no record or a record is unknown.

    Examples:
        >>> school_attendance_summary(  # doctest: +NORMALIZE_WHITESPACE
        ...     records=["present", "late", "absent", "absent", "present", "excused", "present"]
        ... )
        {'attendance_percent': 57.1, 'days_missed': 3, 'times_late': 1, 'longest_absence': 2, 'chronically_absent':
        True}
        >>> school_attendance_summary(  # doctest: +NORMALIZE_WHITESPACE
        ...     records=["present", "present", "present", "excused", "late"], chronic_threshold_percent=25
        ... )
        {'attendance_percent': 80.0, 'days_missed': 1, 'times_late': 1, 'longest_absence': 1, 'chronically_absent':
        False}
    """
    if not records or set(records) - {"present", "late", "excused", "absent"}:
        raise ValueError("records must be present, late, excused or absent, and at least one is needed")
    run = longest = missed = 0
    for record in records:
        run = run + 1 if record in ("excused", "absent") else 0
        missed, longest = missed + (run > 0), max(longest, run)
    missed_percent = missed / len(records) * 100
    return {
        "attendance_percent": round(100 - missed_percent, 1),
        "days_missed": missed,
        "times_late": records.count("late"),
        "longest_absence": longest,
        "chronically_absent": missed_percent >= chronic_threshold_percent,
    }


def balanced_student_groups(
    students: Annotated[list[StudentScore], MinLen(2), MaxLen(200)],
    group_count: Annotated[int, Ge(2), Le(50)],
) -> list[dict[str, list[str] | float]]:
    """Divide students into groups of similar average ability by a snake draft over their scores.

    Args:
        students: Students with distinct "name" and a "score"; equal scores are taken in input order.
        group_count: Number of groups, from 2 up to the number of students.

    Returns:
        One entry per group with "members", strongest first, and "average_score" rounded to 2 decimals.

    Raises:
        ValueError: If names repeat or there are fewer students than groups.

    Examples:
        >>> balanced_student_groups(group_count=2, students=[
        ...     {"name": "Ada", "score": 95}, {"name": "Bo", "score": 88}, {"name": "Cy", "score": 74},
        ...     {"name": "Di", "score": 61},
        ... ])
        [{'members': ['Ada', 'Di'], 'average_score': 78.0}, {'members': ['Bo', 'Cy'], 'average_score': 81.0}]
        >>> balanced_student_groups(group_count=3, students=[  # doctest: +NORMALIZE_WHITESPACE
        ...     {"name": "Uma", "score": 7.5}, {"name": "Vic", "score": 9}, {"name": "Wes", "score": 6},
        ... ])
        [{'members': ['Vic'], 'average_score': 9.0}, {'members': ['Uma'], 'average_score': 7.5}, {'members': ['Wes'],
        'average_score': 6.0}]
    """
    if len({student["name"] for student in students}) != len(students) or not 2 <= group_count <= len(students):
        raise ValueError("names must be distinct and the groups 2 or more and no more than the students")
    groups: list[list[StudentScore]] = [[] for _ in range(group_count)]
    for i, student in enumerate(sorted(students, key=lambda s: -s["score"])):
        lap, position = divmod(i, group_count)
        groups[group_count - 1 - position if lap % 2 else position].append(student)
    return [
        {"members": [s["name"] for s in group], "average_score": round(fmean(s["score"] for s in group), 2)}
        for group in groups
    ]


def exam_item_analysis(
    item_correct: Annotated[list[bool], MinLen(3), MaxLen(1000)],
    total_scores: Annotated[list[float], MinLen(3), MaxLen(1000)],
) -> dict[str, float]:
    """Analyse an exam question: its difficulty and how well it separates strong from weak test takers.

    Args:
        item_correct: Whether each test taker answered the question correctly.
        total_scores: Total exam score of each test taker, in the same order.

    Returns:
        "difficulty" (share of correct answers) and "discrimination" (point-biserial correlation with the total score,
        -1 to 1), rounded to 3 decimals.

    Raises:
        ValueError: If the lists differ in length or are too short, or answers or scores do not vary at all.

    Examples:
        >>> exam_item_analysis(item_correct=[True, True, False, True, False], total_scores=[92, 85, 60, 78, 55])
        {'difficulty': 0.6, 'discrimination': 0.944}
        >>> exam_item_analysis(item_correct=[False, True, False, True], total_scores=[40, 35, 28, 31])
        {'difficulty': 0.5, 'discrimination': -0.111}
    """
    count = len(item_correct)
    if count < 3 or count != len(total_scores):
        raise ValueError("answers and scores of the same three or more test takers are needed")
    spread, difficulty = pstdev(total_scores), sum(item_correct) / count
    if spread == 0 or difficulty in (0, 1):
        raise ValueError("answers and scores must both vary between test takers")
    right = fmean(score for score, correct in zip(total_scores, item_correct, strict=True) if correct)
    wrong = fmean(score for score, correct in zip(total_scores, item_correct, strict=True) if not correct)
    correlation = (right - wrong) / spread * math.sqrt(difficulty * (1 - difficulty))
    return {"difficulty": round(difficulty, 3), "discrimination": round(correlation, 3)}
