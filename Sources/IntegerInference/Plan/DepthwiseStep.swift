import CIntegerVectors

/// A depthwise convolution, sixteen channels at a time.
///
/// Two neighbouring pixels of eight channels fill a vector as well: at stride 1 they are sixteen channels of a window
/// whose columns are half a vector apart, at stride 2.
struct DepthwiseStep: IntegerStep {
  private let geometry: WindowGeometry
  private let input: UnsafePointer<UInt8>
  private let output: UnsafeMutablePointer<UInt8>
  private let padded: PaddedImage?
  private let columns: [DepthwiseColumns]
  /// How many pixels a vector holds.
  private let pixels: Int

  /// - Parameter rule: Weights `[1, kh, kw, C]`.
  init(
    _ geometry: WindowGeometry, _ rule: ProductRule,
    input: UnsafePointer<UInt8>, output: UnsafeMutablePointer<UInt8>, memory: PlanMemory
  ) {
    self.geometry = geometry
    (self.input, self.output) = (input, output)
    padded =
      geometry.needsPadding
      ? PaddedImage(
        geometry, height: geometry.paddedHeight, width: geometry.paddedWidth,
        zero: UInt8(rule.inputZeroPoint + 128), valueBytes: 1, memory: memory) : nil
    pixels =
      geometry.channels == 8 && geometry.strideX == 1 && geometry.outputWidth % 2 == 0 ? 2 : 1
    let rule = pixels == 2 ? rule.doubled : rule
    let (height, width, channels) = (
      geometry.kernelHeight, geometry.kernelWidth, geometry.channels * pixels
    )
    let words = (height + productDepth - 1) / productDepth
    let blocks = (channels + laneCount - 1) / laneCount
    let weights = ProductWeights(vectors: blocks * width * words, memory: memory)
    let (sums, magnitudes) = rule.weightSums(channelsAreLast: true)
    for channel in 0..<channels {
      for y in 0..<height {
        for x in 0..<width {
          weights.set(
            Int16(rule.weights[(y * width + x) * channels + channel]),
            vector: (channel / laneCount * width + x) * words + y / productDepth,
            lane: channel % laneCount, place: y % productDepth)
        }
      }
    }
    let finish = Finish(
      rule.multipliers, largestSums: rule.largestSums(magnitudes: magnitudes),
      zeroPoint: rule.outputZeroPoint, range: rule.range, memory: memory)
    let starts = rule.starts(weightSums: sums)
    columns = (0..<blocks).map { block in
      let stored = min(laneCount, channels - block * laneCount)
      var start = Words.zero
      for lane in 0..<stored { start[lane] = starts[block * laneCount + lane] }
      return DepthwiseColumns(
        weights: weights.vectors + block * width * words, start: start, finish: finish,
        block: block,
        channels: stored)
    }
  }

  func run(images: Int) {
    let pixel = geometry.channels
    let line = padded?.lineBytes ?? geometry.width * pixel
    let targetLine = geometry.outputWidth * pixel
    for image in 0..<images {
      let source = input + image * geometry.imageBytes
      let whole = padded?(source) ?? source
      let target = output + image * geometry.outputHeight * targetLine
      for columns in columns {
        let channel = columns.block * laneCount
        for y in 0..<geometry.outputHeight {
          depthwiseLine(
            count: geometry.outputWidth / pixels, height: geometry.kernelHeight,
            width: geometry.kernelWidth, stride: geometry.strideX * pixels,
            DepthwiseRows(
              source: whole + y * geometry.strideY * line + channel, pixel: pixel, line: line,
              target: target + y * targetLine + channel, targetPixel: pixel * pixels), columns)
        }
      }
    }
  }
}

extension ProductRule {
  /// The rule of a depthwise convolution for two copies of its channels.
  fileprivate var doubled: ProductRule {
    let channels = bias.count
    return ProductRule(
      weights: stride(from: 0, to: weights.count, by: channels).flatMap {
        weights[$0..<$0 + channels] + weights[$0..<$0 + channels]
      }, bias: bias + bias, inputZeroPoint: inputZeroPoint,
      multipliers: multipliers + multipliers, outputZeroPoint: outputZeroPoint, range: range)
  }
}
