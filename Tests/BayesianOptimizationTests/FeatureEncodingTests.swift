import SearchSpaces
import Testing

@testable import BayesianOptimization

@Suite("the encoding of architectures")
struct FeatureEncodingTests {
  private func squaredDistance(
    _ points: EncodedPoints, _ columns: Range<Int>
  ) -> Double {
    columns.reduce(0) { sum, column in
      let difference = points.storage[column] - points.storage[points.stride + column]
      return sum + difference * difference
    }
  }

  private func encoded(
    _ space: SearchSpace, _ choices: [[Int]]
  ) -> (FeatureEncoding, EncodedPoints) {
    let encoding = FeatureEncoding(space: space, covariateCount: 1)
    var points = EncodedPoints(stride: encoding.stride)
    for choice in choices {
      let architecture = space.architecture(choices: choice)
      encoding.append(
        features: space.features(of: architecture), covariates: [0.25], to: &points)
    }
    return (encoding, points)
  }

  @Test("puts different values of a categorical parameter at distance 1, one of them being none")
  func categories() throws {
    let space = try makeSpace([
      TestParameter(count: 2, isCategorical: true),
      TestParameter(count: 3, isCategorical: true, parent: 0),
    ])
    for (a, b, distance) in [([0, 0], [0, 2], 1.0), ([0, 1], [1, 0], 2), ([1, 0], [1, 0], 0)] {
      let (encoding, points) = encoded(space, [a, b])
      #expect(abs(squaredDistance(points, encoding.category) - distance) < 1e-15)
      #expect(squaredDistance(points, encoding.detail) == 0)
    }
  }

  @Test("puts an inactive ordinal parameter about as far from every value, and at itself")
  func inactiveOrdinal() throws {
    let space = try makeSpace([
      TestParameter(count: 2, isCategorical: true), TestParameter(count: 3, parent: 0),
    ])
    for (a, b, distance) in [
      ([0, 0], [0, 2], 1.0), ([0, 0], [1, 0], 0.5), ([0, 1], [1, 0], 0.25), ([0, 2], [1, 0], 0.5),
      ([1, 0], [1, 0], 0),
    ] {
      let (encoding, points) = encoded(space, [a, b])
      #expect(abs(squaredDistance(points, encoding.detail) - distance) < 1e-15)
    }
  }

  @Test("pads every block with zeros to whole vectors")
  func padding() throws {
    let space = try makeSpace([
      TestParameter(count: 3), TestParameter(count: 2, isCategorical: true),
    ])
    let (encoding, points) = encoded(space, [[1, 1]])
    for block in [encoding.trend, encoding.detail, encoding.category] {
      #expect(block.lowerBound % 8 == 0 && block.count % 8 == 0)
    }
    for (column, scale) in encoding.scaleOfColumn.enumerated() where scale == nil {
      #expect(points.storage[column] == 0)
    }
    #expect(points.count == 1)
  }
}
