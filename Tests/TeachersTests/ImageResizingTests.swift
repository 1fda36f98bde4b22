import Testing

@testable import Teachers

@Suite("scaling images for a teacher")
struct ImageResizingTests {
  private func resized(
    _ image: [Float], _ given: (height: Int, width: Int), _ wanted: (height: Int, width: Int),
    channels: Int = 1
  ) throws -> [Float] {
    let resizing = try #require(ImageResizing(from: given, to: wanted, channels: channels))
    #expect(resizing.inputCount == image.count)
    var output = [Float](repeating: .nan, count: resizing.outputCount)
    var scratch = [Float](repeating: .nan, count: resizing.scratchCount)
    resizing.resize(image, into: &output, scratch: &scratch)
    return output
  }

  @Test("is nothing where the sizes are the same")
  func none() {
    #expect(ImageResizing(from: (5, 7), to: (5, 7), channels: 3) == nil)
  }

  @Test("keeps what is the same everywhere, larger and smaller")
  func constant() throws {
    for wanted in [(3, 9), (11, 2), (224, 31)] {
      let image = [Float](repeating: 0.75, count: 6 * 5 * 2)
      for value in try resized(image, (6, 5), wanted, channels: 2) {
        #expect(abs(value - 0.75) < 1e-5)
      }
    }
  }

  @Test("is bilinear where an image grows, and the mean of neighbours where it is halved")
  func byHand() throws {
    // Pixel centres at a quarter and three quarters of the way between the old ones.
    let wide = try resized([0, 4], (1, 2), (1, 4))
    #expect(wide == [0, 1, 3, 4])
    // A triangle two old pixels wide on either side: weights 1, 3, 3, 1 of eight in the middle.
    let half = try resized([0, 8, 16, 24, 32, 40], (1, 6), (1, 3))
    #expect(half.count == 3 && abs(half[1] - 20) < 1e-4)
  }

  @Test("keeps channels apart and sides in their order")
  func channels() throws {
    var image: [Float] = []
    for row in 0..<4 { for column in 0..<6 { image += [Float(row), Float(10 * column)] } }
    let output = try resized(image, (4, 6), (8, 3), channels: 2)
    #expect(output.count == 8 * 3 * 2)
    for row in 0..<8 {
      for column in 0..<3 {
        #expect((0...3).contains(output[2 * (row * 3 + column)]))
        #expect(output[2 * (row * 3 + column)] == output[2 * row * 3])
        #expect(output[2 * (row * 3 + column) + 1] == output[2 * column + 1])
      }
    }
  }
}
