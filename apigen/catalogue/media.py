"""Functions for media products: images, video, subtitles, photography and advertising figures."""

import math
import re
from typing import Annotated, Literal

from annotated_types import Ge, Gt, Le, MinLen

CATEGORY = "Media"


def aspect_ratio_label(width_px: Annotated[int, Ge(1)], height_px: Annotated[int, Ge(1)]) -> str:
    """Reduce the pixel dimensions of a picture to its aspect ratio in lowest terms.

    Args:
        width_px: Width in pixels (at least 1).
        height_px: Height in pixels (at least 1).

    Returns:
        The ratio as 'width:height'.

    Raises:
        ValueError: If a dimension is below 1.

    Examples:
        >>> aspect_ratio_label(width_px=1920, height_px=1080)
        '16:9'
        >>> aspect_ratio_label(width_px=1080, height_px=1350)
        '4:5'
    """
    if width_px < 1 or height_px < 1:
        raise ValueError("dimensions must be at least 1 pixel")
    divisor = math.gcd(width_px, height_px)
    return f"{width_px // divisor}:{height_px // divisor}"


def fit_image_within_box(
    width_px: Annotated[int, Ge(1)],
    height_px: Annotated[int, Ge(1)],
    max_width_px: Annotated[int, Ge(1)],
    max_height_px: Annotated[int, Ge(1)],
    allow_upscale: bool = False,
) -> dict[str, int | float]:
    """Calculate the size of an image scaled to fit a box without changing its proportions.

    Args:
        width_px: Width of the image in pixels.
        height_px: Height of the image in pixels.
        max_width_px: Width of the box in pixels.
        max_height_px: Height of the box in pixels.
        allow_upscale: Enlarge images that are smaller than the box.

    Returns:
        An object with 'width' and 'height' in whole pixels and 'scale', rounded to 4 decimals.

    Raises:
        ValueError: If a dimension is below 1.

    Examples:
        >>> fit_image_within_box(width_px=4000, height_px=3000, max_width_px=1200, max_height_px=1200)
        {'width': 1200, 'height': 900, 'scale': 0.3}
        >>> fit_image_within_box(width_px=320, height_px=240, max_width_px=800, max_height_px=800, allow_upscale=True)
        {'width': 800, 'height': 600, 'scale': 2.5}
    """
    if min(width_px, height_px, max_width_px, max_height_px) < 1:
        raise ValueError("dimensions must be at least 1 pixel")
    scale = min(max_width_px / width_px, max_height_px / height_px)
    if not allow_upscale:
        scale = min(scale, 1.0)
    width, height = (max(1, round(side * scale)) for side in (width_px, height_px))
    return {"width": width, "height": height, "scale": round(scale, 4)}


def video_file_size_mb(
    duration_minutes: Annotated[float, Gt(0)],
    video_bitrate_kbps: Annotated[float, Gt(0)],
    audio_bitrate_kbps: Annotated[float, Ge(0)] = 128,
    container_overhead_percent: Annotated[float, Ge(0), Le(50)] = 0,
) -> float:
    """Estimate the file size of an encoded video in megabytes (1 MB = 1,000,000 bytes).

    Args:
        duration_minutes: Running time in minutes.
        video_bitrate_kbps: Average video bit rate in kilobits per second.
        audio_bitrate_kbps: Average audio bit rate in kilobits per second, 0 for silent video.
        container_overhead_percent: Extra size for the container format in percent (0 to 50).

    Returns:
        The size in megabytes, rounded to 2 decimals.

    Raises:
        ValueError: If duration or video bit rate is not positive or another value is out of range.

    Examples:
        >>> video_file_size_mb(duration_minutes=90, video_bitrate_kbps=5000)
        3461.4
        >>> video_file_size_mb(
        ...     duration_minutes=12.5, video_bitrate_kbps=2400, audio_bitrate_kbps=96, container_overhead_percent=2
        ... )
        238.68
    """
    if duration_minutes <= 0 or video_bitrate_kbps <= 0 or audio_bitrate_kbps < 0:
        raise ValueError("duration and video bit rate must be positive, audio bit rate must not be negative")
    if not 0 <= container_overhead_percent <= 50:
        raise ValueError("container_overhead_percent must be between 0 and 50")
    kilobits = (video_bitrate_kbps + audio_bitrate_kbps) * duration_minutes * 60
    return round(kilobits / 8000 * (1 + container_overhead_percent / 100), 2)


