import RandomStreams
import Testing

@testable import TensorKernels

@Suite("the channel shuffle")
struct ChannelShuffleTests {
  private func shuffled(_ values: [Float], channels: Int, groups: Int) -> [Float] {
    let output = GuardedBuffer(count: values.count)
    shuffleChannels(
      padded(values), into: output.pointer, positions: values.count / channels,
      channels: channels, groups: groups)
    output.expectGuards()
    return output.values
  }

  @Test("deals out one channel of each group in turn, position by position")
  func order() {
    #expect(
      shuffled([0, 1, 2, 3, 4, 5, 10, 11, 12, 13, 14, 15], channels: 6, groups: 2)
        == [0, 3, 1, 4, 2, 5, 10, 13, 11, 14, 12, 15])
    #expect(shuffled([0, 1, 2, 3, 4, 5], channels: 6, groups: 3) == [0, 2, 4, 1, 3, 5])
  }

  @Test("is undone by the shuffle in as many groups as a group had channels")
  func inverse() {
    var random = RandomStream(seed: 1, purpose: "shuffle")
    for (channels, groups) in [(6, 2), (6, 3), (35, 5), (48, 4), (4, 4), (5, 1)] {
      let values = random.floats(7 * channels)
      let there = shuffled(values, channels: channels, groups: groups)
      #expect(shuffled(there, channels: channels, groups: channels / groups) == values)
      #expect((there == values) == (groups == 1 || groups == channels))
    }
  }

  @Test("has the inverse as its gradient")
  func gradient() {
    var random = RandomStream(seed: 2, purpose: "shuffle")
    let (channels, groups, positions) = (12, 3, 5)
    let values = random.floats(positions * channels)
    let upstream = random.floats(positions * channels)
    expectGradient(
      shuffled(upstream, channels: channels, groups: channels / groups),
      of: { values in
        let there = (0..<positions * channels).map { i in
          let c = i % channels
          return values[i - c + c % groups * (channels / groups) + c / groups]
        }
        return dot(upstream, there)
      }, at: values, within: 1e-7, "input")
  }
}
