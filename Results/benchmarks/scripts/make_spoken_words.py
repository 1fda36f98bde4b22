"""Synthesises spoken words as small spectrograms: see Results/benchmarks/scripts/make-spoken-words.

    python Results/benchmarks/scripts/make_spoken_words.py FOLDER [--workers 2]

An utterance is one word in a random voice, at a random pitch, pitch range and speed. It is spoken
once and becomes one image: placed at random in a window of noise with a random colour and level,
and drawn as the logarithm of its mel spectrogram, `[BANDS, FRAMES]`, low bands at the bottom. No
two images, whether for training or for testing, share an utterance. Voices occur in both;
train-speakers.npy and test-speakers.npy number the speaker of each image, for splits by speaker.

The noise was chosen with three simple classifiers: on the test images logistic regression reaches
60 %, the five nearest neighbours 60 %, ridge regression on 160 random patches 85 %.

Every word has a process and random streams of its own, so the number of workers changes no byte.
"""

import argparse
import ctypes
import hashlib
import multiprocessing
import os
import random
import struct
import sys

import numpy

SEED = 20250
WORDS = "yes no on off up down left right stop start go slow".split()
TRAIN_PER_WORD, TEST_PER_WORD = 1200, 250

# The accents and speakers of eSpeak NG that speak clearly, whispering and croaking included.
ACCENTS = ("en en-us en-us-nyc en-029 en-gb-scotland en-gb-x-rp en-gb-x-gbclan "
           "en-gb-x-gbcwmd").split()
SPEAKERS = ("m1 m2 m3 m4 m5 m6 m7 m8 f1 f2 f3 f4 f5 croak whisper whisperf klatt klatt2 klatt4 "
            "grandma grandpa adam Alex Andy anika belinda david Denis ed Gene john linda Michael "
            "Mike pablo quincy rob steph Storm victor").split()
INTONATIONS = [".", "?", "!", ","]
# Words a minute, and eSpeak NG's own scale from 0 to 100.
RATES, PITCHES, RANGES = (120, 240), (10, 90), (20, 90)

SAMPLE_RATE = 22_050
BANDS = FRAMES = 28
HOP, WINDOW = 512, 1024  # samples: a frame every 23 ms, 46 ms long
LENGTH = HOP * (FRAMES - 1) + WINDOW
LOWEST, HIGHEST = 100.0, 8_000.0  # Hz, the edges of the bands
# Signal to noise in decibels, and the slope of the noise: power falls with frequency to that power.
SIGNAL_TO_NOISE, SLOPES = (-4.0, 20.0), (0.0, 2.0)
# The largest share of a word that the window may cut off at either end.
CUT = 0.1
# What a picture shows, in decibels below its maximum, unless the noise hides it.
DYNAMIC_RANGE = 60.0


class Failure(Exception):
    pass


