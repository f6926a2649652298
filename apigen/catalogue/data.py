"""Statistics, tables, time series and the evaluation of predictions."""

import csv
import io
import json
import math
from collections import Counter
from collections.abc import Callable
from statistics import NormalDist, fmean, median, multimode, pstdev, quantiles, stdev
from typing import Annotated, Literal

from annotated_types import Ge, Gt, Le, Lt, MinLen

CATEGORY = "Data"


def descriptive_statistics(
    values: Annotated[list[float], MinLen(2)],
    decimals: Annotated[int, Ge(0), Le(10)] = 4,
) -> dict[str, float | list[float]]:
    """Summarize a sample by its size, mean, median, modes, spread and quartiles.

    Args:
        values: The sample, at least two numbers.
        decimals: Number of decimals of the results, 0 to 10.

    Returns:
        An object with `count`, `mean`, `median`, `stdev` (sample standard deviation), `minimum`, `q1`, `q3`,
        `maximum` and `modes`. Quartiles interpolate linearly between the values.

    Raises:
        ValueError: If there are fewer than two values or the decimals are out of range.

    Examples:
        >>> descriptive_statistics(values=[4, 8, 6, 5, 3, 8])  # doctest: +NORMALIZE_WHITESPACE
        {'count': 6, 'mean': 5.6667, 'median': 5.5, 'stdev': 2.0656, 'minimum': 3, 'q1': 4.25, 'q3': 7.5, 'maximum':
        8, 'modes': [8]}
        >>> descriptive_statistics(values=[21.5, 19.25, 20.0, 22.75], decimals=1)  # doctest: +NORMALIZE_WHITESPACE
        {'count': 4, 'mean': 20.9, 'median': 20.8, 'stdev': 1.6, 'minimum': 19.2, 'q1': 19.8, 'q3': 21.8, 'maximum':
        22.8, 'modes': [19.25, 20.0, 21.5, 22.75]}
    """
    if len(values) < 2 or not 0 <= decimals <= 10:
        raise ValueError("at least two values are needed and decimals must lie between 0 and 10")
    q1, middle, q3 = quantiles(values, n=4, method="inclusive")
    summary = {
        "count": len(values),
        "mean": fmean(values),
        "median": middle,
        "stdev": stdev(values),
        "minimum": min(values),
        "q1": q1,
        "q3": q3,
        "maximum": max(values),
    }
    rounded: dict[str, float | list[float]] = {name: round(number, decimals) for name, number in summary.items()}
    rounded["modes"] = sorted(multimode(values))
    return rounded


def _check_pairs(x_values: list[float], y_values: list[float], minimum: int) -> None:
    if len(x_values) != len(y_values) or len(x_values) < minimum:
        raise ValueError(f"both lists must have the same length, at least {minimum}")
    if len(set(x_values)) == 1 or len(set(y_values)) == 1:
        raise ValueError("the values of each list must vary")


def linear_trend_fit(
    x_values: Annotated[list[float], MinLen(2)],
    y_values: Annotated[list[float], MinLen(2)],
    predict_at: float | None = None,
) -> dict[str, float | None]:
    """Fit a straight line to points by least squares and optionally predict a further value.

    Args:
        x_values: Positions of the points, at least two different ones.
        y_values: Value at every position; they must vary.
        predict_at: Position for which to predict the value.

    Returns:
        An object with `slope`, `intercept`, `r_squared` and `prediction` (null if none was asked for), rounded to
        4 decimals.

    Raises:
        ValueError: If the lists differ in length, hold fewer than two values or do not vary.

    Examples:
        >>> linear_trend_fit(x_values=[1, 2, 3, 4], y_values=[3, 5, 7, 9], predict_at=10)
        {'slope': 2.0, 'intercept': 1.0, 'r_squared': 1.0, 'prediction': 21.0}
        >>> linear_trend_fit(x_values=[1, 2, 3, 4, 5], y_values=[2, 4, 5, 4, 5])
        {'slope': 0.6, 'intercept': 2.2, 'r_squared': 0.6, 'prediction': None}
    """
    _check_pairs(x_values, y_values, 2)
    x_mean, y_mean = fmean(x_values), fmean(y_values)
    x_spread = sum((x - x_mean) ** 2 for x in x_values)
    y_spread = sum((y - y_mean) ** 2 for y in y_values)
    shared = sum((x - x_mean) * (y - y_mean) for x, y in zip(x_values, y_values, strict=True))
    slope = shared / x_spread
    intercept = y_mean - slope * x_mean
    return {
        "slope": round(slope, 4),
        "intercept": round(intercept, 4),
        "r_squared": round(shared**2 / (x_spread * y_spread), 4),
        "prediction": None if predict_at is None else round(intercept + slope * predict_at, 4),
    }


