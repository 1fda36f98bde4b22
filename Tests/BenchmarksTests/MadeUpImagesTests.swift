import NeuralNetworks
import Testing

@testable import Benchmarks

@Suite("made-up images")
struct MadeUpImagesTests {
  private let small = ReferenceNetwork.small.input
  private let large = ReferenceNetwork.mobileNetV2At224.input

  @Test("are 2,048 small ones, and of large ones what 16 MiB hold")
  func count() {
    #expect(MadeUpImages.count(shape: small, batch: 64) == 2048)
    let count = MadeUpImages.count(shape: large, batch: 16)
    #expect(count == 111)
    #expect(count * large.elementCount <= MadeUpImages.pixelBytes)
    #expect((count + 1) * large.elementCount > MadeUpImages.pixelBytes)
  }

  @Test("are enough for several batches, however large these are")
  func batches() {
    #expect(MadeUpImages.count(shape: small, batch: 1024) == 4096)
    #expect(MadeUpImages.count(shape: large, batch: 64) == 256)
  }

  @Test("can be fewer than there are classes")
  func fewImages() throws {
    _ = try MadeUpImages(shape: large, classes: 1000, batch: 2)
  }
}