def smpte_timecode_from_frames(
    frame_number: Annotated[int, Ge(0)], frame_rate: Literal["24", "25", "30", "50", "60", "29.97 drop"] = "25"
) -> str:
    """Convert a frame number to an SMPTE timecode HH:MM:SS:FF, or HH:MM:SS;FF for drop-frame.

    Args:
        frame_number: Frame number counted from 0, below 24 hours of material.
        frame_rate: Frames per second; '29.97 drop' is NTSC drop-frame counting.

    Returns:
        The timecode.

    Raises:
        ValueError: If the frame number is negative or past 24 hours, or the rate is unknown.

    Examples:
        >>> smpte_timecode_from_frames(frame_number=90125, frame_rate="25")
        '01:00:05:00'
        >>> smpte_timecode_from_frames(frame_number=1800, frame_rate="29.97 drop")
        '00:01:00;02'
    """
    if frame_rate not in ("24", "25", "30", "50", "60", "29.97 drop"):
        raise ValueError(f"unknown frame rate: {frame_rate}")
    if frame_number < 0:
        raise ValueError("frame_number must not be negative")
    drop = frame_rate == "29.97 drop"
    rate = 30 if drop else int(frame_rate)
    label = frame_number
    if drop:
        ten_minutes, rest = divmod(frame_number, 17982)
        label += 18 * ten_minutes + 2 * (max(0, rest - 2) // 1798)
    seconds, frames = divmod(label, rate)
    if seconds >= 86400:
        raise ValueError("frame_number is past 24 hours")
    separator = ";" if drop else ":"
    return f"{seconds // 3600:02}:{seconds // 60 % 60:02}:{seconds % 60:02}{separator}{frames:02}"


def shift_srt_subtitles(srt_text: Annotated[str, MinLen(1)], offset_ms: int) -> str:
    r"""Shift all cue times of a SubRip (SRT) subtitle text earlier or later.

    Args:
        srt_text: The subtitles, with timing lines such as '00:00:01,000 --> 00:00:03,500'.
        offset_ms: Milliseconds to add; negative values make the subtitles appear earlier.

    Returns:
        The subtitles with new times; times before the start become 00:00:00,000.

    Raises:
        ValueError: If the text has no timing line.

    Examples:
        >>> shift_srt_subtitles(srt_text="1\n00:00:01,000 --> 00:00:03,500\nHello!", offset_ms=1500)
        '1\n00:00:02,500 --> 00:00:05,000\nHello!'
        >>> shift_srt_subtitles(srt_text="7\n00:59:59,900 --> 01:00:02,000\nRun.", offset_ms=-400)
        '7\n00:59:59,500 --> 01:00:01,600\nRun.'
    """
    stamp = r"(\d{2}):(\d{2}):(\d{2}),(\d{3})"

    def shifted(match: re.Match[str]) -> str:
        hours, minutes, seconds, millis = map(int, match.groups())
        total = max(0, ((hours * 60 + minutes) * 60 + seconds) * 1000 + millis + offset_ms)
        return f"{total // 3600000:02}:{total // 60000 % 60:02}:{total // 1000 % 60:02},{total % 1000:03}"

    timing_line = re.compile(rf"^{stamp}\s*-->\s*{stamp}", re.MULTILINE)
    if not timing_line.search(srt_text):
        raise ValueError("srt_text has no timing line")
    return timing_line.sub(lambda line: re.sub(stamp, shifted, line.group()), srt_text)


def subtitle_reading_speed(
    text: Annotated[str, MinLen(1)],
    display_seconds: Annotated[float, Gt(0)],
    max_chars_per_second: Annotated[float, Gt(0)] = 17,
) -> dict[str, float | bool]:
    """Measure the reading speed of one subtitle and compare it with a limit.

    Args:
        text: The subtitle text; line breaks count as one character like spaces.
        display_seconds: How long the subtitle stays on screen, in seconds.
        max_chars_per_second: Highest acceptable reading speed.

    Returns:
        An object with 'chars_per_second', 'min_seconds' (shortest acceptable display time; both rounded to 2
        decimals) and 'readable'.

    Raises:
        ValueError: If the text is blank or a number is not positive.

    Examples:
        >>> subtitle_reading_speed(text="I never said that you could leave the house.", display_seconds=2)
        {'chars_per_second': 22.0, 'min_seconds': 2.59, 'readable': False}
        >>> subtitle_reading_speed(text="Wait for me!", display_seconds=1.5, max_chars_per_second=15)
        {'chars_per_second': 8.0, 'min_seconds': 0.8, 'readable': True}
    """
    if not text.strip() or display_seconds <= 0 or max_chars_per_second <= 0:
        raise ValueError("text must not be blank and the numbers must be positive")
    length = len(" ".join(text.split()))
    return {
        "chars_per_second": round(length / display_seconds, 2),
        "min_seconds": round(length / max_chars_per_second, 2),
        "readable": length / display_seconds <= max_chars_per_second,
    }


def screen_pixel_density(
    width_px: Annotated[int, Ge(1)], height_px: Annotated[int, Ge(1)], diagonal_inches: Annotated[float, Gt(0)]
) -> float:
    """Calculate the pixel density of a screen in pixels per inch.

    Args:
        width_px: Horizontal resolution in pixels.
        height_px: Vertical resolution in pixels.
        diagonal_inches: Screen diagonal in inches.

    Returns:
        Pixels per inch, rounded to 1 decimal.

    Raises:
        ValueError: If a resolution is below 1 or the diagonal is not positive.

    Examples:
        >>> screen_pixel_density(width_px=2560, height_px=1440, diagonal_inches=27)
        108.8
        >>> screen_pixel_density(width_px=3840, height_px=2160, diagonal_inches=15.6)
        282.4
    """
    if min(width_px, height_px) < 1 or diagonal_inches <= 0:
        raise ValueError("resolution must be at least 1 pixel and the diagonal positive")
    return round(math.hypot(width_px, height_px) / diagonal_inches, 1)


def photo_print_size(
    width_px: Annotated[int, Ge(1)],
    height_px: Annotated[int, Ge(1)],
    dots_per_inch: Annotated[int, Ge(30), Le(2400)] = 300,
    unit: Literal["cm", "inch"] = "cm",
) -> dict[str, float]:
    """Calculate how large a digital photo can be printed at a given print resolution.

    Args:
        width_px: Width of the photo in pixels.
        height_px: Height of the photo in pixels.
        dots_per_inch: Print resolution in dots per inch (30 to 2400).
        unit: Unit of the result.

    Returns:
        An object with 'width' and 'height' in the unit, rounded to 2 decimals.

    Raises:
        ValueError: If a dimension or the resolution is out of range, or the unit is unknown.

    Examples:
        >>> photo_print_size(width_px=6000, height_px=4000)
        {'width': 50.8, 'height': 33.87}
        >>> photo_print_size(width_px=1800, height_px=1200, dots_per_inch=150, unit="inch")
        {'width': 12.0, 'height': 8.0}
    """
    if min(width_px, height_px) < 1 or not 30 <= dots_per_inch <= 2400:
        raise ValueError("dimensions must be at least 1 pixel and dots_per_inch between 30 and 2400")
    if unit not in ("cm", "inch"):
        raise ValueError(f"unknown unit: {unit}")
    factor = 2.54 if unit == "cm" else 1.0
    width, height = (round(side / dots_per_inch * factor, 2) for side in (width_px, height_px))
    return {"width": width, "height": height}


def depth_of_field_range(
    focal_length_mm: Annotated[float, Gt(0), Le(2000)],
    f_number: Annotated[float, Gt(0), Le(128)],
    subject_distance_m: Annotated[float, Gt(0)],
    circle_of_confusion_mm: Annotated[float, Gt(0), Le(1)] = 0.03,
) -> dict[str, float | None]:
    """Calculate the near and far limits of acceptable sharpness and the hyperfocal distance of a lens, in metres.

    Args:
        focal_length_mm: Focal length in millimetres (up to 2000).
        f_number: Aperture as an f-number, such as 2.8.
        subject_distance_m: Focus distance in metres, greater than the focal length.
        circle_of_confusion_mm: Acceptable blur in millimetres; 0.03 is usual for full-frame cameras.

    Returns:
        An object with 'near_m', 'far_m' (null if sharpness reaches infinity) and 'hyperfocal_m', 2 decimals each.

    Raises:
        ValueError: If a value is not positive or the subject is closer than the focal length.

    Examples:
        >>> depth_of_field_range(focal_length_mm=50, f_number=8, subject_distance_m=5)
        {'near_m': 3.39, 'far_m': 9.53, 'hyperfocal_m': 10.47}
        >>> depth_of_field_range(focal_length_mm=24, f_number=11, subject_distance_m=3, circle_of_confusion_mm=0.02)
        {'near_m': 1.4, 'far_m': None, 'hyperfocal_m': 2.64}
    """
    if min(focal_length_mm, f_number, subject_distance_m, circle_of_confusion_mm) <= 0:
        raise ValueError("all values must be positive")
    distance = subject_distance_m * 1000
    if distance <= focal_length_mm:
        raise ValueError("the subject must be farther away than the focal length")
    hyperfocal = focal_length_mm**2 / (f_number * circle_of_confusion_mm) + focal_length_mm
    reach = distance * (hyperfocal - focal_length_mm)
    near = reach / (hyperfocal + distance - 2 * focal_length_mm)
    far = reach / (hyperfocal - distance) if distance < hyperfocal else None
    return {
        "near_m": round(near / 1000, 2),
        "far_m": None if far is None else round(far / 1000, 2),
        "hyperfocal_m": round(hyperfocal / 1000, 2),
    }


def camera_exposure_value(
    f_number: Annotated[float, Gt(0), Le(128)],
    shutter_seconds: Annotated[float, Gt(0)],
    iso: Annotated[int, Ge(1)] = 100,
) -> float:
    """Calculate the exposure value at ISO 100 (EV100) that camera settings are right for.

    Args:
        f_number: Aperture as an f-number, such as 5.6.
        shutter_seconds: Exposure time in seconds, such as 0.008 for 1/125 s.
        iso: Sensor sensitivity (ISO).

    Returns:
        The exposure value, rounded to 2 decimals.

    Raises:
        ValueError: If a value is not positive.

    Examples:
        >>> camera_exposure_value(f_number=16, shutter_seconds=0.008)
        14.97
        >>> camera_exposure_value(f_number=2.8, shutter_seconds=0.02, iso=800)
        5.61
    """
    if min(f_number, shutter_seconds, iso) <= 0:
        raise ValueError("f_number, shutter_seconds and iso must be positive")
    return round(math.log2(f_number**2 / shutter_seconds) - math.log2(iso / 100), 2)


def parse_video_chapters(description: Annotated[str, MinLen(1)]) -> list[dict[str, str | int]]:
    r"""Extract the chapter list from a video description with lines such as '1:02:30 Closing words'.

    Args:
        description: The description; chapter lines start with M:SS or H:MM:SS, other lines are ignored.

    Returns:
        Objects with 'start_seconds' and 'title', in order.

    Raises:
        ValueError: If there are no chapter lines or they are not in ascending order.

    Examples:
        >>> parse_video_chapters(description="My trip to Oslo\n0:00 Packing\n1:02:30 Home again")
        [{'start_seconds': 0, 'title': 'Packing'}, {'start_seconds': 3750, 'title': 'Home again'}]
        >>> parse_video_chapters(description="00:00 Ingredients\n01:40 - Kneading the dough")
        [{'start_seconds': 0, 'title': 'Ingredients'}, {'start_seconds': 100, 'title': 'Kneading the dough'}]
    """
    pattern = r"^[ \t]*(?:(\d{1,2}):)?(\d{1,2}):([0-5]\d)[ \t]+(?:[-–—:][ \t]*)?(\S.*?)[ \t]*$"
    chapters: list[tuple[int, str]] = []
    for hours, minutes, seconds, title in re.findall(pattern, description, re.MULTILINE):
        chapters.append((int(hours or 0) * 3600 + int(minutes) * 60 + int(seconds), title))
    starts = [start for start, _ in chapters]
    if not starts or starts != sorted(set(starts)):
        raise ValueError("the description needs chapter lines in ascending order")
    return [{"start_seconds": start, "title": title} for start, title in chapters]


def article_reading_minutes(
    word_count: Annotated[int, Ge(1)],
    image_count: Annotated[int, Ge(0)] = 0,
    words_per_minute: Annotated[int, Ge(50), Le(1000)] = 240,
) -> int:
    """Estimate the reading time of an article in whole minutes, images included.

    The first image adds 12 seconds, each further one a second less, but never less than 3 seconds.

    Args:
        word_count: Number of words (at least 1).
        image_count: Number of images.
        words_per_minute: Reading speed (50 to 1000 words per minute).

    Returns:
        The reading time in minutes, rounded up.

    Raises:
        ValueError: If a value is out of range.

    Examples:
        >>> article_reading_minutes(word_count=1450)
        7
        >>> article_reading_minutes(word_count=2000, image_count=10, words_per_minute=200)
        12
    """
    if word_count < 1 or image_count < 0 or not 50 <= words_per_minute <= 1000:
        raise ValueError("word_count must be at least 1, image_count at least 0, words_per_minute 50 to 1000")
    image_seconds = sum(range(12, 12 - min(image_count, 10), -1)) + 3 * max(0, image_count - 10)
    return math.ceil(round(word_count / words_per_minute + image_seconds / 60, 9))


def advertising_cpm(
    spend: Annotated[float, Ge(0)], impressions: Annotated[int, Ge(1)], clicks: Annotated[int, Ge(0)] | None = None
) -> dict[str, float | None]:
    """Calculate what a campaign pays per thousand ad impressions and, given the clicks, per click.

    Args:
        spend: Money spent, in any currency.
        impressions: Number of times the ad was shown (at least 1).
        clicks: Number of clicks, if known.

    Returns:
        An object with 'cpm', 'cost_per_click' (same currency) and 'click_rate_percent', 2 decimals each; the last two
        are null without clicks.

    Raises:
        ValueError: If a value is negative or there are no impressions.

    Examples:
        >>> advertising_cpm(spend=450, impressions=120000)
        {'cpm': 3.75, 'cost_per_click': None, 'click_rate_percent': None}
        >>> advertising_cpm(spend=300, impressions=80000, clicks=600)
        {'cpm': 3.75, 'cost_per_click': 0.5, 'click_rate_percent': 0.75}
    """
    if spend < 0 or impressions < 1 or (clicks is not None and clicks < 0):
        raise ValueError("spend and clicks must not be negative, impressions must be at least 1")
    return {
        "cpm": round(1000 * spend / impressions, 2),
        "cost_per_click": round(spend / clicks, 2) if clicks else None,
        "click_rate_percent": None if clicks is None else round(100 * clicks / impressions, 2),
    }