def correlation_coefficient(
    x_values: Annotated[list[float], MinLen(3)],
    y_values: Annotated[list[float], MinLen(3)],
    method: Literal["pearson", "spearman"] = "pearson",
) -> float:
    """Compute the linear (Pearson) or rank (Spearman) correlation of two series.

    Args:
        x_values: First series, at least three numbers that vary.
        y_values: Second series of the same length.
        method: "pearson" for linear, "spearman" for monotonic relations; tied values share their average rank.

    Returns:
        The correlation between -1 and 1, rounded to 4 decimals.

    Raises:
        ValueError: If the lists differ in length, hold fewer than three values, do not vary or the method is unknown.

    Examples:
        >>> correlation_coefficient(x_values=[1, 2, 3, 4, 5], y_values=[2, 4, 5, 4, 5])
        0.7746
        >>> correlation_coefficient(x_values=[10, 20, 30, 40], y_values=[1, 8, 27, 64], method="spearman")
        1.0
    """
    _check_pairs(x_values, y_values, 3)
    if method not in ("pearson", "spearman"):
        raise ValueError(f"unknown method: {method}")
    series = [x_values, y_values]
    if method == "spearman":
        series = [[sum((other < value) + (other <= value) for other in row) / 2 for value in row] for row in series]
    left, right = series
    left_mean, right_mean = fmean(left), fmean(right)
    shared = sum((x - left_mean) * (y - right_mean) for x, y in zip(left, right, strict=True))
    return round(shared / (len(left) * pstdev(left) * pstdev(right)), 4)


def outliers_by_quartile_fence(
    values: Annotated[list[float], MinLen(4)],
    multiplier: Annotated[float, Gt(0)] = 1.5,
) -> dict[str, float | list[float]]:
    """Find the outliers of a sample that lie beyond the interquartile fences of a box plot.

    Args:
        values: The sample, at least four numbers.
        multiplier: How many interquartile ranges the fences lie outside the quartiles.

    Returns:
        An object with `lower_fence`, `upper_fence` (rounded to 4 decimals) and `outliers` in the order of the sample.

    Raises:
        ValueError: If there are fewer than four values or the multiplier is not positive.

    Examples:
        >>> outliers_by_quartile_fence(values=[10, 12, 11, 13, 12, 50, 11, -20])
        {'lower_fence': 8.5, 'upper_fence': 14.5, 'outliers': [50, -20]}
        >>> outliers_by_quartile_fence(values=[1, 2, 3, 4, 100], multiplier=3)
        {'lower_fence': -4.0, 'upper_fence': 10.0, 'outliers': [100]}
    """
    if len(values) < 4 or multiplier <= 0:
        raise ValueError("at least four values and a positive multiplier are needed")
    q1, _, q3 = quantiles(values, n=4, method="inclusive")
    lower, upper = q1 - multiplier * (q3 - q1), q3 + multiplier * (q3 - q1)
    return {
        "lower_fence": round(lower, 4),
        "upper_fence": round(upper, 4),
        "outliers": [value for value in values if not lower <= value <= upper],
    }


