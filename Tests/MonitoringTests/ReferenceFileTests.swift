import FileFormats
import Foundation
import TestSupport
import Testing

@testable import Monitoring

@Suite("a file of reference statistics")
struct ReferenceFileTests {
  private let identity = ReferenceFile.Identity(
    key: "0111", precision: "fp32", student: "ab", data: "cd")

  @Test("gives back what was written, bit for bit")
  func roundTrip() throws {
    let temporary = try TemporaryFolder()
    let path = temporary.file("reference.safetensors")
    var sample = MadeUpImages().sample(120, seed: 1)
    sample.accuracy = .init(100, of: 120)
    let file = ReferenceFile(sample, of: identity)
    try file.write(to: path)
    #expect(try ReferenceFile(contentsOf: path, measures: sample.measures) == file)
    (sample.features, sample.agreement, sample.accuracy) = (nil, nil, nil)
    let bare = ReferenceFile(sample, of: identity)
    try bare.write(to: path)
    #expect(try ReferenceFile(contentsOf: path, measures: sample.measures) == bare)
  }

  @Test("is refused by name where something is missing, of another length or no number")
  func refused() throws {
    let temporary = try TemporaryFolder()
    let path = temporary.file("reference.safetensors")
    let sample = MadeUpImages().sample(120, seed: 1)
    let file = ReferenceFile(sample, of: identity)
    func found(_ change: (inout SafetensorsFile) -> Void) throws -> String {
      try file.write(to: path)
      var changed = try SafetensorsFile.read(path)
      change(&changed)
      try changed.write(to: path)
      do {
        _ = try ReferenceFile(contentsOf: path, measures: sample.measures)
        return "nothing"
      } catch {
        return "\(error)"
      }
    }
    #expect(try found { $0.metadata["format"] = "autodistill-reference/9" }.contains("/9"))
    #expect(try found { $0.metadata["key"] = nil }.contains("\"key\""))
    #expect(try found { $0.metadata["agreement"] = "7/0" }.contains("7/0"))
    #expect(try found { $0.tensors["noise"] = nil }.contains("\"noise\""))
    let nan = NumericArray(shape: [120], [Float](repeating: .nan, count: 120))
    #expect(try found { $0.tensors["noise"] = nan }.contains("finite"))
    let short = NumericArray(shape: [3], [1, 2, 3] as [Float])
    #expect(try found { $0.tensors["margin"] = short }.contains("as many images"))
    #expect(
      try found { $0.tensors["predicted"] = NumericArray(shape: [2], [119, 2] as [Int64]) }
        .contains("as many images"))
  }
}
