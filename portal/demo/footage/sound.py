"""Sound with the rhythm of two people talking; no words, and nobody's voice.

Vowels are made from harmonics under three formants, consonants from noise, and the pauses are
where a conversation has them. We know to the sample when somebody speaks.
"""

from dataclasses import dataclass
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

RATE = 48_000
Samples: TypeAlias = NDArray[np.float32]

_VOWELS = (
    (730.0, 1090.0, 2440.0), (270.0, 2290.0, 3010.0), (300.0, 870.0, 2240.0),
    (530.0, 1840.0, 2480.0), (570.0, 840.0, 2410.0), (490.0, 1350.0, 1690.0),
)  # fmt: skip


@dataclass(frozen=True)
class Sound:
    """Mono samples from -1 to 1 at 48 kHz, and the spans (from, until in seconds) of speech."""

    samples: Samples
    spoken: tuple[tuple[float, float], ...]


def conversation(seconds: float, *, silent_seconds: float, voice: float, seed: int) -> Sound:
    """A conversation in a street; the first `silent_seconds` are digital silence."""
    luck = np.random.default_rng(seed)
    samples = _street(round(seconds * RATE), luck)
    spoken = []
    at, speaker = silent_seconds + 0.9, 0
    while at < seconds - 1.5:
        said = _utterance(luck, voice * (1.0, 1.62)[speaker])
        said = said[: round((seconds - 0.5 - at) * RATE)]
        begin = round(at * RATE)
        samples[begin : begin + len(said)] += said * np.float32((0.8, 0.55)[speaker])
        until = at + len(said) / RATE
        spoken.append((round(at, 3), round(until, 3)))
        at, speaker = until + luck.uniform(0.3, 1.1), 1 - speaker
    _beeps(samples, silent_seconds)
    samples[: round(silent_seconds * RATE)] = 0
    return Sound((samples * np.float32(1.5)).clip(-1, 1), tuple(spoken))


def _street(count: int, luck: np.random.Generator) -> Samples:
    """The low murmur of a street: noise, smoothed twice."""
    noise = luck.standard_normal(count).astype(np.float32)
    for width in (90, 40):
        running = np.cumsum(np.concatenate([np.zeros(width, np.float32), noise]), dtype=np.float64)
        noise = ((running[width:] - running[:-width]) / width).astype(np.float32)
    murmur: Samples = noise * np.float32(0.012 / max(float(noise.std()), 1e-9))
    return murmur


def _utterance(luck: np.random.Generator, pitch: float) -> Samples:
    count = int(luck.integers(5, 18))
    # A sentence begins high and falls.
    pitches = pitch * np.linspace(1.14, 0.86, count) * luck.uniform(0.94, 1.06, count)
    parts = []
    for k in range(count):
        parts.append(_syllable(luck, float(pitches[k])))
        if luck.random() < 0.22:
            parts.append(np.zeros(round(luck.uniform(0.03, 0.11) * RATE), np.float32))
    said: Samples = np.concatenate(parts)
    return said


def _syllable(luck: np.random.Generator, pitch: float) -> Samples:
    count = round(luck.uniform(0.13, 0.25) * RATE)
    time = np.arange(count) / RATE
    formants = _VOWELS[int(luck.integers(len(_VOWELS)))]
    harmonics = pitch * np.arange(1, int(3800 / pitch))
    loud = sum(
        weight / (1 + ((harmonics - formant) / width) ** 2)
        for formant, width, weight in zip(formants, (70, 90, 130), (1.0, 0.5, 0.25), strict=True)
    )
    bend = pitch * 0.04 * time**2 / max(time[-1], 1e-9)
    phase = 2 * np.pi * (pitch * time - bend)
    wave = np.asarray(loud)[:, None] * np.sin(np.arange(1, len(harmonics) + 1)[:, None] * phase)
    vowel = wave.sum(axis=0) * np.sin(np.pi * (np.arange(count) + 0.5) / count) ** 0.7
    vowel *= 0.32 / max(float(np.abs(vowel).max()), 1e-9)
    if luck.random() < 0.5:
        _consonant(vowel, luck)
    voiced: Samples = vowel.astype(np.float32)
    return voiced


def _consonant(vowel: NDArray[np.float64], luck: np.random.Generator) -> None:
    count = round(luck.uniform(0.03, 0.06) * RATE)
    hiss = np.diff(luck.standard_normal(count + 1))
    vowel[:count] += 0.035 * hiss * np.hanning(count)


def _beeps(samples: Samples, at: float) -> None:
    """Two short tones when the wearer presses record."""
    for begin in (at + 0.15, at + 0.45):
        count = round(0.14 * RATE)
        tone = 0.25 * np.sin(2 * np.pi * 2100 * np.arange(count) / RATE) * np.hanning(count)
        first = round(begin * RATE)
        room = samples[first : first + count]
        room += tone[: len(room)].astype(np.float32)
