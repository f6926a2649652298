"""Functions for social products: posts, votes, friend graphs and group events."""

import math
import re
import textwrap
from collections import Counter, deque
from typing import Annotated, Literal, TypedDict

from annotated_types import Ge, Gt, Le, MinLen

CATEGORY = "Social"

_Z_SCORES = {"90%": 1.6448536, "95%": 1.9599640, "99%": 2.5758293}


class Rsvp(TypedDict):
    """One answer to an invitation."""

    name: str
    status: Literal["yes", "no", "maybe"]
    extra_guests: int


def _friend_graph(friendships: dict[str, list[str]]) -> dict[str, set[str]]:
    graph: dict[str, set[str]] = {}
    for person, friends in friendships.items():
        graph.setdefault(person, set())
        for friend in friends:
            if friend != person:
                graph[person].add(friend)
                graph.setdefault(friend, set()).add(person)
    return graph


def extract_post_hashtags(text: Annotated[str, MinLen(1)], unique: bool = True, lowercase: bool = True) -> list[str]:
    """List the hashtags of a social media post in order of appearance, without the leading '#'.

    Args:
        text: The text of the post.
        unique: Keep only the first occurrence of each hashtag.
        lowercase: Convert the hashtags to lower case (before duplicates are removed).

    Returns:
        The hashtags; an empty list if the post has none.

    Raises:
        ValueError: If the text is blank.

    Examples:
        >>> extract_post_hashtags(text="Sunrise over #Lisbon with the team #travel #lisbon")
        ['lisbon', 'travel']
        >>> extract_post_hashtags(text="#Sale today only! #sale #Shoes", unique=False, lowercase=False)
        ['Sale', 'sale', 'Shoes']
    """
    if not text.strip():
        raise ValueError("text must not be blank")
    tags = re.findall(r"(?<![\w#&])#(\w*[^\W\d_]\w*)", text)
    if lowercase:
        tags = [tag.lower() for tag in tags]
    return list(dict.fromkeys(tags)) if unique else tags


def weighted_post_length(text: Annotated[str, MinLen(1)], url_weight: Annotated[int, Ge(1), Le(100)] = 23) -> int:
    """Count the length of a post the way microblogs do: links cost a fixed amount, wide characters count double.

    Characters up to U+10FF (Latin, Greek, Cyrillic, Arabic and so on) count one, all others, such as CJK and emoji,
    count two.

    Args:
        text: The text of the post.
        url_weight: Length charged for every http(s) link, whatever its real length (1 to 100).

    Returns:
        The weighted length in characters.

    Raises:
        ValueError: If the text is empty or url_weight is outside 1 to 100.

    Examples:
        >>> weighted_post_length(text="Read this: https://example.com/a/very/long/article/about/bees")
        34
        >>> weighted_post_length(text="東京 see https://example.org", url_weight=10)
        19
    """
    if not text:
        raise ValueError("text must not be empty")
    if not 1 <= url_weight <= 100:
        raise ValueError("url_weight must be between 1 and 100")
    remaining, links = re.subn(r"https?://\S+", "", text)
    return links * url_weight + sum(1 if ord(char) <= 0x10FF else 2 for char in remaining)


def split_text_into_thread(
    text: Annotated[str, MinLen(1)], max_length: Annotated[int, Ge(20), Le(5000)] = 280, numbered: bool = True
) -> list[str]:
    """Split a long text into a thread of posts, breaking between words and never exceeding the length limit.

    Args:
        text: The text to publish; runs of white space and line breaks become one space.
        max_length: Maximum characters per post, numbering included (20 to 5000).
        numbered: Append a counter such as '(1/3)' to every post when there is more than one.

    Returns:
        The posts in reading order.

    Raises:
        ValueError: If the text is blank or max_length is outside 20 to 5000.

    Examples:
        >>> split_text_into_thread(text="We moved our office to Porto and we are hiring two engineers", max_length=40)
        ['We moved our office to Porto and (1/2)', 'we are hiring two engineers (2/2)']
        >>> split_text_into_thread(text="Doors open at seven, music at eight.", max_length=20, numbered=False)
        ['Doors open at seven,', 'music at eight.']
    """
    if not 20 <= max_length <= 5000:
        raise ValueError("max_length must be between 20 and 5000")
    words = " ".join(text.split())
    if not words:
        raise ValueError("text must not be blank")
    if len(words) <= max_length:
        return [words]
    if not numbered:
        return textwrap.wrap(words, max_length, break_on_hyphens=False)
    digits = 0
    posts: list[str] = []
    while digits == 0 or len(str(len(posts))) > digits:
        digits += 1
        width = max_length - len(" (/)") - 2 * digits
        if width < 1:
            raise ValueError("text is too long for numbered posts of this length")
        posts = textwrap.wrap(words, width, break_on_hyphens=False)
    return [f"{post} ({number}/{len(posts)})" for number, post in enumerate(posts, start=1)]


