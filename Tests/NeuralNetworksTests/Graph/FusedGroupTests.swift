import Testing

@testable import NeuralNetworks

@Suite("the fused groups")
struct FusedGroupTests {
  private func builder(channels: Int = 4) -> NetworkBuilder {
    NetworkBuilder(input: TensorShape(height: 6, width: 6, channels: channels))
  }

  private func convolution(_ channels: Int = 4, stride: Int = 1) -> Layer {
    .convolution(kernel: 3, stride: stride, channels: channels, bias: false)
  }

  /// Ends the network, so that all groups but the last are those that a test is about.
  private func groups(_ builder: NetworkBuilder) throws -> ArraySlice<FusedGroup> {
    var builder = builder
    try builder.append(.globalAveragePool)
    return try builder.network().fusedGroups.dropLast()
  }

  @Test("join a head, its norm and its activation")
  func normAndActivation() throws {
    var builder = builder()
    try builder.appendUnit(kernel: 3, stride: 1, channels: 8, .relu6)
    try builder.append(.depthwiseConvolution(kernel: 3, stride: 1))
    try builder.append(.batchNorm)
    try builder.append(convolution())
    try builder.append(.activation(.relu))
    #expect(
      try groups(builder) == [
        FusedGroup(head: 1, norm: 2, activation: 3, output: 3),
        FusedGroup(head: 4, norm: 5, output: 5), FusedGroup(head: 6, activation: 7, output: 7),
      ])
  }

  @Test("join the sum with an identity to the last layer before it")
  func identityShortcut() throws {
    var builder = builder()
    try builder.appendUnit(kernel: 3, stride: 1, channels: 4, .relu)
    try builder.appendPlainResidual(channels: 4, stride: 1)
    #expect(
      try groups(builder) == [
        FusedGroup(head: 1, norm: 2, activation: 3, output: 3),
        FusedGroup(head: 4, norm: 5, activation: 6, output: 6),
        FusedGroup(head: 7, norm: 8, add: 9, addend: 3, activation: 10, output: 10),
      ])
  }

  @Test("join the sum of two branches to the one that runs later")
  func projection() throws {
    var builder = builder()
    try builder.appendPlainResidual(channels: 8, stride: 2)
    #expect(
      try groups(builder) == [
        FusedGroup(head: 1, norm: 2, activation: 3, output: 3),
        FusedGroup(head: 4, norm: 5, output: 5),
        FusedGroup(head: 6, norm: 7, add: 8, addend: 5, activation: 9, output: 9),
      ])

    var reversed = self.builder()
    try reversed.appendUnit(kernel: 1, stride: 1, channels: 8, nil)
    reversed.current = 0
    try reversed.appendUnit(kernel: 3, stride: 1, channels: 8, nil)
    // The sum names the earlier branch first.
    let later = reversed.current
    reversed.current = 2
    try reversed.add(later)
    #expect(
      try groups(reversed) == [
        FusedGroup(head: 1, norm: 2, output: 2),
        FusedGroup(head: 3, norm: 4, add: 5, addend: 2, output: 5),
      ])
  }

  @Test("leave alone an output that something else reads too")
  func sharedOutput() throws {
    var builder = builder()
    try builder.append(convolution())
    try builder.append(.batchNorm)
    let norm = try builder.append(.activation(.relu))
    try builder.append(.batchNorm)
    try builder.add(norm)
    // Node 1 feeds only the norm; node 3 feeds the second norm and the sum.
    #expect(
      try groups(builder) == [
        FusedGroup(head: 1, norm: 2, activation: 3, output: 3),
        FusedGroup(head: 4, norm: 4, add: 5, addend: 3, output: 5),
      ])

    var shared = self.builder()
    let head = try shared.append(convolution())
    try shared.append(.batchNorm)
    try shared.add(head)
    #expect(
      try groups(shared) == [
        FusedGroup(head: 1, output: 1),
        FusedGroup(head: 2, norm: 2, add: 3, addend: 1, output: 3),
      ])
  }

  @Test("let a norm, a sum or an activation lead where no head can take it in")
  func leaders() throws {
    var builder = builder()
    let left = try builder.append(.pooling(.max, kernel: 3, stride: 1, padding: 1))
    builder.current = 0
    try builder.append(.pooling(.average, kernel: 3, stride: 1, padding: 1))
    try builder.add(left)
    try builder.append(.activation(.relu))
    try builder.append(.activation(.hardSwish))
    try builder.append(.batchNorm)
    #expect(
      try groups(builder) == [
        FusedGroup(head: 1, output: 1), FusedGroup(head: 2, output: 2),
        FusedGroup(head: 3, add: 3, addend: 1, activation: 4, output: 4),
        FusedGroup(head: 5, output: 5), FusedGroup(head: 6, norm: 6, output: 6),
      ])
  }

  @Test("never reach past the layer that follows")
  func strictOrder() throws {
    var builder = builder()
    try builder.append(convolution())
    try builder.append(.activation(.relu))
    try builder.append(.batchNorm)
    try builder.append(.activation(.relu6))
    #expect(
      try groups(builder) == [
        FusedGroup(head: 1, activation: 2, output: 2),
        FusedGroup(head: 3, norm: 3, activation: 4, output: 4),
      ])
  }

  @Test("know the activation that ends them")
  func activations() throws {
    var builder = builder()
    try builder.appendUnit(kernel: 3, stride: 1, channels: 4, .hardSwish)
    try builder.appendUnit(kernel: 3, stride: 1, channels: 4, nil)
    try builder.append(.dense(channels: 3))
    let network = try builder.network()
    #expect(
      network.fusedGroups.map { network.activation(of: $0) } == [.hardSwish, .identity, .identity])
  }

  @Test(
    "hold every layer once, and read only what earlier groups gave",
    arguments: ReferenceStudent.allCases)
  func partition(student: ReferenceStudent) throws {
    let network = try student.network()
    var seen: [Int] = []
    var available: Set<Int> = [0]
    for group in network.fusedGroups {
      for input in network.nodes[group.head].inputs + [group.addend].compactMap({ $0 }) {
        #expect(available.contains(input))
      }
      seen += Set([group.head, group.norm, group.add, group.activation].compactMap { $0 })
      available.insert(group.output)
    }
    #expect(seen.sorted() == Array(1..<network.nodes.count))
    #expect(available.contains(network.nodes.count - 1))
  }
}
