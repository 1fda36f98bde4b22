import DeployedModels

/// A layer's weights and bias as integers.
struct QuantizedLayer: Hashable, Sendable {
  var weights: [Int8]
  var scales: [Float]
  /// Nil if the layer has none.
  var bias: [Int32]?
  /// Channels whose scale was widened so that the bias fits.
  var widenedChannels: Int

  /// The largest magnitude of a bias: half of int32, the rest is for the sum of products.
  static let biasLimit: Float = 1_073_741_824

  /// Quantises weights and bias.
  ///
  /// - Parameters:
  ///   - weights: In the order of `layout`.
  ///   - bias: One an output channel; nil for none.
  ///   - inputScale: The scale of what the weights are multiplied with.
  init(
    weights: [Float], layout: WeightLayout, bias: [Float]?, inputScale: Float
  ) {
    let smallest = (bias ?? []).map { abs($0) / QuantizedLayer.biasLimit / inputScale }
    var scales = layout.scales(of: weights)
    widenedChannels = 0
    if layout.isPerChannel {
      for (channel, needed) in smallest.enumerated() where needed > scales[channel] {
        scales[channel] = needed
        widenedChannels += 1
      }
    } else if let needed = smallest.max(), needed > scales[0] {
      scales[0] = needed
      widenedChannels = 1
    }
    self.scales = scales
    self.weights = weights.indices.map { place in
      Int8(layout.steps(weights[place], scales[layout.scaleIndex(place)]))
    }
    self.bias = bias?.enumerated().map { channel, value in
      let scale = inputScale * scales[layout.isPerChannel ? channel : 0]
      let steps = (Double(value) / Double(scale)).rounded(.toNearestOrAwayFromZero)
      return Int32(min(2_147_483_647, max(-2_147_483_648, steps)))
    }
  }
}

/// Where the scales of a weight tensor belong.
struct WeightLayout: Hashable, Sendable {
  let count: Int
  let channels: Int
  /// Values of one channel that follow each other; 1 where the channels are the last dimension.
  let run: Int
  let isPerChannel: Bool

  /// - Parameter axis: That of the channels; nil for one scale.
  init(shape: [Int], axis: Int?) {
    count = shape.reduce(1, *)
    isPerChannel = axis != nil
    channels = axis.map { shape[$0] } ?? 1
    run = axis.map { shape[($0 + 1)...].reduce(1, *) } ?? shape.reduce(1, *)
  }

  /// Returns which scale belongs to a place.
  @inline(__always)
  func scaleIndex(_ place: Int) -> Int { place / run % channels }

  /// Returns the weight in steps of its scale, −127…127.
  @inline(__always)
  func steps(_ weight: Float, _ scale: Float) -> Float {
    min(127, max(-127, (weight / scale).rounded(.toNearestOrAwayFromZero)))
  }

  /// Returns the scales by the largest magnitudes.
  func scales(of weights: [Float]) -> [Float] {
    var largest = [Float](repeating: 0, count: channels)
    for place in weights.indices {
      let channel = scaleIndex(place)
      largest[channel] = max(largest[channel], abs(weights[place]))
    }
    return scales(largest: largest)
  }

  /// Returns the scales of channels with these largest magnitudes.
  func scales(largest: [Float]) -> [Float] {
    let top = largest.max() ?? 0
    guard top > 1e-20 else { return largest.map { _ in 1 / 127 } }
    return largest.map { $0 == 0 ? top / 127 : max($0, top / Float(1 << 20)) / 127 }
  }
}
