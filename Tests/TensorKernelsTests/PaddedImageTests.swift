import RandomStreams
import Testing

@testable import TensorKernels

@Suite("a padded image")
struct PaddedImageTests {
  struct Frame: Hashable, Sendable {
    var height: Int
    var width: Int
    var channels: Int
    var padding: Int
  }

  @Test(
    "is the image in a frame of zeros",
    arguments: [
      Frame(height: 1, width: 1, channels: 1, padding: 0),
      Frame(height: 1, width: 1, channels: 3, padding: 3),
      Frame(height: 5, width: 7, channels: 17, padding: 1),
      Frame(height: 4, width: 3, channels: 5, padding: 2),
      Frame(height: 2, width: 3, channels: 16, padding: 0),
    ])
  func frame(_ frame: Frame) {
    let paddedHeight = frame.height + 2 * frame.padding
    let paddedWidth = frame.width + 2 * frame.padding
    var random = RandomStream(seed: 1, purpose: "pad")
    let image = random.floats(frame.height * frame.width * frame.channels)
    let output = GuardedBuffer(count: paddedHeight * paddedWidth * frame.channels)
    pad(
      padded(image), into: output.pointer, height: frame.height, width: frame.width,
      channels: frame.channels, padding: frame.padding)
    output.expectGuards()

    var expected = [Float](repeating: 0, count: output.count)
    for y in 0..<frame.height {
      for x in 0..<frame.width {
        for c in 0..<frame.channels {
          let (row, column) = (frame.padding + y, frame.padding + x)
          expected[(row * paddedWidth + column) * frame.channels + c] =
            image[(y * frame.width + x) * frame.channels + c]
        }
      }
    }
    #expect(output.values == expected)
  }

  @Test("of some channels is the padded image of these alone", arguments: [0, 1, 2])
  func slice(padding: Int) {
    let (height, width, all, first, channels) = (3, 5, 7, 2, 4)
    var random = RandomStream(seed: 2, purpose: "pad", padding)
    let image = random.floats(height * width * all)
    let alone = image.indices.filter { (first..<first + channels).contains($0 % all) }
    let count = (height + 2 * padding) * (width + 2 * padding) * channels
    let expected = GuardedBuffer(count: count)
    pad(
      padded(alone.map { image[$0] }), into: expected.pointer, height: height, width: width,
      channels: channels, padding: padding)
    let output = GuardedBuffer(count: count)
    Array(padded(image).dropFirst(first)).withUnsafeBufferPointer { slice in
      padSlice(
        slice.baseAddress!, stride: all, into: output.pointer, height: height, width: width,
        channels: channels, padding: padding)
    }
    output.expectGuards()
    #expect(output.values == expected.values)
  }
}
