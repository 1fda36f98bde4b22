import NeuralNetworks
import Testing

@testable import Distillation

@Suite("a loss behind a connector")
struct ConnectedLossTests {
  /// Maps of which two images are compared at once.
  static let large = FeaturePair(map(14, 14, 12), map(14, 14, 64))

  enum EachImage: CaseIterable {
    case hint, discrepancy

    func loss() throws -> any TrainingLoss {
      switch self {
      case .hint: HintLoss(large)
      case .discrepancy: try DiscrepancyLoss(large, DiscrepancyRule(kernel: .polynomial))
      }
    }
  }

  @Test(
    "of each image is the sum of its images, whichever are compared at once",
    arguments: EachImage.allCases)
  func blocks(kind: EachImage) throws {
    let loss = try kind.loss()
    let whole = LossCase(loss, ConnectedLossTests.large, images: 5)
    let result = whole.evaluate()
    var (total, gradient) = (0.0, [Float]())
    var connectors = [Float](repeating: 0, count: loss.connectorFloats)
    for image in 0..<5 {
      var single = LossCase(loss, ConnectedLossTests.large, images: 1)
      single.batch = 5
      single.values.features = whole.values.features.map { part($0, image) }
      single.values.teacherFeatures = whole.values.teacherFeatures.map { part($0, image) }
      let own = single.evaluate()
      total += own.loss
      gradient += own.features[0]
      for (i, slope) in own.connectors.enumerated() { connectors[i] += slope }
    }
    #expect(abs(result.loss - total) <= 1e-6 * total)
    #expect(result.features[0] == gradient)
    let largest = connectors.map(abs).max() ?? 0
    #expect(
      zip(result.connectors, connectors).allSatisfy { abs($0 - $1) <= 1e-5 * largest },
      "the connector's gradient")
  }

  @Test("of each image needs no more memory for more images", arguments: EachImage.allCases)
  func memory(kind: EachImage) throws {
    let loss = try kind.loss()
    let two = loss.scratchFloats(images: 2, classes: 10)
    #expect(loss.scratchFloats(images: 64, classes: 10) == two)
  }

  @Test("of distributions compares a whole slice")
  func distributions() {
    let loss = SlicedWassersteinLoss(ConnectedLossTests.large)
    #expect(
      loss.scratchFloats(images: 64, classes: 10) > 4 * loss.scratchFloats(images: 8, classes: 10))
  }

  /// One of five images' values.
  private func part(_ values: [Double], _ image: Int) -> [Double] {
    let size = values.count / 5
    return Array(values[image * size..<(image + 1) * size])
  }
}