def histogram_bin_counts(
    values: Annotated[list[float], MinLen(1)],
    bin_count: Annotated[int, Ge(1), Le(100)] = 10,
    lower: float | None = None,
    upper: float | None = None,
) -> dict[str, list[float] | list[int] | int]:
    """Count how many values fall into each of several equally wide bins.

    Args:
        values: The values to count.
        bin_count: Number of bins, 1 to 100.
        lower: Left edge of the first bin; by default the smallest value.
        upper: Right edge of the last bin, which includes the edge; by default the largest value.

    Returns:
        An object with the bin `edges` (rounded to 6 decimals), the `counts` per bin and the number of values `outside`.

    Raises:
        ValueError: If there are no values, the bin count is out of range or the range has no width.

    Examples:
        >>> histogram_bin_counts(values=[1, 2, 2, 3, 5, 8, 9], bin_count=4)
        {'edges': [1.0, 3.0, 5.0, 7.0, 9.0], 'counts': [3, 1, 1, 2], 'outside': 0}
        >>> histogram_bin_counts(values=[55, 61, 78, 83, 97, 104], bin_count=5, lower=50, upper=100)
        {'edges': [50.0, 60.0, 70.0, 80.0, 90.0, 100.0], 'counts': [1, 1, 1, 1, 1], 'outside': 1}
    """
    if not values or not 1 <= bin_count <= 100:
        raise ValueError("values must not be empty and bin_count must lie between 1 and 100")
    start = min(values) if lower is None else lower
    end = max(values) if upper is None else upper
    if start >= end:
        raise ValueError("the lower edge must be below the upper edge")
    width = (end - start) / bin_count
    inside = [value for value in values if start <= value <= end]
    counts = Counter(min(int((value - start) / width), bin_count - 1) for value in inside)
    return {
        "edges": [round(start + place * width, 6) for place in range(bin_count + 1)],
        "counts": [counts[place] for place in range(bin_count)],
        "outside": len(values) - len(inside),
    }


def csv_text_to_records(
    csv_text: Annotated[str, MinLen(1)],
    delimiter: Literal[",", ";", "\t", "|"] = ",",
    convert_numbers: bool = True,
) -> list[dict[str, str | int | float | None]]:
    """Parse CSV text with a header line into a list of records.

    Args:
        csv_text: The CSV text; the first line names the columns.
        delimiter: Character between the fields.
        convert_numbers: Whether fields that look like plain decimal numbers become numbers.

    Returns:
        One object per row by column name; empty fields become null.

    Raises:
        ValueError: If the header is missing or has empty or repeated names, or a row has the wrong number of fields.

    Examples:
        >>> csv_text_to_records(csv_text="city,population\\nOslo,709000\\nBergen,291000")
        [{'city': 'Oslo', 'population': 709000}, {'city': 'Bergen', 'population': 291000}]
        >>> csv_text_to_records(csv_text="sku;price\\n0042;9.5\\n0043;", delimiter=";", convert_numbers=False)
        [{'sku': '0042', 'price': '9.5'}, {'sku': '0043', 'price': None}]
    """
    if delimiter not in (",", ";", "\t", "|"):
        raise ValueError("the delimiter must be a comma, semicolon, tab or vertical bar")
    rows = [row for row in csv.reader(io.StringIO(csv_text, newline=""), delimiter=delimiter) if row]
    header = rows[0] if rows else []
    if not header or "" in header or len(set(header)) < len(header):
        raise ValueError("the first line must name the columns with different, non-empty names")

    def converted(field: str) -> str | int | float | None:
        digits = field.removeprefix("-")
        if not convert_numbers or not digits.isascii() or not digits.replace(".", "", 1).isdigit():
            return field or None
        return float(field) if "." in field else int(field)

    for number, row in enumerate(rows[1:], start=1):
        if len(row) != len(header):
            raise ValueError(f"data row {number} has {len(row)} fields instead of {len(header)}")
    return [{name: converted(field) for name, field in zip(header, row, strict=True)} for row in rows[1:]]


