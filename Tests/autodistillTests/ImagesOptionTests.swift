import NeuralNetworks
import Testing

@testable import autodistill

@Suite("the shape of images on a command line")
struct ImagesOptionTests {
  private func shape(_ text: String) throws -> TensorShape? {
    try Arguments(["--image", text], verb: ReplayVerb.self).shape("--image")
  }

  @Test("is height, width and channels")
  func read() throws {
    #expect(try shape("32x24x3") == TensorShape(height: 32, width: 24, channels: 3))
    #expect(try Arguments([], verb: ReplayVerb.self).shape("--image") == nil)
  }

  @Test(
    "is refused with the option's name",
    arguments: ["32x32", "0x1x1", "1x1x1x1", "axbxc", "1xx1x1"]
  )
  func refused(text: String) {
    let error = #expect(throws: UsageError.self) { try shape(text) }
    #expect(
      error?.description
        == "--image: got '\(text)', expected a shape of height, width and channels, such as 32x32x3"
    )
  }
}
