# SPDX-License-Identifier: Apache-2.0
"""Silero VAD with 0.8 s of speech or music to label.

Speech: telephone prompts in English, French and Russian; music: the songs of music on hold. Both are
8 kHz recordings, raised to the model's 16 kHz. A clip is 24 windows of 576 samples, each 512 after
the one before; the label is 1 for speech.
"""
import hashlib
import wave
import zipfile

import numpy as np

from models import simplify

MODEL, TEST, CALIBRATION = "silero_vad_seq24.onnx", "vad_test.npz", "vad_calib.npz"
MEMBER = "silero_vad/data/silero_vad_16k_sequence.onnx"
SPEECH = ("asterisk-core-sounds-en-wav", "asterisk-core-sounds-fr-wav",
          "asterisk-core-sounds-ru-wav")
MUSIC = "asterisk-moh-opsound-wav"

WINDOWS, LENGTH, STEP = 24, 576, 512
CLIP = (WINDOWS - 1) * STEP + LENGTH    # samples at 16 kHz
STORED = CLIP // 2                      # samples at 8 kHz
TEST_CLIPS, CALIBRATION_CLIPS = 600, 60  # half of each is speech
TAPS = 32                               # of the interpolation filter, on each side
LOUD = 500                              # least root mean square of a clip, of 32,768


def order(text):
    """A fixed random order, the same on every machine and NumPy."""
    return hashlib.sha256(text.encode()).digest()


def read_wav(path):
    with wave.open(str(path)) as file:
        if (file.getframerate(), file.getsampwidth(), file.getnchannels()) != (8000, 2, 1):
            raise ValueError(f"{path}: not 8 kHz, 16 bits, mono")
        return np.frombuffer(file.readframes(file.getnframes()), "<i2")


def doubled(clip):
    """Twice as many samples: between each two a windowed-sinc (Hann) interpolation."""
    at = np.arange(-TAPS, TAPS) + 0.5
    taps = np.sinc(at) * np.cos(np.pi * at / (2 * TAPS)) ** 2
    between = np.convolve(np.pad(clip.astype(np.float64), TAPS), taps / taps.sum(), "same")
    result = np.empty(2 * len(clip))
    result[0::2], result[1::2] = clip, between[TAPS:TAPS + len(clip)]
    return np.clip(np.rint(result), -32768, 32767).astype(np.int16)


def loudest(samples):
    """The clip of highest energy, or None where there is none loud enough."""
    if len(samples) < STORED:
        return None
    energy = np.concatenate([[0], np.cumsum(samples.astype(np.float64) ** 2)])
    sums = energy[STORED:] - energy[:-STORED]
    start = int(sums.argmax())
    return samples[start:start + STORED] if sums[start] >= STORED * LOUD ** 2 else None


def speech_clips(folders, count):
    """One clip of each of `count` recordings, the languages mixed."""
    paths = [path for folder in folders for path in folder.rglob("*.wav")
             if "silence" not in path.parts]
    clips = []
    for path in sorted(paths, key=lambda path: order(f"{path.parts[-2]}/{path.name}")):
        clip = loudest(read_wav(path))
        if clip is not None:
            clips.append(clip)
        if len(clips) == count:
            return clips
    raise ValueError(f"only {len(clips)} of {count} recordings are long and loud enough")


def music_clips(folder, count):
    """Loud clips of all songs that do not overlap."""
    clips = []
    for path in sorted(folder.glob("*.wav")):
        samples = read_wav(path)
        for start in range(0, len(samples) - STORED + 1, STORED):
            clip = loudest(samples[start:start + STORED])
            if clip is not None:
                clips.append((order(f"{path.name} {start}"), clip))
    return [clip for _, clip in sorted(clips, key=lambda pair: pair[0])[:count]]


def windows_of(clip):
    samples = doubled(clip)
    return np.stack([samples[i * STEP:i * STEP + LENGTH] for i in range(WINDOWS)])


def write_clips(results, name, speech, music):
    clips = [(windows_of(clip), label) for pair in zip(speech, music)
             for clip, label in zip(pair, (1, 0))]
    results.arrays(name, windows=np.stack([windows for windows, _ in clips]),
                   labels=np.array([label for _, label in clips], np.uint8))


def accuracy(model, data):
    """Share of clips whose mean probability is on the label's side of one half."""
    session, zero = simplify.session(model), np.zeros((1, 1, 128), np.float32)
    with np.load(data) as arrays:
        windows, labels = arrays["windows"], arrays["labels"]
    means = [session.run(["speech_probs"], {"input": (clip / 32768).astype(np.float32),
                                            "h": zero, "c": zero})[0].mean() for clip in windows]
    return float(((np.array(means) > 0.5) == labels).mean()), len(labels)


def make(packages, results):
    names = (MODEL, TEST, CALIBRATION)
    if not results.have(*names):
        with zipfile.ZipFile(packages.pypi("silero-vad==6.2.3")) as archive:
            model = simplify.read(archive, MEMBER)
        state = (1, 1, 128)
        model = simplify.fix_shapes(model, {"input": (WINDOWS, LENGTH), "h": state, "c": state})
        with results.file(MODEL) as path:
            simplify.write(model, path)
        half, spare = TEST_CLIPS // 2, CALIBRATION_CLIPS // 2
        speech = speech_clips([packages.debian(name) for name in SPEECH], half + spare)
        music = music_clips(packages.debian(MUSIC), half + spare)
        write_clips(results, TEST, speech[:half], music[:half])
        write_clips(results, CALIBRATION, speech[half:], music[half:])
    value, count = accuracy(results.folder / MODEL, results.folder / TEST)
    results.report(names, f"vad: fp32 accuracy {value:.4f} of {count} clips (ONNX Runtime)")
