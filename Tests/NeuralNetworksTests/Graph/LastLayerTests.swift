import NeuralNetworks
import Testing

@testable import Studies

@Suite("a monitored student")
struct MonitoredStudentTests {
  private func featureNode(_ layers: [Layer]) throws -> Int? {
    var builder = NetworkBuilder(input: TensorShape(height: 4, width: 4, channels: 2))
    for layer in layers { try builder.append(layer) }
    return MonitoredStudent.featureNode(of: try builder.network())
  }

  @Test("has the features that its last layer with weights reads, dropout left out")
  func features() throws {
    let body: [Layer] = [
      .convolution(kernel: 3, stride: 1, channels: 4, bias: false), .batchNorm, .globalAveragePool,
    ]
    #expect(try featureNode(body + [.dense(channels: 3)]) == 3)
    #expect(try featureNode(body + [.dropout(rate: 0.2), .dense(channels: 3)]) == 3)
    // A convolution to the classes, averaged.
    let head: [Layer] = [
      .convolution(kernel: 1, stride: 1, channels: 3, bias: true), .globalAveragePool,
    ]
    #expect(try featureNode(Array(body.prefix(2)) + head) == 2)
  }

  @Test("that classifies the image itself has none")
  func linear() throws {
    #expect(try featureNode([.globalAveragePool, .dense(channels: 3)]) == 1)
    #expect(
      try featureNode([
        .convolution(kernel: 1, stride: 1, channels: 3, bias: true), .globalAveragePool,
      ]) == nil)
  }
}
