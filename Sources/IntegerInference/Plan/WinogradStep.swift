import CIntegerVectors

/// A 3×3 convolution at stride 1 by minimal filtering, F(2×2, 3×3) in integers: 16 products for four outputs instead
/// of 36.
///
/// The filter's transform is taken four times as large, so that nothing is rounded: what is multiplied, at most 4 · 255
/// and 9 · 128, has 16 bits. Sums may leave 32 bits on their way, which does no harm as long as four times the result
/// has them. The integers are those of the plain convolution.
///
/// It pays where pairs of 16 bits are multiplied in any case (AVX2); a dot product of bytes takes twice as many at once.
///
/// Source: Winograd, *Arithmetic Complexity of Computations*, SIAM 1980; Lavin and Gray, *Fast Algorithms for
/// Convolutional Neural Networks*, CVPR 2016.
struct WinogradStep: IntegerStep {
  private let geometry: WindowGeometry
  private let input: UnsafePointer<UInt8>
  private let output: UnsafeMutablePointer<UInt8>
  private let padded: PaddedImage
  private let panels: [Panel]
  private let channels: Int
  /// Tiles in a line of them, lines of tiles, and how many lines are transformed at a time.
  private let (tilesX, tilesY, lines): (Int, Int, Int)
  /// The channels of a transformed tile: of the input, with what fills a vector.
  private let depth: Int
  /// `[16, lines · tilesX, depth]`.
  private let transformed: UnsafeMutablePointer<Int16>
  /// `[16, lines · tilesX]` of a panel.
  private let products: UnsafeMutablePointer<Words>
  /// Of two lines of outputs, `[2, 2 · tilesX]`.
  private let sums: UnsafeMutablePointer<Words>
  /// What products start from.
  private let zeros: UnsafePointer<Words>
  /// Pairs of channels of the input.
  private let pairs: Int
  private let finish: Finish

  /// Up to 16 channels of the output.
  private struct Panel {
    /// Of 16 bits, `[16, pairs, 16, 2]`.
    let weights: UnsafePointer<Words>
    let start: Words
    let outputChannel: Int
    let count: Int
  }

  /// How many tiles are transformed at a time, about: few enough for the nearest caches.
  private static let tilesAtATime = 48

  /// Whether it gives a convolution's integers in fewer products: two thirds at most, of at least 16 channels.
  static func applies(to geometry: WindowGeometry, _ rule: ProductRule) -> Bool {
    let channels = rule.bias.count
    guard multipliesPairs, geometry.kernelHeight == 3, geometry.kernelWidth == 3,
      geometry.strideX == 1, geometry.strideY == 1, geometry.channels >= 16, channels >= 16,
      rule.weights.count == 9 * geometry.channels * channels
    else { return false }
    let tiles = ((geometry.outputHeight + 1) / 2) * ((geometry.outputWidth + 1) / 2)
    // Four times the largest sum has 32 bits.
    return 3 * 16 * tiles <= 2 * 9 * geometry.outputHeight * geometry.outputWidth
      && 4 * 255 * 128 * 9 * geometry.channels < 1 << 31
  }

