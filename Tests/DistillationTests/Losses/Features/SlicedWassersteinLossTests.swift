import NeuralNetworks
import Testing

@testable import Distillation

@Suite("a sliced Wasserstein loss")
struct SlicedWassersteinLossTests {
  static let pairs = [
    FeaturePair(map(1, 1, 3), map(1, 1, 3)), FeaturePair(map(4, 4, 5), map(2, 2, 18)),
    FeaturePair(map(9, 8, 2), map(9, 8, 2)),
  ]

  @Test(
    "and its gradients are those of its definition in double precision", arguments: pairs)
  func definition(pair: FeaturePair) {
    let loss = SlicedWassersteinLoss(pair, SlicedWassersteinRule(directions: 5, side: 4))
    var slice = LossCase(loss, pair, images: 6)
    (slice.batch, slice.seed, slice.step) = (9, 8, 7)
    slice.values.connectors = normalFloats(loss.connectorFloats, "connector").map(Double.init)
    let (own, other) = (pair.studentShape, pair.teacherShape)
    let (height, width) = (min(own.height, other.height, 4), min(own.width, other.width, 4))
    var directions = [Float](repeating: 0, count: 5 * other.channels)
    loss.draw(into: &directions, seed: 8, step: 7)
    for row in 0..<5 {
      let squares = directions[row * other.channels..<(row + 1) * other.channels]
        .reduce(0) { $0 + $1 * $1 }
      #expect(abs(squares - 1) < 1e-5)
    }
    slice.expectDefinition { values in
      var feature = plainResized(values.features[0], own, height: height, width: width)
      let target = plainResized(values.teacherFeatures[0], other, height: height, width: width)
      let (channels, outputs) = (own.channels, other.channels)
      if channels != outputs {
        feature = (0..<feature.count / channels).flatMap { row in
          (0..<outputs).map { o in
            (0..<channels).reduce(values.connectors[channels * outputs + o]) {
              $0 + feature[row * channels + $1] * values.connectors[$1 * outputs + o]
            }
          }
        }
      }
      var sum = 0.0
      for direction in 0..<5 {
        func projected(_ side: [Double]) -> [Double] {
          (0..<side.count / outputs).map { row in
            (0..<outputs).reduce(0) {
              $0 + side[row * outputs + $1] * Double(directions[direction * outputs + $1])
            }
          }.sorted()
        }
        sum += zip(projected(feature), projected(target))
          .reduce(0) { $0 + ($1.0 - $1.1) * ($1.0 - $1.1) }
      }
      return sum / Double(5 * feature.count / outputs) * 6 / 9
    }
  }

  @Test("draws other directions in another step, of another seed, and the same in the same")
  func directions() {
    let loss = SlicedWassersteinLoss(SlicedWassersteinLossTests.pairs[0])
    func drawn(seed: UInt64, step: Int) -> [Float] {
      var rows = [Float](repeating: 0, count: 8 * 3)
      loss.draw(into: &rows, seed: seed, step: step)
      return rows
    }
    #expect(drawn(seed: 1, step: 1) == drawn(seed: 1, step: 1))
    #expect(drawn(seed: 1, step: 1) != drawn(seed: 1, step: 2))
    #expect(drawn(seed: 1, step: 1) != drawn(seed: 2, step: 1))
  }

  @Test("moves one heap of vectors to the teacher's two, whichever image is which")
  func effect() {
    let pair = FeaturePair(map(1, 1, 2), map(1, 1, 2))
    var slice = LossCase(
      SlicedWassersteinLoss(pair), pair, images: 40, scale: 0.1, studentScale: 0.5)
    // The teacher's heaps lie at (3, 1) and (−3, 1).
    for image in 0..<40 {
      slice.values.teacherFeatures[0][2 * image] += image % 4 == 0 ? 3 : -3
      slice.values.teacherFeatures[0][2 * image + 1] += 1
    }
    slice.descend(steps: 400, rate: 8)
    let vectors = slice.values.features[0]
    func near(_ x: Double) -> Int {
      (0..<40).count { abs(vectors[2 * $0] - x) < 0.5 && abs(vectors[2 * $0 + 1] - 1) < 0.5 }
    }
    #expect(near(3) == 10 && near(-3) == 30)
  }
}