def group_records_and_aggregate(
    records: Annotated[list[dict[str, str | float]], MinLen(1)],
    group_field: str,
    value_field: str,
    aggregate: Literal["sum", "mean", "median", "min", "max", "count"] = "sum",
) -> dict[str, float]:
    """Group records by one field and aggregate the numbers of another field within each group.

    Args:
        records: Records that all have both fields.
        group_field: Name of the field to group by.
        value_field: Name of the numeric field to aggregate.
        aggregate: How the values of a group are combined.

    Returns:
        The aggregated value by group in order of first appearance, rounded to 4 decimals.

    Raises:
        ValueError: If there are no records, a field is missing, a value is not a number or the aggregate is unknown.

    Examples:
        >>> group_records_and_aggregate(
        ...     records=[
        ...         {"region": "north", "revenue": 120},
        ...         {"region": "south", "revenue": 80},
        ...         {"region": "north", "revenue": 30},
        ...     ],
        ...     group_field="region",
        ...     value_field="revenue",
        ... )
        {'north': 150.0, 'south': 80.0}
        >>> group_records_and_aggregate(
        ...     records=[{"team": "A", "points": 3}, {"team": "B", "points": 1}, {"team": "A", "points": 0}],
        ...     group_field="team",
        ...     value_field="points",
        ...     aggregate="mean",
        ... )
        {'A': 1.5, 'B': 1.0}
    """
    groups: dict[str, list[float]] = {}
    for record in records:
        if group_field not in record or value_field not in record:
            raise ValueError(f"every record needs the fields {group_field} and {value_field}")
        value = record[value_field]
        if isinstance(value, str | bool):
            raise ValueError(f"the field {value_field} holds a value that is not a number: {value!r}")
        groups.setdefault(str(record[group_field]), []).append(value)
    if not groups:
        raise ValueError("records must not be empty")
    functions: dict[str, Callable[[list[float]], float]] = {
        "sum": sum,
        "mean": fmean,
        "median": median,
        "min": min,
        "max": max,
        "count": len,
    }
    if aggregate not in functions:
        raise ValueError(f"unknown aggregate: {aggregate}")
    return {group: round(float(functions[aggregate](values)), 4) for group, values in groups.items()}


def moving_average_series(
    values: Annotated[list[float], MinLen(1)],
    window: Annotated[int, Ge(1)],
    weighting: Literal["simple", "linear", "exponential"] = "simple",
) -> list[float]:
    """Smooth a time series with a trailing moving average.

    Args:
        values: The series in chronological order.
        window: Number of values per average, 1 to the length of the series.
        weighting: "simple" weighs all values alike, "linear" weighs recent values more, "exponential" smooths the
            whole series with the factor 2 / (window + 1), starting from the first value.

    Returns:
        The averages, rounded to 4 decimals: as many as the series for "exponential", window - 1 fewer otherwise.

    Raises:
        ValueError: If the series is empty, the window does not fit or the weighting is unknown.

    Examples:
        >>> moving_average_series(values=[10, 12, 14, 13, 18], window=3)
        [12.0, 13.0, 15.0]
        >>> moving_average_series(values=[10, 20, 30], window=3, weighting="exponential")
        [10.0, 15.0, 22.5]
    """
    if not 1 <= window <= len(values):
        raise ValueError("window must lie between 1 and the length of the series")
    if weighting == "exponential":
        smoothed = [float(values[0])]
        for value in values[1:]:
            smoothed.append(smoothed[-1] + 2 / (window + 1) * (value - smoothed[-1]))
        return [round(value, 4) for value in smoothed]
    if weighting not in ("simple", "linear"):
        raise ValueError(f"unknown weighting: {weighting}")
    weights = [1.0] * window if weighting == "simple" else [float(place) for place in range(1, window + 1)]
    return [
        round(sum(a * b for a, b in zip(weights, values[end - window : end], strict=True)) / sum(weights), 4)
        for end in range(window, len(values) + 1)
    ]


