import Testing

@testable import NeuralNetworks

@Suite("a parameter layout")
struct ParameterLayoutTests {
  private func everyLayer() throws -> Network {
    var builder = NetworkBuilder(input: TensorShape(height: 8, width: 8, channels: 3))
    try builder.append(.convolution(kernel: 3, stride: 2, channels: 5, bias: true))
    try builder.append(.batchNorm)
    try builder.append(.activation(.relu))
    try builder.append(.depthwiseConvolution(kernel: 5, stride: 2))
    try builder.append(.batchNorm)
    try builder.append(.squeezeExcitation(hidden: 2))
    try builder.append(.pooling(.max, kernel: 2, stride: 1, padding: 0))
    try builder.append(.convolution(kernel: 1, stride: 1, channels: 17, bias: false))
    try builder.append(.dropout(rate: 0.1))
    try builder.append(.dense(channels: 10))
    return try builder.network()
  }

  @Test("names every tensor with its shape: first weights, then what does not decay")
  func tensors() throws {
    let layout = ParameterLayout(try everyLayer())
    let parameters = layout.parameters.map { "\($0.name) \($0.shape)" }
    #expect(
      parameters == [
        "1.weight [3, 3, 3, 5]", "4.weight [5, 5, 5]", "6.squeeze.weight [5, 2]",
        "6.excite.weight [2, 5]", "8.weight [1, 1, 5, 17]", "10.weight [17, 10]", "1.bias [5]",
        "2.scale [5]", "2.shift [5]", "5.scale [5]", "5.shift [5]", "6.squeeze.bias [2]",
        "6.excite.bias [5]", "10.bias [10]",
      ])
    #expect(
      layout.statistics.map { "\($0.name) \($0.shape)" } == [
        "2.running_mean [5]", "2.running_variance [5]", "5.running_mean [5]",
        "5.running_variance [5]",
      ])
    #expect(layout.parameterCount == 135 + 125 + 10 + 10 + 85 + 170 + 5 + 20 + 2 + 5 + 10)
  }

  @Test("gives a grouped convolution the weights of one group's inputs for every output")
  func groups() throws {
    var builder = NetworkBuilder(input: TensorShape(height: 1, width: 1, channels: 6))
    try builder.append(
      .groupedConvolution(kernel: 3, stride: 1, channels: 9, groups: 3, bias: true))
    try builder.append(.channelShuffle(groups: 3))
    let layout = ParameterLayout(try builder.network())
    #expect(layout.parameters.map(\.name) == ["1.weight", "1.bias"])
    #expect(layout.tensor(.weight, of: 1).shape == [3, 3, 2, 9])
    #expect(layout.tensor(.bias, of: 1).shape == [9])
  }

  @Test("takes a dense layer's inputs flattened")
  func flattenedDense() throws {
    var builder = NetworkBuilder(input: TensorShape(height: 2, width: 3, channels: 4))
    try builder.append(.dense(channels: 5))
    let layout = ParameterLayout(try builder.network())
    #expect(layout.tensor(.weight, of: 1).shape == [24, 5])
  }

  @Test(
    "puts every tensor on a boundary of 16 floats, behind the one before",
    arguments: ReferenceStudent.allCases)
  func offsets(student: ReferenceStudent) throws {
    let layout = ParameterLayout(try student.network())
    #expect(layout.parameterCount == student.parameters)
    for (tensors, floats) in [
      (layout.parameters, layout.parameterFloats), (layout.statistics, layout.statisticFloats),
    ] {
      var end = 0
      for tensor in tensors {
        #expect(tensor.offset % 16 == 0)
        #expect(tensor.offset >= end && tensor.offset < end + 16)
        end = tensor.offset + tensor.count
      }
      #expect(floats % 16 == 0)
      #expect(floats >= end && floats < end + 16)
    }
  }

  @Test("decays weights only", arguments: ReferenceStudent.allCases)
  func decay(student: ReferenceStudent) throws {
    let layout = ParameterLayout(try student.network())
    let weights: Set<ParameterLayout.Role> = [.weight, .squeezeWeight, .exciteWeight]
    for tensor in layout.parameters {
      let decays = tensor.offset + tensor.count <= layout.decayedFloats
      #expect(decays == weights.contains(tensor.role))
      #expect(decays || tensor.offset >= layout.decayedFloats)
    }
  }

  @Test("finds a tensor by node and role")
  func lookup() throws {
    let layout = ParameterLayout(try everyLayer())
    for tensor in layout.parameters + layout.statistics {
      #expect(layout.tensor(tensor.role, of: tensor.node) == tensor)
    }
  }

  @Test("of a network without weights is empty")
  func noParameters() throws {
    var builder = NetworkBuilder(input: TensorShape(height: 2, width: 2, channels: 3))
    try builder.append(.globalAveragePool)
    let layout = ParameterLayout(try builder.network())
    #expect(layout.parameters.isEmpty && layout.statistics.isEmpty)
    #expect(layout.parameterFloats == 0 && layout.decayedFloats == 0)
  }
}
