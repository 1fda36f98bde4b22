import RandomStreams

/// What is mixed into one image.
public struct MixDraw: Hashable, Sendable {
  /// The image that is mixed in, by its index in the split.
  public let partner: Int
  /// Its share of the result, above 0 and at most 1.
  public let share: Float
  /// The pixels that show the partner alone; nil where all pixels are blended.
  let area: Area?

  /// Rows and columns of an image.
  struct Area: Hashable, Sendable {
    let rows: Range<Int>
    let columns: Range<Int>

    var pixelCount: Int { rows.count * columns.count }
  }
}

extension MixDraw {
  /// Draws what is mixed into the image at `index`; nil for nothing.
  ///
  /// The result depends on the key, the image and the data alone. A partner is of the same kind: its class is known
  /// if and only if that of the image is, so that no label is half known, and a training without a teacher, which
  /// leaves images of an unknown class out, mixes the same images as one with a teacher.
  ///
  /// - Parameter drawing: The size of the images that areas are drawn for.
  init?(
    _ mixes: [ImageMix], forImage index: Int, of split: DatasetSplit, in dataset: PreparedDataset,
    drawing: (height: Int, width: Int), key: AugmentationKey
  ) {
    var stream = key.mixStream(forImage: index)
    var choice = stream.uniform()
    let mix = mixes.first { mix in
      choice -= mix.probability
      return choice < 0
    }
    guard let mix else { return nil }
    let share = stream.symmetricBeta(mix.alpha)
    switch mix.kind {
    case .mixup:
      area = nil
      self.share = Float(share)
    case .cutmix:
      let area = Area(share: share, height: drawing.height, width: drawing.width, stream: &stream)
      self.area = area.scaled(from: drawing, to: (dataset.height, dataset.width))
      self.share = Float(area.pixelCount) / Float(drawing.height * drawing.width)
    }
    guard self.share > 0 else { return nil }
    let isKnown = dataset.label(index, of: split) >= 0
    // On average as many draws as there are images for one of the kind; each image is one of its own kind.
    let count = dataset.partnerCount(in: split)
    var partner = dataset.partner(stream.integer(below: count), in: split)
    while (dataset.label(partner, of: split) >= 0) != isKnown {
      partner = dataset.partner(stream.integer(below: count), in: split)
    }
    self.partner = partner
  }
}

extension MixDraw.Area {
  /// Returns the same part of an image of another size, to the nearest pixel.
  fileprivate func scaled(
    from given: (height: Int, width: Int), to wanted: (height: Int, width: Int)
  ) -> MixDraw.Area {
    MixDraw.Area(
      rows: rows.scaled(from: given.height, to: wanted.height),
      columns: columns.scaled(from: given.width, to: wanted.width))
  }

  /// Draws a rectangle of so large a share; what would lie outside the image is cut off.
  fileprivate init(share: Double, height: Int, width: Int, stream: inout RandomStream) {
    func range(_ length: Int) -> Range<Int> {
      let side = Int((Double(length) * share.squareRoot()).rounded())
      let start = stream.integer(below: length) - side / 2
      return max(0, start)..<min(length, start + side)
    }
    (rows, columns) = (range(height), range(width))
  }
}
