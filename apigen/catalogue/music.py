"""Functions for music products: notes, intervals, chords, keys, rhythm and tempo."""

import math
import re
from typing import Annotated, Literal

from annotated_types import Ge, Gt, Le, MinLen

CATEGORY = "Music"

_LETTERS = "CDEFGAB"
_NATURALS = {"C": 0, "D": 2, "E": 4, "F": 5, "G": 7, "A": 9, "B": 11}
_SHARP_NAMES = ("C", "C#", "D", "D#", "E", "F", "F#", "G", "G#", "A", "A#", "B")
_FLAT_NAMES = ("C", "Db", "D", "Eb", "E", "F", "Gb", "G", "Ab", "A", "Bb", "B")
_SCALES = {
    "major": (0, 2, 4, 5, 7, 9, 11),
    "natural minor": (0, 2, 3, 5, 7, 8, 10),
    "harmonic minor": (0, 2, 3, 5, 7, 8, 11),
    "melodic minor": (0, 2, 3, 5, 7, 9, 11),
    "dorian": (0, 2, 3, 5, 7, 9, 10),
    "phrygian": (0, 1, 3, 5, 7, 8, 10),
    "lydian": (0, 2, 4, 6, 7, 9, 11),
    "mixolydian": (0, 2, 4, 5, 7, 9, 10),
    "locrian": (0, 1, 3, 5, 6, 8, 10),
}
_CHORDS = {
    "major": ((0, 0), (2, 4), (4, 7)),
    "minor": ((0, 0), (2, 3), (4, 7)),
    "diminished": ((0, 0), (2, 3), (4, 6)),
    "augmented": ((0, 0), (2, 4), (4, 8)),
    "sus2": ((0, 0), (1, 2), (4, 7)),
    "sus4": ((0, 0), (3, 5), (4, 7)),
    "dominant 7th": ((0, 0), (2, 4), (4, 7), (6, 10)),
    "major 7th": ((0, 0), (2, 4), (4, 7), (6, 11)),
    "minor 7th": ((0, 0), (2, 3), (4, 7), (6, 10)),
    "half-diminished 7th": ((0, 0), (2, 3), (4, 6), (6, 10)),
    "diminished 7th": ((0, 0), (2, 3), (4, 6), (6, 9)),
}


def _parse_note(note: str) -> tuple[str, int, int | None]:
    match = re.fullmatch(r"([A-Ga-g])(##|#|bb|b)?(-1|\d)?", note.strip())
    if not match:
        raise ValueError(f"not a note name: {note}")
    accidental = (match[2] or "").count("#") - (match[2] or "").count("b")
    return match[1].upper(), accidental, None if match[3] is None else int(match[3])


def _pitched_note(note: str) -> tuple[int, int]:
    letter, accidental, octave = _parse_note(note)
    if octave is None:
        raise ValueError(f"the note needs an octave, as in C4: {note}")
    return _LETTERS.index(letter) + 7 * octave, _NATURALS[letter] + accidental + 12 * (octave + 1)


def _spell_degree(root: str, steps: int, semitones: int) -> str:
    letter, accidental, octave = _parse_note(root)
    if octave is not None:
        raise ValueError(f"the note must be given without an octave: {root}")
    target = _LETTERS[(_LETTERS.index(letter) + steps) % 7]
    offset = (_NATURALS[letter] + accidental + semitones - _NATURALS[target] + 6) % 12 - 6
    if abs(offset) > 2:
        raise ValueError(f"{root} leads to notes with more than two accidentals")
    return target + ("#" * offset if offset > 0 else "b" * -offset)


def _shift_pitch_class(note: str, semitones: int, spelling: str) -> str:
    letter, accidental, _ = _parse_note(note)
    names = _FLAT_NAMES if spelling == "flats" else _SHARP_NAMES
    return names[(_NATURALS[letter] + accidental + semitones) % 12]


def musical_note_frequency(note: str, a4_hz: Annotated[float, Ge(400), Le(480)] = 440) -> float:
    """Calculate the frequency of a note in twelve-tone equal temperament, in hertz.

    Args:
        note: Note with octave in scientific pitch notation, from C-1 to B9, such as 'C4', 'F#3' or 'Bb5'.
        a4_hz: Concert pitch, the frequency of A4 in hertz (400 to 480).

    Returns:
        The frequency in hertz, rounded to 2 decimals.

    Raises:
        ValueError: If the note is malformed or the concert pitch is out of range.

    Examples:
        >>> musical_note_frequency(note="C4")
        261.63
        >>> musical_note_frequency(note="F#3", a4_hz=432)
        181.63
    """
    if not 400 <= a4_hz <= 480:
        raise ValueError("a4_hz must be between 400 and 480")
    _, midi = _pitched_note(note)
    return round(float(a4_hz * 2 ** ((midi - 69) / 12)), 2)


