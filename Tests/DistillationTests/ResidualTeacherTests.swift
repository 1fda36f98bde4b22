import FileFormats
import NeuralNetworks
import TestSupport
import Testing

@testable import Distillation

@Suite("a residual teacher")
struct ResidualTeacherTests {
  private func teacher(_ text: String) throws -> ResidualTeacher {
    try ResidualTeacher(recipeField(text))
  }

  @Test("is read with its defaults")
  func reading() throws {
    let read = try teacher(
      """
      {"stem_channels": 8, "stages": [{"channels": 8, "blocks": 2}, {"channels": 16, "stride": 2}]}
      """)
    #expect(
      read
        == ResidualTeacher(
          stemChannels: 8, stemStride: 1,
          stages: [
            .init(channels: 8, blocks: 2, stride: 1), .init(channels: 16, blocks: 1, stride: 2),
          ]))
  }

  @Test("has at most a billion weights, in blocks of any number")
  func size() throws {
    let stages = Array(repeating: "{\"channels\": 4096, \"blocks\": 4}", count: 4)
    for text in [
      "{\"stem_channels\": 4096, \"stages\": [{\"channels\": 4096, \"blocks\": 16}]}",
      "{\"stem_channels\": 8, \"stages\": [\(stages.joined(separator: ", "))]}",
    ] {
      expectError(["full: got an object", "at most 1000000000 weights, not "]) {
        _ = try teacher(text)
      }
    }
    _ = try teacher("{\"stem_channels\": 64, \"stages\": [{\"channels\": 2048, \"blocks\": 12}]}")
  }

  @Test(
    "refuses what is missing, unknown or out of range",
    arguments: [
      ("{\"stages\": []}", "the key \"stem_channels\" too"),
      ("{\"stem_channels\": 8}", "the key \"stages\" too"),
      ("{\"stem_channels\": 0, \"stages\": []}", "full.stem_channels: got 0"),
      ("{\"stem_channels\": 8, \"stem_stride\": 5, \"stages\": []}", "full.stem_stride: got 5"),
      ("{\"stem_channels\": 8, \"stages\": {}}", "an array of stages"),
      ("{\"stem_channels\": 8, \"stages\": [{\"blocks\": 1}]}", "the key \"channels\" too"),
      (
        "{\"stem_channels\": 8, \"stages\": [{\"channels\": 8, \"blocks\": 0}]}",
        "full.stages[0].blocks: got 0"
      ),
      (
        "{\"stem_channels\": 8, \"stages\": [{\"channels\": 8}, {\"channels\": 8, \"depth\": 2}]}",
        "full.stages[1].depth: got an unknown key"
      ),
    ])
  func refusals(text: String, part: String) {
    expectError(["study.json: ", part]) { _ = try teacher(text) }
  }

  @Test("has a stem, two convolutions a block, and projections where the shape changes")
  func network() throws {
    let network = try teacher(
      "{\"stem_channels\": 8, \"stages\": [{\"channels\": 8}, {\"channels\": 16, \"stride\": 2}]}"
    ).network(input: TensorShape(height: 8, width: 8, channels: 1), classes: 3)
    #expect(network.outputShape.channels == 3)
    let kernels = network.nodes.compactMap { node -> Int? in
      if case .convolution(let window, _, _, _, _) = node.layer { return window.height }
      return nil
    }
    #expect(kernels.filter { $0 == 3 }.count == 5)
    #expect(kernels.filter { $0 == 1 }.count == 1)
    let stem = 9 * 1 * 8 * 64
    let first = 2 * 9 * 8 * 8 * 64
    let second = (9 * 8 * 16 + 9 * 16 * 16 + 8 * 16) * 16
    #expect(NetworkCosts(network).macs == stem + first + second + 16 * 3)
  }
}