  /// - Parameter rule: Weights `[Cout, 3, 3, Cin]`.
  init(
    _ geometry: WindowGeometry, _ rule: ProductRule,
    input: UnsafePointer<UInt8>, output: UnsafeMutablePointer<UInt8>, memory: PlanMemory
  ) {
    self.geometry = geometry
    (self.input, self.output) = (input, output)
    channels = rule.bias.count
    tilesX = (geometry.outputWidth + 1) / 2
    tilesY = (geometry.outputHeight + 1) / 2
    lines = min(tilesY, max(1, Self.tilesAtATime / tilesX))
    // The last tiles may see a line and a column more.
    let (height, width) = (
      max(geometry.paddedHeight, 2 * tilesY + 2), max(geometry.paddedWidth, 2 * tilesX + 2)
    )
    padded = PaddedImage(
      geometry, height: height, width: width, zero: UInt8(rule.inputZeroPoint + 128),
      valueBytes: 1, memory: memory)
    depth = (geometry.channels + laneCount - 1) / laneCount * laneCount
    transformed = memory.take(16 * lines * tilesX * depth)
    products = memory.take(16 * lines * tilesX)
    sums = memory.take(2 * 2 * tilesX)
    zeros = UnsafePointer(memory.take(1, of: Words.self))

    let inputs = geometry.channels
    pairs = (inputs + productDepth - 1) / productDepth
    let (weightSums, magnitudes) = rule.weightSums(channelsAreLast: false)
    var panels: [(weights: ProductWeights, first: Int)] = []
    for first in stride(from: 0, to: channels, by: laneCount) {
      let weights = ProductWeights(vectors: 16 * pairs, memory: memory)
      for channel in first..<min(first + laneCount, channels) {
        for from in 0..<inputs {
          let filter = (0..<9).map { Int16(rule.weights[(channel * 9 + $0) * inputs + from]) }
          for (point, weight) in winogradWeights(filter).enumerated() {
            weights.set(
              weight, vector: point * pairs + from / productDepth, lane: channel - first,
              place: from % productDepth)
          }
        }
      }
      panels.append((weights, first))
    }
    let starts = rule.starts(weightSums: weightSums)
    finish = Finish(
      rule.multipliers, largestSums: rule.largestSums(magnitudes: magnitudes),
      zeroPoint: rule.outputZeroPoint, range: rule.range, memory: memory)
    self.panels = panels.map { [channels] weights, first in
      let count = min(laneCount, channels - first)
      var start = Words.zero
      for lane in 0..<count { start[lane] = starts[first + lane] }
      return Panel(weights: weights.vectors, start: start, outputChannel: first, count: count)
    }
  }

  func run(images: Int) {
    let outputBytes = geometry.outputHeight * geometry.outputWidth * channels
    for image in 0..<images {
      let whole = padded(input + image * geometry.imageBytes)
      let target = output + image * outputBytes
      for first in stride(from: 0, to: tilesY, by: lines) {
        let count = min(lines, tilesY - first)
        transform(whole + 2 * first * padded.lineBytes, lines: count)
        for panel in panels {
          multiply(panel, tiles: count * tilesX)
          for line in 0..<count { store(panel, line, of: first, to: target) }
        }
      }
    }
  }

  private func transform(_ source: UnsafePointer<UInt8>, lines count: Int) {
    let point = lines * tilesX * depth
    for line in 0..<count {
      for tile in 0..<tilesX {
        let first = source + 2 * line * padded.lineBytes + 2 * tile * geometry.channels
        let target = transformed + (line * tilesX + tile) * depth
        for channel in stride(from: 0, to: depth, by: laneCount) {
          transformWinogradInput(
            first + channel, pixel: geometry.channels, line: padded.lineBytes, to: target + channel,
            point: point)
        }
      }
    }
  }

  private func multiply(_ panel: Panel, tiles: Int) {
    let bytes = UnsafeRawPointer(transformed).assumingMemoryBound(to: UInt8.self)
    for point in 0..<16 {
      productLine(
        count: tiles,
        TileRows(
          source: bytes + 2 * point * lines * tilesX * depth, sourceStride: 2 * depth,
          sourceHalf: 0, lineStride: 0, lines: 1, segmentStride: 0, segments: 1, words: pairs,
          target: output, targetStride: 0, targetHalf: 0,
          sums: products + point * lines * tilesX),
        TileColumns(
          weights: UnsafeRawPointer(panel.weights + point * pairs), start: zeros, finish: finish,
          block: 0, channels: panel.count))
    }
  }

  /// Stores the outputs of a line of tiles.
  private func store(
    _ panel: Panel, _ line: Int, of first: Int, to target: UnsafeMutablePointer<UInt8>
  ) {
    for tile in 0..<tilesX {
      let outputs = winogradOutputs(
        UnsafePointer(products + line * tilesX + tile), point: lines * tilesX)
      sums[2 * tile] = outputs.first.0 &>> 2 &+ panel.start
      sums[2 * tile + 1] = outputs.first.1 &>> 2 &+ panel.start
      sums[2 * (tilesX + tile)] = outputs.second.0 &>> 2 &+ panel.start
      sums[2 * (tilesX + tile) + 1] = outputs.second.1 &>> 2 &+ panel.start
    }
    for half in 0..<2 {
      let y = 2 * (first + line) + half
      guard y < geometry.outputHeight else { return }
      finish.store(
        sums + 2 * half * tilesX, rows: geometry.outputWidth, panel.outputChannel / laneCount,
        to: target + y * geometry.outputWidth * channels + panel.outputChannel, stride: channels,
        channels: panel.count)
    }
  }
}
