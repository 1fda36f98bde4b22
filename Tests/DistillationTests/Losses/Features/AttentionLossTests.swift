import NeuralNetworks
import Testing

@testable import Distillation

@Suite("an attention loss")
struct AttentionLossTests {
  static let pairs = [
    FeaturePair(map(3, 3, 5), map(3, 3, 7)), FeaturePair(map(6, 4, 18), map(3, 2, 3)),
    FeaturePair(map(2, 3, 4), map(4, 6, 17)), FeaturePair(map(5, 2, 3), map(3, 4, 2)),
  ]

  /// Squares summed over the channels.
  private static func attention(_ values: [Double], channels: Int) -> [Double] {
    (0..<values.count / channels).map { row in
      (0..<channels).reduce(0) {
        $0 + values[row * channels + $1] * values[row * channels + $1]
      }
    }
  }

  /// The maps of all images in the size `height` × `width`, each of length 1.
  private static func maps(
    _ values: [Double], _ shape: TensorShape, height: Int, width: Int
  ) -> [[Double]] {
    let all = plainResized(
      attention(values, channels: shape.channels), map(shape.height, shape.width, 1),
      height: height, width: width)
    return stride(from: 0, to: all.count, by: height * width).map { start in
      let own = Array(all[start..<start + height * width])
      let norm = own.reduce(0) { $0 + $1 * $1 }.squareRoot()
      return norm == 0 ? own : own.map { $0 / norm }
    }
  }

  @Test(
    "and its gradients are those of its definition in double precision", arguments: pairs,
    FeatureConnector.Resizing.allCases)
  func definition(pair: FeaturePair, resizing: FeatureConnector.Resizing) throws {
    var slice = LossCase(try AttentionLoss(pair, resizing: resizing), pair, images: 3)
    slice.batch = 7
    let (own, other) = (pair.studentShape, pair.teacherShape)
    let pick: (Int, Int) -> Int = resizing == .pool ? { min($0, $1) } : { max($0, $1) }
    let (height, width) = (pick(own.height, other.height), pick(own.width, other.width))
    slice.expectDefinition { values in
      let students = AttentionLossTests.maps(values.features[0], own, height: height, width: width)
      let teachers = AttentionLossTests.maps(
        values.teacherFeatures[0], other, height: height, width: width)
      return zip(students.joined(), teachers.joined())
        .reduce(0) { $0 + ($1.0 - $1.1) * ($1.0 - $1.1) } / 7
    }
  }

  @Test("moves where the student looks to where the teacher looks, not how strongly")
  func effect() throws {
    let pair = FeaturePair(map(4, 4, 3), map(4, 4, 8))
    var slice = LossCase(try AttentionLoss(pair), images: 1)
    // The student looks at the first position, the teacher a hundred times as strongly at the last.
    slice.values.features = [(0..<48).map { $0 < 3 ? 1 : 0.1 }]
    slice.values.teacherFeatures = [(0..<128).map { $0 < 120 ? 1 : 100 }]
    #expect(slice.evaluate().loss > 1.5)
    slice.descend(steps: 500, rate: 0.1)
    let looks = AttentionLossTests.attention(slice.values.features[0], channels: 3)
    #expect(slice.evaluate().loss < 0.02)
    #expect(looks[15] > 10 * looks[0] && looks[15] < 100)
  }

  @Test("leaves an image alone whose feature is zero, and refuses single positions")
  func edges() throws {
    let pair = FeaturePair(map(2, 2, 3), map(2, 2, 4))
    var slice = LossCase(try AttentionLoss(pair), pair, images: 2)
    for i in 0..<12 { slice.values.features[0][i] = 0 }
    let result = slice.evaluate()
    #expect(result.isFinite && result.features[0].prefix(12).allSatisfy { $0 == 0 })
    #expect(result.features[0].suffix(12).contains { $0 != 0 })
    let error = #expect(throws: LossError.self) {
      try AttentionLoss(FeaturePair(map(1, 1, 8), map(4, 4, 8)))
    }
    #expect(
      error?.description
        == "attention needs maps of more than one position, got 1×1×8 and the teacher's 4×4×8")
  }
}
