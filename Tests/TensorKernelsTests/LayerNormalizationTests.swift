import RandomStreams
import TensorKernels
import Testing

@Suite("layer normalisation")
struct LayerNormalizationTests {
  private static let (positions, channels) = (5, 19)

  /// γ·x̂ + β of all positions in double precision.
  private func plain(_ x: [Double], _ gamma: [Double], _ beta: [Double]) -> [Double] {
    let channels = gamma.count
    return stride(from: 0, to: x.count, by: channels).flatMap { first in
      let row = x[first..<first + channels]
      let mean = row.reduce(0, +) / Double(channels)
      let variance = row.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / Double(channels)
      let deviation = (variance + Double(normEpsilon)).squareRoot()
      return row.enumerated().map {
        gamma[$0.offset] * ($0.element - mean) / deviation + beta[$0.offset]
      }
    }
  }

  @Test("gives what its definition gives in double precision, forward and backward")
  func definition() {
    let (positions, channels) = (Self.positions, Self.channels)
    var stream = RandomStream(seed: 1, purpose: "layer norm")
    let x = stream.floats(positions * channels, in: 2...5)
    let (gamma, beta) = (stream.floats(channels), stream.floats(channels))
    let dy = stream.floats(positions * channels)

    let output = GuardedBuffer(count: x.count)
    layerNormForward(
      padded(x), gamma: padded(gamma), beta: padded(beta), into: output.pointer,
      positions: positions, channels: channels)
    output.expectGuards()
    let expected = plain(x.doubles, gamma.doubles, beta.doubles)
    #expect(zip(output.values, expected).allSatisfy { abs(Double($0) - $1) < 3e-6 })

    let dx = GuardedBuffer(count: x.count)
    let dGamma = GuardedBuffer(updating: [Float](repeating: 0, count: channels))
    let dBeta = GuardedBuffer(updating: [Float](repeating: 2, count: channels))
    layerNormBackward(
      padded(x), gradient: padded(dy), gamma: padded(gamma), gammaGradient: dGamma.pointer,
      betaGradient: dBeta.pointer, into: dx.pointer, positions: positions, channels: channels)
    for buffer in [dx, dGamma, dBeta] { buffer.expectGuards() }
    func loss(_ x: [Double], _ gamma: [Double]) -> Double {
      zip(plain(x, gamma, beta.doubles), dy.doubles).reduce(0) { $0 + $1.0 * $1.1 }
    }
    func moved(_ values: [Double], _ place: Int, by distance: Double) -> [Double] {
      var values = values
      values[place] += distance
      return values
    }
    for i in x.indices {
      let slope =
        (loss(moved(x.doubles, i, by: 1e-5), gamma.doubles)
          - loss(moved(x.doubles, i, by: -1e-5), gamma.doubles)) / 2e-5
      #expect(abs(Double(dx.values[i]) - slope) < 1e-5)
    }
    for c in 0..<channels {
      let slope =
        (loss(x.doubles, moved(gamma.doubles, c, by: 1e-5))
          - loss(x.doubles, moved(gamma.doubles, c, by: -1e-5))) / 2e-5
      #expect(abs(Double(dGamma.values[c]) - slope) < 1e-5)
      let sum = (0..<positions).reduce(2.0) { $0 + Double(dy[$1 * channels + c]) }
      #expect(abs(Double(dBeta.values[c]) - sum) < 1e-5)
    }
  }
}
