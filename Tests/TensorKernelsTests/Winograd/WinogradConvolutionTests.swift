import RandomStreams
import Testing

@testable import TensorKernels

/// One form on one convolution.
struct WinogradCase: Hashable, Sendable, CustomStringConvertible {
  let tile: WinogradTile
  let shape: ReferenceConvolution

  var description: String { "F(\(tile.rawValue)×\(tile.rawValue)) on \(shape)" }

  /// What rounding may do: as much as in a plain sum of so many terms between −1 and 1, times what the form's
  /// matrices enlarge errors by, and twice that again since it is the largest of many that is compared.
  func tolerance(terms: Int) -> Double {
    (tile == .two ? 2 : 8) * roundingTolerance(terms: terms)
  }

  static func all(
    _ sides: [(Int, Int)], channels: [(Int, Int)], images: Int = 2,
    padding: ReferencePadding = .half
  ) -> [WinogradCase] {
    WinogradTile.allCases.flatMap { tile in
      sides.flatMap { height, width in
        channels.map { inputs, outputs in
          WinogradCase(
            tile: tile,
            shape: ReferenceConvolution(
              height: height, width: width, inputChannels: inputs, outputChannels: outputs,
              kernel: 3, stride: 1, images: images, padding: padding))
        }
      }
    }
  }
}

@Suite("a 3×3 convolution by minimal filtering")
struct WinogradConvolutionTests {
  /// Sides that tiles fit and do not fit, and channels around whole vectors and panels.
  static let cases =
    WinogradCase.all(
      [(5, 7), (7, 7), (1, 1), (3, 9)],
      channels: [(1, 16), (3, 17), (16, 3), (17, 40), (40, 64), (64, 1)])
    + WinogradCase.all([(14, 14), (28, 28)], channels: [(3, 17), (17, 16)], images: 1)
    + WinogradCase.all([(8, 6)], channels: [(16, 40)], images: 5, padding: .same)

  static let smallCases =
    WinogradCase.all([(1, 1), (5, 7), (4, 6)], channels: [(1, 3), (3, 17)])
    + WinogradCase.all([(7, 4)], channels: [(2, 5)], images: 3, padding: .same)

  @Test("agrees with six plain loops, with a bias and without", arguments: cases)
  func forward(trial: WinogradCase) {
    let operands = WinogradTrial(trial.shape, seed: 1)
    for bias in [nil, operands.bias] {
      expectClose(
        operands.forward(trial.tile, bias: bias),
        trial.shape.dense(
          operands.input.doubles, operands.weights.doubles, bias: bias?.doubles),
        within: trial.tolerance(terms: 9 * trial.shape.inputChannels))
    }
  }

  @Test("agrees backwards with plain loops", arguments: cases)
  func backward(trial: WinogradCase) {
    let operands = WinogradTrial(trial.shape, seed: 2)
    expectClose(
      operands.inputGradient(trial.tile), operands.referenceInputGradient(),
      within: trial.tolerance(terms: 9 * trial.shape.outputChannels), "the input's gradient")
    let positions = trial.shape.images * trial.shape.height * trial.shape.width
    expectClose(
      operands.filterGradient(trial.tile), operands.referenceFilterGradient(),
      within: trial.tolerance(terms: positions), "the weights' gradient")
  }

  @Test("has the gradients that finite differences give", arguments: smallCases)
  func gradients(trial: WinogradCase) {
    let operands = WinogradTrial(trial.shape, seed: 3)
    func loss(_ input: [Double], _ weights: [Double]) -> Double {
      dot(operands.gradient, trial.shape.dense(input, weights))
    }
    expectGradient(
      operands.inputGradient(trial.tile), of: { loss($0, operands.weights.doubles) },
      at: operands.input, within: trial.tolerance(terms: 9 * trial.shape.outputChannels), "input")
    let positions = trial.shape.images * trial.shape.height * trial.shape.width
    expectGradient(
      operands.filterGradient(trial.tile), of: { loss(operands.input.doubles, $0) },
      at: operands.weights, within: trial.tolerance(terms: positions), "weights")
  }