def post_engagement_rate(
    audience: Annotated[int, Ge(1)],
    reactions: Annotated[int, Ge(0)],
    comments: Annotated[int, Ge(0)] = 0,
    shares: Annotated[int, Ge(0)] = 0,
) -> float:
    """Calculate the engagement rate of a post as a percentage of its audience.

    Args:
        audience: Number of followers, or of people reached (at least 1).
        reactions: Number of likes and other reactions.
        comments: Number of comments.
        shares: Number of shares or reposts.

    Returns:
        Interactions per 100 people of the audience, rounded to 2 decimals.

    Raises:
        ValueError: If the audience is below 1 or a count is negative.

    Examples:
        >>> post_engagement_rate(audience=12500, reactions=430, comments=52, shares=18)
        4.0
        >>> post_engagement_rate(audience=980, reactions=61)
        6.22
    """
    if audience < 1 or min(reactions, comments, shares) < 0:
        raise ValueError("audience must be at least 1 and counts must not be negative")
    return round(100 * (reactions + comments + shares) / audience, 2)


def wilson_approval_lower_bound(
    positive_votes: Annotated[int, Ge(0)],
    total_votes: Annotated[int, Ge(1)],
    confidence: Literal["90%", "95%", "99%"] = "95%",
) -> float:
    """Calculate the lower bound of the Wilson score interval of an approval ratio, for fair ranking of voted items.

    Args:
        positive_votes: Number of positive votes, at most total_votes.
        total_votes: Number of all votes (at least 1).
        confidence: Confidence level of the two-sided interval.

    Returns:
        The lower bound as a fraction between 0 and 1, rounded to 4 decimals.

    Raises:
        ValueError: If the counts contradict each other or the confidence level is unknown.

    Examples:
        >>> wilson_approval_lower_bound(positive_votes=600, total_votes=1000)
        0.5693
        >>> wilson_approval_lower_bound(positive_votes=5, total_votes=5, confidence="90%")
        0.6489
    """
    if total_votes < 1 or not 0 <= positive_votes <= total_votes:
        raise ValueError("positive_votes must be between 0 and total_votes, and total_votes at least 1")
    if confidence not in _Z_SCORES:
        raise ValueError(f"unknown confidence level: {confidence}")
    z = _Z_SCORES[confidence]
    ratio = positive_votes / total_votes
    centre = ratio + z * z / (2 * total_votes)
    spread = z * math.sqrt((ratio * (1 - ratio) + z * z / (4 * total_votes)) / total_votes)
    return round(max(0.0, (centre - spread) / (1 + z * z / total_votes)), 4)


def feed_gravity_score(
    votes: Annotated[int, Ge(0)], age_hours: Annotated[float, Ge(0)], gravity: Annotated[float, Gt(0), Le(5)] = 1.8
) -> float:
    """Score a post for a front page on which votes lift a post and age pulls it down.

    The score is votes / (age_hours + 2) ** gravity.

    Args:
        votes: Number of votes for the post.
        age_hours: Hours since the post was published.
        gravity: Exponent of the decay, above 0 and at most 5; larger values favour newer posts.

    Returns:
        The score, rounded to 4 decimals.

    Raises:
        ValueError: If votes or age are negative or gravity is out of range.

    Examples:
        >>> feed_gravity_score(votes=120, age_hours=3)
        6.6227
        >>> feed_gravity_score(votes=45, age_hours=0.5, gravity=1.5)
        11.3842
    """
    if votes < 0 or age_hours < 0 or not 0 < gravity <= 5:
        raise ValueError("votes and age_hours must not be negative, gravity must be above 0 and at most 5")
    return round(votes / math.pow(age_hours + 2, gravity), 4)


