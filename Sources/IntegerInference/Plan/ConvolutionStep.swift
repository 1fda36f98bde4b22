import CIntegerVectors

/// What a plan does for one operator.
protocol IntegerStep {
  /// Computes the output of the first `images` images.
  func run(images: Int)
}

/// A convolution or dense layer as products of bytes, or of pairs of 16 bits.
struct ConvolutionStep: IntegerStep {
  private let geometry: WindowGeometry
  private let input: UnsafePointer<UInt8>
  private let output: UnsafeMutablePointer<UInt8>
  /// The image with its padding, its values as products read them; nil where they are read as they are stored.
  private let padded: PaddedImage?
  /// Room for some positions of a pointwise convolution as products read them, and how many; nil likewise.
  private let widened: (values: UnsafeMutablePointer<UInt8>, positions: Int)?
  private let panels: [Panel]
  private let channels: Int
  private let isPointwise: Bool
  private let segments: Int
  private let words: Int

  /// How many values of a pointwise convolution are widened at a time: few enough for the nearest caches.
  private static let widenedValues = 4_096...65_536

  /// Up to 32 channels of one group.
  private struct Panel {
    let columns: TileColumns
    /// The first byte of its group in a pixel of the image.
    let inputChannel: Int
    let outputChannel: Int
  }

  /// - Parameter rule: Weights `[Cout, kh, kw, Cin / groups]`.
  init(
    _ geometry: WindowGeometry, _ rule: ProductRule,
    input: UnsafePointer<UInt8>, output: UnsafeMutablePointer<UInt8>, memory: PlanMemory
  ) {
    self.geometry = geometry
    (self.input, self.output) = (input, output)
    channels = rule.bias.count
    let taps = geometry.kernelHeight * geometry.kernelWidth
    let depth = rule.weights.count / (channels * taps)
    let groups = geometry.channels / depth
    // Without groups, what one line of the window sees lies in one piece.
    let segments = groups == 1 ? 1 : geometry.kernelWidth
    let pieces = segments * geometry.kernelHeight
    let stretch = taps * depth / pieces
    let words = (stretch + productDepth - 1) / productDepth
    (self.segments, self.words) = (segments, words)
    isPointwise =
      taps == 1 && geometry.strideX == 1 && geometry.strideY == 1 && !geometry.needsPadding
    let isWidened = multipliesPairs
    padded =
      geometry.needsPadding || isWidened && !isPointwise
      ? PaddedImage(
        geometry, height: geometry.paddedHeight, width: geometry.paddedWidth,
        zero: UInt8(rule.inputZeroPoint + 128), valueBytes: productBytes, memory: memory)
      : nil
    if isPointwise, isWidened {
      // As many values as there are weights, which are read again for each such stretch.
      let values = min(
        max(rule.weights.count, Self.widenedValues.lowerBound), Self.widenedValues.upperBound)
      let tiles = max(1, values / geometry.channels / largestTile.rows)
      let positions = tiles * largestTile.rows
      widened = (memory.take(positions * geometry.channels * productBytes), positions)
    } else {
      widened = nil
    }

    let size = taps * depth
    let (sums, magnitudes) = rule.weightSums(channelsAreLast: false)
    let starts = rule.starts(weightSums: sums)
    let largest = rule.largestSums(magnitudes: magnitudes)
    let perGroup = channels / groups
    var panels: [Panel] = []
    for group in 0..<groups {
      for first in stride(from: 0, to: perGroup, by: 16 * largestTile.vectors) {
        let count = min(16 * largestTile.vectors, perGroup - first)
        let vectors = (count + 15) / 16
        let outputs = group * perGroup + first..<group * perGroup + first + count
        let weights = ProductWeights(vectors: pieces * words * vectors, memory: memory)
        for (lane, channel) in outputs.enumerated() {
          for piece in 0..<pieces {
            for place in 0..<stretch {
              weights.set(
                Int16(rule.weights[channel * size + piece * stretch + place]),
                vector: (piece * words + place / productDepth) * vectors + lane / 16,
                lane: lane % 16, place: place % productDepth)
            }
          }
        }
        let start = memory.take(2 * 16, of: Int32.self)
        for (lane, channel) in outputs.enumerated() { start[lane] = starts[channel] }
        let finish = Finish(
          Array(rule.multipliers[outputs]), largestSums: Array(largest[outputs]),
          zeroPoint: rule.outputZeroPoint, range: rule.range, memory: memory)
        panels.append(
          Panel(
            columns: TileColumns(
              weights: UnsafeRawPointer(weights.vectors),
              start: UnsafeRawPointer(start).assumingMemoryBound(to: Words.self), finish: finish,
              block: 0, channels: count),
            inputChannel: group * depth, outputChannel: outputs.lowerBound))
      }
    }
    self.panels = panels
  }

  func run(images: Int) {
    guard !isPointwise else {
      return runPointwise(positions: images * geometry.height * geometry.width)
    }
    let outputBytes = geometry.outputHeight * geometry.outputWidth * channels
    for image in 0..<images {
      let source = input + image * geometry.imageBytes
      let target = output + image * outputBytes
      let lineBytes = padded?.lineBytes ?? geometry.width * geometry.channels
      let whole = padded?(source) ?? source
      for panel in panels { run(panel, rows(whole, target, lineBytes: lineBytes, panel)) }
    }
  }

  private func runPointwise(positions: Int) {
    var first = 0
    while first < positions {
      let count = min(widened?.positions ?? positions, positions - first)
      var source = input + first * geometry.channels
      if let widened {
        widen(source, to: widened.values, count: count * geometry.channels)
        source = UnsafePointer(widened.values)
      }
      let target = output + first * channels
      for panel in panels {
        productLine(count: count, rows(source, target, lineBytes: 0, panel), panel.columns)
      }
      first += count
    }
  }

  private func rows(
    _ source: UnsafePointer<UInt8>, _ target: UnsafeMutablePointer<UInt8>, lineBytes: Int,
    _ panel: Panel
  ) -> TileRows {
    TileRows(
      source: source + panel.inputChannel * productBytes,
      sourceStride: geometry.strideX * geometry.channels * productBytes,
      sourceHalf: 0, lineStride: lineBytes, lines: geometry.kernelHeight,
      segmentStride: geometry.channels * productBytes, segments: segments, words: words,
      target: target + panel.outputChannel, targetStride: channels, targetHalf: 0)
  }

  private func run(_ panel: Panel, _ first: TileRows) {
    let sourceLine = geometry.strideY * first.lineStride
    let targetLine = geometry.outputWidth * channels
    var place = first
    // Two lines of a narrow image fill a tile.
    let lines = geometry.outputWidth <= largestTile.rows / 2 && geometry.outputHeight > 1 ? 2 : 1
    for y in stride(from: 0, to: geometry.outputHeight, by: lines) {
      place.source = first.source + y * sourceLine
      place.target = first.target + y * targetLine
      if y + 2 <= geometry.outputHeight, lines == 2 {
        (place.sourceHalf, place.targetHalf) = (sourceLine, targetLine)
        productTile(rows: geometry.outputWidth, hasHalves: true, place, panel.columns)
      } else {
        productLine(count: geometry.outputWidth, place, panel.columns)
      }
    }
  }
}