def rescale_numeric_series(
    values: Annotated[list[float], MinLen(2)],
    method: Literal["min_max", "z_score", "robust"] = "min_max",
) -> list[float]:
    """Rescale a series of numbers so that series of different units become comparable.

    Args:
        values: At least two numbers.
        method: "min_max" maps to 0 to 1, "z_score" gives distances from the mean in population standard deviations,
            "robust" gives distances from the median in interquartile ranges.

    Returns:
        The rescaled values in the same order, rounded to 4 decimals.

    Raises:
        ValueError: If there are fewer than two values, their spread is zero or the method is unknown.

    Examples:
        >>> rescale_numeric_series(values=[10, 15, 20])
        [0.0, 0.5, 1.0]
        >>> rescale_numeric_series(values=[2, 4, 4, 4, 5, 5, 7, 9], method="z_score")
        [-1.5, -0.5, -0.5, -0.5, 0.0, 0.0, 1.0, 2.0]
    """
    if len(values) < 2:
        raise ValueError("at least two values are needed")
    if method == "min_max":
        centre, spread = min(values), max(values) - min(values)
    elif method == "z_score":
        centre, spread = fmean(values), pstdev(values)
    elif method == "robust":
        q1, centre, q3 = quantiles(values, n=4, method="inclusive")
        spread = q3 - q1
    else:
        raise ValueError(f"unknown method: {method}")
    if spread == 0:
        raise ValueError("the values have no spread")
    return [round((value - centre) / spread, 4) for value in values]


def classification_quality_scores(
    actual: Annotated[list[str], MinLen(1)],
    predicted: Annotated[list[str], MinLen(1)],
    positive_label: str,
) -> dict[str, float]:
    """Compute accuracy, precision, recall and F1 score of predicted labels.

    Args:
        actual: True label of every example.
        predicted: Predicted label of every example in the same order.
        positive_label: The label that counts as positive; it must occur among the labels.

    Returns:
        An object with `accuracy`, `precision`, `recall` and `f1`, rounded to 4 decimals; undefined ratios are 0.

    Raises:
        ValueError: If the lists are empty, differ in length or never hold the positive label.

    Examples:
        >>> classification_quality_scores(
        ...     actual=["spam", "ham", "spam", "ham"], predicted=["spam", "spam", "spam", "ham"], positive_label="spam"
        ... )
        {'accuracy': 0.75, 'precision': 0.6667, 'recall': 1.0, 'f1': 0.8}
        >>> classification_quality_scores(
        ...     actual=["yes", "no", "yes"], predicted=["no", "no", "yes"], positive_label="yes"
        ... )
        {'accuracy': 0.6667, 'precision': 1.0, 'recall': 0.5, 'f1': 0.6667}
    """
    if not actual or len(actual) != len(predicted):
        raise ValueError("actual and predicted must have the same length, at least one")
    if positive_label not in actual and positive_label not in predicted:
        raise ValueError(f"the label {positive_label!r} does not occur")
    pairs = list(zip(actual, predicted, strict=True))
    hits = sum(truth == guess == positive_label for truth, guess in pairs)
    claimed, real = predicted.count(positive_label), actual.count(positive_label)
    return {
        "accuracy": round(sum(truth == guess for truth, guess in pairs) / len(pairs), 4),
        "precision": round(hits / claimed, 4) if claimed else 0.0,
        "recall": round(hits / real, 4) if real else 0.0,
        "f1": round(2 * hits / (claimed + real), 4),
    }


def survey_sample_size(
    margin_of_error_percent: Annotated[float, Gt(0), Le(50)],
    confidence_percent: Annotated[float, Ge(50), Lt(100)] = 95.0,
    expected_share_percent: Annotated[float, Gt(0), Lt(100)] = 50.0,
    population: Annotated[int, Ge(1)] | None = None,
) -> int:
    """Compute how many people a survey must ask to estimate a share with a given margin of error.

    Args:
        margin_of_error_percent: Largest acceptable error in percentage points, above 0 and up to 50.
        confidence_percent: Confidence level in percent, 50 to below 100.
        expected_share_percent: Expected share in percent; 50 is the cautious choice.
        population: Size of the population, if it is small enough to matter.

    Returns:
        The required number of answers, rounded up.

    Raises:
        ValueError: If a value is out of range.

    Examples:
        >>> survey_sample_size(margin_of_error_percent=5)
        385
        >>> survey_sample_size(margin_of_error_percent=3, confidence_percent=99, population=2000)
        960
    """
    if not 0 < margin_of_error_percent <= 50 or not 50 <= confidence_percent < 100:
        raise ValueError("the margin must lie above 0 and up to 50, the confidence between 50 and below 100")
    if not 0 < expected_share_percent < 100 or (population is not None and population < 1):
        raise ValueError("the expected share must lie between 0 and 100 and the population must be positive")
    z_score = NormalDist().inv_cdf(0.5 + confidence_percent / 200)
    share = expected_share_percent / 100
    size = z_score**2 * share * (1 - share) / (margin_of_error_percent / 100) ** 2
    if population is not None:
        size = size / (1 + (size - 1) / population)
    return max(1, math.ceil(round(size, 6)))


