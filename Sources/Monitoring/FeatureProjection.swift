import RandomStreams

/// Fixed random directions, onto which long vectors of features are projected so that a sample of them stays small.
///
/// Distances survive a projection onto k normal directions but for a relative error of about 1/√(2k), and the same
/// vector gives the same numbers everywhere. Source: Johnson and Lindenstrauss, "Extensions of Lipschitz mappings into
/// a Hilbert space", Contemporary Mathematics 26, 1984.
public struct FeatureProjection: Sendable {
  /// The most numbers of a vector that is kept.
  static let mostDimensions = 64

  /// How long the vectors are.
  public let inputs: Int
  /// How many numbers are kept of each.
  public let dimensions: Int
  /// `[inputs, dimensions]`; empty where vectors are kept as they are.
  private let directions: [Float]

  /// Chooses the directions for vectors of a length.
  public init(inputs: Int) {
    self.inputs = inputs
    dimensions = min(inputs, FeatureProjection.mostDimensions)
    guard inputs > dimensions else {
      directions = []
      return
    }
    var stream = RandomStream(seed: 0, purpose: "directions of features", inputs)
    let scale = 1 / Double(dimensions).squareRoot()
    directions = (0..<inputs * dimensions).map { _ in Float(scale * stream.normal()) }
  }

  /// Returns what is kept of a vector.
  public func callAsFunction(_ vector: UnsafePointer<Float>) -> [Float] {
    if directions.isEmpty { return Array(UnsafeBufferPointer(start: vector, count: inputs)) }
    var kept = [Float](repeating: 0, count: dimensions)
    for input in 0..<inputs where vector[input] != 0 {
      let value = vector[input]
      for place in 0..<dimensions { kept[place] += value * directions[input * dimensions + place] }
    }
    return kept
  }
}
