"""Draws letters in many fonts as a data set: see Results/benchmarks/budget/make-data.

    python Results/benchmarks/budget/make_symbols.py FOLDER [--workers 2]

26 classes, 28x28 in one channel. A class is a letter, upper and lower case alike. A picture is one
letter in a random font, turned, sheared, stretched and bent, with strokes that are worn, in front
of pieces of other letters and lines, blurred and in noise. A third of the test images are drawn in
fonts that no training image shows.

The bytes depend on the fonts, on FreeType in Pillow and on nothing else; SHA256SUMS names both.
"""

import hashlib
import os
import string

import numpy

import data_files
from data_files import Failure, Stream

SEED = 20251
TRAIN, TEST = 20_000, 4_000
SIZE = 28
# A letter is drawn once this large and sampled from there.
CANVAS, FONT_SIZE = 128, 72
UNSEEN_SHARE = 1 / 3

SEEN = """
truetype/dejavu/DejaVuSans.ttf
truetype/dejavu/DejaVuSerif-BoldItalic.ttf
truetype/dejavu/DejaVuSansMono-Oblique.ttf
truetype/liberation/LiberationSans-Regular.ttf
truetype/liberation/LiberationSerif-Italic.ttf
truetype/liberation/LiberationSansNarrow-Bold.ttf
truetype/freefont/FreeSerif.ttf
truetype/freefont/FreeMonoBold.ttf
opentype/urw-base35/C059-Roman.otf
opentype/urw-base35/P052-BoldItalic.otf
opentype/urw-base35/URWBookman-LightItalic.otf
opentype/urw-base35/URWGothic-Book.otf
opentype/urw-base35/Z003-MediumItalic.otf
truetype/lato/Lato-Black.ttf
truetype/lato/Lato-LightItalic.ttf
opentype/cantarell/Cantarell-Regular.otf
truetype/open-sans/OpenSans-CondLightItalic.ttf
truetype/open-sans/OpenSans-ExtraBold.ttf
opentype/comic-neue/ComicNeue-Regular.otf
truetype/hack/Hack-Regular.ttf
truetype/ecolier-court/Ecolier-court.ttf
opentype/dancingscript/DancingScript-Regular.otf
truetype/tuffy/Tuffy_Bold_Italic.ttf
opentype/linux-libertine/LinLibertine_R.otf
opentype/didot/GFSDidot.otf
truetype/breip/Breip.ttf
truetype/fifthhorseman/dkg.ttf
opentype/lobster/lobster.otf
truetype/quicksand/Quicksand-Medium.ttf
opentype/roboto/slab/RobotoSlab-Regular.otf
truetype/essays1743/Essays1743.ttf
truetype/ocr-a/OCRA.ttf
truetype/femkeklaver/femkeklaver.ttf
truetype/sjfonts/SteveHand.ttf
truetype/vollkorn/Vollkorn-BlackItalic.ttf
truetype/fonts-oldstandard/OldStandard-Italic.ttf
""".split("\n")[1:-1]
UNSEEN = """
truetype/freefont/FreeSansBoldOblique.ttf
opentype/urw-base35/NimbusSansNarrow-Bold.otf
opentype/comic-neue/ComicNeue-BoldItalic.otf
truetype/inconsolata/Inconsolata.otf
truetype/humor-sans/Humor-Sans.ttf
opentype/junction/Junction.otf
opentype/linux-libertine/LinBiolinum_RB.otf
truetype/rufscript/Rufscript010.ttf
truetype/isabella/Isabella.ttf
opentype/jura/Jura-Medium.otf
opentype/courier-prime/Courier Prime Italic.otf
truetype/play/Play-Bold.ttf
truetype/sjfonts/Delphine.ttf
truetype/beteckna/Beteckna.ttf
""".split("\n")[1:-1]

# How hard it is.
TURN, SHEAR = 0.2, 0.25  # radians, and the tangent, at most
HEIGHTS, STRETCH = (16.0, 22.0), 0.25  # pixels, and the logarithm of width by height
SHIFT, BEND = 1.5, 0.8  # pixels
CLUTTER, LINES = 0.2, 0.15  # chance of a piece of another letter, of a line
CONTRAST, NOISE = (0.5, 0.9), (0.01, 0.06)
BLUR = (0.0, 0.8)  # pixels


def font_folder():
    return os.environ.get("FONTS", "/usr/share/fonts")


