import FileFormats
import NeuralNetworks
import Testing

@testable import SearchSpaces

@Suite("the images that a space's networks are priced for")
struct TypicalImagesTests {
  private func space(_ images: String?) throws(JSONError) -> SearchSpace {
    try readSpace(
      file: """
        {"format": "autodistill-search-space/1", "name": "test",
         \(images.map { "\"images\": \($0)," } ?? "")
         "parameters": [{"name": "width", "values": [8, 16]}],
         "blueprint": [{"layer": "dense", "channels": "0 * $width + $classes"}]}
        """)
  }

  @Test("are what the file says, or small grey ones of ten classes")
  func read() throws {
    let images = try space(#"{"height": 32, "width": 48, "channels": 3, "classes": 100}"#).images
    #expect(images.shape == TensorShape(height: 32, width: 48, channels: 3))
    #expect(images.classes == 100)
    #expect(try space(nil).images == TypicalImages())
    #expect(TypicalImages().shape == fashionShape && TypicalImages().classes == 10)
    let shipped = try shippedSpace("nas-bench-201").images
    #expect(shipped.shape == NASBench201Tests.image && shipped.classes == 10)
  }

  @Test(
    "are refused with field, value and expectation",
    arguments: [
      (#""32x32""#, #"images: got "32x32", expected"#),
      (#"{"height": 32, "width": 32, "channels": 3}"#, #"images: got an object with"#),
      (
        #"{"height": 0, "width": 32, "channels": 3, "classes": 10}"#,
        "images.height: got 0, expected a whole number"
      ),
      (
        #"{"height": 32, "width": 5000, "channels": 3, "classes": 10}"#,
        "images.width: got 5000, expected a whole number"
      ),
      (
        #"{"height": 32, "width": 32, "channels": 1.5, "classes": 10}"#,
        "images.channels: got 1.5, expected a whole number"
      ),
      (
        #"{"height": 32, "width": 32, "channels": 3, "classes": -1}"#,
        "images.classes: got -1, expected a whole number"
      ),
      (
        #"{"height": 32, "width": 32, "channels": 3, "classes": 10, "depth": 1}"#,
        "images.depth: got an unknown key"
      ),
    ])
  func wrong(images: String, message: String) throws {
    let found = try #require(problem { () throws(JSONError) in try space(images) })
    #expect(found.hasPrefix(message), "\(found)")
  }
}