def days_to_follower_goal(
    current_followers: Annotated[int, Ge(1)],
    goal_followers: Annotated[int, Ge(1)],
    daily_growth_percent: Annotated[float, Gt(0), Le(100)],
) -> int:
    """Estimate how many days an account needs to reach a follower goal at a constant daily growth rate.

    Args:
        current_followers: Followers today.
        goal_followers: Followers wanted.
        daily_growth_percent: Compound growth per day in percent, above 0 and at most 100.

    Returns:
        The number of whole days, 0 if the goal is already reached.

    Raises:
        ValueError: If a follower count is below 1 or the growth is out of range.

    Examples:
        >>> days_to_follower_goal(current_followers=8000, goal_followers=10000, daily_growth_percent=0.5)
        45
        >>> days_to_follower_goal(current_followers=500, goal_followers=2000, daily_growth_percent=2)
        71
    """
    if min(current_followers, goal_followers) < 1 or not 0 < daily_growth_percent <= 100:
        raise ValueError("follower counts must be at least 1, daily growth above 0 and at most 100 percent")
    if goal_followers <= current_followers:
        return 0
    return math.ceil(math.log(goal_followers / current_followers) / math.log1p(daily_growth_percent / 100) - 1e-9)


def suggest_friends_by_mutuals(
    friendships: Annotated[dict[str, list[str]], MinLen(1)], person: str, min_mutuals: Annotated[int, Ge(1)] = 1
) -> list[dict[str, str | int]]:
    """Suggest new friends for a person, ranked by the number of friends they have in common.

    Args:
        friendships: Names mapped to lists of their friends; a friendship listed once counts in both directions.
        person: The person to suggest friends for.
        min_mutuals: Least number of common friends (at least 1).

    Returns:
        Objects with 'name' and 'mutuals', most common friends first, then by name.

    Raises:
        ValueError: If the person does not occur in friendships or min_mutuals is below 1.

    Examples:
        >>> suggest_friends_by_mutuals(
        ...     friendships={"Al": ["Bo", "Cy"], "Dee": ["Bo", "Cy"], "Eli": ["Cy"]}, person="Al", min_mutuals=2
        ... )
        [{'name': 'Dee', 'mutuals': 2}]
        >>> suggest_friends_by_mutuals(
        ...     friendships={"Mia": ["Noah", "Liv"], "Oskar": ["Liv", "Noah"], "Pia": ["Liv"]}, person="Mia"
        ... )
        [{'name': 'Oskar', 'mutuals': 2}, {'name': 'Pia', 'mutuals': 1}]
    """
    graph = _friend_graph(friendships)
    if person not in graph:
        raise ValueError(f"{person} does not occur in friendships")
    if min_mutuals < 1:
        raise ValueError("min_mutuals must be at least 1")
    mutuals = Counter(other for friend in graph[person] for other in graph[friend])
    ranked = sorted((-count, name) for name, count in mutuals.items() if name not in graph[person] | {person})
    return [{"name": name, "mutuals": -count} for count, name in ranked if -count >= min_mutuals]


def degrees_of_separation(
    friendships: Annotated[dict[str, list[str]], MinLen(1)], person_a: str, person_b: str
) -> int | None:
    """Find how many friendship steps separate two people in a social network.

    Args:
        friendships: Names mapped to lists of their friends; a friendship listed once counts in both directions.
        person_a: The first person.
        person_b: The second person.

    Returns:
        The length of the shortest chain of friendships (1 for direct friends), or null if there is none.

    Raises:
        ValueError: If one of the two does not occur in friendships.

    Examples:
        >>> degrees_of_separation(friendships={"Al": ["Bo"], "Bo": ["Cy"], "Cy": ["Di"]}, person_a="Al", person_b="Di")
        3
        >>> degrees_of_separation(friendships={"Ivo": ["Jan"], "Kim": ["Lea"]}, person_a="Jan", person_b="Ivo")
        1
    """
    graph = _friend_graph(friendships)
    for person in (person_a, person_b):
        if person not in graph:
            raise ValueError(f"{person} does not occur in friendships")
    distance = {person_a: 0}
    queue = deque([person_a])
    while queue:
        current = queue.popleft()
        for friend in graph[current] - distance.keys():
            distance[friend] = distance[current] + 1
            queue.append(friend)
    return distance.get(person_b)


