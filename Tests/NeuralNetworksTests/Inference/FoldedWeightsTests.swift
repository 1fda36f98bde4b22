import TensorKernels
import Testing

@testable import NeuralNetworks

@Suite("folded weights")
struct FoldedWeightsTests {
  /// A network with every kind of head, with and without a norm behind it, and its values.
  private struct Subject {
    let network: Network
    let layout: ParameterLayout
    var parameters: [Float]
    var statistics: [Float]
    let folded: FoldedWeights

    init() throws {
      var builder = NetworkBuilder(input: TensorShape(height: 5, width: 4, channels: 3))
      try builder.append(.convolution(kernel: 3, stride: 1, channels: 5, bias: true))  // 1
      try builder.append(.batchNorm)
      try builder.append(.depthwiseConvolution(kernel: 3, stride: 1))  // 3
      try builder.append(.batchNorm)
      try builder.append(.convolution(kernel: 1, stride: 1, channels: 7, bias: false))  // 5
      try builder.append(.batchNorm)
      try builder.append(.activation(.relu))
      try builder.append(.squeezeExcitation(hidden: 3))  // 8
      try builder.append(.convolution(kernel: 3, stride: 2, channels: 6, bias: true))  // 9
      try builder.append(.activation(.relu))
      try builder.append(.depthwiseConvolution(kernel: 5, stride: 1))  // 11
      try builder.append(.pooling(.max, kernel: 2, stride: 1, padding: 0))
      try builder.append(.batchNorm)  // 13
      try builder.append(.convolution(kernel: 1, stride: 1, channels: 3, bias: false))  // 14
      try builder.append(.dropout(rate: 0.5))
      try builder.append(.dense(channels: 6))  // 16
      try builder.append(.batchNorm)
      try builder.append(.dense(channels: 4))  // 18
      network = try builder.network()
      layout = ParameterLayout(network)
      parameters = [Float](repeating: 0, count: layout.parameterFloats)
      statistics = [Float](repeating: 0, count: layout.statisticFloats)
      for tensor in layout.parameters {
        for i in 0..<tensor.count { parameters[tensor.offset + i] = TrainingTrace.start(tensor, i) }
      }
      for tensor in layout.statistics {
        for i in 0..<tensor.count {
          let value = TrainingTrace.chirp(i, 10 * tensor.node)
          statistics[tensor.offset + i] = Float(
            tensor.role == .runningMean ? value : 1.1 + value)
        }
      }
      folded = FoldedWeights(
        network, groups: InferenceGraph(network).groups, parameters: parameters,
        statistics: statistics)
    }

    func values(_ role: ParameterLayout.Role, _ node: Int) -> [Float] {
      let tensor = layout.tensor(role, of: node)
      let range = tensor.offset..<tensor.offset + tensor.count
      return Array(tensor.isStatistic ? statistics[range] : parameters[range])
    }

    /// The folded values of a node, nil if inference reads none of that role.
    func folded(_ role: ParameterLayout.Role, _ node: Int, count: Int) -> [Float]? {
      withExtendedLifetime(folded.arena) {
        folded.tensors[node]?.values[role].map {
          Array(UnsafeBufferPointer(start: $0, count: count))
        }
      }
    }
  }

  @Test(
    "give, for any window of input, what the head and then the norm give",
    arguments: [(1, 2, true), (3, 4, false), (5, 6, false), (16, 17, true)])
  func unfolded(head: Int, norm: Int, hasBias: Bool) throws {
    let subject = try Subject()
    let weight = subject.values(.weight, head)
    let channels = subject.network.nodes[head].shape.channels
    let bias = hasBias ? subject.values(.bias, head) : [Float](repeating: 0, count: channels)
    let foldedWeight = try #require(subject.folded(.weight, head, count: weight.count))
    let foldedBias = try #require(subject.folded(.bias, head, count: channels))
    let rows = weight.count / channels
    for c in 0..<channels {
      // A depthwise filter sees one channel, so one column of weights is one window for every head.
      let window = (0..<rows).map { TrainingTrace.chirp($0 * channels + c, 77) }
      func response(_ weight: [Float], _ bias: [Float]) -> Double {
        (0..<rows).reduce(Double(bias[c])) { $0 + window[$1] * Double(weight[$1 * channels + c]) }
      }
      let deviation = (Double(subject.values(.runningVariance, norm)[c]) + 1e-5).squareRoot()
      let gain = Double(subject.values(.scale, norm)[c]) / deviation
      let mean = Double(subject.values(.runningMean, norm)[c])
      let shift = Double(subject.values(.shift, norm)[c])
      let expected = gain * (response(weight, bias) - mean) + shift
      // Every folded value is rounded to single precision a few times.
      let size = (0..<rows).reduce(abs(gain * mean) + abs(shift)) {
        $0 + abs(gain * window[$1] * Double(weight[$1 * channels + c]))
      }
      #expect(abs(response(foldedWeight, foldedBias) - expected) < 5e-7 * size)
    }
  }

  @Test(
    "are the trained ones, bit for bit, where no norm follows",
    arguments: [(9, true), (11, false), (14, false), (18, true)])
  func withoutNorm(head: Int, hasBias: Bool) throws {
    let subject = try Subject()
    let weight = subject.values(.weight, head)
    #expect(subject.folded(.weight, head, count: weight.count) == weight)
    let bias = hasBias ? subject.values(.bias, head) : nil
    #expect(subject.folded(.bias, head, count: bias?.count ?? 0) == bias)
  }

  @Test("are squeeze-and-excitation's four tensors, bit for bit")
  func squeezeExcitation() throws {
    let subject = try Subject()
    for role in [
      .squeezeWeight, .squeezeBias, .exciteWeight, .exciteBias,
    ] as [ParameterLayout.Role] {
      let values = subject.values(role, 8)
      #expect(subject.folded(role, 8, count: values.count) == values)
    }
  }

  @Test("are a factor and an addend, repeated over a period, for a norm that stands alone")
  func standaloneNorm() throws {
    let subject = try Subject()
    let period = ChannelPeriod(channels: 6)
    let values = try #require(subject.folded(.scale, 13, count: NormBuffers.floats(period)))
    let (scale, shifts) = (values[..<period.floats], Array(values[period.floats...]))
    for i in 0..<period.floats {
      let c = i % 6
      let deviation = (Double(subject.values(.runningVariance, 13)[c]) + 1e-5).squareRoot()
      let gain = Double(subject.values(.scale, 13)[c]) / deviation
      let shift =
        Double(subject.values(.shift, 13)[c]) - gain * Double(subject.values(.runningMean, 13)[c])
      #expect(abs(Double(scale[i]) - gain) < 5e-7 * abs(gain))
      #expect(abs(Double(shifts[i]) - shift) < 5e-7 * (abs(shift) + abs(gain)))
    }
  }

  @Test("are there for the layers that have weights, once each")
  func places() throws {
    let subject = try Subject()
    #expect(subject.folded.tensors.keys.sorted() == [1, 3, 5, 8, 9, 11, 13, 14, 16, 18])
  }
}