class Synthesizer:
    """The library of eSpeak NG. It keeps some state between utterances, so their order matters."""

    SYNCHRONOUS, CHARACTERS_UTF8 = 2, 1
    RATE, PITCH, RANGE = 1, 3, 4

    def __init__(self):
        try:
            self.library = ctypes.CDLL("libespeak-ng.so.1")
        except OSError as error:
            raise Failure(f"{error}; it comes with the Debian package espeak-ng") from None
        rate = self.library.espeak_Initialize(self.SYNCHRONOUS, 0, None, 0)
        if rate != SAMPLE_RATE:
            raise Failure(f"eSpeak NG: the sample rate is {rate}, expected {SAMPLE_RATE}")
        self.parts = []
        # The library calls this for as long as it lives: it must not be collected.
        self.callback = ctypes.CFUNCTYPE(
            ctypes.c_int, ctypes.c_void_p, ctypes.c_int, ctypes.c_void_p)(self.receive)
        self.library.espeak_SetSynthCallback(self.callback)
        self.library.espeak_Info.restype = ctypes.c_char_p
        self.version = self.library.espeak_Info(None).decode()

    def receive(self, samples, count, _):
        if samples and count > 0:
            self.parts.append(ctypes.string_at(samples, 2 * count))
        return 0

    def speak(self, voice, text, rate, pitch, pitch_range):
        """Returns the samples of a text, without the silence around them."""
        self.parts.clear()
        if self.library.espeak_SetVoiceByName(voice.encode()) != 0:
            raise Failure(f"eSpeak NG {self.version} has no voice {voice}")
        for parameter, value in [
                (self.RATE, rate), (self.PITCH, pitch), (self.RANGE, pitch_range)]:
            self.library.espeak_SetParameter(parameter, value, 0)
        data = text.encode() + b"\0"
        status = self.library.espeak_Synth(
            data, ctypes.c_size_t(len(data)), 0, 0, 0, self.CHARACTERS_UTF8, None, None)
        if status != 0:
            raise Failure(f"eSpeak NG cannot speak {text!r} with the voice {voice}: {status}")
        samples = numpy.frombuffer(b"".join(self.parts), "<i2").astype(numpy.float64)
        loud = numpy.flatnonzero(abs(samples) > 0.01 * abs(samples).max(initial=1.0))
        return samples[loud[0]:loud[-1] + 1] if len(loud) else samples[:0]


def whole_number(draw, bounds):
    """Returns a number between two others, both included, by the one method that Python keeps."""
    return bounds[0] + int(draw.random() * (bounds[1] - bounds[0] + 1))


def one_of(draw, choices):
    return choices[whole_number(draw, (0, len(choices) - 1))]


def mel_filters():
    """Returns triangles evenly spaced in mel, `[BANDS, WINDOW / 2 + 1]`, each of sum 1."""
    lowest, highest = (2595 * numpy.log10(1 + hertz / 700) for hertz in (LOWEST, HIGHEST))
    edges = 700 * (10 ** (numpy.linspace(lowest, highest, BANDS + 2) / 2595) - 1)
    bins = numpy.fft.rfftfreq(WINDOW, 1 / SAMPLE_RATE)
    low, middle, high = (edges[i:i + BANDS, None] for i in range(3))
    filters = numpy.minimum((bins - low) / (middle - low), (high - bins) / (high - middle))
    filters = numpy.maximum(filters, 0)
    return filters / filters.sum(1, keepdims=True)


def noise(slope, normals):
    """Returns noise of mean power 1 over LENGTH samples."""
    spectrum = numpy.fft.rfft(normals)
    hertz = numpy.maximum(numpy.fft.rfftfreq(LENGTH, 1 / SAMPLE_RATE), LOWEST)
    colored = numpy.fft.irfft(spectrum * hertz ** (-slope / 2), LENGTH)
    return colored / numpy.sqrt(numpy.mean(colored ** 2))


def scene(samples, draw, normals):
    """Returns an utterance at a random place in a window of noise."""
    cut = int(CUT * len(samples))
    start = whole_number(draw, sorted([-cut, LENGTH - len(samples) + cut]))
    first, last = max(0, start), min(LENGTH, start + len(samples))
    heard = numpy.zeros(LENGTH)
    heard[first:last] = samples[first - start:last - start]
    level = draw.uniform(*SIGNAL_TO_NOISE)
    loudness = numpy.sqrt(numpy.mean(samples ** 2)) * 10 ** (-level / 20)
    return heard + loudness * noise(draw.uniform(*SLOPES), normals)


def spectrogram(samples, filters):
    """Returns the picture of LENGTH samples, `[BANDS, FRAMES]`, `uint8`, its maximum at 255."""
    frames = numpy.lib.stride_tricks.sliding_window_view(samples, WINDOW)[::HOP]
    power = abs(numpy.fft.rfft(frames * numpy.hanning(WINDOW))) ** 2
    decibels = 10 * numpy.log10(power @ filters.T + 1e-9)
    floor = max(decibels.min(), decibels.max() - DYNAMIC_RANGE)
    shown = numpy.clip((decibels - floor) / (decibels.max() - floor), 0, 1)
    return numpy.rint(255 * shown).astype(numpy.uint8).T[::-1]