def ranked_choice_poll_winner(ballots: Annotated[list[list[str]], MinLen(1)]) -> dict[str, str | int]:
    """Determine the winner of a ranked-choice (instant-runoff) poll.

    In every round the option with the fewest first choices is eliminated (of tied options, the alphabetically last
    one) until one option holds more than half of the remaining ballots.

    Args:
        ballots: One list of options per voter, most preferred first, without repetitions; lists may be incomplete.

    Returns:
        An object with 'winner', 'votes' (ballots the winner holds in the last round) and 'rounds'.

    Raises:
        ValueError: If no ballot ranks an option, or a ballot repeats one.

    Examples:
        >>> ranked_choice_poll_winner(ballots=[["Pizza", "Sushi"], ["Sushi"], ["Tacos", "Sushi"], ["Pizza"], ["Sushi"]])
        {'winner': 'Sushi', 'votes': 3, 'rounds': 2}
        >>> ranked_choice_poll_winner(ballots=[["Park"], ["Beach", "Park"], ["Park", "Museum"]])
        {'winner': 'Park', 'votes': 2, 'rounds': 1}
    """
    if any(len(set(ballot)) != len(ballot) for ballot in ballots):
        raise ValueError("a ballot must not rank an option twice")
    remaining = {option for ballot in ballots for option in ballot}
    if not remaining:
        raise ValueError("at least one ballot must rank an option")
    rounds = 0
    while True:
        rounds += 1
        counts = Counter(dict.fromkeys(remaining, 0))
        for ballot in ballots:
            counts.update([option for option in ballot if option in remaining][:1])
        winner = min(remaining, key=lambda option: (-counts[option], option))
        if 2 * counts[winner] > counts.total() or len(remaining) == 1:
            return {"winner": winner, "votes": counts[winner], "rounds": rounds}
        remaining.remove(sorted(remaining, key=lambda option: (-counts[option], option))[-1])


def secret_santa_assignments(
    participants: Annotated[list[str], MinLen(2)], shift: Annotated[int, Ge(1)] = 1
) -> dict[str, str]:
    """Assign every participant of a gift exchange the person to give to, along one circle of names.

    Args:
        participants: Distinct names in circle order.
        shift: How many places further in the circle the recipient stands (at least 1, below the number of names).

    Returns:
        Givers mapped to recipients; nobody gives to themselves.

    Raises:
        ValueError: If names repeat, there are fewer than two, or the shift is out of range.

    Examples:
        >>> secret_santa_assignments(participants=["Ana", "Ben", "Cleo"])
        {'Ana': 'Ben', 'Ben': 'Cleo', 'Cleo': 'Ana'}
        >>> secret_santa_assignments(participants=["Raj", "Sue", "Tom", "Uma"], shift=2)
        {'Raj': 'Tom', 'Sue': 'Uma', 'Tom': 'Raj', 'Uma': 'Sue'}
    """
    if len(participants) < 2 or len(set(participants)) != len(participants):
        raise ValueError("at least two distinct names are needed")
    if not 1 <= shift < len(participants):
        raise ValueError("shift must be at least 1 and below the number of participants")
    recipients = participants[shift:] + participants[:shift]
    return dict(zip(participants, recipients, strict=True))


def event_rsvp_headcount(
    responses: Annotated[list[Rsvp], MinLen(1)], maybe_show_rate: Annotated[float, Ge(0), Le(1)] = 0.5
) -> dict[str, int]:
    """Estimate the attendance of an event from the answers to its invitation.

    Args:
        responses: Answers, each with 'name', 'status' ('yes', 'no' or 'maybe') and 'extra_guests' brought along.
        maybe_show_rate: Share of the undecided people expected to come, from 0 to 1.

    Returns:
        An object with 'confirmed', 'undecided' (both people including guests) and 'expected' (rounded up).

    Raises:
        ValueError: If there are no answers, a status is unknown, guests are negative or the rate is out of range.

    Examples:
        >>> event_rsvp_headcount(
        ...     responses=[
        ...         {"name": "Ana", "status": "yes", "extra_guests": 2},
        ...         {"name": "Ben", "status": "maybe", "extra_guests": 0},
        ...         {"name": "Cleo", "status": "no", "extra_guests": 0},
        ...     ]
        ... )
        {'confirmed': 3, 'undecided': 1, 'expected': 4}
        >>> event_rsvp_headcount(responses=[{"name": "Tom", "status": "maybe", "extra_guests": 3}], maybe_show_rate=0.2)
        {'confirmed': 0, 'undecided': 4, 'expected': 1}
    """
    if not responses or not 0 <= maybe_show_rate <= 1:
        raise ValueError("at least one response is needed and maybe_show_rate must be between 0 and 1")
    people = {"yes": 0, "maybe": 0, "no": 0}
    for response in responses:
        if response["status"] not in people or response["extra_guests"] < 0:
            raise ValueError(f"invalid response of {response['name']}")
        people[response["status"]] += 1 + response["extra_guests"]
    expected = people["yes"] + math.ceil(round(people["maybe"] * maybe_show_rate, 9))
    return {"confirmed": people["yes"], "undecided": people["maybe"], "expected": expected}
