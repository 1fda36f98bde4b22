import FileFormats
import Testing

@testable import Studies

@Suite("the hash of a teacher's tensors")
struct TensorsHashTests {
  private func file(
    _ values: [Float] = [1, 2, 3, 4], shape: [Int] = [2, 2], study: String = "a"
  ) -> SafetensorsFile {
    SafetensorsFile(
      tensors: [
        "12.weight": NumericArray(shape: shape, values),
        "12.bias": NumericArray(shape: [1], [Float(7)]),
      ],
      metadata: ["identity": study])
  }

  @Test("is the same wherever the weights are, and another for other names, shapes or values")
  func identity() {
    let hash = file().tensorsHash
    #expect(hash.count == 64)
    #expect(file(study: "b").tensorsHash == hash)
    #expect(file([1, 2, 3, 5]).tensorsHash != hash)
    #expect(file(shape: [4, 1]).tensorsHash != hash)
    var renamed = file()
    renamed.tensors["13.bias"] = renamed.tensors.removeValue(forKey: "12.bias")
    #expect(renamed.tensorsHash != hash)
  }
}