def utterances_of(word):
    """Returns the version of eSpeak NG and, of all utterances of a word, pictures, digests, speakers."""
    synthesizer, filters = Synthesizer(), mel_filters()
    draw = random.Random(f"{SEED} {word}")
    # The old generator, because its stream is the same in every version of numpy.
    normals = numpy.random.RandomState(SEED + WORDS.index(word))
    pictures, speakers = {}, []
    while len(pictures) < TRAIN_PER_WORD + TEST_PER_WORD:
        accent, speaker = one_of(draw, ACCENTS), one_of(draw, SPEAKERS)
        voice = f"{accent}+{speaker}"
        text = word + one_of(draw, INTONATIONS)
        manner = [whole_number(draw, bounds) for bounds in (RATES, PITCHES, RANGES)]
        samples = synthesizer.speak(voice, text, *manner)
        digest = hashlib.sha256(samples).digest()
        if len(samples) == 0:
            raise Failure(f"eSpeak NG {synthesizer.version}: {voice} says nothing for {word!r}")
        if digest not in pictures:
            heard = scene(samples, draw, normals.standard_normal(LENGTH))
            pictures[digest] = spectrogram(heard, filters)
            speakers.append(SPEAKERS.index(speaker))
    return synthesizer.version, numpy.stack(list(pictures.values())), list(pictures), speakers


def write_split(folder, name, pictures, speakers, shuffle):
    """Writes the pictures of every word, `[words, N, BANDS, FRAMES]`, in a random order, and their speakers."""
    labels = numpy.repeat(numpy.arange(len(WORDS), dtype=numpy.uint8), pictures.shape[1])
    order = sorted(range(len(labels)), key=lambda _: shuffle.random())
    images = pictures.reshape(-1, BANDS, FRAMES)[order]
    for kind, values in [("images-idx3", images), ("labels-idx1", labels[order])]:
        with open(os.path.join(folder, f"{name}-{kind}-ubyte"), "wb") as file:
            file.write(struct.pack(f">HBB{values.ndim}I", 0, 8, values.ndim, *values.shape))
            file.write(values.tobytes())
    numpy.save(os.path.join(folder, f"{name}-speakers.npy"),
               speakers.reshape(-1)[order].astype(numpy.uint8))


def record(folder, version):
    """Writes what the files are, in the format that `sha256sum --check` reads."""
    lines = [f"# Spoken words by eSpeak NG {version}, seed {SEED}, numpy {numpy.__version__}",
             f"# Classes from 0: {' '.join(WORDS)}"]
    for name in sorted(os.listdir(folder)):
        with open(os.path.join(folder, name), "rb") as file:
            lines.append(f"{hashlib.sha256(file.read()).hexdigest()}  {name}")
    with open(os.path.join(folder, "SHA256SUMS"), "w") as file:
        file.write("\n".join(lines) + "\n")


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder")
    parser.add_argument("--workers", type=int, default=2)
    options = parser.parse_args()
    # A fresh process for every word, because the synthesizer's state would pass from word to word.
    with multiprocessing.get_context("spawn").Pool(options.workers, maxtasksperchild=1) as pool:
        versions, pictures, digests, speakers = zip(*pool.map(utterances_of, WORDS, chunksize=1))
    everything = [digest for word in digests for digest in word]
    if len(set(everything)) != len(everything):
        raise Failure("two words have an utterance in common")
    pictures, speakers = numpy.stack(pictures), numpy.array(speakers)
    shuffle = random.Random(SEED)
    for name, part in [("train", slice(TRAIN_PER_WORD)), ("test", slice(TRAIN_PER_WORD, None))]:
        write_split(options.folder, name, pictures[:, part], speakers[:, part], shuffle)
    record(options.folder, versions[0])


if __name__ == "__main__":
    try:
        main()
    except Failure as failure:
        sys.exit(f"error: {failure}")
