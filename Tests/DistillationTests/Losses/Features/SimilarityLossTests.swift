import NeuralNetworks
import Testing

@testable import Distillation

@Suite("a similarity loss")
struct SimilarityLossTests {
  private static func rows(_ values: [Double], images: Int) -> [[Double]] {
    let width = values.count / images
    return (0..<images).map { Array(values[$0 * width..<($0 + 1) * width]) }
  }

  /// The products of all pairs, each row of length 1.
  private static func similarities(_ values: [Double], images: Int) -> [[Double]] {
    let vectors = rows(values, images: images)
    return vectors.map { a in
      let row = vectors.map { b in zip(a, b).reduce(0) { $0 + $1.0 * $1.1 } }
      let norm = row.reduce(0) { $0 + $1 * $1 }.squareRoot()
      return norm == 0 ? row : row.map { $0 / norm }
    }
  }

  private static func plain(_ student: [Double], _ teacher: [Double], images: Int) -> Double {
    zip(
      similarities(student, images: images).joined(), similarities(teacher, images: images).joined()
    ).reduce(0) { $0 + ($1.0 - $1.1) * ($1.0 - $1.1) } / Double(images * images)
  }

  @Test(
    "and its gradient are those of its definition in double precision",
    arguments: [2, 3, 7, 10], [3, 21])
  func definition(images: Int, channels: Int) {
    let pair = FeaturePair(map(2, 1, channels), map(1, 1, 5))
    var slice = LossCase(SimilarityLoss(.features(pair)), pair, images: images)
    slice.batch = 2 * images
    slice.expectDefinition {
      SimilarityLossTests.plain($0.features[0], $0.teacherFeatures[0], images: images) / 2
    }
  }

  @Test("works on logits as well")
  func logits() {
    let slice = LossCase(
      SimilarityLoss(.logits), images: 5, classes: 4, logits: normalFloats(20, "logits"),
      teacherLogits: normalFloats(20, "teacher's logits"))
    #expect(slice.loss.inputs.readsLogits && slice.loss.inputs.features.isEmpty)
    slice.expectDefinition { SimilarityLossTests.plain($0.logits, $0.teacherLogits, images: 5) }
  }

  @Test("restores the teacher's similarities in vectors of another length")
  func effect() {
    let pair = FeaturePair(map(1, 1, 4), map(2, 2, 3))
    var slice = LossCase(SimilarityLoss(.features(pair)), pair, images: 6)
    let start = slice.evaluate().loss
    slice.descend(steps: 3000, rate: 5)
    // Six vectors of twelve values have more to say than four values can hold.
    #expect(slice.evaluate().loss < 0.1 * start)
  }
}