def nearest_musical_note(
    frequency_hz: Annotated[float, Gt(8), Le(20000)],
    a4_hz: Annotated[float, Ge(400), Le(480)] = 440,
    spelling: Literal["sharps", "flats"] = "sharps",
) -> dict[str, str | float]:
    """Find the note closest to a frequency and the deviation from it in cents, like an instrument tuner.

    Args:
        frequency_hz: Measured frequency in hertz, above 8 and at most 20000.
        a4_hz: Concert pitch, the frequency of A4 in hertz (400 to 480).
        spelling: Whether black keys are named with sharps or flats.

    Returns:
        An object with 'note' (with octave), 'cents' (positive if too high) and 'note_hz' (both rounded to 2 decimals).

    Raises:
        ValueError: If a frequency is out of range or the spelling is unknown.

    Examples:
        >>> nearest_musical_note(frequency_hz=445)
        {'note': 'A4', 'cents': 19.56, 'note_hz': 440.0}
        >>> nearest_musical_note(frequency_hz=310, spelling="flats")
        {'note': 'Eb4', 'cents': -6.28, 'note_hz': 311.13}
    """
    if not 8 < frequency_hz <= 20000 or not 400 <= a4_hz <= 480:
        raise ValueError("frequency_hz must be above 8 and at most 20000, a4_hz between 400 and 480")
    if spelling not in ("sharps", "flats"):
        raise ValueError(f"unknown spelling: {spelling}")
    exact = 69 + 12 * math.log2(frequency_hz / a4_hz)
    midi = math.floor(exact + 0.5)
    name = (_FLAT_NAMES if spelling == "flats" else _SHARP_NAMES)[midi % 12]
    return {
        "note": f"{name}{midi // 12 - 1}",
        "cents": round(100 * (exact - midi), 2),
        "note_hz": round(float(a4_hz * 2 ** ((midi - 69) / 12)), 2),
    }