def fill_missing_values(
    values: Annotated[list[float | None], MinLen(1)],
    strategy: Literal["linear", "forward", "mean", "median", "constant"] = "linear",
    constant: float = 0.0,
) -> list[float]:
    """Replace the gaps in a series of numbers.

    Args:
        values: The series; null marks a gap. At least one value must be known.
        strategy: "linear" interpolates between neighbours, "forward" repeats the last known value, the others fill in
            one number. Gaps at an end take the nearest known value for "linear" and "forward".
        constant: The number that the strategy "constant" fills in.

    Returns:
        The series without gaps; filled values are rounded to 4 decimals.

    Raises:
        ValueError: If no value is known or the strategy is unknown.

    Examples:
        >>> fill_missing_values(values=[1, None, None, 7, None])
        [1, 3.0, 5.0, 7, 7]
        >>> fill_missing_values(values=[3, None, 5, 10], strategy="median")
        [3, 5.0, 5, 10]
    """
    known = [place for place, value in enumerate(values) if value is not None]
    numbers = [value for value in values if value is not None]
    if not numbers:
        raise ValueError("at least one value must be known")
    if strategy not in ("linear", "forward", "mean", "median", "constant"):
        raise ValueError(f"unknown strategy: {strategy}")

    def filler(place: int) -> float:
        if strategy in ("mean", "median", "constant"):
            return {"mean": fmean(numbers), "median": float(median(numbers)), "constant": constant}[strategy]
        later = sum(position < place for position in known)
        before, after = max(later - 1, 0), min(later, len(known) - 1)
        if strategy == "forward" or before == after:
            return numbers[before]
        share = (place - known[before]) / (known[after] - known[before])
        return numbers[before] + share * (numbers[after] - numbers[before])

    return [round(filler(place), 4) if value is None else value for place, value in enumerate(values)]


def label_entropy_bits(labels: Annotated[list[str], MinLen(1)]) -> dict[str, float | str]:
    """Measure how mixed a list of labels is by its Shannon entropy in bits and its Gini impurity.

    Args:
        labels: The labels, at least one.

    Returns:
        An object with `entropy_bits`, `gini_impurity` (rounded to 4 decimals), the number of `distinct` labels and the
        `most_common` label (the first in alphabetical order among equals).

    Raises:
        ValueError: If there are no labels.

    Examples:
        >>> label_entropy_bits(labels=["cat", "dog", "cat", "bird"])
        {'entropy_bits': 1.5, 'gini_impurity': 0.625, 'distinct': 3, 'most_common': 'cat'}
        >>> label_entropy_bits(labels=["yes", "yes", "yes"])
        {'entropy_bits': 0.0, 'gini_impurity': 0.0, 'distinct': 1, 'most_common': 'yes'}
    """
    if not labels:
        raise ValueError("labels must not be empty")
    counts = Counter(labels)
    shares = [count / len(labels) for count in counts.values()]
    return {
        "entropy_bits": round(sum(share * math.log2(1 / share) for share in shares), 4),
        "gini_impurity": round(1 - sum(share * share for share in shares), 4),
        "distinct": len(counts),
        "most_common": min(counts, key=lambda label: (-counts[label], label)),
    }