  @Test("adds its gradients to what was there", arguments: WinogradTile.allCases)
  func accumulation(tile: WinogradTile) {
    let trial = WinogradCase.all([(5, 7)], channels: [(17, 40)]).first { $0.tile == tile }!
    let operands = WinogradTrial(trial.shape, seed: 4)
    var random = RandomStream(seed: 4, purpose: "before")
    let before = random.floats(trial.shape.inputCount)
    expectClose(
      operands.inputGradient(tile, addingTo: before),
      zip(operands.inputGradient(tile), before).map { Double($0) + Double($1) },
      within: roundingTolerance(terms: 9 * 40))
    let weightsBefore = random.floats(operands.weights.count)
    expectClose(
      operands.filterGradient(tile, addingTo: weightsBefore),
      zip(operands.filterGradient(tile), weightsBefore).map { Double($0) + Double($1) },
      within: roundingTolerance(terms: 2 * 35))
  }

  @Test("gives an image the same bits whatever shares its call", arguments: WinogradTile.allCases)
  func groups(tile: WinogradTile) {
    // More tiles than go into a group, so that groups begin within images.
    let trial = WinogradCase.all([(14, 14)], channels: [(33, 17)], images: 5).first {
      $0.tile == tile
    }!
    #expect(WinogradShape(WinogradTrial(trial.shape, seed: 0).sizes, tile: tile).groupTiles < 80)
    let operands = WinogradTrial(trial.shape, seed: 5)
    let together = operands.forward(tile).map(\.bitPattern)
    for images in 1...3 {
      #expect(operands.forward(tile, images: images).map(\.bitPattern) == together)
    }
  }

  @Test("sums the weights' gradient over several calls", arguments: WinogradTile.allCases)
  func calls(tile: WinogradTile) {
    let trial = WinogradCase.all([(7, 7)], channels: [(16, 17)], images: 5).first {
      $0.tile == tile
    }!
    let operands = WinogradTrial(trial.shape, seed: 6)
    expectClose(
      operands.filterGradient(tile, images: 2), operands.referenceFilterGradient(),
      within: trial.tolerance(terms: 5 * 49))
  }

  @Test(
    "has the same bits in the scratch of a known number of images",
    arguments: WinogradCase.all([(4, 4), (5, 7)], channels: [(17, 40), (70, 33), (256, 48)]))
  func limits(trial: WinogradCase) {
    let operands = WinogradTrial(trial.shape, seed: 7)
    let (open, limited) = (
      operands.shape(trial.tile, isLimited: false), operands.shape(trial.tile, isLimited: true)
    )
    #expect(!open.isOneGroup && limited.isOneGroup)
    #expect(limited.scratchFloats < open.scratchFloats && limited.sumFloats <= open.sumFloats)
    func same(_ some: [Float], _ others: [Float]) -> Bool {
      some.map(\.bitPattern) == others.map(\.bitPattern)
    }
    #expect(
      same(operands.forward(trial.tile, isLimited: true), operands.forward(trial.tile)))
    #expect(
      same(operands.inputGradient(trial.tile, isLimited: true), operands.inputGradient(trial.tile)))
    var random = RandomStream(seed: 7, purpose: "before")
    let before = random.floats(operands.weights.count)
    for start in [nil, before] {
      #expect(
        same(
          operands.groupFilterGradient(trial.tile, addingTo: start),
          operands.filterGradient(trial.tile, addingTo: start)))
    }
  }

  @Test("sums a few channels at a time where one group's sums would leave the cache")
  func sumsInCache() {
    let shape = WinogradShape(
      ConvolutionShape(
        height: 4, width: 4, inputChannels: 256, outputChannels: 256, window: WindowSize(side: 3),
        stride: 1), tile: .four)
    #expect(4 * shape.sumFloats > 9_000_000)
    #expect(4 * shape.limited(toImages: 4).sumFloats < 600_000)
    // More tiles than one group has: all sums, as they go from group to group.
    let many = shape.limited(toImages: shape.gradientGroupTiles + 1)
    #expect(!many.isOneGroup && many.sumFloats == shape.sumFloats)
  }
}
