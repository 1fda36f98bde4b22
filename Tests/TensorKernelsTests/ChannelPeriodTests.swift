import Testing

@testable import TensorKernels

@Suite("a channel period")
struct ChannelPeriodTests {
  @Test("is the shortest that both channels and vectors divide", arguments: 1...100)
  func shortest(channels: Int) {
    let period = ChannelPeriod(channels: channels)
    #expect(period.floats % channels == 0)
    #expect(period.floats % vectorWidth == 0)
    let common = stride(from: channels, through: 16 * channels, by: channels)
      .first { $0 % vectorWidth == 0 }
    #expect(period.floats == common)
  }

  @Test("repeats a parameter, also onto itself", arguments: [1, 3, 16, 17, 24, 40])
  func expansion(channels: Int) {
    let period = ChannelPeriod(channels: channels)
    let values = (0..<channels).map(Float.init)
    let expected = (0..<period.floats).map { Float($0 % channels) }
    let output = GuardedBuffer(count: period.floats)
    period.expand(padded(values), into: output.pointer)
    output.expectGuards()
    #expect(output.values == expected)

    let inPlace = GuardedBuffer(count: period.floats)
    inPlace.pointer.update(from: values, count: channels)
    period.expand(inPlace.pointer, into: inPlace.pointer)
    #expect(inPlace.values == expected)
  }
}
