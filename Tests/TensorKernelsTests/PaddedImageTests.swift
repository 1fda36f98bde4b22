import RandomStreams
import Testing

@testable import TensorKernels

@Suite("a padded image")
struct PaddedImageTests {
  struct Frame: Hashable, Sendable {
    var rows: WindowAxis
    var columns: WindowAxis
    var channels: Int

    init(_ height: Int, _ width: Int, _ channels: Int, _ kernel: Int, _ stride: Int = 1) {
      rows = WindowAxis(length: height, kernel: kernel, stride: stride, padding: .half)
      columns = WindowAxis(length: width, kernel: kernel, stride: stride, padding: .same)
      self.channels = channels
    }

    init(rows: WindowAxis, columns: WindowAxis, channels: Int) {
      (self.rows, self.columns, self.channels) = (rows, columns, channels)
    }
  }

  @Test(
    "is the image in a frame of zeros",
    arguments: [
      Frame(1, 1, 1, 1), Frame(1, 1, 3, 7), Frame(5, 7, 17, 3), Frame(4, 3, 5, 5),
      Frame(4, 6, 5, 5, 2), Frame(2, 3, 16, 1),
      Frame(
        rows: WindowAxis(length: 5, kernel: 10, stride: 2, padding: .same),
        columns: WindowAxis(length: 4, kernel: 4, stride: 1, padding: .same).flipped, channels: 3),
    ])
  func frame(_ frame: Frame) {
    let (rows, columns) = (frame.rows, frame.columns)
    var random = RandomStream(seed: 1, purpose: "pad")
    let image = random.floats(rows.length * columns.length * frame.channels)
    let output = GuardedBuffer(count: rows.frameLength * columns.frameLength * frame.channels)
    pad(
      padded(image), into: output.pointer, rows: rows, columns: columns,
      channels: frame.channels)
    output.expectGuards()

    var expected = [Float](repeating: 0, count: output.count)
    for y in 0..<rows.length {
      for x in 0..<columns.length {
        for c in 0..<frame.channels {
          let (row, column) = (rows.frameBefore + y, columns.frameBefore + x)
          expected[(row * columns.frameLength + column) * frame.channels + c] =
            image[(y * columns.length + x) * frame.channels + c]
        }
      }
    }
    #expect(output.values == expected)
  }

  @Test("of some channels is the padded image of these alone", arguments: [1, 3, 5])
  func slice(kernel: Int) {
    let (height, width, all, first, channels) = (3, 5, 7, 2, 4)
    let frame = Frame(height, width, channels, kernel)
    var random = RandomStream(seed: 2, purpose: "pad", kernel)
    let image = random.floats(height * width * all)
    let alone = image.indices.filter { (first..<first + channels).contains($0 % all) }
    let count = frame.rows.frameLength * frame.columns.frameLength * channels
    let expected = GuardedBuffer(count: count)
    pad(
      padded(alone.map { image[$0] }), into: expected.pointer, rows: frame.rows,
      columns: frame.columns, channels: channels)
    let output = GuardedBuffer(count: count)
    let copy = GuardedBuffer(count: alone.count)
    Array(padded(image).dropFirst(first)).withUnsafeBufferPointer { slice in
      padSlice(
        slice.baseAddress!, stride: all, into: output.pointer, rows: frame.rows,
        columns: frame.columns, channels: channels)
      copySlice(
        slice.baseAddress!, stride: all, into: copy.pointer, positions: height * width,
        channels: channels)
    }
    output.expectGuards()
    copy.expectGuards()
    #expect(output.values == expected.values)
    #expect(copy.values == alone.map { image[$0] })
  }
}