def musical_interval_name(lower_note: str, upper_note: str) -> dict[str, str | int]:
    """Name the interval between two notes by quality and size.

    Args:
        lower_note: Lower note with octave, such as 'C4'.
        upper_note: Upper note with octave, such as 'Eb5'; at most two octaves higher.

    Returns:
        An object with 'interval', such as 'minor third', and 'semitones'.

    Raises:
        ValueError: If a note is malformed, the order is wrong or the interval is too wide or too strongly altered.

    Examples:
        >>> musical_interval_name(lower_note="C4", upper_note="G4")
        {'interval': 'perfect fifth', 'semitones': 7}
        >>> musical_interval_name(lower_note="F3", upper_note="Db4")
        {'interval': 'minor sixth', 'semitones': 8}
    """
    (low_step, low_pitch), (high_step, high_pitch) = _pitched_note(lower_note), _pitched_note(upper_note)
    steps, semitones = high_step - low_step, high_pitch - low_pitch
    if not 0 <= steps <= 14 or semitones < 0:
        raise ValueError("upper_note must be at most two octaves above lower_note, not below it")
    sizes = "unison second third fourth fifth sixth seventh octave ninth tenth eleventh twelfth thirteenth fourteenth"
    altered = semitones - 12 * (steps // 7) - _SCALES["major"][steps % 7]
    if steps % 7 in (0, 3, 4):
        qualities = {-1: "diminished", 0: "perfect", 1: "augmented"}
    else:
        qualities = {-2: "diminished", -1: "minor", 0: "major", 1: "augmented"}
    if altered not in qualities:
        raise ValueError("the interval is more than singly diminished or augmented")
    return {"interval": f"{qualities[altered]} {[*sizes.split(), 'fifteenth'][steps]}", "semitones": semitones}


def musical_chord_notes(
    root: str,
    quality: Literal[
        "major",
        "minor",
        "diminished",
        "augmented",
        "sus2",
        "sus4",
        "dominant 7th",
        "major 7th",
        "minor 7th",
        "half-diminished 7th",
        "diminished 7th",
    ] = "major",
    inversion: Annotated[int, Ge(0), Le(3)] = 0,
) -> list[str]:
    """List the notes of a chord from bottom to top, correctly spelled.

    Args:
        root: Root note without octave, such as 'C', 'F#' or 'Bb'.
        quality: Kind of chord.
        inversion: 0 for root position, 1 to 3 for inversions; 3 only for seventh chords.

    Returns:
        The note names; double accidentals are written '##' and 'bb'.

    Raises:
        ValueError: If the root is malformed or unusable, the quality unknown or the inversion impossible.

    Examples:
        >>> musical_chord_notes(root="Eb", quality="major")
        ['Eb', 'G', 'Bb']
        >>> musical_chord_notes(root="A", quality="dominant 7th", inversion=1)
        ['C#', 'E', 'G', 'A']
    """
    if quality not in _CHORDS:
        raise ValueError(f"unknown chord quality: {quality}")
    notes = [_spell_degree(root, steps, semitones) for steps, semitones in _CHORDS[quality]]
    if not 0 <= inversion < len(notes):
        raise ValueError(f"inversion must be between 0 and {len(notes) - 1} for this chord")
    return notes[inversion:] + notes[:inversion]


def musical_scale_notes(
    tonic: str,
    scale: Literal[
        "major",
        "natural minor",
        "harmonic minor",
        "melodic minor",
        "dorian",
        "phrygian",
        "lydian",
        "mixolydian",
        "locrian",
    ] = "major",
) -> list[str]:
    """List the seven notes of a scale in ascending order, each letter used once.

    Args:
        tonic: First note without octave, such as 'D' or 'Ab'.
        scale: Kind of scale; the melodic minor is given in its ascending form.

    Returns:
        The note names; double accidentals are written '##' and 'bb'.

    Raises:
        ValueError: If the tonic is malformed or unusable, or the scale unknown.

    Examples:
        >>> musical_scale_notes(tonic="D", scale="harmonic minor")
        ['D', 'E', 'F', 'G', 'A', 'Bb', 'C#']
        >>> musical_scale_notes(tonic="Ab")
        ['Ab', 'Bb', 'C', 'Db', 'Eb', 'F', 'G']
    """
    if scale not in _SCALES:
        raise ValueError(f"unknown scale: {scale}")
    return [_spell_degree(tonic, steps, semitones) for steps, semitones in enumerate(_SCALES[scale])]


def transpose_chord_symbols(
    chords: Annotated[list[str], MinLen(1)],
    semitones: Annotated[int, Ge(-12), Le(12)],
    spelling: Literal["sharps", "flats"] = "sharps",
) -> list[str]:
    """Transpose a chord progression by a number of semitones, bass notes of slash chords included.

    Args:
        chords: Chord symbols such as 'Am7', 'F#dim' or 'C/G'.
        semitones: Semitones up (positive) or down (negative), -12 to 12.
        spelling: Whether black keys are named with sharps or flats.

    Returns:
        The transposed chord symbols.

    Raises:
        ValueError: If the list is empty, a symbol is malformed or semitones or spelling are out of range.

    Examples:
        >>> transpose_chord_symbols(chords=["C", "G/B", "Am7", "F"], semitones=2)
        ['D', 'A/C#', 'Bm7', 'G']
        >>> transpose_chord_symbols(chords=["E", "C#m", "A", "B7"], semitones=-1, spelling="flats")
        ['Eb', 'Cm', 'Ab', 'Bb7']
    """
    if not chords or not -12 <= semitones <= 12 or spelling not in ("sharps", "flats"):
        raise ValueError("chords must not be empty, semitones between -12 and 12, spelling 'sharps' or 'flats'")
    result = []
    for chord in chords:
        match = re.fullmatch(r"([A-G][#b]?)([^/]*(?:/\d+)?)(?:/([A-G][#b]?))?", chord.strip())
        if not match:
            raise ValueError(f"not a chord symbol: {chord}")
        bass = f"/{_shift_pitch_class(match[3], semitones, spelling)}" if match[3] else ""
        result.append(_shift_pitch_class(match[1], semitones, spelling) + match[2] + bass)
    return result


def musical_key_signature(tonic: str, mode: Literal["major", "minor"] = "major") -> dict[str, str | int | list[str]]:
    """Determine the key signature of a key: the number, kind and order of its accidentals.

    Args:
        tonic: Tonic without octave, such as 'E' or 'Bb'.
        mode: Whether the key is major or minor.

    Returns:
        An object with 'count', 'kind' ('sharps', 'flats' or 'none') and 'accidentals' in the order they are written.

    Raises:
        ValueError: If the tonic is malformed, the mode unknown or the key needs more than seven accidentals.

    Examples:
        >>> musical_key_signature(tonic="E")
        {'count': 4, 'kind': 'sharps', 'accidentals': ['F#', 'C#', 'G#', 'D#']}
        >>> musical_key_signature(tonic="G", mode="minor")
        {'count': 2, 'kind': 'flats', 'accidentals': ['Bb', 'Eb']}
    """
    letter, accidental, octave = _parse_note(tonic)
    if octave is not None or mode not in ("major", "minor"):
        raise ValueError("the tonic must be given without an octave and the mode must be major or minor")
    fifths = "FCGDAEB".index(letter) - 1 + 7 * accidental - (3 if mode == "minor" else 0)
    if abs(fifths) > 7:
        raise ValueError(f"{tonic} {mode} needs more than seven accidentals")
    if fifths >= 0:
        names = [f"{name}#" for name in "FCGDAEB"[:fifths]]
    else:
        names = [f"{name}b" for name in "BEADGCF"[:-fifths]]
    kind = "none" if fifths == 0 else "sharps" if fifths > 0 else "flats"
    return {"count": len(names), "kind": kind, "accidentals": names}


def tempo_note_length_ms(
    bpm: Annotated[float, Ge(20), Le(400)],
    note_value: Literal["whole", "half", "quarter", "eighth", "sixteenth", "thirty-second"] = "quarter",
    modifier: Literal["straight", "dotted", "triplet"] = "straight",
) -> float:
    """Calculate how long a note lasts at a tempo, in milliseconds, for example to set a delay effect.

    Args:
        bpm: Tempo in quarter notes per minute (20 to 400).
        note_value: Value of the note.
        modifier: Straight, dotted (half as long again) or triplet (two thirds as long).

    Returns:
        The length in milliseconds, rounded to 2 decimals.

    Raises:
        ValueError: If the tempo is out of range or the note value or modifier is unknown.

    Examples:
        >>> tempo_note_length_ms(bpm=120, note_value="eighth", modifier="dotted")
        375.0
        >>> tempo_note_length_ms(bpm=95)
        631.58
    """
    quarters = {"whole": 4.0, "half": 2.0, "quarter": 1.0, "eighth": 0.5, "sixteenth": 0.25, "thirty-second": 0.125}
    factors = {"straight": 1.0, "dotted": 1.5, "triplet": 2 / 3}
    if not 20 <= bpm <= 400 or note_value not in quarters or modifier not in factors:
        raise ValueError("bpm must be between 20 and 400, note_value and modifier known names")
    return round(60000 / bpm * quarters[note_value] * factors[modifier], 2)


def song_length_from_bars(
    bars: Annotated[int, Ge(1)],
    bpm: Annotated[float, Ge(20), Le(400)],
    time_signature: str = "4/4",
    beat_unit: Literal["quarter", "dotted quarter", "eighth", "half"] = "quarter",
) -> dict[str, float | str]:
    """Calculate the length of a piece of music from its number of bars and its tempo.

    Args:
        bars: Number of bars.
        bpm: Tempo in beats per minute (20 to 400).
        time_signature: Time signature such as '3/4' or '6/8'.
        beat_unit: Note value that one beat of the tempo stands for.

    Returns:
        An object with 'seconds' (rounded to 2 decimals) and 'length' as M:SS, rounded to the full second.

    Raises:
        ValueError: If a value is out of range, or the signature or beat unit is unknown.

    Examples:
        >>> song_length_from_bars(bars=96, bpm=128)
        {'seconds': 180.0, 'length': '3:00'}
        >>> song_length_from_bars(bars=64, bpm=70, time_signature="6/8", beat_unit="dotted quarter")
        {'seconds': 109.71, 'length': '1:50'}
    """
    match = re.fullmatch(r"([1-9]\d?)/(1|2|4|8|16|32)", time_signature.strip())
    units = {"quarter": 0.25, "dotted quarter": 0.375, "eighth": 0.125, "half": 0.5}
    if not match or beat_unit not in units:
        raise ValueError("time_signature must be like '3/4' and beat_unit a known note value")
    if bars < 1 or not 20 <= bpm <= 400:
        raise ValueError("bars must be at least 1 and bpm between 20 and 400")
    seconds = bars * int(match[1]) / int(match[2]) / units[beat_unit] * 60 / bpm
    minutes, rest = divmod(round(seconds), 60)
    return {"seconds": round(seconds, 2), "length": f"{minutes}:{rest:02}"}


def camelot_mixing_keys(camelot_code: str) -> dict[str, str]:
    """List the keys a track mixes harmonically with on the Camelot wheel, starting with its own.

    Args:
        camelot_code: Number 1 to 12 followed by 'A' (minor) or 'B' (major), such as '8A'.

    Returns:
        Keys by Camelot code: the same key, one step down, one step up and the relative key.

    Raises:
        ValueError: If the code is malformed.

    Examples:
        >>> camelot_mixing_keys(camelot_code="8A")
        {'8A': 'A minor', '7A': 'D minor', '9A': 'E minor', '8B': 'C major'}
        >>> camelot_mixing_keys(camelot_code="12B")
        {'12B': 'E major', '11B': 'A major', '1B': 'B major', '12A': 'Db minor'}
    """
    match = re.fullmatch(r"([1-9]|1[0-2])([ABab])", camelot_code.strip())
    if not match:
        raise ValueError(f"not a Camelot code: {camelot_code}")
    number, side = int(match[1]), match[2].upper()
    keys = {
        "A": ["Ab", "Eb", "Bb", "F", "C", "G", "D", "A", "E", "B", "F#", "Db"],
        "B": ["B", "F#", "Db", "Ab", "Eb", "Bb", "F", "C", "G", "D", "A", "E"],
    }
    neighbours = [(number, side), ((number - 2) % 12 + 1, side), (number % 12 + 1, side)]
    neighbours.append((number, "B" if side == "A" else "A"))
    modes = {"A": "minor", "B": "major"}
    return {f"{hour}{ring}": f"{keys[ring][hour - 1]} {modes[ring]}" for hour, ring in neighbours}


def euclidean_drum_pattern(
    hits: Annotated[int, Ge(0), Le(64)],
    steps: Annotated[int, Ge(1), Le(64)] = 16,
    rotation: Annotated[int, Ge(0), Le(63)] = 0,
) -> str:
    """Spread drum hits as evenly as possible over the steps of a sequencer pattern.

    Args:
        hits: Number of hits, at most the number of steps.
        steps: Length of the pattern in steps (1 to 64).
        rotation: Steps to move the pattern to the left (0 to 63).

    Returns:
        The pattern with 'x' for a hit and '.' for a rest.

    Raises:
        ValueError: If a value is out of range or there are more hits than steps.

    Examples:
        >>> euclidean_drum_pattern(hits=3, steps=8)
        'x..x..x.'
        >>> euclidean_drum_pattern(hits=5, steps=8, rotation=2)
        'x.xx.xx.'
    """
    if not 1 <= steps <= 64 or not 0 <= hits <= steps or not 0 <= rotation <= 63:
        raise ValueError("steps must be 1 to 64, hits 0 to steps, rotation 0 to 63")
    pattern = "".join("x" if index * hits % steps < hits else "." for index in range(steps))
    shift = rotation % steps
    return pattern[shift:] + pattern[:shift]


def guitar_fret_note(
    string_number: Annotated[int, Ge(1), Le(12)],
    fret: Annotated[int, Ge(0), Le(36)],
    tuning: Annotated[list[str], MinLen(1)] | None = None,
    capo: Annotated[int, Ge(0), Le(24)] = 0,
) -> str:
    """Name the note that sounds at a fret of a guitar or another fretted instrument.

    Args:
        string_number: String, counted from 1 for the last note of the tuning (the high E string of a guitar).
        fret: Fret, counted from the capo if there is one; 0 for the open string (0 to 36).
        tuning: Open strings from lowest to highest with octaves; standard guitar tuning E2 A2 D3 G3 B3 E4 by default.
        capo: Fret of the capo, 0 for none (0 to 24).

    Returns:
        The note with octave, black keys named with sharps.

    Raises:
        ValueError: If the string does not exist, or a note or fret is invalid.

    Examples:
        >>> guitar_fret_note(string_number=6, fret=3)
        'G2'
        >>> guitar_fret_note(string_number=4, fret=5, tuning=["E1", "A1", "D2", "G2"], capo=2)
        'B1'
    """
    strings = ["E2", "A2", "D3", "G3", "B3", "E4"] if tuning is None else tuning
    if not 1 <= string_number <= len(strings):
        raise ValueError(f"string_number must be between 1 and {len(strings)}")
    if not 0 <= fret <= 36 or not 0 <= capo <= 24:
        raise ValueError("fret must be between 0 and 36, capo between 0 and 24")
    midi = _pitched_note(strings[-string_number])[1] + capo + fret
    return f"{_SHARP_NAMES[midi % 12]}{midi // 12 - 1}"