def ab_test_significance(
    visitors_a: Annotated[int, Ge(1)],
    conversions_a: Annotated[int, Ge(0)],
    visitors_b: Annotated[int, Ge(1)],
    conversions_b: Annotated[int, Ge(0)],
    significance_level: Annotated[float, Gt(0), Lt(1)] = 0.05,
) -> dict[str, float | bool]:
    """Test whether two variants convert differently, with a two-sided z-test on pooled proportions.

    Args:
        visitors_a: Visitors who saw variant A.
        conversions_a: Conversions of variant A, not more than its visitors.
        visitors_b: Visitors who saw variant B.
        conversions_b: Conversions of variant B, not more than its visitors.
        significance_level: Largest p-value that counts as significant, between 0 and 1.

    Returns:
        An object with `rate_a_percent`, `rate_b_percent` (2 decimals), `z_score`, `p_value` (4 decimals) and
        `significant`.

    Raises:
        ValueError: If a count or the level is out of range, or all or none of the visitors converted.

    Examples:
        >>> ab_test_significance(visitors_a=1000, conversions_a=100, visitors_b=1000, conversions_b=130)
        {'rate_a_percent': 10.0, 'rate_b_percent': 13.0, 'z_score': 2.1027, 'p_value': 0.0355, 'significant': True}
        >>> ab_test_significance(
        ...     visitors_a=480, conversions_a=24, visitors_b=510, conversions_b=31, significance_level=0.1
        ... )
        {'rate_a_percent': 5.0, 'rate_b_percent': 6.08, 'z_score': 0.7403, 'p_value': 0.4591, 'significant': False}
    """
    if not (0 <= conversions_a <= visitors_a > 0 and 0 <= conversions_b <= visitors_b > 0):
        raise ValueError("visitors must be positive and conversions must lie between 0 and the visitors")
    if not 0 < significance_level < 1:
        raise ValueError("significance_level must lie between 0 and 1")
    pooled = (conversions_a + conversions_b) / (visitors_a + visitors_b)
    if pooled in (0, 1):
        raise ValueError("the test needs visitors who converted and visitors who did not")
    rate_a, rate_b = conversions_a / visitors_a, conversions_b / visitors_b
    z_score = (rate_b - rate_a) / math.sqrt(pooled * (1 - pooled) * (1 / visitors_a + 1 / visitors_b))
    p_value = math.erfc(abs(z_score) / math.sqrt(2))
    return {
        "rate_a_percent": round(rate_a * 100, 2),
        "rate_b_percent": round(rate_b * 100, 2),
        "z_score": round(z_score, 4),
        "p_value": round(p_value, 4),
        "significant": p_value <= significance_level,
    }


def flatten_json_document(
    json_text: Annotated[str, MinLen(2)],
    separator: Literal[".", "/", "_"] = ".",
) -> dict[str, str | int | float | bool | None]:
    """Flatten a nested JSON object into one level of path and value pairs.

    Args:
        json_text: A JSON object as text.
        separator: Character between the parts of a path; list positions count from 0.

    Returns:
        The scalar values by path; empty objects and lists are left out.

    Raises:
        ValueError: If the text is not valid JSON or not an object, two values get the same path or a number is
            not finite, or the separator is unknown.

    Examples:
        >>> flatten_json_document(json_text='{"user": {"name": "Ada", "tags": ["admin", "dev"]}, "active": true}')
        {'user.name': 'Ada', 'user.tags.0': 'admin', 'user.tags.1': 'dev', 'active': True}
        >>> flatten_json_document(json_text='{"a": {"b": 1, "c": {"d": null}}}', separator="/")
        {'a/b': 1, 'a/c/d': None}
    """
    if separator not in (".", "/", "_"):
        raise ValueError("the separator must be '.', '/' or '_'")
    document = json.loads(json_text)
    if not isinstance(document, dict):
        raise ValueError("the text must be a JSON object")
    flat: dict[str, str | int | float | bool | None] = {}
    pending = [(str(key), value) for key, value in reversed(document.items())]
    while pending:
        path, value = pending.pop()
        if isinstance(value, dict):
            pending.extend((f"{path}{separator}{key}", child) for key, child in reversed(value.items()))
        elif isinstance(value, list):
            pending.extend((f"{path}{separator}{place}", value[place]) for place in reversed(range(len(value))))
        else:
            if path in flat or value in (math.inf, -math.inf) or value != value:
                raise ValueError(f"the path {path} is ambiguous or its number is not finite")
            flat[path] = value
    return flat
