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
}
