"""Bands of the stationary wavelet transform by PyWavelets, as PyRadiomics calls it (imageoperations, wavelet).

bands.py VOLUME X Y Z WAVELET LEVELS: reads float32 values, x fastest, and writes to standard output, as float64, the bands
of transforms of 1, 2 ... LEVELS levels, computed in single precision, then the same computed in double precision. The
bands of a transform come in the order of PyRadiomics' names: seven for each level, LLH to HHH by the letters of x, y, z,
and LLL at the end.
"""

import itertools
import sys

import numpy
import pywt

letters = ["".join(band) for band in itertools.product("ad", repeat=3)]


def bands_of(image, wavelet, levels):
    inside = tuple(slice(0, size) for size in image.shape)
    data = numpy.pad(image, [(0, size % 2) for size in image.shape], "wrap")
    for _ in range(levels):
        (bands,) = pywt.swtn(data, wavelet, level=1, start_level=0, axes=(2, 1, 0))
        yield from (bands[band][inside] for band in letters[1:])
        data = bands["aaa"]
    yield data[inside]


def main():
    path, x, y, z, wavelet, levels = sys.argv[1:]
    image = numpy.fromfile(path, dtype=numpy.float32).reshape(int(z), int(y), int(x))
    for precision in (numpy.float32, numpy.float64):
        for count in range(1, int(levels) + 1):
            for band in bands_of(image.astype(precision), wavelet, count):
                sys.stdout.buffer.write(band.astype(numpy.float64).tobytes())


main()