class Glyphs:
    """Letters drawn large, `[CANVAS, CANVAS]` from 0 to 1, each with the height of its ink."""

    def __init__(self):
        self.fonts, self.drawn = {}, {}

    def letter(self, font, character):
        from PIL import Image, ImageDraw, ImageFont
        if (font, character) not in self.drawn:
            if font not in self.fonts:
                path = os.path.join(font_folder(), font)
                try:
                    # The basic layout is built in; the other one depends on the system.
                    self.fonts[font] = ImageFont.truetype(
                        path, FONT_SIZE, layout_engine=ImageFont.Layout.BASIC)
                except OSError as error:
                    raise Failure(f"{path}: {error}") from None
            image = Image.new("L", (CANVAS * 2, CANVAS * 2))
            ImageDraw.Draw(image).text(
                (CANVAS // 2, CANVAS // 2), character, fill=255, font=self.fonts[font])
            box = image.getbbox()
            if box is None:
                raise Failure(f"{font} has no {character!r}")
            left, top = (box[0] + box[2] - CANVAS) // 2, (box[1] + box[3] - CANVAS) // 2
            image = image.crop((left, top, left + CANVAS, top + CANVAS))
            extent = max(box[3] - box[1], 0.6 * (box[2] - box[0]), 0.45 * FONT_SIZE)
            # Softened as much as a picture of a quarter of the size needs.
            ink = data_files.blur(numpy.asarray(image, numpy.float64) / 255, 1.0)
            self.drawn[font, character] = ink, extent
        return self.drawn[font, character]


GLYPHS = Glyphs()


def cased(stream, label):
    letter = string.ascii_lowercase[label]
    return letter.upper() if stream.chance(0.5) else letter


def placed(stream, font, character, shift_y, shift_x):
    """Returns a letter, distorted, at twice the size of a picture."""
    glyph, extent = GLYPHS.letter(font, character)
    side = 2 * SIZE
    rows, columns = numpy.mgrid[0:side, 0:side] / 2 - (SIZE - 0.5) / 2
    bend = stream.between(0, BEND)
    rows = rows - shift_y + bend * data_files.smooth_field(stream, 4, side)
    columns = columns - shift_x + bend * data_files.smooth_field(stream, 4, side)
    turn, shear = stream.between(-TURN, TURN), stream.between(-SHEAR, SHEAR)
    scale = extent / stream.between(*HEIGHTS)
    stretch = numpy.exp(stream.between(-STRETCH, STRETCH) / 2)
    y = numpy.cos(turn) * rows + numpy.sin(turn) * columns
    x = -numpy.sin(turn) * rows + numpy.cos(turn) * columns + shear * y
    center = (CANVAS - 1) / 2
    return data_files.sample(glyph, center + scale * stretch * y, center + scale / stretch * x)


def worn(stream, ink):
    """Returns strokes of another thickness, with gaps; of thin ones too something is left."""
    side = len(ink)
    softened = data_files.blur(ink, stream.between(0.6, 1.6))
    softened = softened / max(numpy.quantile(softened, 0.97), 0.2)
    level = stream.between(0.25, 0.5) + stream.between(0, 0.08) * data_files.smooth_field(
        stream, 9, side)
    return numpy.clip((softened - level) / 0.2 + 0.5, 0, 1)


def line(stream):
    side = 2 * SIZE
    rows, columns = numpy.mgrid[0:side, 0:side]
    turn, distance = stream.between(0, numpy.pi), stream.between(-side / 2, side / 2)
    away = (rows - side / 2) * numpy.sin(turn) + (columns - side / 2) * numpy.cos(turn) - distance
    return numpy.clip(stream.between(0.8, 1.8) - abs(away), 0, 1)


def picture(stream, font, fonts, label):
    ink = worn(stream, placed(
        stream, font, cased(stream, label),
        stream.between(-SHIFT, SHIFT), stream.between(-SHIFT, SHIFT)))
    while stream.chance(CLUTTER):
        turn, distance = stream.between(0, 2 * numpy.pi), stream.between(15, 20)
        other = placed(
            stream, stream.one_of(fonts), cased(stream, stream.whole(0, 25)),
            distance * numpy.sin(turn), distance * numpy.cos(turn))
        ink = numpy.maximum(ink, stream.between(0.4, 1) * worn(stream, other))
    if stream.chance(LINES):
        ink = numpy.maximum(ink, stream.between(0.4, 1) * line(stream))
    ink = data_files.halved(data_files.blur(ink, 2 * stream.between(*BLUR)))
    contrast = stream.between(*CONTRAST)
    image = stream.between(0, 1 - contrast) + contrast * ink
    image = image + stream.between(0, 0.15) * data_files.smooth_field(stream, 3, SIZE)
    return data_files.to_bytes(image + stream.between(*NOISE) * stream.normal(SIZE, SIZE))


def images_of(label):
    result = []
    for name, count, unseen_share in (("train", TRAIN, 0), ("test", TEST, UNSEEN_SHARE)):
        stream = Stream(SEED, f"{name} {label}")
        mine = data_files.share_of(label, 26, count)
        images = []
        for index in range(mine):
            fonts = UNSEEN if index < round(unseen_share * mine) else SEEN
            images.append(picture(stream, stream.one_of(fonts), fonts, label))
        result.append(numpy.stack(images))
    return result


def sources():
    try:
        from PIL import __version__, features
    except ImportError as error:
        raise SystemExit(f"error: {error}") from None
    digest = hashlib.sha256()
    for font in SEEN + UNSEEN:
        try:
            with open(os.path.join(font_folder(), font), "rb") as file:
                digest.update(hashlib.sha256(file.read()).digest())
        except OSError as error:
            raise SystemExit(f"error: {error}") from None
    return (f", Pillow {__version__}, FreeType {features.version('freetype2')}, "
            f"{len(SEEN)} fonts and {len(UNSEEN)} for tests: {digest.hexdigest()[:16]}")


if __name__ == "__main__":
    data_files.make(
        __doc__, SEED, list(string.ascii_lowercase), images_of, TRAIN, TEST, sources())
